//! What agents see of records: little, unless they ask for more.

use crate::names::{self, Definition};
use crate::tool::Tool;
use serde_json::{Map, Value};

/// How much of each row to show.
#[derive(Debug, Clone, Default)]
pub struct Look {
    pub detailed: bool,
    /// These keys and no other, besides the id.
    pub fields: Vec<String>,
}

/// A row of a tool as an agent sees it, or the records in it.
pub fn of(tool: &Tool, mut row: Value, fields: &[Definition], look: &Look) -> Value {
    if tool.within.is_empty() {
        return show(row, tool.shows, fields, look);
    }
    if let Some(records) = row.get_mut(tool.within).and_then(Value::as_array_mut) {
        records.iter_mut().for_each(|record| *record = show(record.take(), tool.shows, fields, look));
    }
    row
}

/// A row as an agent sees it. `keys` are those of concise rows; all that hold something where there are none.
pub fn show(row: Value, keys: &[&str], fields: &[Definition], look: &Look) -> Value {
    let Value::Object(members) = row else { return row };
    let members = found(members);
    let members = named(members, fields);
    if !look.fields.is_empty() {
        return picked(members, &look.fields);
    }
    if look.detailed {
        return members.into();
    }
    let labels = fields.iter().find(|field| field.code == "label_ids");
    let members = referring(members, fields);
    let shown: Map<String, Value> = members
        .into_iter()
        .filter(|(key, _)| {
            keys.is_empty()
                || keys.contains(&key.as_str())
                || key == "custom_fields"
                || names::REFERENCES.iter().any(|(_, to, _)| to == key)
        })
        .filter_map(|(key, value)| match (labels, key.as_str()) {
            (Some(field), "label_ids") => Some(("labels".to_owned(), trimmed(names::shown(&set(field), &value))?)),
            _ => Some((key, trimmed(value)?)),
        })
        .collect();
    shown.into()
}

/// Puts the names of owner, stage and pipeline beside their ids.
fn referring(mut members: Map<String, Value>, fields: &[Definition]) -> Map<String, Value> {
    for (keys, to, _) in names::REFERENCES {
        let options = fields.iter().filter(|field| field.code == keys[0]).flat_map(|field| &field.options);
        let id = keys.iter().find_map(|key| members.get(*key)?.as_i64());
        let name = options.filter(|(known, _)| Some(*known) == id).map(|(_, name)| name.clone()).next();
        if let (Some(name), false) = (name, members.contains_key(*to)) {
            members.insert((*to).to_owned(), name.into());
        }
    }
    members
}

/// Labels are many of their options, whatever the API calls their type.
fn set(labels: &Definition) -> Definition {
    Definition { kind: "set".to_owned(), ..labels.clone() }
}

/// A search shows rows with their scores, which say nothing but the order they are in.
fn found(mut members: Map<String, Value>) -> Map<String, Value> {
    match members.remove("item") {
        Some(Value::Object(item)) if members.contains_key("result_score") => item,
        Some(other) => {
            members.insert("item".to_owned(), other);
            members
        }
        None => members,
    }
}

/// Gives custom fields their names, wherever the version of the API keeps them.
fn named(members: Map<String, Value>, fields: &[Definition]) -> Map<String, Value> {
    if fields.is_empty() {
        return members;
    }
    let custom = |code: &str| fields.iter().find(|field| field.is_custom && field.code == code);
    let mut rest = Map::new();
    let mut values = Map::new();
    for (key, value) in members {
        match (custom(&key), value) {
            (Some(field), value) => {
                values.insert(field.name.clone(), names::shown(field, &value));
            }
            (None, Value::Object(inner)) if key == "custom_fields" => {
                for (code, value) in inner {
                    match custom(&code) {
                        Some(field) => values.insert(field.name.clone(), names::shown(field, &value)),
                        None => values.insert(code, value),
                    };
                }
            }
            (None, value) => {
                rest.insert(key, value);
            }
        }
    }
    values.retain(|_, value| !is_nothing(value));
    if !values.is_empty() {
        rest.insert("custom_fields".to_owned(), values.into());
    }
    rest
}

