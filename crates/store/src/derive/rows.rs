//! The statements that write the rows themselves.

use crate::batch::{Link, LinkKind};
use crate::sql::{Insert, Sql, Statement};
use penstock_model::{Actor, Change, CompanyId, Record, Time, Value};

pub(super) fn row_statement(company: CompanyId, change: &Change) -> Statement {
    match &change.before {
        None => insert_row(company, &change.after).into(),
        Some(before) => update_row(company, before, change),
    }
}

pub(crate) fn insert_row(company: CompanyId, record: &Record) -> Insert {
    let mut into = format!("INSERT INTO {} (company_id, id, version", record.entity.table);
    let mut values = vec![company.into(), record.id.into(), record.version.into()];
    for (field, value) in record.columns() {
        into.push_str(", ");
        into.push_str(field.key);
        values.push(value.clone());
    }
    into.push_str(") VALUES ");
    Insert::new(into, values)
}

pub(crate) fn update_row(company: CompanyId, before: &Record, change: &Change) -> Statement {
    let entity = change.entity();
    let mut sql = Sql::new(format!("UPDATE {} SET version = ", entity.table));
    sql.bind(before.version + 1);
    for (index, _, after) in change.differences() {
        sql.push(", ").push(entity.fields[index].key).push(" = ").bind(after.clone());
    }
    sql.push(" WHERE company_id = ").bind(company);
    sql.push(" AND id = ").bind(before.id);
    sql.push(" AND version = ").bind(before.version);
    Statement::one_row(sql.text, sql.values)
}

pub(crate) fn recent(company: CompanyId, entity: &'static str, record: i64, time: Time) -> Insert {
    Insert::new(
        "INSERT INTO recents (company_id, entity, record_id, time) VALUES ",
        vec![company.into(), entity.into(), record.into(), time.into()],
    )
    .or(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET time = excluded.time")
}

pub(super) fn link_statement(actor: &Actor, link: &Link) -> Statement {
    match link.added {
        Some(id) => insert_link(actor, link, id).into(),
        None => delete_link(actor, link),
    }
}

pub(crate) fn insert_link(actor: &Actor, link: &Link, id: i64) -> Insert {
    let company: Value = actor.company.into();
    let (record, member, user, time) = (link.record.into(), link.member.into(), actor.user.into(), actor.time.into());
    match link.kind {
        LinkKind::Follower => Insert::new(
            "INSERT INTO followers (company_id, entity, record_id, user_id, id, added_by_user_id, add_time) VALUES ",
            vec![company, link.entity.into(), record, member, id.into(), user, time],
        ),
        LinkKind::Participant => Insert::new(
            "INSERT INTO participants (company_id, deal_id, person_id, id, added_by_user_id, add_time) VALUES ",
            vec![company, record, member, id.into(), user, time],
        ),
    }
}

pub(crate) fn delete_link(actor: &Actor, link: &Link) -> Statement {
    let company: Value = actor.company.into();
    let (record, member) = (link.record.into(), link.member.into());
    match link.kind {
        LinkKind::Follower => Statement::one_row(
            "DELETE FROM followers WHERE company_id = $1 AND entity = $2 AND record_id = $3 AND user_id = $4",
            vec![company, link.entity.into(), record, member],
        ),
        LinkKind::Participant => Statement::one_row(
            "DELETE FROM participants WHERE company_id = $1 AND deal_id = $2 AND person_id = $3",
            vec![company, record, member],
        ),
    }
}
