//! What lists of deals are narrowed to (semantics.md 5.4).

use super::DEAL;
use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use crate::op::{Param, ParamKind};
use crate::select::purge_limit;
use penstock_store::Sql;

pub const STATUS_V1: Param = Param::new(
    "status",
    ParamKind::Choice(&["open", "won", "lost", "deleted", "all_not_deleted"]),
    "Only deals with this status; without it all that are not deleted.",
);

/// v2: all parameters together; deleted deals only on request; archived ones only in their own list.
pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_archived = 0");
    narrow_v2(call, sql)
}

pub fn archived(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_archived = 1");
    narrow_v2(call, sql)
}

fn narrow_v2(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::updated(call, sql);
    if narrow::filter(call, sql, &DEAL)? {
        narrow::live_or_wanted(call, sql);
        return Ok(());
    }
    narrow::ids(call, sql);
    for (parameter, column) in [
        ("owner_id", "owner_id"),
        ("person_id", "person_id"),
        ("org_id", "org_id"),
        ("pipeline_id", "pipeline_id"),
        ("stage_id", "stage_id"),
    ] {
        narrow::equal(call, sql, parameter, column);
    }
    let statuses = call.args.words("status");
    status(call, sql, &statuses.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(())
}

/// Appends the statuses; none named means all but deleted. Deleted deals show for thirty days.
fn status(call: &Call, sql: &mut Sql, statuses: &[&str]) {
    if statuses.is_empty() {
        sql.push(" AND t.is_deleted = 0");
        return;
    }
    sql.push(" AND t.status IN ").bind_list(statuses.iter().copied());
    if statuses.contains(&"deleted") {
        sql.push(" AND (t.is_deleted = 0 OR t.delete_time > ").bind(purge_limit(call.now)).push(")");
    }
}

/// One word of v1, `all_not_deleted` where none is given.
pub fn status_v1(call: &Call, sql: &mut Sql) {
    match call.args.text("status") {
        None | Some("all_not_deleted") => status(call, sql, &[]),
        Some(word) => status(call, sql, &[word]),
    }
}

/// v1 lists: a filter wins over `owned_by_you`, which wins over `user_id`.
pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_archived = 0");
    narrow_v1(call, sql)
}

pub fn archived_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_archived = 1");
    for (parameter, column) in [("person_id", "person_id"), ("org_id", "org_id"), ("pipeline_id", "pipeline_id")] {
        narrow::equal(call, sql, parameter, column);
    }
    if let Some(product) = call.args.int("product_id") {
        with_product(call, sql, product);
    }
    narrow_v1(call, sql)
}

/// Only deals to which the product is attached.
pub fn with_product(call: &Call, sql: &mut Sql, product: i64) {
    sql.push(" AND t.id IN (SELECT p.deal_id FROM deal_products p WHERE p.company_id = ").bind(call.company());
    sql.push(" AND p.product_id = ").bind(product).push(")");
}

fn narrow_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::filter_or_owner_v1(call, sql, &DEAL)?;
    narrow::equal(call, sql, "stage_id", "stage_id");
    if call.filter.is_some() && !call.args.has("status") {
        narrow::live_or_wanted(call, sql);
    } else {
        status_v1(call, sql);
    }
    Ok(())
}

/// The collection of v1: cursor paging over everything, for administrators.
pub fn collection(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::equal(call, sql, "user_id", "owner_id");
    narrow::equal(call, sql, "stage_id", "stage_id");
    narrow::updated(call, sql);
    status_v1(call, sql);
    Ok(())
}

/// Deals of one pipeline or stage: the caller's own open ones, unless asked otherwise; `everyone` wins over
/// `user_id`, which wins over a filter (semantics.md 5.4).
pub fn of_board(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_archived = 0 AND t.is_deleted = 0 AND t.status = 'open'");
    narrow::equal(call, sql, "stage_id", "stage_id");
    if call.args.flag("everyone") {
        return Ok(());
    }
    if !call.args.has("user_id") && narrow::filter(call, sql, &DEAL)? {
        return Ok(());
    }
    let owner = call.args.int("user_id").unwrap_or(call.principal.user.0);
    sql.push(" AND t.owner_id = ").bind(owner);
    Ok(())
}
