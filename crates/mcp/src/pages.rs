//! Long lists in the pieces that agents ask for, whatever pieces the API has them in.

use crate::crm::{Crm, Values};
use crate::resolve::{Pages, pages};
use crate::trouble::Trouble;
use penstock_crm::Op;
use serde_json::Value;

/// Rows of a page of the API at most; search and files have shorter ones.
const LONGEST: usize = 500;
const LONGEST_FOUND: usize = 100;

/// A part of a list.
#[derive(Debug, Default)]
pub struct Part {
    pub rows: Vec<Value>,
    /// Where the next part begins, if there is one.
    pub cursor: Option<String>,
    /// How long the whole list is, where that is known.
    pub total: Option<usize>,
    /// What else the answer holds, such as records that are related to what a search has found.
    pub beside: Option<Value>,
}

/// What an operation answered.
#[derive(Debug)]
pub enum Found {
    List(Part),
    One(Value),
}

/// Which part of a list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub limit: usize,
    pub cursor: Option<String>,
    /// Rows to pass over.
    pub start: usize,
}

/// Reads the wanted part of what an operation lists.
pub async fn read(crm: &Crm, op: &'static Op, values: &Values, wanted: &Wanted) -> Result<Found, Trouble> {
    match pages(op) {
        Pages::Cursor => by_cursor(crm, op, values, wanted).await,
        Pages::Offset => by_offset(crm, op, values, wanted).await,
        Pages::Whole => whole(crm, op, values, wanted).await,
    }
}

fn longest(op: &Op) -> usize {
    if op.is_search() || op.path.ends_with("/files") { LONGEST_FOUND } else { LONGEST }
}

async fn by_cursor(crm: &Crm, op: &'static Op, values: &Values, wanted: &Wanted) -> Result<Found, Trouble> {
    let mut part = Part { cursor: wanted.cursor.clone(), ..Part::default() };
    let mut pass = wanted.start;
    let mut seen = 0;
    loop {
        // What is passed over is asked for apart, so that the cursor stands exactly behind the last row.
        let size = if pass > 0 { pass } else { wanted.limit - part.rows.len() }.min(longest(op));
        let mut page = values.clone().query("limit", size);
        if let Some(cursor) = &part.cursor {
            page = page.query("cursor", cursor);
        }
        let body = crm.run(op, &page).await?;
        part.cursor = body["additional_data"]["next_cursor"].as_str().map(str::to_owned);
        let (rows, beside) = match rows(body) {
            Ok(found) => found,
            Err(one) => return Ok(Found::One(one)),
        };
        seen += rows.len();
        if pass > 0 {
            pass -= pass.min(size);
        } else {
            part.rows.extend(rows);
            part.beside = beside;
        }
        if part.cursor.is_none() || part.rows.len() >= wanted.limit {
            break;
        }
    }
    if part.cursor.is_none() && wanted.cursor.is_none() {
        part.total = Some(seen);
    }
    Ok(Found::List(part))
}

async fn by_offset(crm: &Crm, op: &'static Op, values: &Values, wanted: &Wanted) -> Result<Found, Trouble> {
    let mut part = Part::default();
    let mut start = begin(wanted)?;
    loop {
        let size = (wanted.limit - part.rows.len()).min(longest(op));
        let page = values.clone().query("start", start).query("limit", size);
        let body = crm.run(op, &page).await?;
        let pagination = &body["additional_data"]["pagination"];
        let more = pagination["more_items_in_collection"].as_bool().unwrap_or(false);
        let next = pagination["next_start"].as_u64().and_then(|next| usize::try_from(next).ok());
        let (rows, beside) = match rows(body) {
            Ok(found) => found,
            Err(one) => return Ok(Found::One(one)),
        };
        start = next.unwrap_or(start + rows.len());
        part.rows.extend(rows);
        part.beside = beside;
        if !more {
            part.total = Some(start.max(part.rows.len()));
            break;
        }
        if part.rows.len() >= wanted.limit {
            part.cursor = Some(start.to_string());
            break;
        }
    }
    Ok(Found::List(part))
}

async fn whole(crm: &Crm, op: &'static Op, values: &Values, wanted: &Wanted) -> Result<Found, Trouble> {
    let start = begin(wanted)?;
    let (rows, beside) = match rows(crm.run(op, values).await?) {
        Ok(found) => found,
        Err(one) => return Ok(Found::One(one)),
    };
    let total = rows.len();
    let end = (start + wanted.limit).min(total);
    let rows = rows.into_iter().skip(start).take(wanted.limit).collect();
    let cursor = (end < total).then(|| end.to_string());
    Ok(Found::List(Part { rows, cursor, total: Some(total), beside }))
}

fn begin(wanted: &Wanted) -> Result<usize, Trouble> {
    match &wanted.cursor {
        None => Ok(wanted.start),
        Some(cursor) => cursor.parse().map_err(|_| Trouble::arguments(&["cursor: is not one that this tool has answered".to_owned()])),
    }
}

/// The rows of an answer, and what is beside them; the data itself where it is no list.
fn rows(mut body: Value) -> Result<(Vec<Value>, Option<Value>), Value> {
    let data = body.get_mut("data").map(Value::take).unwrap_or(Value::Null);
    match data {
        Value::Array(rows) => Ok((rows, None)),
        // v1 has null for an empty list.
        Value::Null => Ok((Vec::new(), None)),
        Value::Object(mut members) if members.get("items").is_some_and(Value::is_array) => {
            let Some(Value::Array(rows)) = members.remove("items") else { return Ok((Vec::new(), None)) };
            members.retain(|_, value| value.as_array().is_some_and(|items| !items.is_empty()));
            Ok((rows, (!members.is_empty()).then(|| members.into())))
        }
        other => Err(other),
    }
}
