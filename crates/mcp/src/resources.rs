//! Resources: records and settings that clients read by address, and what completes an address.

use crate::answer;
use crate::arguments::Arguments;
use crate::catalog;
use crate::crm::{Crm, Values};
use crate::jobs;
use crate::run::{self, Outcome};
use crate::trouble::Trouble;
use rmcp::model::{Resource, ResourceTemplate};
use serde_json::{Value, json};

const JSON: &str = "application/json";
/// What the first agents' servers called their resources.
const FORMER: &[(&str, &str)] = &[
    ("pipedrive://pipelines", "penstock://pipelines"),
    ("pipedrive://custom-fields", "penstock://fields"),
    ("pipedrive://current-user", "penstock://me"),
];
/// How many activities and notes come with a record.
const BESIDE: usize = 10;
/// How many values complete an argument.
const OFFERED: usize = 20;

const FIXED: &[(&str, &str, &str, &str)] = &[
    ("penstock://me", "me", "Me", "The user whose rights these are, and the company"),
    ("penstock://pipelines", "pipelines", "Pipelines", "All pipelines with their stages"),
    ("penstock://fields", "fields", "Fields", "Fields of all kinds of records: code, name, type"),
];

/// A kind of records with addresses.
pub struct Record {
    /// The first part of the path.
    kind: &'static str,
    /// What reads one.
    tool: &'static str,
    /// What narrows activities and notes to those of one.
    pub link: &'static str,
    /// What events call one.
    pub object: &'static str,
}

const RECORDS: &[Record] = &[
    Record { kind: "deals", tool: "deals_get", link: "deal_id", object: "deal" },
    Record { kind: "persons", tool: "persons_get", link: "person_id", object: "person" },
    Record { kind: "organizations", tool: "organizations_get", link: "org_id", object: "organization" },
];

/// What an address is called now.
pub fn current(uri: &str) -> &str {
    FORMER.iter().find(|(former, _)| *former == uri).map_or(uri, |(_, now)| now)
}

/// The record at `kind/id`.
pub fn record_at(path: &str) -> Option<(&'static Record, i64)> {
    let (kind, id) = path.split_once('/')?;
    let id: i64 = id.parse().ok().filter(|id| *id > 0)?;
    RECORDS.iter().find(|record| record.kind == kind).map(|record| (record, id))
}

pub fn list() -> Vec<Resource> {
    FIXED
        .iter()
        .map(|(uri, name, title, about)| Resource::new(*uri, *name).with_title(*title).with_description(*about).with_mime_type(JSON))
        .collect()
}

pub fn templates() -> Vec<ResourceTemplate> {
    let template = |path: &str, name: &str, about: &str| {
        ResourceTemplate::new(format!("penstock://{path}/{{id}}"), name).with_description(about).with_mime_type(JSON)
    };
    vec![
        template("deals", "deal", "A deal with its next activities and last notes"),
        template("persons", "person", "A person with the next activities and last notes"),
        template("organizations", "organization", "An organization with the next activities and last notes"),
    ]
}

/// What is at an address; `None` where there is nothing of the kind.
pub async fn read(crm: &Crm, uri: &str) -> Option<Result<Value, Trouble>> {
    match current(uri).strip_prefix("penstock://")? {
        "me" => Some(crm.data("v1.getCurrentUser", Values::default()).await.and_then(answer::one)),
        "pipelines" => Some(pipelines(crm).await),
        "fields" => Some(jobs::fields::all(crm.clone(), Arguments::new()).await),
        path => {
            let (known, id) = record_at(path)?;
            Some(record(crm, known.tool, known.link, id).await)
        }
    }
}

