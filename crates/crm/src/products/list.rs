//! What lists of products are narrowed to (semantics.md 5.4).

use super::PRODUCT;
use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use penstock_store::Sql;

pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::updated(call, sql);
    if narrow::filter(call, sql, &PRODUCT)? {
        return Ok(());
    }
    narrow::ids(call, sql);
    narrow::equal(call, sql, "owner_id", "owner_id");
    Ok(())
}

pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::filter_or_owner_v1(call, sql, &PRODUCT)?;
    narrow::ids(call, sql);
    narrow::first_char(call, sql);
    Ok(())
}
