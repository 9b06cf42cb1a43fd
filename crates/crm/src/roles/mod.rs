//! Roles: a tree of what users are, which says what their new records begin with and which pipelines they see
//! (semantics.md 27).

pub mod assignments;
mod fields;
mod ops;
mod pipelines;
mod settings;
mod tree;

pub use fields::*;
pub use ops::OPS;

use crate::accounts::DEFAULT_ROLE;
use crate::call::Call;
use crate::directory::Role;
use crate::error::{ApiError, ApiResult};
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Record};

/// The role that the path names.
fn named(call: &Call) -> ApiResult<&Role> {
    let id = call.id(ROLE.title)?;
    call.directory.roles.get(&id).ok_or_else(|| ApiError::not_found(ROLE.title))
}

/// Changes a role until the change meets the store as it was read; answers what `edit` does.
async fn change<T: Send>(call: &Call, id: i64, edit: impl Fn(&mut Record) -> ApiResult<T> + Sync) -> ApiResult<T> {
    let edit = &edit;
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find(call, &ROLE, id, Depth::Row).await?);
            if !change.after.is(IS_ACTIVE) {
                return Err(ApiError::not_found(ROLE.title));
            }
            let outcome = edit(&mut change.after)?;
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, outcome))
        })
    })
    .await
}

/// Users without another role have this one, so it stays as it is.
fn refuse_default(role: &Role) -> ApiResult<()> {
    if role.id == DEFAULT_ROLE { Err(ApiError::invalid("the role of unassigned users cannot be changed")) } else { Ok(()) }
}
