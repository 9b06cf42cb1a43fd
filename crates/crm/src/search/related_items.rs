//! What belongs to found persons and organizations: their newest leads, deals, and persons (semantics.md 14).

use super::items::Item;
use super::kinds::{Kind, kind};
use crate::call::Call;
use crate::error::ApiResult;
use crate::select;
use penstock_store::{Sql, Weight};
use std::collections::BTreeSet;

/// So many of each sort for each found record.
const NEWEST: i64 = 100;

/// What follows from which: found kind, kind that belongs to it, and the column that leads back.
const BELONGING: &[(&str, &str, &str)] = &[
    ("person", "deal", "person_id"),
    ("person", "lead", "person_id"),
    ("organization", "deal", "org_id"),
    ("organization", "lead", "org_id"),
    ("organization", "person", "org_id"),
];

/// The related items of a page, each once, without those that are on the page.
pub async fn related(call: &Call, found: &[Item]) -> ApiResult<Vec<Item>> {
    let mut seen: BTreeSet<(&str, i64)> = found.iter().map(|item| (item.kind.word, item.record)).collect();
    let mut items = Vec::new();
    for (of, word, link) in BELONGING {
        let ids: Vec<i64> = found.iter().filter(|item| item.kind.word == *of).map(|item| item.record).collect();
        let Some(kind) = kind(word).filter(|_| !ids.is_empty()) else { continue };
        for record in newest(call, kind, link, &ids).await? {
            if seen.insert((kind.word, record)) {
                items.push(Item { kind, record, score: 0.0 });
            }
        }
    }
    Ok(items)
}

async fn newest(call: &Call, kind: &'static Kind, link: &str, ids: &[i64]) -> ApiResult<Vec<i64>> {
    let mut sql = Sql::new("SELECT x.id FROM (SELECT t.id, ROW_NUMBER() OVER (PARTITION BY t.");
    sql.push(link).push(" ORDER BY t.id DESC) AS place FROM ").push(kind.entity.table).push(" t");
    select::scope(&mut sql, call, kind.entity);
    sql.push(" AND t.is_deleted = 0 AND ");
    call.store().dialect().among(&mut sql, &format!("t.{link}"), ids.iter().copied());
    sql.push(") x WHERE x.place <= ").bind(NEWEST).push(" ORDER BY x.id DESC");
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), |ids, row| ids.extend(row.int(0))).await?)
}
