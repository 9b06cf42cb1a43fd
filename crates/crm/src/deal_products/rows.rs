//! The statements that write what hangs on a deal. It has no history and no events of its own, so that a write of it
//! derives nothing; what follows from it is the change of its deal.

use penstock_model::{CompanyId, Entity, Place, Record};
use penstock_store::{Sql, Statement};

/// So many rows go into one statement: both engines bound the number of its values.
const CHUNK: usize = 100;

/// Inserts records of one entity.
pub fn insert(company: CompanyId, records: &[Record]) -> impl Iterator<Item = Statement> + '_ {
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
pub fn update(company: CompanyId, before: &Record, after: &Record) -> Option<Statement> {
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

pub fn delete(company: CompanyId, record: &Record) -> Statement {
    let mut sql = Sql::new(format!("DELETE FROM {} WHERE company_id = ", record.entity.table));
    sql.bind(company).push(" AND id = ").bind(record.id);
    sql.into()
}

/// The statements that make `after` of `before`: records are told apart by their ids.
pub fn replace(company: CompanyId, before: &[Record], after: &[Record]) -> Vec<Statement> {
    let find = |records: &'_ [Record], id: i64| records.iter().position(|record| record.id == id);
    let gone = before.iter().filter(|record| find(after, record.id).is_none()).map(|record| delete(company, record));
    let changed = after.iter().filter_map(|record| update(company, &before[find(before, record.id)?], record));
    let new: Vec<_> = after.iter().filter(|record| find(before, record.id).is_none()).cloned().collect();
    gone.chain(changed).chain(insert(company, &new)).collect()
}
