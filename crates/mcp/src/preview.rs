//! What a tool that takes something away would do, found out without doing it.

use crate::crm::{Crm, Values};
use crate::resolve;
use crate::rows::{self, Look};
use crate::tool::Tool;
use penstock_crm::{Method, Op, ParamKind};
use serde_json::{Map, Value, json};

/// What would happen, in words and with the records that it would happen to.
#[derive(Debug, Clone)]
pub struct Preview {
    pub words: String,
    pub value: Value,
}

/// Looks at what a call would change. A refusal of the API is the caller's to see.
pub async fn of(crm: &Crm, tool: &Tool, op: &'static Op, values: &Values) -> Result<Preview, crate::trouble::Trouble> {
    if op.path.ends_with("/merge") {
        return merge(crm, op, values).await;
    }
    let records = affected(crm, op, values).await?;
    let named: Vec<_> = records.iter().map(name).collect();
    let whom = if named.is_empty() { target(values) } else { named.join(", ") };
    let words = format!("{}: {whom}", tool.title);
    Ok(Preview { value: json!({"dry_run": true, "would": words, "records": records}), words })
}

/// What the arguments name, where there is nothing to read.
fn target(values: &Values) -> String {
    let named = values.path.iter().chain(&values.query).map(|(name, value)| format!("{name} {value}"));
    let body = values.body.iter().map(|(name, value)| format!("{name} {value}"));
    named.chain(body).collect::<Vec<_>>().join(", ")
}

/// A record in a few words.
fn name(record: &Value) -> String {
    let word = ["title", "name", "subject", "field_name", "label", "file_name", "content"]
        .iter()
        .find_map(|key| record[*key].as_str())
        .map(|word| format!(" “{}”", word.chars().take(80).collect::<String>()));
    let id = ["id", "user_id", "field_code"].iter().map(|key| &record[*key]).find(|id| !id.is_null());
    format!("{}{}", id.map(Value::to_string).unwrap_or_default(), word.unwrap_or_default())
}

async fn affected(crm: &Crm, op: &'static Op, values: &Values) -> Result<Vec<Value>, crate::trouble::Trouble> {
    if let Some((_, ids)) = values.query.iter().find(|(name, _)| *name == "ids") {
        return many(crm, op, ids).await;
    }
    if let Some(reader) = resolve::sibling(op, Method::Get) {
        let row = crm.run(reader, &only(reader, values)).await?;
        return Ok(records(row).into_iter().take(25).collect());
    }
    let Some((parent, _)) = op.path.rsplit_once('/') else { return Ok(Vec::new()) };
    let Some(reader) = reader(op, parent) else { return Ok(Vec::new()) };
    let rows = records(crm.run(reader, &only(reader, values)).await?);
    let Some((_, wanted)) = values.path.last() else { return Ok(rows) };
    Ok(rows.into_iter().filter(|row| ["id", "user_id"].iter().any(|key| row[*key].to_string().trim_matches('"') == wanted)).collect())
}

/// The records behind a list of ids; those that do not exist are not among them.
async fn many(crm: &Crm, op: &'static Op, ids: &str) -> Result<Vec<Value>, crate::trouble::Trouble> {
    let one = format!("{}/{{id}}", op.path);
    let Some(reader) = reader(op, &one) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for id in ids.split(',').take(100) {
        let values = Values::default().path("id", id);
        let answer = crm.send(reader, &values).await;
        match answer.status {
            200..=299 => found.extend(records(answer.json())),
            404 | 403 => {}
            _ => return Err(crate::trouble::Trouble::of_answer(&answer, reader)),
        }
    }
    Ok(found)
}

/// The operation that reads a path, of v2 if there is one.
fn reader(op: &Op, path: &str) -> Option<&'static Op> {
    let on_path = |other: &&Op| other.path == path && other.method == Method::Get;
    let mut all = penstock_crm::operations::all().filter(on_path);
    let first = all.next()?;
    Some(all.find(|other| other.root != op.root).filter(|other| other.version == penstock_crm::Version::V2).unwrap_or(first))
}

/// Those values that the operation takes, and all counts that it can show.
fn only(op: &'static Op, values: &Values) -> Values {
    let mut taken = Values::default();
    let names: Vec<_> = resolve::path_names(op.path).collect();
    taken.path.extend(values.path.iter().filter(|(name, _)| names.contains(name)).cloned());
    for param in op.query.iter().filter(|param| param.name == "include_fields") {
        if let ParamKind::Choices(words) = param.kind {
            let counts: Vec<_> = words.iter().copied().filter(|word| word.ends_with("_count")).collect();
            if !counts.is_empty() {
                taken = taken.query("include_fields", counts.join(","));
            }
        }
    }
    taken
}

fn records(mut body: Value) -> Vec<Value> {
    let data = body.get_mut("data").map(Value::take).unwrap_or(Value::Null);
    let rows = match data {
        Value::Array(rows) => rows,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    rows.into_iter().map(|row| rows::show(row, KEYS, &[], &Look::default())).collect()
}

/// What a preview shows of a record: what it is, and what hangs on it.
const KEYS: &[&str] = &[
    "id",
    "user_id",
    "title",
    "name",
    "subject",
    "field_name",
    "field_code",
    "label",
    "file_name",
    "content",
    "value",
    "currency",
    "status",
    "due_date",
    "add_time",
    "activities_count",
    "notes_count",
    "files_count",
    "followers_count",
    "participants_count",
    "products_count",
    "email_messages_count",
    "open_deals_count",
    "closed_deals_count",
    "people_count",
    "item_price",
    "quantity",
    "sum",
    "person",
    "emails",
];

async fn merge(crm: &Crm, op: &'static Op, values: &Values) -> Result<Preview, crate::trouble::Trouble> {
    let parent = op.path.trim_end_matches("/merge");
    let Some(reader) = reader(op, parent) else { return Err(crate::trouble::Trouble::fault(format!("nothing reads {parent}"))) };
    let removed = values.path.first().map(|(_, id)| id.clone()).unwrap_or_default();
    let survivor = values.body.get("merge_with_id").map(Value::to_string).unwrap_or_default();
    let read = async |id: &str| {
        let values = Values::default().path("id", id);
        crm.run(reader, &only(reader, &values)).await.map(|mut body| body.get_mut("data").map(Value::take).unwrap_or(Value::Null))
    };
    let (gone, kept) = (read(&removed).await?, read(&survivor).await?);
    let filled = filled(&gone, &kept);
    let words = format!("Merge {} into {}: the second one stays, the first one is removed for good", name(&gone), name(&kept));
    let look = Look::default();
    let value = json!({
        "dry_run": true,
        "would": words,
        "survivor_id": kept["id"],
        "removed_id": gone["id"],
        "filled_from_removed": filled,
        "survivor": rows::show(kept, KEYS, &[], &look),
        "removed": rows::show(gone, KEYS, &[], &look),
    });
    Ok(Preview { words, value })
}

/// The fields that are empty in the record that stays, and not in the other.
fn filled(gone: &Value, kept: &Value) -> Value {
    let (Value::Object(gone), Value::Object(kept)) = (gone, kept) else { return Value::Null };
    let is_empty = |value: &Value| value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
    let filled: Map<String, Value> = gone
        .iter()
        .filter(|(key, value)| !is_empty(value) && kept.get(*key).is_some_and(is_empty))
        .filter(|(key, _)| !key.ends_with("_count") && !key.ends_with("_time") && *key != "custom_fields")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    filled.into()
}
