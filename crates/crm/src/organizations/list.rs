//! What lists of organizations are narrowed to (semantics.md 5.4).

use super::ORGANIZATION;
use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use penstock_store::Sql;

pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::updated(call, sql);
    if narrow::filter(call, sql, &ORGANIZATION)? {
        return Ok(());
    }
    narrow::ids(call, sql);
    narrow::equal(call, sql, "owner_id", "owner_id");
    Ok(())
}

pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::filter_or_owner_v1(call, sql, &ORGANIZATION)?;
    narrow::first_char(call, sql);
    Ok(())
}

pub fn collection(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::equal(call, sql, "owner_id", "owner_id");
    narrow::first_char(call, sql);
    narrow::updated(call, sql);
    Ok(())
}
