//! What lists of projects are narrowed to (semantics.md 22).

use super::PROJECT;
use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use crate::select::purge_limit;
use penstock_store::Sql;

pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.archive_time IS NULL");
    narrow(call, sql)
}

pub fn archived(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.archive_time IS NOT NULL");
    narrow(call, sql)
}

pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    if call.args.flag("include_archived") { narrow(call, sql) } else { live(call, sql) }
}

fn narrow(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::equal(call, sql, "phase_id", "phase_id");
    if narrow::filter(call, sql, &PROJECT)? {
        narrow::live_or_wanted(call, sql);
        return Ok(());
    }
    for (parameter, field) in [("deal_id", "deal_ids"), ("person_id", "person_ids"), ("org_id", "org_ids")] {
        narrow::holding(call, sql, parameter, &PROJECT, field);
    }
    let statuses = call.args.words("status");
    if statuses.is_empty() {
        sql.push(" AND t.is_deleted = 0");
        return Ok(());
    }
    sql.push(" AND t.status IN ").bind_list(statuses.iter().map(String::as_str));
    if statuses.iter().any(|status| status == "deleted") {
        sql.push(" AND (t.is_deleted = 0 OR t.delete_time > ").bind(purge_limit(call.now)).push(")");
    }
    Ok(())
}