async fn pipelines(crm: &Crm) -> Result<Value, Trouble> {
    let pipelines = crm.rows("v2.getPipelines", Values::default().query("limit", 500)).await?;
    let stages = crm.rows("v2.getStages", Values::default().query("limit", 500)).await?;
    let pipelines: Vec<Value> = pipelines
        .iter()
        .map(|pipeline| {
            let own = stages.iter().filter(|stage| stage["pipeline_id"] == pipeline["id"]);
            let own: Vec<Value> =
                own.map(|stage| json!({"id": stage["id"], "name": stage["name"], "probability": stage["deal_probability"]})).collect();
            json!({"id": pipeline["id"], "name": pipeline["name"], "stages": own})
        })
        .collect();
    answer::one(json!({ "pipelines": pipelines }))
}

async fn record(crm: &Crm, tool: &str, link: &'static str, id: i64) -> Result<Value, Trouble> {
    let mut record = call(crm, tool, json!({"id": id, "response_format": "detailed"})).await?;
    let activities = crm.rows("v2.getActivities", Values::default().query(link, id).query("done", false).query("limit", BESIDE)).await?;
    let notes = crm.rows("v1.getNotes", Values::default().query(link, id).query("sort", "add_time DESC").query("limit", BESIDE)).await?;
    let brief = |row: &Value, keys: &[&str]| -> Value {
        keys.iter().map(|key| ((*key).to_owned(), row[*key].clone())).collect::<serde_json::Map<_, _>>().into()
    };
    record["open_activities"] = activities.iter().map(|row| brief(row, &["id", "subject", "type", "due_date", "owner_id"])).collect();
    record["last_notes"] = notes.iter().map(|row| brief(row, &["id", "content", "add_time", "user_id"])).collect();
    answer::one(record)
}

async fn call(crm: &Crm, tool: &str, arguments: Value) -> Result<Value, Trouble> {
    let prepared = catalog::all().iter().find(|prepared| prepared.tool.name == tool);
    let prepared = prepared.ok_or_else(|| Trouble::fault(format!("there is no tool {tool}")))?;
    let Value::Object(arguments) = arguments else { return Err(Trouble::fault("arguments are no object".to_owned())) };
    match run::call(crm, prepared, arguments, false).await? {
        Outcome::Done(value) => Ok(value),
        Outcome::Unconfirmed(preview) => Ok(preview.value),
    }
}

/// Values for an argument of a prompt or an address, from what was typed of it.
pub async fn complete(crm: &Crm, reference: &str, argument: &str, typed: &str) -> Vec<String> {
    let (operation, shown) = match (argument, reference) {
        ("dealId", _) => ("deals", "id"),
        ("dealTitle", _) => ("deals", "title"),
        ("personName", _) => ("persons", "name"),
        ("name", _) => ("organizations", "name"),
        ("id", uri) => match RECORDS.iter().find(|record| uri.starts_with(&format!("penstock://{}/", record.kind))) {
            Some(record) => (record.kind, "id"),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    offered(crm, operation, shown, typed).await.unwrap_or_default()
}

/// The records that were changed last, or that hold the word.
async fn offered(crm: &Crm, kind: &str, shown: &str, typed: &str) -> Result<Vec<String>, Trouble> {
    let (list, search) = match kind {
        "deals" => ("v2.getDeals", "v2.searchDeals"),
        "persons" => ("v2.getPersons", "v2.searchPersons"),
        _ => ("v2.getOrganizations", "v2.searchOrganization"),
    };
    let is_number = shown == "id" && !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
    let rows: Vec<Value> = if is_number || typed.chars().count() < 2 {
        let values = Values::default().query("sort_by", "update_time").query("sort_direction", "desc").query("limit", 100);
        crm.rows(list, values).await?
    } else {
        let data = crm.data(search, Values::default().query("term", typed).query("limit", OFFERED)).await?;
        data["items"].as_array().into_iter().flatten().map(|item| item["item"].clone()).collect()
    };
    let text = |row: &Value| row[shown].as_str().map_or_else(|| row[shown].to_string(), str::to_owned);
    let fits = |text: &String| !is_number || text.starts_with(typed);
    Ok(rows.iter().map(text).filter(fits).take(OFFERED).collect())
}
