//! A list of persons, organizations or deals, written row by row by the tool that creates one.

use super::contacts;
use crate::answer;
use crate::arguments::{self, Arguments};
use crate::catalog::{self, Prepared};
use crate::crm::Crm;
use crate::run::{self, Outcome};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

/// The longest list.
const MOST: usize = 100;

pub fn import(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let entity = arguments["entity"].as_str().unwrap_or_default().to_owned();
        let is_dry = arguments.get("dry_run") == Some(&Value::Bool(true));
        let may_repeat = arguments.get("allow_duplicates") == Some(&Value::Bool(true));
        let rows = arguments["rows"].as_array().cloned().unwrap_or_default();
        if rows.is_empty() || rows.len() > MOST {
            return Err(Trouble::arguments(&[format!("rows: must be a list of 1 to {MOST} objects")]));
        }
        let tool = creator(&entity)?;
        let checked = checked(&tool.inputs, rows)?;
        let mut lines = Vec::new();
        let (mut new, mut known, mut failed) = (0, 0, 0);
        for (at, row) in checked.into_iter().enumerate() {
            let duplicate = if may_repeat { None } else { duplicate(&crm, &entity, &row).await? };
            let mut line = match duplicate {
                Some(id) => {
                    known += 1;
                    json!({"duplicate_of": id})
                }
                None if is_dry => {
                    new += 1;
                    json!({"would_create": true})
                }
                None => match run::call(&crm, tool, row, false).await {
                    Ok(Outcome::Done(created)) => {
                        new += 1;
                        json!({"id": created["id"]})
                    }
                    Ok(Outcome::Unconfirmed(_)) => json!({"error": "not confirmed"}),
                    Err(trouble) => {
                        failed += 1;
                        json!({"error": trouble.error})
                    }
                },
            };
            line["row"] = (at + 1).into();
            lines.push(line);
        }
        let word = if is_dry { "would_create" } else { "created" };
        answer::one(json!({"dry_run": is_dry, word: new, "duplicates": known, "failed": failed, "rows": lines}))
    }
    .boxed()
}

fn creator(entity: &str) -> Result<&'static Prepared, Trouble> {
    let name = match entity {
        "person" => "persons_create",
        "organization" => "organizations_create",
        _ => "deals_create",
    };
    catalog::all().iter().find(|prepared| prepared.tool.name == name).ok_or_else(|| Trouble::fault(format!("there is no tool {name}")))
}

/// All rows, or everything that is wrong with any of them: nothing is written before all are right.
fn checked(inputs: &[crate::resolve::Input], rows: Vec<Value>) -> Result<Vec<Map<String, Value>>, Trouble> {
    let mut right = Vec::new();
    let mut wrong = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let members = match row {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        match arguments::check(inputs, members.clone(), false) {
            Ok(_) => right.push(members),
            Err(errors) => wrong.extend(errors.into_iter().map(|error| format!("row {}: {error}", at + 1))),
        }
    }
    if wrong.is_empty() { Ok(right) } else { Err(Trouble::arguments(&wrong)) }
}

/// The record that the row would repeat: a person by address or name, an organization by name. Titles of deals repeat rightly.
async fn duplicate(crm: &Crm, entity: &str, row: &Map<String, Value>) -> Result<Option<Value>, Trouble> {
    let Some(name) = row.get("name").and_then(Value::as_str).filter(|name| name.chars().count() > 1) else { return Ok(None) };
    let same = match entity {
        "person" => {
            let email = row.get("email").or_else(|| row.get("emails"));
            let email = email.and_then(|email| email.as_str().or_else(|| email[0].as_str()).or_else(|| email[0]["value"].as_str()));
            contacts::known_persons(crm, name, email).await?
        }
        "organization" => contacts::known_organization(crm, name).await?,
        _ => Vec::new(),
    };
    Ok(same.first().map(|row| row["id"].clone()))
}
