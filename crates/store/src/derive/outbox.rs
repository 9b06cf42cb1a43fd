//! What whoever listens is told of a write: one row for each changed record.

use crate::batch::Batch;
use crate::error::StoreError;
use crate::sql::Statement;
use crate::store::Store;
use penstock_model::{Actor, Change, Place, Record, Value};

pub(super) async fn outbox_statements(store: &Store, actor: &Actor, batch: &Batch) -> Result<Vec<Statement>, StoreError> {
    let saved = batch.changes.iter().map(|(change, merged)| (change, *merged, action_of(change)));
    let told = batch.told.iter().map(|(change, removed)| (change, None, if *removed { DELETE } else { action_of(change) }));
    let events: Vec<_> = saved.chain(told).collect();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store.next_ids(actor.company, "outbox", events.len() as i64).await?;
    let statement = |(id, (change, merged, action)): (i64, (&Change, Option<i64>, &'static str))| {
        Statement::new(
            "INSERT INTO outbox (company_id, id, time, entity, record_id, action, before, after, merged_id,
                 actor_user_id, change_source, user_agent, is_bulk)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            vec![
                actor.company.into(),
                id.into(),
                actor.time.into(),
                change.entity().name.into(),
                change.after.id.into(),
                action.into(),
                change.before.as_ref().map(record_json).into(),
                record_json(&change.after).into(),
                merged.into(),
                actor.user.into(),
                actor.source.as_str().into(),
                actor.user_agent.as_deref().into(),
                batch.bulk.into(),
            ],
        )
    };
    Ok(ids.zip(events).map(statement).collect())
}

const DELETE: &str = "delete";

/// `create`, `change` or `delete`; a record that becomes deleted is a deletion to whoever listens.
fn action_of(change: &Change) -> &'static str {
    let deleted = |record: &Record| record.entity.field("is_deleted").is_some_and(|(index, _)| record.values[index] == Value::Int(1));
    match &change.before {
        None => "create",
        Some(before) if !deleted(before) && deleted(&change.after) => DELETE,
        Some(_) => "change",
    }
}

/// The stored columns of a row as a JSON object, in the form the store keeps them.
fn record_json(record: &Record) -> String {
    let mut members = serde_json::Map::with_capacity(record.values.len());
    for (field, value) in record.entity.fields.iter().zip(&record.values) {
        if field.place != Place::Row {
            continue;
        }
        let json = match value {
            Value::Null => serde_json::Value::Null,
            Value::Int(number) => (*number).into(),
            Value::Real(number) => (*number).into(),
            Value::Text(text) => text.as_ref().into(),
        };
        members.insert(field.key.to_owned(), json);
    }
    serde_json::Value::Object(members).to_string()
}
