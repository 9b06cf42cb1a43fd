//! All that a team has at one moment, as its administrator sees it.

use crate::agent::CLIENT;
use crate::company::Outcome;
use crate::normal::normal;
use crate::team::Team;
use serde_json::Value;
use std::fmt::Write;

/// Lists of everything.
const LISTS: &[&str] = &[
    "/api/v2/deals?limit=500&status=open,won,lost,deleted",
    "/api/v2/deals/archived?limit=500",
    "/v1/deals?limit=500&status=all_not_deleted",
    "/v1/deals?limit=500&status=deleted",
    "/api/v2/persons?limit=500",
    "/v1/persons?limit=500",
    "/api/v2/organizations?limit=500",
    "/v1/organizations?limit=500",
    "/api/v2/activities?limit=500",
    "/v1/activities?limit=500&user_id=0",
    "/v1/leads?limit=500",
    "/v1/leads/archived?limit=500",
    "/v1/leadLabels",
    "/v1/notes?limit=500",
    "/v1/files?limit=500",
    "/api/v2/products?limit=500",
    "/v1/products?limit=500",
    "/api/v2/pipelines",
    "/api/v2/stages",
    "/api/v2/projects?limit=500",
    "/api/v2/projects/archived?limit=500",
    "/api/v2/boards",
    "/api/v2/tasks?limit=500",
    "/v1/activityTypes",
    "/v1/users",
    "/v1/filters",
    "/v1/callLogs?limit=50",
    "/v1/dealFields?limit=500",
    "/v1/personFields?limit=500",
    "/v1/organizationFields?limit=500",
    "/v1/productFields?limit=500",
    "/v1/recents?since_timestamp=2026-03-02%2000:00:00&limit=500",
];

/// What hangs on each record of a list: the list, and lists below the path of its records.
const OF_EACH: &[(&str, &str, &[&str])] = &[
    ("/api/v2/deals", "/api/v2/deals", OF_DEALS),
    ("/api/v2/deals/archived", "/api/v2/deals", OF_DEALS),
    ("/v1/deals", "/v1/deals", &["participants", "flow", "changelog", "permittedUsers"]),
    ("/v1/persons", "/v1/persons", &["flow", "changelog", "permittedUsers"]),
    ("/v1/organizations", "/v1/organizations", &["flow", "changelog", "permittedUsers"]),
    ("/v1/notes", "/v1/notes", &["comments"]),
];
const OF_DEALS: &[&str] = &["products", "discounts", "followers"];

/// One line for each record of each list.
pub async fn of(team: &Team) -> Outcome<String> {
    let mut text = String::new();
    for target in LISTS {
        let rows = list(team, target, &mut text).await?;
        let (path, _) = target.split_once('?').unwrap_or((target, ""));
        let Some((_, above, below)) = OF_EACH.iter().find(|(list, ..)| *list == path) else { continue };
        // What is deleted has no lists any more.
        for row in rows.iter().filter(|row| row["is_deleted"] != true && row["deleted"] != true) {
            for list_below in *below {
                list(team, &format!("{above}/{}/{list_below}", row["id"]), &mut text).await?;
            }
        }
    }
    // Agents say who they are, and programs here do not.
    Ok(normal(&text).replace(&format!("\"{CLIENT}/1 (MCP)\""), "null"))
}

async fn list(team: &Team, target: &str, text: &mut String) -> Outcome<Vec<Value>> {
    let rows = team.get(target).await?;
    let rows = match rows {
        Value::Array(rows) => rows,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    writeln!(text, "{target}: {}", rows.len())?;
    for row in &rows {
        // Custom fields come in the order of their random codes.
        let mut row: Value = serde_json::from_str(&team.names.hide(&row.to_string()))?;
        row.sort_all_objects();
        writeln!(text, "  {row}")?;
    }
    Ok(rows)
}
