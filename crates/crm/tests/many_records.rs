//! What goes another way once there are many records.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Copies a row of a table under the ids from the next one to `last`; `own` are the columns that differ, with
/// what they are of the number `n`.
async fn copy(company: &Company, table: &str, last: i64, own: &[(&str, &str)]) -> Outcome {
    let first = company.rows(&format!("SELECT MAX(id) FROM {table} WHERE company_id = $1"), 1).await?[0][0].as_i64().unwrap_or_default();
    let all = columns(table)?;
    let value = |column: &&str| own.iter().find(|(name, _)| name == column).map_or(format!("t.{column}"), |(_, value)| (*value).to_owned());
    let values: Vec<String> = all.iter().map(value).collect();
    let text = format!(
        "INSERT INTO {table} ({}) WITH RECURSIVE numbers (n) AS (SELECT $2 + 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $3)
         SELECT {} FROM numbers CROSS JOIN {table} t WHERE t.company_id = $1 AND t.id = $2",
        all.join(", "),
        values.join(", ")
    );
    company.execute(&text, &[first, last]).await
}

/// The columns of the tables that are copied here.
fn columns(table: &str) -> Outcome<Vec<&'static str>> {
    let columns = match table {
        "persons" => {
            "company_id id version name first_name last_name first_char owner_id org_id visible_to emails phones label_ids picture_id \
             marketing_status marketing_status_changed doi_status is_deleted delete_time add_time update_time custom_fields"
        }
        "deals" => {
            "company_id id version title creator_user_id owner_id visible_to value currency person_id org_id stage_id pipeline_id status \
             former_status probability lost_reason label_ids origin origin_id channel channel_id source_lead_id acv arr mrr is_archived \
             archive_time is_deleted delete_time expected_close_date stage_change_time close_time won_time first_won_time lost_time \
             rot_time add_time update_time custom_fields"
        }
        other => return Err(format!("the columns of {other} are not known").into()),
    };
    Ok(columns.split_whitespace().collect())
}

/// The ids of a v2 list, page after page.
async fn ids(company: &Company, list: &str) -> Outcome<Vec<i64>> {
    let mut ids = Vec::new();
    let mut target = list.to_owned();
    loop {
        let (status, page) = company.send("GET", &target, &Value::Null).await?;
        assert_eq!(status, 200, "{target}: {page}");
        ids.extend(page["data"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()));
        match page["additional_data"]["next_cursor"].as_str() {
            Some(cursor) => target = format!("{list}&cursor={cursor}"),
            None => return Ok(ids),
        }
    }
}

/// One second after another from this moment on.
const BEGIN: &str = "1767225600000 + n * 1000";
const LAST: i64 = 10_200;

#[tokio::test]
async fn lists_of_what_was_updated_lately_are_whole_whether_it_is_much_or_little() -> Outcome {
    for company in Company::each().await? {
        company.at("2025-06-01")?;
        company.data("POST", "/api/v2/persons", json!({"name": "Ada"})).await?;
        copy(&company, "persons", LAST, &[("id", "n"), ("update_time", BEGIN)]).await?;
        let all: Vec<i64> = (2..=LAST).collect();
        let since = |time: &str| format!("/api/v2/persons?limit=500&updated_since={time}");
        assert_eq!(ids(&company, &since("2026-01-01T00:00:00Z")).await?, all, "more than are looked for by their time");
        // The ids from here on are few.
        let few: Vec<i64> = (3_600..=LAST).collect();
        assert_eq!(ids(&company, &since("2026-01-01T01:00:00Z")).await?, few);
        let backwards = format!("{}&sort_direction=desc", since("2026-01-01T01:00:00Z"));
        assert_eq!(ids(&company, &backwards).await?, few.into_iter().rev().collect::<Vec<_>>());
    }
    Ok(())
}

#[tokio::test]
async fn the_average_of_a_thousand_won_deals_is_remembered_for_a_minute() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01 10:00:00")?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Boat"})).await?;
        company.at("2026-01-01 10:01:00")?;
        company.data("PATCH", &format!("/api/v2/deals/{}", deal["id"]), json!({"status": "won"})).await?;
        copy(&company, "deals", 1_000, &[("id", "n")]).await?;
        let average = async || -> Outcome<Value> {
            Ok(company.get(&format!("/v1/deals/{}", deal["id"])).await?["average_time_to_won"]["total_seconds"].clone())
        };
        assert_eq!(average().await?, json!(60));
        company.execute("UPDATE deals SET won_time = won_time + 60000 WHERE company_id = $1", &[]).await?;
        company.pass(59_000);
        assert_eq!(average().await?, json!(60), "it is remembered");
        company.pass(2_000);
        assert_eq!(average().await?, json!(120));
    }
    Ok(())
}

#[tokio::test]
async fn the_average_of_few_won_deals_is_never_old() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01 10:00:00")?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Boat", "status": "won"})).await?;
        let target = format!("/v1/deals/{}", deal["id"]);
        for seconds in [0, 60, 120] {
            assert_eq!(company.get(&target).await?["average_time_to_won"]["total_seconds"], json!(seconds));
            company.execute("UPDATE deals SET won_time = won_time + 60000 WHERE company_id = $1", &[]).await?;
        }
    }
    Ok(())
}
