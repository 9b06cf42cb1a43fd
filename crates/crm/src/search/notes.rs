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

/// `FROM notes t … WHERE …` for the notes that the caller may see, with the lead `l` where its id is needed.
fn from_notes(sql: &mut Sql, call: &Call, link: &str, join_leads: &str, join: &str) {
    sql.push(" FROM notes t ");
    if link.starts_with("l.") {
        sql.push(join_leads).push(" leads l ON l.company_id = t.company_id AND l.uuid = t.lead_id");
    }
    sql.push(join);
    select::scope(sql, call, &NOTE);
    sql.push(" AND t.is_deleted = 0 AND ");
}

/// The records that notes belong to: note, kind, record.
pub async fn records_of(call: &Call, look: &Look, notes: &[i64]) -> ApiResult<Vec<(i64, &'static Kind, i64)>> {
    let mut found = Vec::new();
    if notes.is_empty() {
        return Ok(found);
    }
    for (kind, link) in linked(look) {
        // Notes without such a record are left out below: a condition would lead PostgreSQL to the index of those that have one, which
        // it then reads whole for each note.
        let mut sql = Sql::new(format!("SELECT t.id, {link}"));
        from_notes(&mut sql, call, link, "LEFT JOIN", "");
        call.store().dialect().among(&mut sql, "t.id", notes.iter().copied());
        let pairs = call.store().read(sql, Weight::Heavy, Vec::new(), |pairs, row| pairs.extend(row.int(0).zip(row.int(1)))).await?;
        found.extend(pairs.into_iter().map(|(note, record)| (note, kind, record)));
    }
    Ok(found)
}

/// The documents of the notes of records of one kind, with their records. Empty where notes are not looked at.
pub async fn documents_of(call: &Call, look: &Look, kind: &'static Kind, records: &[i64]) -> ApiResult<Vec<(i64, Document)>> {
    let Some((_, link)) = linked(look).find(|(known, _)| known.word == kind.word).filter(|_| !records.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut sql = Sql::new(format!("SELECT {link}, d.id, d.text"));
    let join = format!(" JOIN search_documents d ON d.company_id = t.company_id AND d.id = {}", document_of(NOTE.name, "t.id"));
    from_notes(&mut sql, call, link, "JOIN", &join);
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
    from_notes(&mut sql, call, link, "JOIN", "");
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
