//! Leads.

mod fields;

pub use fields::*;

use crate::call::Call;
use crate::error::ApiResult;
use crate::select;
use penstock_store::{Sql, Weight};

/// The id under which the store knows a lead that exists, is not deleted, and may be seen by the caller. The API knows
/// leads by UUIDs only; other rows refer to them by those too.
pub async fn live_id(call: &Call, uuid: &str) -> ApiResult<Option<i64>> {
    let mut sql = Sql::new("SELECT t.id FROM leads t");
    select::scope(&mut sql, call, &LEAD);
    sql.push(" AND t.uuid = ").bind(uuid).push(" AND t.is_deleted = 0");
    Ok(call.store().read(sql, Weight::Light, None, |id, row| *id = row.int(0)).await?)
}
