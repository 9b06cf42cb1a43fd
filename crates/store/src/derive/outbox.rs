//! What whoever listens is told of a write: one row for each changed record, and a narrow one that waits for its place in the
//! event log.

use crate::error::StoreError;
use crate::sql::Statement;
use crate::store::Store;
use penstock_model::{Actor, Change, Place, Record, Value};

pub(super) async fn outbox_statements(
    store: &Store,
    actor: &Actor,
    bulk: bool,
    changes: &[(Change, Option<i64>)],
) -> Result<Vec<Statement>, StoreError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store.next_ids(actor.company, "outbox", changes.len() as i64).await?;
    let statements = |(id, (change, merged)): (i64, &(Change, Option<i64>))| {
        let event = Statement::new(
            "INSERT INTO outbox (company_id, id, time, entity, record_id, version, action, before, after, merged_id,
                 actor_user_id, change_source, user_agent, is_bulk)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            vec![
                actor.company.into(),
                id.into(),
                actor.time.into(),
                change.entity().name.into(),
                change.after.id.into(),
                version_of(change).into(),
                action_of(change).into(),
                change.before.as_ref().map(record_json).into(),
                record_json(&change.after).into(),
                (*merged).into(),
                actor.user.into(),
                actor.source.as_str().into(),
                actor.user_agent.as_deref().into(),
                bulk.into(),
            ],
        );
        let waiting = Statement::new("INSERT INTO outbox_waiting (company_id, id) VALUES ($1, $2)", vec![actor.company.into(), id.into()]);
        [event, waiting]
    };
    Ok(ids.zip(changes).flat_map(statements).collect())
}

/// The version in which the write leaves the row. Versions tell the order of the changes of a record; ids do not, for each
/// process takes them from blocks of its own.
fn version_of(change: &Change) -> i64 {
    change.before.as_ref().map_or(change.after.version, |before| before.version + 1)
}

/// `create`, `change` or `delete`; a record that becomes deleted is a deletion to whoever listens.
fn action_of(change: &Change) -> &'static str {
    let deleted = |record: &Record| record.entity.field("is_deleted").is_some_and(|(index, _)| record.values[index] == Value::Int(1));
    match &change.before {
        None => "create",
        Some(before) if !deleted(before) && deleted(&change.after) => "delete",
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
