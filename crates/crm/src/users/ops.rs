//! The operations of users. Reads come from the directory, which holds them all.

use super::permissions::{PERMISSIONS, Permission};
use super::{USER, invite, settings, view};
use crate::call::{Call, Reply};
use crate::directory::User;
use crate::error::{ApiError, ApiResult};
use crate::followers;
use crate::list;
use crate::op::Method::{Get, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::{LIMIT, START};
use crate::rights;
use crate::roles::assignments;
use crate::run;
use penstock_model::UserId;

const TERM: Param = Param::new("term", ParamKind::Text, "What the name, or the address, has to contain.").required();
const SEARCH_BY_EMAIL: Param = Param::new("search_by_email", ParamKind::Bool, "With 1 only e-mail addresses are searched.");

const INVITATION: &[Param] = &[
    Param::new("email", ParamKind::Text, "The address of the new user; no two users of a company share one.").required(),
    Param::new("access", ParamKind::Json, "A list of apps with `app`, and `admin` or `permission_set_id`; sales where absent."),
    Param::new("active_flag", ParamKind::Bool, "Whether the user is active; true where absent."),
];
const ACTIVE_FLAG: &[Param] = &[Param::new("active_flag", ParamKind::Bool, "Whether the user is active.").required()];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Users").scopes("users:read")
}

pub const OPS: &[Op] = &[
    op(V1, Get, "/users", "getUsers", run!(all)).cost(20).about("Lists the users of the company, deactivated ones too"),
    op(V1, Post, "/users", "addUser", run!(add))
        .scopes("admin")
        .cost(10)
        .takes(Takes::Keys(INVITATION))
        .admin_only()
        .about("Invites a user"),
    op(V1, Get, "/users/find", "findUsersByName", run!(find))
        .cost(40)
        .query(&[TERM, SEARCH_BY_EMAIL])
        .about("Finds users by a part of their name or address"),
    op(V1, Get, "/users/me", "getCurrentUser", run!(me)).scopes("base").cost(2).about("Shows the caller and the company"),
    op(V1, Get, "/users/{id}", "getUser", run!(one)).cost(2).about("Shows one user"),
    op(V1, Put, "/users/{id}", "updateUser", run!(update))
        .scopes("admin")
        .cost(10)
        .takes(Takes::Keys(ACTIVE_FLAG))
        .admin_only()
        .about("Switches a user on or off"),
    op(V1, Get, "/users/{id}/followers", "getUserFollowers", run!(followers)).cost(20).about("Lists the ids of a user's followers"),
    op(V1, Get, "/users/{id}/permissions", "getUserPermissions", run!(flags)).cost(10).about("Shows what a user may do"),
    op(V1, Get, "/users/{id}/roleAssignments", "getUserRoleAssignments", run!(role_assignments))
        .cost(10)
        .query(&[START, LIMIT])
        .about("Lists the role of a user"),
    op(V1, Get, "/users/{id}/roleSettings", "getUserRoleSettings", run!(role_settings))
        .cost(10)
        .about("Shows what new records of a user begin with"),
    op(V2, Get, "/users/{id}/followers", "getUserFollowers", run!(followers))
        .cost(10)
        .query(followers::LIST_V2)
        .about("Lists the followers of a user"),
    op(V1, Get, "/userConnections", "getUserConnections", run!(settings::connections))
        .tag("UserConnections")
        .scopes("base")
        .cost(20)
        .about("Shows the outside accounts connected to the caller"),
    op(V1, Get, "/userSettings", "getUserSettings", run!(settings::settings))
        .tag("UserSettings")
        .scopes("base")
        .cost(2)
        .about("Shows the settings of the caller"),
];

/// Of users only Penstock has.
pub const OWN_OPS: &[Op] = &[Op::own(Put, "/users/{id}/access", "updateUserAccess", run!(update_access))
    .tag("Users")
    .takes(Takes::Keys(&[
        Param::new("access", ParamKind::Json, "A list of apps with `app`, and `admin` or `permission_set_id`.").required()
    ]))
    .admin_only()
    .about("Gives a user other apps and permission sets")];

fn not_found() -> ApiError {
    ApiError::BareNotFound("User not found or not accessible.".to_owned())
}

