//! Notes as search sees them: texts of the records that they belong to.

use super::documents::{self, Document};
use super::kinds::Kind;
use super::look::Look;
use crate::call::Call;
use crate::error::ApiResult;
use crate::notes::NOTE;
use crate::select;
use penstock_store::search::{document_of, plain_text};
use penstock_store::{Row, Sql, Weight};
use std::collections::HashMap;

/// The kinds whose notes are looked at, each with the column that leads from a note to its record.
fn linked(look: &Look) -> impl Iterator<Item = (&'static Kind, &'static str)> + '_ {
    look.among.iter().filter(|among| among.looks_at_notes()).filter_map(|among| Some((among.kind, among.kind.note_link?)))
}

/// `FROM notes t … WHERE …` for the notes that the caller may see; `joins` come between.
fn from_notes(sql: &mut Sql, call: &Call, joins: &str) {
    sql.push(" FROM notes t").push(joins);
    select::scope(sql, call, &NOTE);
    sql.push(" AND t.is_deleted = 0 AND ");
}

/// What joins the lead `l` of a note, where the way to a record needs it.
fn join_of(link: &str) -> &'static str {
    if link.starts_with("l.") { " JOIN leads l ON l.company_id = t.company_id AND l.uuid = t.lead_id" } else { "" }
}

/// The records that notes belong to: note, kind, record.
pub async fn records_of(call: &Call, look: &Look, notes: &[i64]) -> ApiResult<Vec<(i64, &'static Kind, i64)>> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let (kinds, links): (Vec<_>, Vec<_>) = linked(look).unzip();
    let mut sql = Sql::new("SELECT t.id");
    for link in links {
        sql.push(", ").push(link);
    }
    from_notes(&mut sql, call, " LEFT JOIN leads l ON l.company_id = t.company_id AND l.uuid = t.lead_id");
    call.store().dialect().among(&mut sql, "t.id", notes.iter().copied());
    let push = move |found: &mut Vec<(i64, &'static Kind, i64)>, row: &dyn Row| {
        let Some(note) = row.int(0) else { return };
        found.extend((1..).zip(&kinds).filter_map(|(column, kind)| Some((note, *kind, row.int(column)?))));
    };
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
}

/// The documents of the notes of records of one kind, with their records. Empty where notes are not looked at.
pub async fn documents_of(call: &Call, look: &Look, kind: &'static Kind, records: &[i64]) -> ApiResult<Vec<(i64, Document)>> {
    let Some((_, link)) = linked(look).find(|(known, _)| known.word == kind.word).filter(|_| !records.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut sql = Sql::new(format!("SELECT {link}, d.id, d.text"));
    let document = document_of(NOTE.name, "t.id");
    let joins = format!("{} JOIN search_documents d ON d.company_id = t.company_id AND d.id = {document}", join_of(link));
    from_notes(&mut sql, call, &joins);
    call.store().dialect().among(&mut sql, link, records.iter().copied());
    let push = |found: &mut Vec<(i64, Document)>, row: &dyn Row| {
        let document = Document { id: row.int(1).unwrap_or_default(), text: row.text(2).unwrap_or_default().to_owned() };
        found.push((row.int(0).unwrap_or_default(), document));
    };
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
}

/// The texts of the notes that match, by their records, newest first.
pub async fn matched(call: &Call, look: &Look, kind: &'static Kind, records: &[i64]) -> ApiResult<HashMap<i64, Vec<String>>> {
    let Some((_, link)) = linked(look).find(|(known, _)| known.word == kind.word).filter(|_| !records.is_empty()) else {
        return Ok(HashMap::new());
    };
    let mut sql = Sql::new(format!("SELECT {link}, t.content"));
    from_notes(&mut sql, call, join_of(link));
    call.store().dialect().among(&mut sql, link, records.iter().copied());
    sql.push(" ORDER BY t.id DESC");
    let push = |notes: &mut Vec<(i64, String)>, row: &dyn Row| {
        notes.push((row.int(0).unwrap_or_default(), row.text(1).unwrap_or_default().to_owned()));
    };
    let mut texts: HashMap<i64, Vec<String>> = HashMap::new();
    for (record, content) in call.store().read(sql, Weight::Heavy, Vec::new(), push).await? {
        let text = plain_text(&content);
        if look.matches(&text) {
            texts.entry(record).or_default().push(text);
        }
    }
    Ok(texts)
}

/// The documents of the records of one kind and of their notes.
pub async fn all_documents(call: &Call, look: &Look, kind: &'static Kind, records: &[i64]) -> ApiResult<Vec<Document>> {
    let ids = records.iter().filter_map(|id| penstock_store::search::document_id(kind.word, *id));
    let mut found = documents::by_ids(call, ids, &|sql| look.narrow(call, sql, false)).await?;
    found.extend(documents_of(call, look, kind, records).await?.into_iter().map(|(_, document)| document));
    Ok(found)
}
