//! Visibility groups: a tree of who sees whose records (semantics.md 8.1). The API shows none of it, so that all operations
//! are Penstock's own. What the groups mean stands in `reach.rs`, and in `rights.rs` beside
//! what else decides who sees what.

mod members;
mod ops;
mod reach;

pub use ops::OPS;
pub use reach::{Reach, owner_groups};

use crate::call::Call;
use crate::directory::{Directory, Group, User};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;

const TITLE: &str = "Visibility group";

/// The group with this id.
fn find(directory: &Directory, id: i64) -> Option<&Group> {
    directory.groups.iter().find(|group| group.id == id)
}

/// The group that the path names.
fn named<'a>(call: &Call, directory: &'a Directory) -> ApiResult<&'a Group> {
    let id = call.id(TITLE)?;
    find(directory, id).ok_or_else(|| ApiError::not_found(TITLE))
}

/// The users of a group, those who are switched off too: what they own is still seen by the group.
fn members(directory: &Directory, group: i64) -> impl Iterator<Item = &User> {
    directory.users.values().filter(move |user| user.group == group)
}

/// Writes a group as an object.
fn write(json: &mut Json, directory: &Directory, group: &Group) {
    json.begin_object();
    json.key("id");
    json.int(group.id);
    json.key("name");
    json.string(&group.name);
    json.key("parent_id");
    json.int_or_null(group.parent);
    json.key("user_ids");
    json.begin_array();
    members(directory, group.id).filter(|user| !user.is_deleted).for_each(|user| json.int(user.id.0));
    json.end_array();
    json.end_object();
}
