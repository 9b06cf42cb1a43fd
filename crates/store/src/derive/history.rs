//! What the history remembers of a write: changed fields, followers, participants.

use crate::batch::{Batch, Link, LinkKind};
use crate::error::StoreError;
use crate::sql::{Insert, Statement};
use crate::store::Store;
use penstock_model::{Actor, Change, Entity, Field, Kind, Money, Time, Value};
use std::collections::BTreeMap;

/// One row of the history to be.
pub(crate) struct Event {
    entity: &'static str,
    record: i64,
    object: &'static str,
    field_key: Option<String>,
    old: Value,
    new: Value,
    member: Option<i64>,
    action: Option<&'static str>,
}

impl Event {
    /// What the history remembers of a write.
    pub(crate) fn of_batch(batch: &Batch) -> Vec<Event> {
        let changes = batch.changes.iter().flat_map(|(change, _)| Event::of_change(change));
        changes.chain(batch.links.iter().map(Event::of_link)).collect()
    }

    /// The changed fields of an update, one event each. A new record has no history yet.
    fn of_change(change: &Change) -> Vec<Event> {
        let entity = change.entity();
        if change.is_insert() || !entity.has_history {
            return Vec::new();
        }
        let mut events = Vec::new();
        for (index, before, after) in change.differences() {
            let field = &entity.fields[index];
            if field.kind == Kind::Custom {
                events.extend(
                    custom_changes(before, after).into_iter().map(|(key, old, new)| Event::field(entity, change.after.id, key, old, new)),
                );
            } else if field.logged {
                let (old, new) = (logged_text(field, before), logged_text(field, after));
                events.push(Event::field(entity, change.after.id, field.v1_key.to_owned(), old, new));
            }
        }
        events
    }

    fn field(entity: &'static Entity, record: i64, key: String, old: Value, new: Value) -> Event {
        Event { entity: entity.name, record, object: "change", field_key: Some(key), old, new, member: None, action: None }
    }

    fn of_link(link: &Link) -> Event {
        let object = match link.kind {
            LinkKind::Follower => "follower",
            LinkKind::Participant => "participant",
        };
        let action = if link.added.is_some() { "added" } else { "removed" };
        Event {
            entity: link.entity,
            record: link.record,
            object,
            field_key: None,
            old: Value::Null,
            new: Value::Null,
            member: Some(link.member),
            action: Some(action),
        }
    }
}

/// The custom fields whose values differ, as texts. A value of several parts has a row for each that differs, under
/// the flat key that v1 gives it (semantics.md 11.2).
fn custom_changes(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
    let (mut before, after) = (flat_texts(before), flat_texts(after));
    let mut changes: Vec<_> = after
        .into_iter()
        .map(|(key, new)| {
            let old = before.remove(&key).unwrap_or_default();
            (key, old, new)
        })
        .collect();
    changes.extend(before.into_iter().map(|(key, old)| (key, old, Value::Null)));
    changes.retain(|(_, old, new)| old != new);
    changes
}

fn flat_texts(custom: &Value) -> BTreeMap<String, Value> {
    let members = custom.as_text().and_then(|text| serde_json::from_str::<serde_json::Map<_, _>>(text).ok()).unwrap_or_default();
    let mut flat = BTreeMap::new();
    for (key, value) in members {
        match value {
            serde_json::Value::Object(parts) => {
                for (part, value) in parts {
                    let key = if part == "value" { key.clone() } else { format!("{key}_{part}") };
                    flat.insert(key, json_text(&value));
                }
            }
            value => {
                flat.insert(key, json_text(&value));
            }
        }
    }
    flat
}

/// Texts bare, lists with commas between their items.
fn json_text(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(|item| json_text(item).as_text().map(str::to_owned)).collect();
            items.join(",").into()
        }
        other => other.to_string().into(),
    }
}

/// The value as the changelog shows it: always a text (semantics.md 15). E-mails, phones and addresses show what
/// people read in them.
fn logged_text(field: &Field, value: &Value) -> Value {
    match (field.kind, value) {
        (Kind::Money, Value::Int(amount)) => Money::from_ten_thousandths(*amount).to_string().into(),
        (Kind::Time | Kind::Moment, Value::Int(millis)) => Time::from_millis(*millis).to_v1().into(),
        (Kind::Labels | Kind::List(_), Value::Text(list)) => match list.trim_matches(['[', ']']) {
            "" => Value::Null,
            ids => ids.into(),
        },
        (Kind::Contacts | Kind::Address, Value::Text(kept)) => {
            match serde_json::from_str(kept).map(|json: serde_json::Value| values_of(&json).join(", ")) {
                Ok(values) if !values.is_empty() => values.into(),
                _ => Value::Null,
            }
        }
        (_, Value::Int(number)) => number.to_string().into(),
        (_, Value::Real(number)) => number.to_string().into(),
        (_, other) => other.clone(),
    }
}

/// The texts under `value` of an object, or of each object of a list.
fn values_of(json: &serde_json::Value) -> Vec<&str> {
    match json {
        serde_json::Value::Array(items) => items.iter().flat_map(values_of).collect(),
        other => other.get("value").and_then(serde_json::Value::as_str).into_iter().collect(),
    }
}

pub(super) async fn history_statements(store: &Store, actor: &Actor, bulk: bool, events: Vec<Event>) -> Result<Vec<Statement>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store.next_ids(actor.company, "history", events.len() as i64).await?;
    Ok(ids.zip(events).map(|(id, event)| history_row(actor, bulk, id, event).into()).collect())
}

pub(crate) fn history_row(actor: &Actor, bulk: bool, id: i64, event: Event) -> Insert {
    Insert::new(
        "INSERT INTO history (company_id, entity, record_id, time, id, object, field_key, old_value, new_value,
             member_id, action, actor_user_id, change_source, user_agent, is_bulk) VALUES ",
        vec![
            actor.company.into(),
            event.entity.into(),
            event.record.into(),
            actor.time.into(),
            id.into(),
            event.object.into(),
            event.field_key.into(),
            event.old,
            event.new,
            event.member.into(),
            event.action.into(),
            actor.user.into(),
            actor.source.as_str().into(),
            actor.user_agent.as_deref().into(),
            bulk.into(),
        ],
    )
}