fn picked(mut members: Map<String, Value>, wanted: &[String]) -> Value {
    let mut custom = match members.remove("custom_fields") {
        Some(Value::Object(custom)) => custom,
        _ => Map::new(),
    };
    let mut row = Map::new();
    if let Some(id) = members.get("id") {
        row.insert("id".to_owned(), id.clone());
    }
    for name in wanted {
        let same = custom.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
        if name == "custom_fields" {
            row.insert(name.clone(), std::mem::take(&mut custom).into());
        } else if let Some(value) = members.get(name) {
            row.insert(name.clone(), value.clone());
        } else if let Some(value) = same.and_then(|name| custom.remove(&name)) {
            row.insert(name.clone(), value);
        }
    }
    row.into()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty() || members.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value without what says nothing; a record inside a record is its id and its name.
fn trimmed(value: Value) -> Option<Value> {
    if is_nothing(&value) {
        return None;
    }
    Some(match value {
        Value::Array(items) => items.into_iter().filter_map(trimmed).collect(),
        Value::Object(members) => match referred(&members) {
            Some(reference) => reference,
            None => members.into_iter().filter_map(|(key, value)| Some((key, trimmed(value)?))).collect::<Map<_, _>>().into(),
        },
        other => other,
    })
}

/// v1 shows records that others refer to with much of what is in them.
fn referred(members: &Map<String, Value>) -> Option<Value> {
    let name = members.get("name").filter(|name| name.is_string())?;
    let id = members.get("value").or_else(|| members.get("id")).filter(|id| id.is_number())?;
    // Whom mail comes from and goes to is known by the address.
    (members.len() > 2 && !members.contains_key("email_address")).then(|| serde_json::json!({"id": id, "name": name}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field() -> Definition {
        let options = vec![(7, "Annual".to_owned()), (8, "Monthly".to_owned())];
        Definition { code: "a1".repeat(20), name: "Contract".to_owned(), kind: "enum".to_owned(), is_custom: true, options }
    }

    #[test]
    fn concise_rows_hold_what_is_set_and_custom_fields_by_name() {
        let row = json!({"id": 1, "title": "Roof", "lost_reason": null, "acv": 5, "custom_fields": {("a1".repeat(20)): 7, "b": null}});
        let shown = show(row, &["id", "title", "lost_reason"], &[field()], &Look::default());
        assert_eq!(shown, json!({"id": 1, "title": "Roof", "custom_fields": {"Contract": "Annual"}}));
    }

    #[test]
    fn v1_rows_have_their_custom_fields_beside_the_others() {
        let row = json!({"id": 1, "org_id": {"name": "Acme", "value": 4, "address": "x"}, ("a1".repeat(20)): "8"});
        let shown = show(row, &[], &[field()], &Look::default());
        assert_eq!(shown, json!({"id": 1, "org_id": {"id": 4, "name": "Acme"}, "custom_fields": {"Contract": "Monthly"}}));
    }

    #[test]
    fn owners_have_names_beside_their_ids() {
        let owner = Definition { code: "owner_id".to_owned(), options: vec![(3, "Ada".to_owned())], is_custom: false, ..field() };
        let show = |row| show(row, &["id", "owner_id", "user_id"], std::slice::from_ref(&owner), &Look::default());
        assert_eq!(show(json!({"id": 1, "owner_id": 3})), json!({"id": 1, "owner_id": 3, "owner": "Ada"}));
        assert_eq!(show(json!({"id": 1, "user_id": 3})), json!({"id": 1, "user_id": 3, "owner": "Ada"}));
        assert_eq!(show(json!({"id": 1, "owner_id": 4})), json!({"id": 1, "owner_id": 4}));
    }

    #[test]
    fn chosen_fields_come_with_the_id() {
        let row = json!({"id": 1, "title": "Roof", "value": 5, "custom_fields": {("a1".repeat(20)): 7}});
        let look = Look { detailed: false, fields: vec!["value".to_owned(), "contract".to_owned()] };
        assert_eq!(show(row, &["title"], &[field()], &look), json!({"id": 1, "value": 5, "contract": "Annual"}));
    }
}
