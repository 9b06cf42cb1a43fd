//! A deal with the person and the organization that it is with, none of which is made a second time.

use super::{created, text};
use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

/// What is known of somebody, or something, before it is written.
enum Known {
    Nothing,
    One(i64),
    /// Several fit; only the caller knows which.
    Several(Vec<Value>),
}

pub fn create_deal(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let is_dry = arguments.get("dry_run") == Some(&Value::Bool(true));
        let may_repeat = arguments.get("allow_duplicates") == Some(&Value::Bool(true));
        let mut report = Map::new();

        let organization = match (arguments.get("org_id"), text(&arguments, "organization")) {
            (Some(id), _) => Some(id.clone()),
            (None, None) => None,
            (None, Some(name)) => {
                let known = if may_repeat { Known::Nothing } else { organization(&crm, &name).await? };
                Some(
                    settle(&crm, &mut report, "organization", known, "v2.addOrganization", Values::default().body("name", name), is_dry)
                        .await?,
                )
            }
        };
        let person = match (arguments.get("person_id"), text(&arguments, "person")) {
            (Some(id), _) => Some(id.clone()),
            (None, None) => None,
            (None, Some(name)) => {
                let known = if may_repeat { Known::Nothing } else { person(&crm, &name, &arguments, organization.as_ref()).await? };
                let values = new_person(name, &arguments, organization.as_ref());
                Some(settle(&crm, &mut report, "person", known, "v2.addPerson", values, is_dry).await?)
            }
        };
        let title = text(&arguments, "title").unwrap_or_default();
        if !may_repeat {
            let same = deals(&crm, &title, person.as_ref(), organization.as_ref()).await?;
            if !same.is_empty() {
                report.insert("deal".to_owned(), json!({"duplicates": same}));
                let details = Value::Object(report);
                return Err(Trouble::new(
                    format!("there is an open deal of this title already: {details}"),
                    "No deal was made. Use that one, or call again with the ids above and allow_duplicates: true.",
                ));
            }
        }
        let mut values = Values::default().body("title", title);
        for key in ["value", "currency", "pipeline_id", "stage_id", "expected_close_date"] {
            if let Some(value) = arguments.get(key) {
                values = values.body(key, value.clone());
            }
        }
        for (key, id) in [("person_id", &person), ("org_id", &organization)] {
            if let Some(id) = id.as_ref().filter(|id| id.is_number()) {
                values = values.body(key, id.clone());
            }
        }
        settle(&crm, &mut report, "deal", Known::Nothing, "v2.addDeal", values, is_dry).await?;
        if is_dry {
            report.insert("dry_run".to_owned(), true.into());
        }
        Ok(report.into())
    }
    .boxed()
}

/// Takes what is known, or makes it anew, and reports which; answers the id, null where nothing is made.
async fn settle(
    crm: &Crm,
    report: &mut Map<String, Value>,
    what: &str,
    known: Known,
    operation: &str,
    values: Values,
    is_dry: bool,
) -> Result<Value, Trouble> {
    let (id, line) = match known {
        Known::One(id) => (id.into(), json!({"id": id, "found": true})),
        Known::Several(candidates) => {
            let done = Value::Object(std::mem::take(report));
            return Err(Trouble::new(
                format!("several records fit the {what}: {}", Value::Array(candidates)),
                format!("Call again with {}. Done already: {done}.", if what == "person" { "person_id" } else { "org_id" }),
            ));
        }
        Known::Nothing if is_dry => (Value::Null, json!({"would_create": values.body})),
        Known::Nothing => {
            let row = created(crm, operation, values).await.map_err(|trouble| {
                let hint = if report.is_empty() {
                    trouble.hint.clone()
                } else {
                    format!("{} Done already: {}.", trouble.hint, Value::Object(report.clone()))
                };
                Trouble { hint, ..trouble }
            })?;
            (row["id"].clone(), json!({"id": row["id"], "created": true}))
        }
    };
    report.insert(what.to_owned(), line);
    Ok(id)
}

fn new_person(name: String, arguments: &Arguments, organization: Option<&Value>) -> Values {
    let mut values = Values::default().body("name", name);
    for (key, to) in [("email", "emails"), ("phone", "phones")] {
        if let Some(text) = text(arguments, key) {
            values = values.body(to, json!([{"value": text, "primary": true, "label": "work"}]));
        }
    }
    match organization.filter(|id| id.is_number()) {
        Some(id) => values.body("org_id", id.clone()),
        None => values,
    }
}

async fn found(crm: &Crm, operation: &str, term: &str, fields: &str) -> Result<Vec<Value>, Trouble> {
    let values = Values::default().query("term", term).query("fields", fields).query("exact_match", true).query("limit", 20);
    let data = crm.data(operation, values).await?;
    let items = data["items"].as_array().into_iter().flatten();
    Ok(items.map(|item| item["item"].clone()).collect())
}

fn one_of(rows: Vec<Value>) -> Known {
    match rows.as_slice() {
        [] => Known::Nothing,
        [row] => row["id"].as_i64().map_or(Known::Nothing, Known::One),
        _ => Known::Several(rows.iter().map(|row| json!({"id": row["id"], "name": row["name"]})).collect()),
    }
}

/// The organization of this name.
pub async fn known_organization(crm: &Crm, name: &str) -> Result<Vec<Value>, Trouble> {
    found(crm, "v2.searchOrganization", name, "name").await
}

/// The persons with this address, or else of this name.
pub async fn known_persons(crm: &Crm, name: &str, email: Option<&str>) -> Result<Vec<Value>, Trouble> {
    if let Some(email) = email {
        let same = found(crm, "v2.searchPersons", email, "email").await?;
        if !same.is_empty() {
            return Ok(same);
        }
    }
    found(crm, "v2.searchPersons", name, "name").await
}

async fn organization(crm: &Crm, name: &str) -> Result<Known, Trouble> {
    Ok(one_of(known_organization(crm, name).await?))
}

/// By the address first: names are shared by many. One of the same name elsewhere is somebody else.
async fn person(crm: &Crm, name: &str, arguments: &Arguments, organization: Option<&Value>) -> Result<Known, Trouble> {
    let email = text(arguments, "email");
    let same = known_persons(crm, name, email.as_deref()).await?;
    let by_address = email.as_ref().is_some_and(|email| {
        same.iter().any(|row| {
            row["emails"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|known| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(email)))
        })
    });
    if by_address {
        return Ok(one_of(same));
    }
    let there = |row: &Value| organization.is_none_or(|id| &row["organization"]["id"] == id);
    Ok(one_of(same.into_iter().filter(there).collect()))
}

/// Open deals of this title with the same person or organization.
async fn deals(crm: &Crm, title: &str, person: Option<&Value>, organization: Option<&Value>) -> Result<Vec<Value>, Trouble> {
    let mut values = Values::default().query("term", title).query("fields", "title").query("exact_match", true).query("status", "open");
    if let Some(id) = person.filter(|id| id.is_number()) {
        values = values.query("person_id", id);
    } else if let Some(id) = organization.filter(|id| id.is_number()) {
        values = values.query("organization_id", id);
    } else if person.is_some() || organization.is_some() {
        // Somebody who would be new has no deals.
        return Ok(Vec::new());
    }
    let data = crm.data("v2.searchDeals", values).await?;
    let items = data["items"].as_array().into_iter().flatten();
    Ok(items.map(|item| json!({"id": item["item"]["id"], "title": item["item"]["title"]})).collect())
}