/// The user that the path names.
fn named(call: &Call) -> ApiResult<&User> {
    let id = match call.id(USER.title) {
        Err(ApiError::NotFound(_)) => return Err(not_found()),
        id => UserId(id?),
    };
    call.directory.user(id).filter(|user| is_seen(call, user)).ok_or_else(not_found)
}

/// Whether the caller, who may not be allowed to see other users, sees this one.
fn is_seen(call: &Call, user: &User) -> bool {
    !user.is_deleted && (user.id == call.principal.user || rights::require(call, Permission::SeeOtherUsers).is_ok())
}

async fn all(call: Call) -> ApiResult<Reply> {
    Ok(show_all(&call, |_| true))
}

/// Answers the users that `wanted` takes, by id; none is null, as in every v1 list.
fn show_all(call: &Call, wanted: impl Fn(&User) -> bool) -> Reply {
    let users: Vec<_> = call.directory.users.values().filter(|user| is_seen(call, user) && wanted(user)).collect();
    view::beside_company(call, |json| {
        if users.is_empty() {
            return json.null();
        }
        json.begin_array();
        users.iter().for_each(|user| view::write_v1(json, call, user));
        json.end_array();
    })
}

async fn find(call: Call) -> ApiResult<Reply> {
    let term = call.args.text("term").unwrap_or_default().to_lowercase();
    let by_email = call.args.flag("search_by_email");
    Ok(show_all(&call, |user| {
        let text = if by_email { &user.email } else { &user.name };
        text.to_lowercase().contains(&term)
    }))
}

async fn me(call: Call) -> ApiResult<Reply> {
    let user = call.user().ok_or_else(not_found)?;
    Ok(call.data(|json| view::write_me(json, &call, user)))
}

async fn one(call: Call) -> ApiResult<Reply> {
    let user = named(&call)?;
    Ok(view::beside_company(&call, |json| view::write_v1(json, &call, user)))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = invite::invite(&call).await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = named(&call)?.id;
    invite::set_active(&call, id, call.body.flag("active_flag").unwrap_or(true)).await?;
    show(&call, id).await
}

async fn update_access(call: Call) -> ApiResult<Reply> {
    let id = named(&call)?.id;
    invite::set_access(&call, id).await?;
    show(&call, id).await
}

/// The user as it stands after the write of this request.
async fn show(call: &Call, id: UserId) -> ApiResult<Reply> {
    let directory = call.app.directory(call.company()).await?;
    let user = directory.user(id).ok_or_else(not_found)?;
    Ok(call.data(|json| view::write_v1(json, call, user)))
}

/// v1 answers bare ids, v2 a page of rows (semantics.md 8.2).
async fn followers(call: Call) -> ApiResult<Reply> {
    let user = named(&call)?;
    let followers = followers::rows(&call, &USER, user.id.0).await?;
    if call.version() == V2 {
        return followers::list_v2(&call, &followers);
    }
    Ok(call.data(|json| {
        if followers.is_empty() {
            return json.null();
        }
        json.begin_array();
        followers.iter().for_each(|follower| json.int(follower.user.0));
        json.end_array();
    }))
}

async fn flags(call: Call) -> ApiResult<Reply> {
    let user = named(&call)?;
    Ok(call.data(|json| {
        json.begin_object();
        for (permission, word, _) in PERMISSIONS {
            json.key(word);
            json.bool(user.permissions.has(*permission));
        }
        json.end_object();
    }))
}

/// A user has one role, which fills a page by itself.
async fn role_assignments(call: Call) -> ApiResult<Reply> {
    let user = named(&call)?;
    let (start, limit) = (call.args.int("start").unwrap_or(0).max(0), list::limit(&call, "limit")?);
    let role = call.directory.roles.get(&user.role).filter(|_| start == 0);
    Ok(call.data_and(
        |json| {
            let Some(role) = role else { return json.null() };
            json.begin_array();
            assignments::write(json, user, role);
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            list::write_pagination(json, start, limit, false);
            json.end_object();
        },
    ))
}

async fn role_settings(call: Call) -> ApiResult<Reply> {
    let user = named(&call)?;
    Ok(call.data(|json| {
        json.begin_object();
        for sort in ["deal", "lead", "org", "person", "product"] {
            json.key(&format!("{sort}_default_visibility"));
            json.int(call.directory.default_visibility(user.id, sort));
        }
        json.end_object();
    }))
}
