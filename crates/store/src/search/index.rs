//! The index on either engine: how it is written and asked.
//!
//! **SQLite**: `search_grams` is a full-text table without text, whose "words" are the grams. Writing a single row to such
//! a table costs a segment of its own, so new documents wait in `search_pending` until some have come together; whoever
//! searches looks at these one by one. **PostgreSQL**: `search_documents.grams` is an array with an inverted index, which
//! does the same by itself.

use super::document::Document;
use crate::dialect::Dialect;
use crate::sql::{Insert, Sql, Statement};
use penstock_model::{CompanyId, Value};
use std::fmt::Write;

/// The full-text table is one for all companies; each has so many row ids. A document has the row id so far below the end
/// of those of its company as its own id says: newer documents come first in the table, which the engine reads faster in its
/// own order than against it.
const ROWS_PER_COMPANY: i64 = 1 << 40;

/// One more than the row ids of a company.
fn end_of_rows(company: CompanyId) -> i64 {
    (company.0 + 1) * ROWS_PER_COMPANY
}

/// PostgreSQL looks at so many of the newest documents before it asks the index. The index cannot give the newest first, and
/// a common term would have it collect all there are.
const LOOK_BACK: i64 = 4_000;

/// What a step of the schema is on the engine, for the two that have nothing in common.
pub(crate) fn clustered_step(dialect: Dialect, step: &str) -> Option<&'static str> {
    Some(match (step, dialect) {
        ("SEARCH GRAMS", Dialect::Sqlite) => {
            "CREATE VIRTUAL TABLE search_grams USING fts5 (grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')"
        }
        ("SEARCH GRAMS", Dialect::Postgres) => "ALTER TABLE search_documents ADD COLUMN grams INTEGER[] NOT NULL",
        ("SEARCH INDEX", Dialect::Sqlite) => {
            "CREATE TABLE search_pending (company_id BIGINT NOT NULL, id BIGINT NOT NULL, grams TEXT, PRIMARY KEY (company_id, id)) WITHOUT ROWID"
        }
        ("SEARCH INDEX", Dialect::Postgres) => {
            "CREATE INDEX search_documents_by_grams ON search_documents USING gin (grams) WITH (gin_pending_list_limit = 256)"
        }
        _ => return None,
    })
}

/// The rows of a new or changed document.
pub(crate) fn write(dialect: Dialect, document: Document) -> Vec<Insert> {
    let grams = list(&document.grams(), dialect);
    let (company, id) = (document.company, document.id);
    let mut values = vec![
        company.into(),
        id.into(),
        document.entity.into(),
        document.record.into(),
        document.owner,
        document.visible_to,
        document.text.into(),
    ];
    const KEY: &str = " ON CONFLICT (company_id, id) DO UPDATE SET ";
    const COLUMNS: &str = "company_id, id, entity, record_id, owner_id, visible_to, text";
    const EXCLUDED: &str = "owner_id = excluded.owner_id, visible_to = excluded.visible_to, text = excluded.text";
    match dialect {
        Dialect::Sqlite => vec![
            Insert::new(format!("INSERT INTO search_documents ({COLUMNS}) VALUES "), values).or(format!("{KEY}{EXCLUDED}")),
            pend(company, id, grams.into()),
        ],
        Dialect::Postgres => {
            values.push(grams.into());
            let row = Insert::new(format!("INSERT INTO search_documents ({COLUMNS}, grams) VALUES "), values);
            vec![row.or(format!("{KEY}{EXCLUDED}, grams = excluded.grams"))]
        }
    }
}

/// A change of owner or visibility alone.
pub(crate) fn move_document(document: Document) -> Statement {
    Statement::new(
        "UPDATE search_documents SET owner_id = $3, visible_to = $4 WHERE company_id = $1 AND id = $2",
        vec![document.company.into(), document.id.into(), document.owner, document.visible_to],
    )
}

/// Takes a document away.
pub(crate) fn forget(dialect: Dialect, company: CompanyId, id: i64) -> Vec<Statement> {
    let mut statements =
        vec![Statement::new("DELETE FROM search_documents WHERE company_id = $1 AND id = $2", vec![company.into(), id.into()])];
    if dialect == Dialect::Sqlite {
        statements.push(pend(company, id, Value::Null).into());
    }
    statements
}

/// `grams` of a document that waits; null for one that goes.
fn pend(company: CompanyId, id: i64, grams: Value) -> Insert {
    Insert::new("INSERT INTO search_pending (company_id, id, grams) VALUES ", vec![company.into(), id.into(), grams])
        .or(" ON CONFLICT (company_id, id) DO UPDATE SET grams = excluded.grams")
}

/// Moves what waits into the full-text table.
pub(crate) fn flush(dialect: Dialect, company: CompanyId) -> Vec<Statement> {
    if dialect == Dialect::Postgres {
        return Vec::new();
    }
    let end = end_of_rows(company);
    vec![
        Statement::new(
            "DELETE FROM search_grams WHERE rowid IN (SELECT $2 - id FROM search_pending WHERE company_id = $1)",
            vec![company.into(), end.into()],
        ),
        Statement::new(
            "INSERT INTO search_grams (rowid, grams)
             SELECT $2 - id, grams FROM search_pending WHERE company_id = $1 AND grams IS NOT NULL ORDER BY id DESC",
            vec![company.into(), end.into()],
        ),
        Statement::new("DELETE FROM search_pending WHERE company_id = $1", vec![company.into()]),
    ]
}

