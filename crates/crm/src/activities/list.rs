//! What lists of activities are narrowed to (semantics.md 5.4).

use super::fields::*;
use super::occurrences::{self, Range};
use super::view::Rows;
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list::Offset;
use crate::narrow;
use penstock_store::Sql;

/// v2: all parameters together. The person is the primary one.
pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    done(call, sql);
    narrow::updated(call, sql);
    if narrow::filter(call, sql, &ACTIVITY)? {
        return Ok(());
    }
    narrow::ids(call, sql);
    for name in ["owner_id", "deal_id", "person_id", "org_id"] {
        narrow::equal(call, sql, name, name);
    }
    if let Some(uuid) = call.args.text("lead_id") {
        sql.push(" AND t.lead_id = ").bind(uuid);
    }
    Ok(())
}

pub fn done(call: &Call, sql: &mut Sql) {
    if call.args.has("done") {
        sql.push(" AND t.done = ").bind(call.args.flag("done"));
    }
}

/// Done or not, and one or several types by their keys, comma separated.
fn done_and_types(call: &Call, sql: &mut Sql) {
    done(call, sql);
    if let Some(types) = call.args.text("type") {
        let keys = types.split(',').map(|key| key.trim().to_lowercase()).filter(|key| !key.is_empty());
        sql.push(" AND t.type IN ").bind_list(keys);
    }
}

/// The collection of v1: everybody's, unless a user is named.
pub fn collection(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::equal(call, sql, "user_id", "owner_id");
    done_and_types(call, sql);
    narrow::updated(call, sql);
    Ok(())
}

/// The caller's own, unless a user is named; 0 names everybody. A filter narrows them further.
fn own(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    let owner = call.args.int("user_id").unwrap_or(call.principal.user.0);
    if owner != 0 {
        sql.push(" AND t.owner_id = ").bind(owner);
    }
    sql.push(" AND t.is_deleted = 0");
    done_and_types(call, sql);
    narrow::filter(call, sql, &ACTIVITY).map(drop)
}

/// The v1 list. A range of days is that of the due date; series that began before it are there, too, if they go on in it.
pub async fn by_offset(call: Call) -> ApiResult<Reply> {
    let range = Range { from: call.args.date("start_date"), until: call.args.date("end_date") };
    let going_on = occurrences::going_on(&call, range, |sql| own(&call, sql)).await?;
    let mut offset = Offset::of(&call, &ACTIVITY, &[("id", false)])?;
    if range.from.is_some() || range.until.is_some() || call.args.has("type") {
        offset = offset.scanning();
    }
    let narrow = |call: &Call, sql: &mut Sql| {
        own(call, sql)?;
        in_range(call, sql, range, &going_on);
        Ok(())
    };
    let (activities, more) = offset.records(&call, &ACTIVITY, narrow).await?;
    let rows = Rows::of(&call, &activities, range).await?;
    Ok(call.data_and(
        |json| rows.write_list(json, &activities),
        |json| {
            offset.write_pagination(json, more);
            rows.related.write_objects(json, &call, &activities);
        },
    ))
}

fn in_range(call: &Call, sql: &mut Sql, range: Range, going_on: &[i64]) {
    if range.from.is_none() && range.until.is_none() {
        return;
    }
    sql.push(" AND ((t.due_date IS NOT NULL");
    if let Some(day) = range.from {
        sql.push(" AND t.due_date >= ").bind(day);
    }
    if let Some(day) = range.until {
        sql.push(" AND t.due_date <= ").bind(day);
    }
    sql.push(")");
    if !going_on.is_empty() {
        sql.push(" OR ");
        call.store().dialect().among(sql, "t.id", going_on.iter().copied());
    }
    sql.push(")");
}
