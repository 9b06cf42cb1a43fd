//! Search over the values of one field, which minds case and accents (semantics.md 14).

use super::documents::{Document, NEWEST, Stream};
use super::frequencies;
use super::items::{text_of, values_of};
use super::kinds::{Kind, is_searched, kind};
use super::look::term;
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Version;
use crate::rights;
use penstock_model::Kind as FieldKind;
use penstock_store::search::{Match, Space, Term, record_of};
use penstock_store::{Sql, Weight};
use std::collections::{HashMap, HashSet};

/// Documents that are read at a time.
const PIECE: usize = 200;

/// The field whose values are compared.
struct Searched {
    kind: &'static Kind,
    /// As the request named it.
    key: String,
    column: &'static str,
    space: Space,
    /// How the values stand in the column.
    form: Form,
}

enum Form {
    Text,
    Contacts,
    Address,
    /// Under this code.
    Custom(String),
}

/// What values are compared with.
struct Wanted {
    text: String,
    term: Term,
    matches: Match,
}

impl Wanted {
    fn is_met_by(&self, value: &str) -> bool {
        match self.matches {
            Match::Exact => value == self.text,
            Match::Beginning => value.starts_with(&self.text),
            Match::Words | Match::Inside => value.contains(&self.text),
        }
    }
}

/// A record with a value that matches.
struct Found {
    document: i64,
    record: i64,
    value: String,
}

