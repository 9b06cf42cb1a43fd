//! The links behind the lists of ids in records: one row for each id, by which the records that hold it are found.

use crate::sql::{Insert, Statement};
use penstock_model::{Change, CompanyId, Field, Kind, Place, Value};
use std::collections::BTreeSet;

/// The links of a new record.
pub(crate) fn new_links(company: CompanyId, change: &Change) -> Vec<Insert> {
    let mut links = Vec::new();
    for (index, field) in lists(change) {
        links.extend(members(&change.after.values[index]).into_iter().map(|member| insert(company, change, field, member)));
    }
    links
}

/// What a change of a record adds to its links and takes off them.
pub(crate) fn link_changes(company: CompanyId, change: &Change) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (index, field) in lists(change) {
        let before = change.before.as_ref().map(|before| members(&before.values[index])).unwrap_or_default();
        let after = members(&change.after.values[index]);
        statements.extend(before.difference(&after).map(|member| delete(company, change, field, *member)));
        statements.extend(after.difference(&before).map(|member| insert(company, change, field, *member).into()));
    }
    statements
}

fn lists(change: &Change) -> impl Iterator<Item = (usize, &'static Field)> {
    let fields = change.entity().fields.iter().enumerate();
    fields.filter(|(_, field)| field.place == Place::Row && matches!(field.kind, Kind::List(_)))
}

fn members(list: &Value) -> BTreeSet<i64> {
    list.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn insert(company: CompanyId, change: &Change, field: &Field, member: i64) -> Insert {
    Insert::new(
        "INSERT INTO links (company_id, member_id, entity, field_key, record_id) VALUES ",
        vec![company.into(), member.into(), change.entity().name.into(), field.key.into(), change.after.id.into()],
    )
}

fn delete(company: CompanyId, change: &Change, field: &Field, member: i64) -> Statement {
    Statement::one_row(
        "DELETE FROM links WHERE company_id = $1 AND member_id = $2 AND entity = $3 AND field_key = $4 AND record_id = $5",
        vec![company.into(), member.into(), change.entity().name.into(), field.key.into(), change.after.id.into()],
    )
}
