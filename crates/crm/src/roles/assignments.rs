//! Who has which role. Everybody has one: who loses it has that of unassigned users (semantics.md 27).

use super::named;
use crate::accounts::DEFAULT_ROLE;
use crate::call::{Call, Reply};
use crate::directory::{Role, User};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::directory_page;
use crate::op::{Param, ParamKind};
use crate::select::Depth;
use crate::users::{self, USER};
use crate::write;
use penstock_model::{Change, UserId};

pub const KEYS: &[Param] = &[Param::new("user_id", ParamKind::Int, "The user.").required()];

pub async fn list(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    let users: Vec<_> = call.directory.users.values().filter(|user| !user.is_deleted && user.role == role.id).collect();
    directory_page(&call, &users, |json, user| write(json, user, role))
}

/// Writes that a user has a role.
pub fn write(json: &mut Json, user: &User, role: &Role) {
    json.begin_object();
    json.key("user_id");
    json.int(user.id.0);
    json.key("role_id");
    json.int(role.id);
    json.key("parent_role_id");
    json.int_or_null(role.parent);
    json.key("name");
    json.string(&role.name);
    json.key("active_flag");
    json.bool(true);
    json.key("type");
    json.string("1");
    json.end_object();
}

/// The user that the body names.
fn given_user(call: &Call) -> ApiResult<&User> {
    let user = call.body.int("user_id").and_then(|id| call.directory.user(UserId(id))).filter(|user| !user.is_deleted);
    user.ok_or_else(|| ApiError::invalid_key("user_id", "User not found or not accessible."))
}

async fn assign(call: &Call, user: UserId, role: i64) -> ApiResult<()> {
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find(call, &USER, user.0, Depth::Row).await?);
            change.after.set(users::ROLE, role);
            if change.differences().next().is_some() {
                change.after.set(users::UPDATE_TIME, call.now);
            }
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await
}

pub async fn add(call: Call) -> ApiResult<Reply> {
    let (role, user) = (named(&call)?, given_user(&call)?);
    assign(&call, user.id, role.id).await?;
    let write = |json: &mut Json| {
        json.begin_object();
        json.key("user_id");
        json.int(user.id.0);
        json.key("role_id");
        json.int(role.id);
        json.end_object();
    };
    Ok(call.data(write))
}

/// Answers the id of the role.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let (role, user) = (named(&call)?, given_user(&call)?);
    if user.role != role.id {
        return Err(ApiError::invalid_key("user_id", "the user does not have this role"));
    }
    assign(&call, user.id, DEFAULT_ROLE).await?;
    Ok(call.deleted(role.id))
}
