//! Leads. The API knows them by UUIDs, and so do the rows that refer to them; inside, a lead has a number like any record.

mod body;
pub mod conversion;
mod fields;
mod ops;
pub mod rules;
mod view;

pub use fields::*;
pub use ops::OPS;
pub use view::{write_labels, write_value};

use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::op::Version;
use crate::resource::{Resource, Rules, nothing_follows};
use crate::select::{self, Depth};
use penstock_model::Record;
use penstock_store::{Sql, Weight};

pub static LEADS: Resource = Resource {
    entity: &LEAD,
    extra_v1: |_, _, _| {},
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |_| Ok(()),
        on_delete: rules::on_delete,
        follow_up: nothing_follows,
    },
};

/// The id under which the store knows a lead that exists, is not deleted, and may be seen by the caller.
pub async fn live_id(call: &Call, uuid: &str) -> ApiResult<Option<i64>> {
    let mut sql = Sql::new("SELECT t.id FROM leads t");
    select::scope(&mut sql, call, &LEAD);
    sql.push(" AND t.uuid = ").bind(uuid).push(" AND t.is_deleted = 0");
    Ok(call.store().read(sql, Weight::Light, None, |id, row| *id = row.int(0)).await?)
}

/// The lead of the path, which must not be deleted.
pub async fn of_path(call: &Call, depth: Depth) -> ApiResult<Record> {
    let uuid = match (call.uuid(0), call.version()) {
        (Some(uuid), _) => uuid,
        (None, Version::V1) => return Err(not_found()),
        (None, Version::V2) => return Err(ApiError::invalid_key("id", "must be a UUID")),
    };
    live(call, &uuid, depth).await?.ok_or_else(not_found)
}

/// The lead of this UUID that is not deleted, if the caller may see it.
pub async fn live(call: &Call, uuid: &str, depth: Depth) -> ApiResult<Option<Record>> {
    let mut sql = select::records(&LEAD, depth);
    select::scope(&mut sql, call, &LEAD);
    sql.push(" AND t.uuid = ").bind(uuid).push(" AND t.is_deleted = 0");
    Ok(list::read_records(call, &LEAD, depth, sql, Weight::Light).await?.pop())
}

/// 404 in the words that leads have for it (semantics.md 4.1).
pub fn not_found() -> ApiError {
    ApiError::ObjectNotFound("requested lead not found".to_owned())
}
