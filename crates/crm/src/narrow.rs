//! Conditions that lists of several entities share. The rows are called `t`.

use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::filters::FILTER;
use crate::params::FILTER_ID;
use crate::select::purge_limit;
use penstock_model::{Entity, Time};
use penstock_store::Sql;
use std::collections::HashSet;

/// `column = parameter`, where the parameter is given.
pub fn equal(call: &Call, sql: &mut Sql, parameter: &str, column: &str) {
    if let Some(id) = call.args.int(parameter) {
        sql.push(" AND t.").push(column).push(" = ").bind(id);
    }
}

/// The records that hold the id of a parameter in a list of theirs, where the parameter is given.
pub fn holding(call: &Call, sql: &mut Sql, parameter: &str, entity: &'static Entity, field: &'static str) {
    if let Some(id) = call.args.int(parameter) {
        sql.push(" AND t.id IN (");
        links(call, sql, entity, field, id);
        sql.push(")");
    }
}

/// Appends a query for the records of an entity that hold an id in a list of theirs.
pub fn links(call: &Call, sql: &mut Sql, entity: &'static Entity, field: &'static str, id: i64) {
    sql.push("SELECT l.record_id FROM links l WHERE l.company_id = ").bind(call.company());
    sql.push(" AND l.member_id = ").bind(id).push(" AND l.entity = ").bind(entity.name);
    sql.push(" AND l.field_key = ").bind(field);
}

/// The parameter `ids`: unknown and invisible ones are just left out (semantics.md 5.4).
pub fn ids(call: &Call, sql: &mut Sql) {
    if let Some(ids) = call.args.ids("ids") {
        sql.push(" AND ");
        call.store().dialect().among(sql, "t.id", ids.iter().copied());
    }
}

/// The bounds of the update time, of which the first is inside and the second outside (semantics.md 5.4).
pub fn updated(call: &Call, sql: &mut Sql) {
    let (since, until) = update_times(call);
    between(sql, "t", since, until);
}

/// The bounds of the update time that the request gives: collections of v1 call them by shorter names.
pub fn update_times(call: &Call) -> (Option<Time>, Option<Time>) {
    let time = |names: [&str; 2]| names.into_iter().find_map(|name| call.args.time(name));
    (time(["updated_since", "since"]), time(["updated_until", "until"]))
}

/// Appends the bounds of the update time of rows.
pub fn between(sql: &mut Sql, rows: &str, since: Option<Time>, until: Option<Time>) {
    for (time, compared) in [(since, ".update_time >= "), (until, ".update_time < ")] {
        if let Some(time) = time {
            sql.push(" AND ").push(rows).push(compared).bind(time);
        }
    }
}

/// v1: `owned_by_you` wins over `user_id` (semantics.md 5.4).
pub fn owner_v1(call: &Call, sql: &mut Sql) {
    if call.args.flag("owned_by_you") {
        sql.push(" AND t.owner_id = ").bind(call.principal.user);
    } else {
        equal(call, sql, "user_id", "owner_id");
    }
}

/// Filters list no deleted records but where they ask for that status; those for thirty days.
pub fn live_or_wanted(call: &Call, sql: &mut Sql) {
    if call.filter.as_ref().is_some_and(|filter| filter.wants_deleted(call)) {
        sql.push(" AND (t.is_deleted = 0 OR t.delete_time > ").bind(purge_limit(call.now)).push(")");
    } else {
        sql.push(" AND t.is_deleted = 0");
    }
}

/// v1: a filter wins over both of them (semantics.md 5.4).
pub fn filter_or_owner_v1(call: &Call, sql: &mut Sql, entity: &Entity) -> ApiResult<()> {
    if !filter(call, sql, entity)? {
        owner_v1(call, sql);
    }
    Ok(())
}

/// The first letter of the name, in any case.
pub fn first_char(call: &Call, sql: &mut Sql) {
    if let Some(letter) = call.args.text("first_char") {
        sql.push(" AND t.first_char = ").bind(letter.to_lowercase());
    }
}

/// The saved filter that the request names by `filter_id`, on the rows of an entity. Answers whether there is one: it
/// wins over the parameters that semantics.md 5.4 names. Errors: 404 where the caller sees no such filter, 400 where
/// it lists other records.
pub fn filter(call: &Call, sql: &mut Sql, entity: &Entity) -> ApiResult<bool> {
    if !call.args.has(FILTER_ID.name) {
        return Ok(false);
    }
    let filter = call.filter.as_ref().ok_or_else(|| ApiError::not_found(FILTER.title))?;
    filter.narrow(call, sql, entity)?;
    Ok(true)
}

/// The ids of a bulk call, each once; none is refused.
pub fn bulk_ids(call: &Call) -> ApiResult<Vec<i64>> {
    let mut ids = call.args.ids("ids").unwrap_or_default().to_vec();
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.is_empty() { Err(ApiError::invalid_key("ids", "is required")) } else { Ok(ids) }
}