/// v2: id and matching value of the records, newest first.
pub async fn by_cursor(call: Call) -> ApiResult<Reply> {
    let matches = match call.args.text("match") {
        Some("beginning") => Match::Beginning,
        Some("middle") => Match::Inside,
        _ => Match::Exact,
    };
    let limit = list::limit(&call, "limit")? as usize;
    let before = before(&call)?;
    let wanted = wanted(&call, matches)?;
    let entity = call.args.text("entity_type").unwrap_or_default().to_owned();
    let mut found = Vec::new();
    if let Some(searched) = searched(&call, &entity, "field")? {
        walk(&call, &searched, &wanted, before, |hit| {
            found.push(hit);
            found.len() <= limit
        })
        .await?;
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| cursor(last.document));
    Ok(call.data_and(
        |json| {
            json.begin_array();
            found.iter().for_each(|hit| write_row(json, Some(hit.record), "name", &hit.value));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

/// v1: the different values, or with `return_item_ids` the records that hold them.
pub async fn by_offset(call: Call) -> ApiResult<Reply> {
    let matches = if call.args.flag("exact_match") { Match::Exact } else { Match::Inside };
    let (start, limit) = (call.args.int("start").unwrap_or(0).max(0), list::limit(&call, "limit")?);
    let with_ids = call.args.flag("return_item_ids");
    let wanted = wanted(&call, matches)?;
    let entity = call.args.text("field_type").unwrap_or_default().trim_end_matches("Field").to_owned();
    let enough = start.saturating_add(limit) as usize;
    let (mut found, mut values) = (Vec::new(), HashSet::new());
    let searched = searched(&call, &entity, "field_key")?;
    if let Some(searched) = &searched {
        walk(&call, searched, &wanted, NEWEST, |hit| {
            if with_ids || values.insert(hit.value.clone()) {
                found.push(hit);
            }
            found.len() <= enough
        })
        .await?;
    }
    let more = found.len() > enough;
    let key = searched.as_ref().map_or("name", |searched| searched.key.as_str());
    let rows: Vec<_> = found.iter().skip(start as usize).take(limit as usize).collect();
    Ok(call.data_and(
        |json| {
            json.begin_array();
            rows.iter().for_each(|hit| write_row(json, with_ids.then_some(hit.record), key, &hit.value));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            list::write_pagination(json, start, limit, more);
            json.end_object();
        },
    ))
}

fn write_row(json: &mut Json, id: Option<i64>, key: &str, value: &str) {
    json.begin_object();
    if let Some(id) = id {
        json.key("id");
        json.int(id);
    }
    json.key(key);
    json.string(value);
    json.end_object();
}

fn wanted(call: &Call, matches: Match) -> ApiResult<Wanted> {
    let term = term(call, matches == Match::Exact)?;
    Ok(Wanted { text: call.args.text("term").unwrap_or_default().to_owned(), term, matches })
}

/// Finds the field that the parameter names; `None` for kinds that the product has no records of.
fn searched(call: &Call, entity: &str, parameter: &'static str) -> ApiResult<Option<Searched>> {
    let Some(kind) = kind(entity) else { return Ok(None) };
    let key = call.args.text(parameter).unwrap_or_default();
    let refuse = || ApiError::invalid_key(parameter, "is not a field that can be searched");
    let custom = call.directory.custom_fields(kind.entity.name).find(|field| field.code == key);
    let (column, space, form) = match custom {
        Some(field) if is_searched(field.field_type) => ("custom_fields", Space::Other, Form::Custom(field.code.clone())),
        Some(_) => return Err(refuse()),
        None => {
            let (_, field) = kind.entity.field(key).or_else(|| kind.entity.field_v1(key)).ok_or_else(refuse)?;
            let form = match field.kind {
                _ if !field.searchable => return Err(refuse()),
                FieldKind::Contacts => Form::Contacts,
                FieldKind::Address => Form::Address,
                _ => Form::Text,
            };
            (field.key, Space::of(field.v1_key), form)
        }
    };
    Ok(Some(Searched { kind, key: key.to_owned(), column, space, form }))
}

/// Gives the records with a matching value to `take`, newest first, until it wants no more.
async fn walk(call: &Call, searched: &Searched, wanted: &Wanted, before: i64, mut take: impl FnMut(Found) -> bool) -> ApiResult<()> {
    let narrow = |sql: &mut Sql| {
        sql.push(" AND d.entity = ").bind(searched.kind.word);
        rights::visible_documents(sql, call);
    };
    let stream = Stream::open(call, &narrow).await?;
    let sets = wanted.term.grams(call.company(), searched.space, wanted.matches, &frequencies::of(call));
    let mut next = Some(before);
    while let Some(before) = next {
        let (documents, rest) = stream.next(&sets, before, PIECE).await?;
        let values = values(call, searched, &documents).await?;
        for document in documents {
            let Some((_, record)) = record_of(document.id) else { continue };
            for value in values.get(&record).into_iter().flatten().filter(|value| wanted.is_met_by(value)) {
                if !take(Found { document: document.id, record, value: value.clone() }) {
                    return Ok(());
                }
                if matches!(searched.form, Form::Contacts) && call.version() == Version::V2 {
                    // A record is listed once, so that a cursor can name it.
                    break;
                }
            }
        }
        next = rest;
    }
    Ok(())
}

/// The values of the field in the records of some documents.
async fn values(call: &Call, searched: &Searched, documents: &[Document]) -> ApiResult<HashMap<i64, Vec<String>>> {
    let ids: Vec<i64> = documents.iter().filter_map(|document| Some(record_of(document.id)?.1)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(format!("SELECT t.id, t.{} FROM {} t WHERE t.company_id = ", searched.column, searched.kind.entity.table));
    sql.bind(call.company()).push(" AND t.is_deleted = 0 AND ");
    call.store().dialect().among(&mut sql, "t.id", ids);
    let rows = call.store().rows(sql, Weight::Heavy, 2).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row[0].as_int()?, texts(&searched.form, row[1].as_text()?)))).collect())
}

fn texts(form: &Form, kept: &str) -> Vec<String> {
    let json = || serde_json::from_str::<serde_json::Value>(kept).unwrap_or_default();
    match form {
        Form::Text => vec![kept.to_owned()],
        Form::Contacts => values_of(Some(kept)),
        Form::Address => text_of(&json()).into_iter().collect(),
        Form::Custom(code) => json().get(code).and_then(text_of).into_iter().collect(),
    }
}

fn cursor(document: i64) -> String {
    Cursor { field: "id".to_owned(), value: document.into(), direction: "desc".to_owned(), id: document }.encode()
}

/// Below which document the page begins.
fn before(call: &Call) -> ApiResult<i64> {
    let Some(text) = call.args.text("cursor") else { return Ok(NEWEST) };
    let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "id" && cursor.direction == "desc" && cursor.value == cursor.id);
    cursor.map(|cursor| cursor.id).ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))
}
