//! What happened, as the outbox tells it.

use crate::activities::ACTIVITY;
use crate::activity_types::ACTIVITY_TYPE;
use crate::boards::BOARD;
use crate::deal_products::{DEAL_PRODUCT, INSTALLMENT};
use crate::deals::DEAL;
use crate::fields::entity::FIELD;
use crate::files::FILE;
use crate::leads::LEAD;
use crate::notes::NOTE;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::phases::PHASE;
use crate::pipelines::PIPELINE;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
use crate::stages::STAGE;
use crate::tasks::TASK;
use crate::users::USER;
use penstock_model::{CompanyId, Entity, Place, Record, Time, UserId, Value};
use penstock_store::{Row, Sql, Store, StoreError, Weight};

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Create,
    Change,
    Delete,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct Event {
    pub company: CompanyId,
    pub id: i64,
    pub time: Time,
    pub action: Action,
    /// The record before the write; a created one has none.
    pub before: Option<Record>,
    pub after: Record,
    /// The other record of a merge: for the survivor the one that is gone, for that one the survivor.
    pub merged: Option<i64>,
    /// Who acted.
    pub actor: UserId,
    /// `app` or `api`.
    pub change_source: String,
    pub user_agent: Option<String>,
    pub is_bulk: bool,
}

/// What subscribers can be told of. Other rows of the outbox concern nobody outside.
static TOLD: &[&Entity] = &[
    &ACTIVITY,
    &ACTIVITY_TYPE,
    &BOARD,
    &DEAL,
    &DEAL_PRODUCT,
    &FIELD,
    &FILE,
    &INSTALLMENT,
    &LEAD,
    &NOTE,
    &ORGANIZATION,
    &PERSON,
    &PHASE,
    &PIPELINE,
    &PRODUCT,
    &PROJECT,
    &STAGE,
    &TASK,
    &USER,
];

const COLUMNS: &str = "id, time, entity, record_id, action, before, after, merged_id, actor_user_id, change_source, user_agent, is_bulk";

/// The events with these ids, in the order of their ids. Those that are gone from the outbox are left out.
pub async fn read(store: &Store, company: CompanyId, ids: &[i64]) -> Result<Vec<Event>, StoreError> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM outbox WHERE company_id = "));
    sql.bind(company).push(" AND id IN ").bind_list(ids.iter().copied()).push(" ORDER BY id");
    store.read(sql, Weight::Light, Vec::new(), move |events, row| events.extend(event(company, row))).await
}

fn event(company: CompanyId, row: &dyn Row) -> Option<Event> {
    let word = row.text(2)?;
    let entity = TOLD.iter().find(|entity| entity.name == word)?;
    let id = row.int(3)?;
    Some(Event {
        company,
        id: row.int(0)?,
        time: Time::from_millis(row.int(1)?),
        action: match row.text(4)? {
            "create" => Action::Create,
            "delete" => Action::Delete,
            _ => Action::Change,
        },
        before: row.text(5).and_then(|json| record(entity, id, json)),
        after: record(entity, id, row.text(6)?)?,
        merged: row.int(7),
        actor: UserId(row.int(8)?),
        change_source: row.text(9)?.to_owned(),
        user_agent: row.text(10).map(str::to_owned),
        is_bulk: row.int(11) == Some(1),
    })
}

/// A record from the columns that `derive` has written down.
fn record(entity: &'static Entity, id: i64, json: &str) -> Option<Record> {
    let columns: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    let mut record = Record::blank(entity, id);
    for (field, value) in entity.fields.iter().zip(&mut record.values) {
        if field.place != Place::Row {
            continue;
        }
        *value = match columns.get(field.key) {
            Some(serde_json::Value::Number(number)) => match number.as_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Real(number.as_f64()?),
            },
            Some(serde_json::Value::String(text)) => Value::from(text.as_str()),
            _ => Value::Null,
        };
    }
    Some(record)
}
