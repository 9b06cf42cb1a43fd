//! The writing of what hangs on a deal. It has no history of its own, so that a write of it derives nothing but the event
//! that tells of it, where there is one; what else follows from it is the change of its deal.

use super::fields::DISCOUNT_ENTITY;
use penstock_model::{Change, CompanyId, Entity, Place, Record};
use penstock_store::{Batch, Sql, Statement};

/// So many rows go into one statement: both engines bound the number of its values.
const CHUNK: usize = 100;

/// Adds records of one entity.
pub fn add(batch: &mut Batch, records: &[Record]) {
    insert(batch.company(), records).for_each(|statement| batch.run(statement));
    records.iter().filter(|record| is_told(record)).for_each(|record| batch.tell(Change::insert(record.clone())));
}

/// Writes a record where it differs from what it was; says whether it does.
pub fn change(batch: &mut Batch, before: &Record, after: &Record) -> bool {
    let Some(statement) = update(batch.company(), before, after) else { return false };
    batch.run(statement);
    if is_told(after) {
        batch.tell(Change { before: Some(before.clone()), after: after.clone() });
    }
    true
}

pub fn remove(batch: &mut Batch, record: &Record) {
    batch.run(delete(batch.company(), record));
    if is_told(record) {
        batch.tell_removed(record.clone());
    }
}

/// Makes `after` of `before`, with records told apart by their ids; says whether that changes anything.
pub fn replace(batch: &mut Batch, before: &[Record], after: &[Record]) -> bool {
    let find = |records: &'_ [Record], id: i64| records.iter().position(|record| record.id == id);
    let gone: Vec<_> = before.iter().filter(|record| find(after, record.id).is_none()).collect();
    gone.iter().for_each(|record| remove(batch, record));
    let mut changes = !gone.is_empty();
    for record in after {
        if let Some(was) = find(before, record.id) {
            changes |= change(batch, &before[was], record);
        }
    }
    let new: Vec<_> = after.iter().filter(|record| find(before, record.id).is_none()).cloned().collect();
    add(batch, &new);
    changes || !new.is_empty()
}

/// Webhooks have words for rows of products and for installments, and none for discounts (semantics.md 28.1).
fn is_told(record: &Record) -> bool {
    record.entity.name != DISCOUNT_ENTITY.name
}

/// Inserts records of one entity.
fn insert(company: CompanyId, records: &[Record]) -> impl Iterator<Item = Statement> + '_ {
    records.chunks(CHUNK).map(move |records| insert_chunk(company, records[0].entity, records))
}

fn insert_chunk(company: CompanyId, entity: &'static Entity, records: &[Record]) -> Statement {
    let mut sql = Sql::new(format!("INSERT INTO {} (company_id, id, version", entity.table));
    for field in stored(entity) {
        sql.push(", ").push(field.key);
    }
    sql.push(") VALUES ");
    for (place, record) in records.iter().enumerate() {
        let mut values = vec![company.into(), record.id.into(), record.version.into()];
        values.extend(record.columns().map(|(_, value)| value.clone()));
        sql.push(if place == 0 { "" } else { ", " }).bind_list(values);
    }
    sql.into()
}

fn stored(entity: &'static Entity) -> impl Iterator<Item = &'static penstock_model::Field> {
    entity.fields.iter().filter(|field| field.place == Place::Row && field.key != "id")
}

/// Writes the values in which a record differs from what it was; `None` where there are none.
fn update(company: CompanyId, before: &Record, after: &Record) -> Option<Statement> {
    let mut sql = Sql::new(format!("UPDATE {} SET version = version + 1", after.entity.table));
    let changed: Vec<_> = before.columns().zip(after.columns()).filter(|((_, before), (_, after))| before != after).collect();
    if changed.is_empty() {
        return None;
    }
    for (_, (field, value)) in changed {
        sql.push(", ").push(field.key).push(" = ").bind(value.clone());
    }
    sql.push(" WHERE company_id = ").bind(company).push(" AND id = ").bind(after.id);
    Some(sql.into())
}

fn delete(company: CompanyId, record: &Record) -> Statement {
    let mut sql = Sql::new(format!("DELETE FROM {} WHERE company_id = ", record.entity.table));
    sql.bind(company).push(" AND id = ").bind(record.id);
    sql.into()
}
