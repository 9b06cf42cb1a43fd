//! Reads of fields. All come from the directory, which holds every definition of the company.

use super::FieldsOf;
use super::entity::FIELD;
use super::listed::{self, Listed};
use super::{view, view_v1};
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::list as pages;
use crate::op::Version;

/// v1: all fields with the flat parts of their values, by offset.
pub async fn list_v1(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let rows = view_v1::rows(&call.directory, listed::all(&call.directory, of, Version::V1));
    // Lists without paging parameters show everything on their one page (semantics.md 5.1).
    let paged = !call.op.query.is_empty();
    let start = call.args.int("start").unwrap_or(0).max(0);
    let limit = if paged { pages::limit(&call, "limit")? } else { pages::DEFAULT_LIMIT };
    let shown = if paged { limit as usize } else { rows.len() };
    let page: Vec<_> = rows.iter().skip(start as usize).take(shown).collect();
    let more = rows.len() > (start as usize).saturating_add(shown);
    Ok(call.data_and(
        |json| {
            if page.is_empty() {
                return json.null();
            }
            json.begin_array();
            page.iter().for_each(|row| view_v1::write_row(json, &call, &call.directory, row));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            pages::write_pagination(json, start, limit, more);
            json.end_object();
        },
    ))
}

pub async fn one_v1(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let field = by_number(&call, &call.directory, of)?;
    Ok(call.data(|json| view_v1::write(json, &call, &call.directory, field)))
}

/// v2: a page of fields. The cursor names the last field of the page before.
pub async fn list_v2(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let fields = listed::all(&call.directory, of, Version::V2);
    let limit = pages::limit(&call, "limit")? as usize;
    let after = match call.args.text("cursor") {
        None => 0,
        Some(text) => {
            let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "id" && cursor.direction == "asc");
            cursor.ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))?.id
        }
    };
    // Built-in fields come before custom ones, and within both the numbers rise.
    let rest: Vec<_> = fields.iter().filter(|field| field.number() > after).collect();
    let page = &rest[..limit.min(rest.len())];
    let next = page.last().filter(|_| rest.len() > limit).map(|last| {
        let id = last.number();
        Cursor { field: "id".to_owned(), value: id.into(), direction: "asc".to_owned(), id }.encode()
    });
    let include = included(&call, of);
    Ok(call.data_and(
        |json| {
            json.begin_array();
            page.iter().for_each(|field| view::write(json, &call.directory, field, &include));
            json.end_array();
        },
        |json| pages::write_next_cursor(json, next.as_deref()),
    ))
}

pub async fn one_v2(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let field = by_code(&call, &call.directory, of)?;
    Ok(call.data(|json| view::write(json, &call.directory, &field, &included(&call, of))))
}

/// The settings to show: those that the request asks for, or all where an operation does not let it ask.
fn included<'a>(call: &'a Call, of: &FieldsOf) -> Vec<&'a str> {
    if call.op.query.iter().any(|param| param.name == "include_fields") {
        return call.args.words("include_fields").iter().map(String::as_str).collect();
    }
    of.settings().collect()
}

/// The field that the path of a v1 request names.
pub fn by_number<'a>(call: &Call, directory: &'a Directory, of: &'static FieldsOf) -> ApiResult<Listed<'a>> {
    let number = call.id(FIELD.title)?;
    Listed::by_number(directory, of, number).ok_or_else(|| ApiError::not_found(FIELD.title))
}

/// The field that the path of a v2 request names.
pub fn by_code<'a>(call: &Call, directory: &'a Directory, of: &'static FieldsOf) -> ApiResult<Listed<'a>> {
    let code = call.path.first().map(String::as_str).unwrap_or_default();
    Listed::by_code(directory, of, Version::V2, code).ok_or_else(|| ApiError::not_found(FIELD.title))
}

/// The field that the path of the request names, in either version.
pub fn by_path<'a>(call: &Call, directory: &'a Directory, of: &'static FieldsOf) -> ApiResult<Listed<'a>> {
    match call.version() {
        Version::V1 => by_number(call, directory, of),
        Version::V2 => by_code(call, directory, of),
    }
}

/// The field with this code after the write of this request. v2 shows its settings too.
pub async fn written(call: &Call, of: &'static FieldsOf, code: &str) -> ApiResult<Reply> {
    let directory = call.app.directory(call.company()).await?;
    let field = Listed::by_code(&directory, of, call.version(), code).ok_or_else(|| ApiError::not_found(FIELD.title))?;
    Ok(match call.version() {
        Version::V1 => call.data(|json| view_v1::write(json, call, &directory, field)),
        Version::V2 => {
            let settings: Vec<_> = of.settings().collect();
            call.data(|json| view::write(json, &directory, &field, &settings))
        }
    })
}
