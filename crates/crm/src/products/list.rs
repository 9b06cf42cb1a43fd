//! What lists of products are narrowed to (semantics.md 5.4).

use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use penstock_store::Sql;

pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::refuse_filter(call)?;
    sql.push(" AND t.is_deleted = 0");
    narrow::ids(call, sql);
    narrow::equal(call, sql, "owner_id", "owner_id");
    narrow::updated(call, sql, "updated_since", "updated_until");
    Ok(())
}

pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    narrow::refuse_filter(call)?;
    sql.push(" AND t.is_deleted = 0");
    narrow::ids(call, sql);
    narrow::equal(call, sql, "user_id", "owner_id");
    narrow::first_char(call, sql);
    Ok(())
}