fn list(grams: &[u32], dialect: Dialect) -> String {
    let (open, between, close) = if dialect == Dialect::Sqlite { ("", ' ', "") } else { ("{", ',', "}") };
    let mut list = String::with_capacity(grams.len() * 11 + 2);
    list.push_str(open);
    for (place, gram) in grams.iter().enumerate() {
        if place > 0 {
            list.push(between);
        }
        // Writing to a text cannot fail.
        let _ = write!(list, "{gram}");
    }
    list.push_str(close);
    list
}

/// What to look for in the index.
pub struct Lookup<'a> {
    pub company: CompanyId,
    /// A document has all grams of one of these sets.
    pub sets: &'a [Vec<u32>],
    /// Only documents with lower ids.
    pub before: i64,
    pub most: i64,
    /// Appends ` AND …` for what else must be true of a document, which is called `d`.
    pub narrow: &'a (dyn Fn(&mut Sql) + Sync),
}

/// The query for id and text of some documents that have the grams, in any order. If fewer than `most` come, these are all.
pub fn some(dialect: Dialect, lookup: &Lookup<'_>) -> Sql {
    let mut sql = match dialect {
        Dialect::Sqlite => newest_sqlite(lookup),
        Dialect::Postgres => some_postgres(lookup),
    };
    sql.plan_for_values();
    sql
}

/// The query for id and text of the newest documents that have the grams, newest first. More may come than really match.
pub fn newest(dialect: Dialect, lookup: &Lookup<'_>) -> Sql {
    let mut sql = match dialect {
        Dialect::Sqlite => newest_sqlite(lookup),
        Dialect::Postgres => newest_postgres(lookup),
    };
    sql.plan_for_values();
    sql
}

fn newest_sqlite(lookup: &Lookup<'_>) -> Sql {
    let sets: Vec<String> = lookup
        .sets
        .iter()
        .map(|set| set.iter().map(|gram| format!("\"{gram}\"")).collect::<Vec<_>>().join(" AND "))
        .map(|set| format!("({set})"))
        .collect();
    let end = end_of_rows(lookup.company);
    let mut sql = Sql::new("SELECT d.id, d.text FROM search_grams CROSS JOIN search_documents d WHERE search_grams MATCH ");
    sql.bind(sets.join(" OR "));
    sql.push(" AND search_grams.rowid > ").bind(end - lookup.before.clamp(0, ROWS_PER_COMPANY));
    sql.push(" AND search_grams.rowid < ").bind(end);
    sql.push(" AND d.company_id = ").bind(lookup.company).push(" AND d.id = ").bind(end).push(" - search_grams.rowid");
    (lookup.narrow)(&mut sql);
    sql.push(" ORDER BY search_grams.rowid LIMIT ").bind(lookup.most);
    sql
}

fn some_postgres(lookup: &Lookup<'_>) -> Sql {
    let mut sql = Sql::new("SELECT d.id, d.text FROM search_documents d WHERE ");
    by_grams(&mut sql, lookup);
    sql.push(" LIMIT ").bind(lookup.most);
    sql
}

fn newest_postgres(lookup: &Lookup<'_>) -> Sql {
    let mut sql = Sql::new(
        "WITH recent AS MATERIALIZED (SELECT d.id, d.text FROM \
         (SELECT * FROM search_documents WHERE company_id = ",
    );
    sql.bind(lookup.company).push(" AND id < ").bind(lookup.before);
    sql.push(" ORDER BY id DESC LIMIT ").bind(LOOK_BACK).push(") d WHERE ");
    has_grams(&mut sql, lookup);
    sql.push(" LIMIT ").bind(lookup.most);
    sql.push("), older AS MATERIALIZED (SELECT d.id, d.text FROM search_documents d WHERE ");
    by_grams(&mut sql, lookup);
    sql.push(" AND (SELECT COUNT(*) FROM recent) < ").bind(lookup.most);
    sql.push(" AND d.id NOT IN (SELECT id FROM recent)) SELECT id, text FROM (SELECT id, text FROM recent UNION ALL SELECT id, text FROM older) d");
    sql.push(" ORDER BY id DESC LIMIT ").bind(lookup.most);
    sql
}

/// Appends the condition for documents that the index of grams gives. The sums keep the primary key out of it: it would give all
/// documents of the company, to be compared with the few that the grams give, which are of this company anyway.
fn by_grams(sql: &mut Sql, lookup: &Lookup<'_>) {
    sql.push("d.company_id + 0 = ").bind(lookup.company).push(" AND d.id + 0 < ").bind(lookup.before).push(" AND ");
    has_grams(sql, lookup);
}

fn has_grams(sql: &mut Sql, lookup: &Lookup<'_>) {
    sql.push("(");
    for (place, set) in lookup.sets.iter().enumerate() {
        sql.push(if place == 0 { "" } else { " OR " }).push("d.grams @> ").bind(list(set, Dialect::Postgres));
    }
    sql.push(")");
    (lookup.narrow)(sql);
}

/// The query for id and text of the documents that wait for the index, in any order; `None` where none ever do. They must
/// be read before the index: what moves meanwhile is then seen twice rather than never.
pub fn pending(dialect: Dialect, company: CompanyId, narrow: &dyn Fn(&mut Sql)) -> Option<Sql> {
    if dialect == Dialect::Postgres {
        return None;
    }
    let mut sql = Sql::new("SELECT d.id, d.text FROM search_pending p CROSS JOIN search_documents d WHERE p.company_id = ");
    sql.bind(company).push(" AND d.company_id = p.company_id AND d.id = p.id");
    narrow(&mut sql);
    Some(sql)
}
