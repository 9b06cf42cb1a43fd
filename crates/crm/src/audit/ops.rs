//! The audit log as administrators read it.

use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::{Method, Op, Param, ParamKind};
use crate::params::{CURSOR, LIMIT};
use crate::run;
use penstock_model::{Time, Value};
use penstock_store::{Row, Sql, Weight};

const ACTION: Param = Param::new("action", ParamKind::Text, "Only rows of this action, such as `signed_in`.");
const USER_ID: Param = Param::new("user_id", ParamKind::Int, "Only what this user has done.");
const SINCE: Param = Param::new("since", ParamKind::Time, "Only rows of this time or later.");
const UNTIL: Param = Param::new("until", ParamKind::Time, "Only rows before this time.");

pub const OPS: &[Op] = &[Op::own(Method::Get, "/audit", "getAuditLog", run!(read))
    .tag("Audit")
    .query(&[ACTION, USER_ID, SINCE, UNTIL, LIMIT, CURSOR])
    .admin_only()
    .about("Lists who did what to access and to many records at once, newest first")];

/// How many rows a page has, and the id of its last one.
struct Page {
    json: Json,
    rows: i64,
    last: Option<String>,
}

async fn read(call: Call) -> ApiResult<Reply> {
    let limit = list::limit(&call, "limit")?;
    let mut sql = Sql::new(
        "SELECT id, time, user_id, action, object_type, object_id, details, via, session_id, client, address, user_agent
         FROM audit_log WHERE company_id = ",
    );
    sql.bind(call.company());
    narrow(&call, &mut sql)?;
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let mut json = Json::with_capacity(4_096);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("data");
    json.begin_array();
    let state = Page { json, rows: 0, last: None };
    let page = call
        .store()
        .read(sql, Weight::Heavy, state, move |page, row| {
            page.rows += 1;
            if page.rows <= limit {
                write(&mut page.json, row);
                page.last = row.text(0).map(str::to_owned);
            }
        })
        .await?;
    let next = page.last.filter(|_| page.rows > limit).map(cursor);
    let mut json = page.json;
    json.end_array();
    list::write_next_cursor(&mut json, next.as_deref());
    json.end_object();
    Ok(call.reply(json))
}

fn narrow(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    if let Some(action) = call.args.text("action") {
        sql.push(" AND action = ").bind(action);
    }
    if let Some(user) = call.args.int("user_id") {
        sql.push(" AND user_id = ").bind(user);
    }
    if let Some(since) = call.args.time("since") {
        sql.push(" AND time >= ").bind(since);
    }
    if let Some(until) = call.args.time("until") {
        sql.push(" AND time < ").bind(until);
    }
    if let Some(cursor) = call.args.text("cursor") {
        let forged = || ApiError::invalid_key("cursor", "is not valid for this list");
        let cursor = Cursor::decode(cursor).filter(|cursor| cursor.field == "audit").ok_or_else(forged)?;
        let last = cursor.cell().filter(|cell| matches!(cell, Value::Text(_))).ok_or_else(forged)?;
        sql.push(" AND id < ").bind(last);
    }
    Ok(())
}

fn cursor(last: String) -> String {
    Cursor { field: "audit".to_owned(), value: last.into(), direction: "desc".to_owned(), id: 0 }.encode()
}

fn write(json: &mut Json, row: &dyn Row) {
    json.begin_object();
    json.key("id");
    json.string_or_null(row.text(0));
    json.key("time");
    json.plain_string(|out| Time::from_millis(row.int(1).unwrap_or_default()).write_v2(out));
    json.key("user_id");
    json.int_or_null(row.int(2));
    json.key("action");
    json.string_or_null(row.text(3));
    json.key("object_type");
    json.string_or_null(row.text(4));
    json.key("object_id");
    json.int_or_null(row.int(5));
    json.key("details");
    json.raw(row.text(6).unwrap_or("{}"));
    json.key("via");
    json.string_or_null(row.text(7));
    json.key("session_id");
    json.int_or_null(row.int(8));
    for (key, index) in [("client", 9), ("address", 10), ("user_agent", 11)] {
        json.key(key);
        json.string_or_null(row.text(index));
    }
    json.end_object();
}
