//! The operations of permission sets.

use super::PermissionSet;
use crate::call::{Call, Reply};
use crate::directory::{Directory, User};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::directory_page;
use crate::op::Method::Get;
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind};
use crate::params::{LIMIT, START};
use crate::run;
use crate::users::access::{APPS, has_set};

const APP: Param = Param::new("app", ParamKind::Choice(APPS), "Only the sets of this app.");

const fn op(path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, Get, path, id, run).tag("PermissionSets").scopes("admin").cost(20)
}

pub const OPS: &[Op] = &[
    op("/permissionSets", "getPermissionSets", run!(list)).query(&[APP]).about("Lists permission sets"),
    op("/permissionSets/{id}", "getPermissionSet", run!(one)).cost(2).about("Shows one permission set with its permissions"),
    op("/permissionSets/{id}/assignments", "getPermissionSetAssignments", run!(assignments))
        .query(&[START, LIMIT])
        .about("Lists the users who have a permission set"),
];

/// The set that the path names.
pub(super) fn named<'a>(call: &Call, directory: &'a Directory) -> ApiResult<&'a PermissionSet> {
    let id = call.path.first().map(String::as_str).unwrap_or_default();
    directory.permission_sets.find(id).ok_or_else(|| ApiError::not_found("Permission set"))
}

/// The users who have a set through their access.
pub(super) fn holders<'a>(directory: &'a Directory, set: &'a PermissionSet) -> impl Iterator<Item = &'a User> {
    directory.users.values().filter(|user| !user.is_deleted && has_set(&user.access, set))
}

fn write_members(json: &mut Json, directory: &Directory, set: &PermissionSet) {
    json.key("id");
    json.string(&set.id);
    json.key("name");
    json.string(&set.name);
    json.key("description");
    json.string(&set.about);
    json.key("app");
    json.string(&set.app);
    json.key("type");
    json.string(set.sort.word());
    json.key("assignment_count");
    json.int(holders(directory, set).count() as i64);
}

async fn list(call: Call) -> ApiResult<Reply> {
    let app = call.args.text(APP.name);
    let sets: Vec<_> = call.directory.permission_sets.iter().filter(|set| app.is_none_or(|app| set.app == app)).collect();
    Ok(call.data(|json| {
        if sets.is_empty() {
            return json.null();
        }
        json.begin_array();
        for set in sets {
            json.begin_object();
            write_members(json, &call.directory, set);
            json.end_object();
        }
        json.end_array();
    }))
}

/// The published answer has the one set in a list (semantics.md 27).
async fn one(call: Call) -> ApiResult<Reply> {
    let set = named(&call, &call.directory)?;
    Ok(call.data(|json| {
        json.begin_array();
        write_whole(json, &call.directory, set);
        json.end_array();
    }))
}

/// A set with its permissions.
pub(super) fn write_whole(json: &mut Json, directory: &Directory, set: &PermissionSet) {
    json.begin_object();
    write_members(json, directory, set);
    json.key("contents");
    json.begin_array();
    set.permissions.words().for_each(|word| json.string(word));
    json.end_array();
    json.end_object();
}

async fn assignments(call: Call) -> ApiResult<Reply> {
    let set = named(&call, &call.directory)?;
    let users: Vec<_> = holders(&call.directory, set).collect();
    directory_page(&call, &users, |json, user| {
        json.begin_object();
        json.key("user_id");
        json.int(user.id.0);
        json.key("permission_set_id");
        json.string(&set.id);
        json.key("name");
        json.string(&set.name);
        json.end_object();
    })
}
