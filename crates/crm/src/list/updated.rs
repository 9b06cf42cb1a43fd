//! Lists of what was updated lately, in the order of the ids. Programs that keep a copy ask for them again and again. Along the ids
//! such records come last, and all others would be passed over first; so where they are few, they are looked for by their time.

use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use penstock_model::Entity;
use penstock_store::{Sql, Weight};

/// The most records that are looked for by their time. To collect so many ids takes as long as passing over two or three times as many
/// records.
const FEW: i64 = 10_000;

/// Whether the request asks for what was updated since a time, and few records were.
pub async fn are_few(call: &Call, entity: &'static Entity) -> ApiResult<bool> {
    if narrow::update_times(call).0.is_none() {
        return Ok(false);
    }
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    select(&mut sql, call, entity);
    sql.push(" LIMIT ").bind(FEW + 1).push(") few");
    let count = call.store().read(sql, Weight::Light, 0, |count, row| *count = row.int(0).unwrap_or_default()).await?;
    Ok(count <= FEW)
}

/// Appends the condition that a row is one of them. It says no more than [`narrow::updated`], but leads along another index.
pub fn only(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    sql.push(" AND t.id IN (");
    select(sql, call, entity);
    sql.push(")");
}

fn select(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    sql.push("SELECT u.id FROM ").push(entity.table).push(" u WHERE u.company_id = ").bind(call.company());
    let (since, until) = narrow::update_times(call);
    narrow::between(sql, "u", since, until);
}
