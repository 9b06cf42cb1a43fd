//! Changes of who may do what, and whatever agents write, found in every write by itself: no operation can forget to tell of them.

use super::{WRITTEN_BY_AGENT, of_call};
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

/// How the programs of agents end what they call themselves.
pub const AGENT: &str = "(MCP)";

/// Adds rows of the log for what a write changes of people and their rights, and one for every write of an agent.
pub fn follow(call: &Call, batch: &mut Batch) -> ApiResult<()> {
    let entries: Vec<Statement> = batch.changes().filter_map(|change| told(call, change).transpose()).collect::<ApiResult<_>>()?;
    let by_agent = if call.user_agent().is_some_and(|name| name.ends_with(AGENT)) { Some(by_agent(call, batch)?) } else { None };
    entries.into_iter().chain(by_agent).for_each(|entry| batch.run(entry));
    Ok(())
}

/// What an agent writes: by which operation, and to how many records. The first of them is the object.
fn by_agent(call: &Call, batch: &Batch) -> ApiResult<Statement> {
    let first = batch.changes().next().map(|change| (change.entity().name, change.after.id));
    let details = json!({"operation": call.op.id, "records": batch.changes().count()});
    of_call(call, WRITTEN_BY_AGENT, first, &details)
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
