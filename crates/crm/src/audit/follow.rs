//! Changes of who may do what, found in every write by itself: no operation can forget to tell of them.

use super::of_call;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Change, Field, Kind, Value};
use penstock_store::{Batch, Statement};
use serde_json::{Map, json};

/// What is watched: entities, and the fields of theirs that decide what somebody may do.
const WATCHED: &[(&str, &[&str])] = &[
    ("user", &["email", "access", "active_flag", "is_admin", "is_deleted", "role_id", "group_id"]),
    ("role", &["name", "parent_role_id", "active_flag", "settings", "hidden_pipelines"]),
];

/// Adds rows of the log for what a write changes of people and their rights.
pub fn follow(call: &Call, batch: &mut Batch) -> ApiResult<()> {
    let entries: Vec<Statement> = batch.changes().filter_map(|change| told(call, change).transpose()).collect::<ApiResult<_>>()?;
    entries.into_iter().for_each(|entry| batch.run(entry));
    Ok(())
}

fn told(call: &Call, change: &Change) -> ApiResult<Option<Statement>> {
    let name = change.entity().name;
    let Some((_, fields)) = WATCHED.iter().find(|(watched, _)| *watched == name) else { return Ok(None) };
    let mut details = Map::new();
    for (index, before, after) in change.differences() {
        let field = &change.entity().fields[index];
        if !fields.contains(&field.column) {
            continue;
        }
        let mut difference = Map::new();
        if !change.is_insert() {
            difference.insert("from".to_owned(), shown(field, before));
        }
        difference.insert("to".to_owned(), shown(field, after));
        details.insert(field.column.to_owned(), difference.into());
    }
    if details.is_empty() {
        return Ok(None);
    }
    let action = format!("{name}_{}", if change.is_insert() { "added" } else { "changed" });
    of_call(call, &action, Some((name, change.after.id)), &details.into()).map(Some)
}

fn shown(field: &Field, value: &Value) -> serde_json::Value {
    match (field.kind, value) {
        (Kind::Bool, Value::Int(flag)) => json!(*flag != 0),
        (Kind::Json, Value::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
        (_, Value::Null) => serde_json::Value::Null,
        (_, Value::Int(number)) => json!(number),
        (_, Value::Real(number)) => json!(number),
        (_, Value::Text(text)) => json!(text.as_ref()),
    }
}
