//! What the generic operations need to know of an entity beyond its field table.

use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::view_v1::ViewV1;
use crate::write::Given;
use penstock_model::{Change, Entity, Record, Time};
use penstock_store::Batch;
use std::pin::Pin;

/// An entity with the hooks of its slice.
pub struct Resource {
    pub entity: &'static Entity,
    /// Writes the keys of v1 that no field row describes.
    pub extra_v1: fn(&ViewV1<'_>, &Record, &mut Json),
    /// Whether rows of v1 lists show nothing but the record, what its fields name, and the directory: not the time, nor what others decide.
    pub keeps_rows: bool,
    pub rules: Rules,
}

/// The rules of a resource, as the generic operations call them.
pub struct Rules {
    /// Completes and checks a new record whose sent fields are in `after`.
    pub on_create: fn(&Call, &mut Change, &Given) -> ApiResult<()>,
    /// Completes and checks a changed record, which may be a deleted one.
    pub on_update: fn(&Call, &mut Change, &Given) -> ApiResult<()>,
    pub may_delete: fn(&Call) -> ApiResult<()>,
    /// Marks a record as deleted.
    pub on_delete: fn(&mut Record, Time),
    /// Adds to the write what follows from the change in other rows.
    pub follow_up: for<'a> fn(&'a Call, &'a Change, &'a mut Batch) -> FollowUp<'a>,
}

pub type FollowUp<'a> = Pin<Box<dyn Future<Output = ApiResult<()>> + Send + 'a>>;

/// For resources whose changes touch no other rows.
pub fn nothing_follows<'a>(_: &'a Call, _: &'a Change, _: &'a mut Batch) -> FollowUp<'a> {
    Box::pin(async { Ok(()) })
}
