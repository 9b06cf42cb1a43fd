//! Sessions as Penstock's own operations show them, and the one operation that wants no credentials.

use super::password;
use super::sessions::{self, Session, Shown};
use super::verify::{Attempt, sign_in, with_cookie};
use crate::app::App;
use crate::audit;
use crate::body::Body;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::message::Request;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::{Op, Param, ParamKind, Takes};
use crate::run;
use penstock_model::{Area, Time, UserId};
use serde_json::json;
use std::sync::Arc;

const CREDENTIALS: &[Param] = &[
    Param::new("email", ParamKind::Text, "The e-mail address of the user.").required(),
    Param::new("password", ParamKind::Text, "The password.").required(),
    Param::new("company", ParamKind::Text, "The domain of the company, for addresses that several companies of the store know."),
];
const OF_USER: Param = Param::new("user_id", ParamKind::Int, "Another user, for administrators; the caller where absent.");

pub const OPS: &[Op] = &[
    Op::open(Post, "/session", "addSession", |app, op, request| Box::pin(begin(app, op, request)))
        .tag("Sessions")
        .takes(Takes::Keys(CREDENTIALS))
        .created()
        .about("Signs a user in: sets the cookie of a session"),
    Op::own(Get, "/sessions", "getSessions", run!(list)).tag("Sessions").query(&[OF_USER]).about("Lists the sessions of a user"),
    Op::own(Delete, "/sessions", "deleteSessions", run!(end_others))
        .tag("Sessions")
        .query(&[OF_USER])
        .about("Ends all sessions of a user but the one that asks"),
    Op::own(Delete, "/sessions/{id}", "deleteSession", run!(end)).tag("Sessions").about("Ends a session"),
    Op::own(Put, "/me/password", "updateMyPassword", run!(password::change))
        .tag("Sessions")
        .takes(Takes::Keys(password::KEYS))
        .about("Changes the caller's password and ends their other sessions"),
    Op::own(Get, "/me", "getMe", run!(me)).tag("Sessions").scopes("base").about("Shows who is asking, and through what"),
];

async fn begin(app: Arc<App>, op: &'static Op, request: Request) -> ApiResult<Reply> {
    let body = Body::parse(op, request.content_type.as_deref(), &request.body)?;
    let text = |key| body.text(key).unwrap_or_default();
    let started = sign_in(&app, &request, &Attempt::new(text("email"), text("password"), body.text("company"))).await?;
    let session = &started.session;
    let mut json = Json::with_capacity(256);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("data");
    json.begin_object();
    json.key("id");
    json.int(session.id);
    json.key("company_id");
    json.int(session.company.0);
    json.key("user_id");
    json.int(session.user.0);
    write_secrets(&mut json, session);
    json.end_object();
    json.end_object();
    Ok(with_cookie(Reply::new(op.status, json.into_bytes()), started.cookie))
}

/// What only the holder of a session sees of it.
fn write_secrets(json: &mut Json, session: &Session) {
    json.key("csrf_token");
    json.string(&session.csrf);
    json.key("end_time");
    write_time(json, session.end);
}

fn write_time(json: &mut Json, time: Time) {
    json.plain_string(|out| time.write_v2(out));
}

/// The user whose sessions are meant: the caller, or for administrators anybody.
fn meant(call: &Call) -> ApiResult<UserId> {
    let user = call.args.int("user_id").map_or(call.principal.user, UserId);
    if user != call.principal.user && !call.principal.administers(Area::Account) {
        return Err(ApiError::Forbidden("You do not have permissions to do this.".to_owned()));
    }
    match call.directory.user(user) {
        Some(_) => Ok(user),
        None => Err(ApiError::not_found("User")),
    }
}

async fn list(call: Call) -> ApiResult<Reply> {
    let user = meant(&call)?;
    let list = sessions::list(call.store(), call.company(), Some(user), call.now).await?;
    Ok(call.data(|json| {
        json.begin_array();
        list.iter().for_each(|session| write(json, session, call.session_id()));
        json.end_array();
    }))
}

fn write(json: &mut Json, session: &Shown, current: Option<i64>) {
    json.begin_object();
    json.key("id");
    json.int(session.id);
    json.key("user_id");
    json.int(session.user.0);
    json.key("is_current");
    json.bool(current == Some(session.id));
    for (key, time) in [("add_time", session.added), ("seen_time", session.seen), ("end_time", session.end)] {
        json.key(key);
        write_time(json, time);
    }
    json.key("address");
    json.string_or_null(session.address.as_deref());
    json.key("user_agent");
    json.string_or_null(session.user_agent.as_deref());
    json.end_object();
}

/// Ends a session of the caller, or for administrators of anybody in the company. Others learn nothing of it.
async fn end(call: Call) -> ApiResult<Reply> {
    let id = call.id("Session")?;
    let mine = (!call.principal.administers(Area::Account)).then_some(call.principal.user);
    let list = sessions::list(call.store(), call.company(), mine, call.now).await?;
    let found = list.iter().find(|session| session.id == id);
    let user = found.ok_or_else(|| ApiError::not_found("Session"))?.user;
    let told = audit::of_call(&call, audit::SESSION_ENDED, Some(("session", id)), &json!({ "user_id": user.0 }))?;
    call.store().execute(vec![sessions::end_one(call.company(), id), told]).await?;
    Ok(call.deleted(id))
}

async fn end_others(call: Call) -> ApiResult<Reply> {
    let user = meant(&call)?;
    let list = sessions::list(call.store(), call.company(), Some(user), call.now).await?;
    let ended = list.iter().filter(|session| call.session_id() != Some(session.id)).count();
    let told = audit::of_call(&call, audit::SESSION_ENDED, Some(("user", user.0)), &json!({ "ended": ended }))?;
    call.store().execute(vec![sessions::end_of_user(call.company(), user, call.session_id()), told]).await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("ended");
        json.int(ended as i64);
        json.end_object();
    }))
}

async fn me(call: Call) -> ApiResult<Reply> {
    let user = call.user().ok_or(ApiError::Unauthorized)?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(user.id.0);
        json.key("name");
        json.string(&user.name);
        json.key("email");
        json.string(&user.email);
        json.key("is_admin");
        json.bool(call.principal.administers(Area::Account));
        json.key("company_id");
        json.int(call.company().0);
        json.key("company_name");
        json.string(&call.directory.company.name);
        json.key("session");
        match &call.session {
            None => json.null(),
            Some(session) => {
                json.begin_object();
                json.key("id");
                json.int(session.id);
                write_secrets(json, session);
                json.end_object();
            }
        }
        json.key("scopes");
        match &call.access {
            None => json.null(),
            Some(access) => json.string(&access.scopes.words()),
        }
        json.end_object();
    }))
}
