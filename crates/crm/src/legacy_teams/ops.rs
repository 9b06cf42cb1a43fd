//! The operations of teams. Reads come from the directory, which holds them all.

use super::{TEAM, fields::*};
use crate::body;
use crate::call::{Call, Reply};
use crate::directory::Team;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Record, UserId};
use serde_json::Value;
use std::collections::BTreeSet;

const ORDER_BY: Param =
    Param::new("order_by", ParamKind::Choice(&["id", "name", "manager_id", "active_flag"]), "What orders the list; `id` where absent.");
const SKIP_USERS: Param = Param::new("skip_users", ParamKind::Bool, "With 1 the members are left out.");
const NAME_KEY: Param = Param::new("name", ParamKind::Text, "The name of the team.");
const DESCRIPTION_KEY: Param = Param::new("description", ParamKind::Text, "What the team is for.");
const MANAGER_KEY: Param = Param::new("manager_id", ParamKind::Int, "The user who manages the team.");
const USERS_KEY: Param = Param::new("users", ParamKind::Json, "A list of the ids of users.");
const NEW: &[Param] = &[NAME_KEY.required(), DESCRIPTION_KEY, MANAGER_KEY.required(), USERS_KEY];
const CHANGED: &[Param] = &[
    NAME_KEY,
    DESCRIPTION_KEY,
    MANAGER_KEY,
    USERS_KEY,
    Param::new("active_flag", ParamKind::Bool, "Whether the team is in use."),
    Param::new("deleted_flag", ParamKind::Bool, "With 1 the team is deleted."),
];
const MEMBERS: &[Param] = &[USERS_KEY.required()];

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 65_535;

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("LegacyTeams").scopes("users:read")
}

const fn change_op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    op(method, path, id, run).scopes("admin").cost(10).admin_only()
}

pub const OPS: &[Op] = &[
    op(Get, "/legacyTeams", "getTeams", run!(list)).cost(20).query(&[ORDER_BY, SKIP_USERS]).about("Lists the teams of the company"),
    change_op(Post, "/legacyTeams", "addTeam", run!(add)).takes(Takes::Keys(NEW)).about("Creates a team"),
    op(Get, "/legacyTeams/{id}", "getTeam", run!(one)).cost(2).query(&[SKIP_USERS]).about("Shows one team"),
    change_op(Put, "/legacyTeams/{id}", "updateTeam", run!(update)).takes(Takes::Keys(CHANGED)).about("Changes the sent keys of a team"),
    op(Get, "/legacyTeams/{id}/users", "getTeamUsers", run!(members)).cost(20).about("Lists the ids of the members of a team"),
    change_op(Post, "/legacyTeams/{id}/users", "addTeamUser", run!(add_members))
        .takes(Takes::Keys(MEMBERS))
        .about("Adds members to a team"),
    change_op(Delete, "/legacyTeams/{id}/users", "deleteTeamUser", run!(remove_members))
        .takes(Takes::Keys(MEMBERS))
        .about("Removes members from a team"),
    op(Get, "/legacyTeams/user/{id}", "getUserTeams", run!(of_user))
        .cost(20)
        .query(&[ORDER_BY, SKIP_USERS])
        .about("Lists the teams that a user is a member of"),
];

fn not_found(id: &str) -> ApiError {
    ApiError::BareNotFound(format!("Team {id} does not exist"))
}

/// The team that the path names.
fn named(call: &Call) -> ApiResult<&Team> {
    let team = call.id(TEAM.title).ok().and_then(|id| call.directory.teams.get(&id));
    team.ok_or_else(|| not_found(call.path.first().map_or("", String::as_str)))
}

fn write_team(json: &mut Json, call: &Call, team: &Team) {
    json.begin_object();
    json.key("id");
    json.int(team.id);
    json.key("name");
    json.string(&team.name);
    json.key("description");
    json.string_or_null(team.description.as_deref());
    json.key("manager_id");
    json.int(team.manager.0);
    json.key("users");
    json.begin_array();
    if !call.args.flag(SKIP_USERS.name) {
        team.users.iter().for_each(|user| json.int(user.0));
    }
    json.end_array();
    // Numbers, unlike the flags of all others (semantics.md 27).
    json.key("active_flag");
    json.int(team.is_active.into());
    json.key("deleted_flag");
    json.int(team.is_deleted.into());
    json.key("add_time");
    json.plain_string(|out| team.add_time.write_v1(out));
    json.key("created_by_user_id");
    json.int(team.creator.0);
    json.end_object();
}

fn show_all<'a>(call: &'a Call, wanted: impl Fn(&Team) -> bool) -> Reply {
    let mut teams: Vec<&'a Team> = call.directory.teams.values().filter(|team| wanted(team)).collect();
    match call.args.text(ORDER_BY.name) {
        Some("name") => teams.sort_by_key(|team| (team.name.to_lowercase(), team.id)),
        Some("manager_id") => teams.sort_by_key(|team| (team.manager, team.id)),
        Some("active_flag") => teams.sort_by_key(|team| (team.is_active, team.id)),
        _ => {}
    }
    call.data(|json| {
        if teams.is_empty() {
            return json.null();
        }
        json.begin_array();
        teams.iter().for_each(|team| write_team(json, call, team));
        json.end_array();
    })
}

async fn list(call: Call) -> ApiResult<Reply> {
    Ok(show_all(&call, |_| true))
}

async fn of_user(call: Call) -> ApiResult<Reply> {
    let unknown = || ApiError::BareNotFound("User not found or not accessible.".to_owned());
    let user = UserId(call.id(TEAM.title).map_err(|_| unknown())?);
    call.directory.user(user).filter(|user| !user.is_deleted).ok_or_else(unknown)?;
    Ok(show_all(&call, |team| team.users.contains(&user)))
}

async fn one(call: Call) -> ApiResult<Reply> {
    let team = named(&call)?;
    Ok(call.data(|json| write_team(json, &call, team)))
}

async fn members(call: Call) -> ApiResult<Reply> {
    let team = named(&call)?;
    Ok(show_members(&call, &team.users))
}

fn show_members(call: &Call, users: &BTreeSet<UserId>) -> Reply {
    call.data(|json| {
        if users.is_empty() {
            return json.null();
        }
        json.begin_array();
        users.iter().for_each(|user| json.int(user.0));
        json.end_array();
    })
}

/// The keys of a body, each checked.
struct Given {
    name: Option<String>,
    description: Option<String>,
    manager: Option<UserId>,
    users: Option<BTreeSet<UserId>>,
}

impl Given {
    fn read(call: &Call) -> ApiResult<Self> {
        let name = call.body.text("name").map(str::trim);
        if name.is_some_and(|name| name.is_empty() || name.chars().count() > MAX_NAME) {
            return Err(ApiError::invalid_key("name", &format!("must have 1 to {MAX_NAME} characters")));
        }
        let description = call.body.text("description");
        if description.is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
            return Err(ApiError::invalid_key("description", &format!("must not be longer than {MAX_DESCRIPTION} characters")));
        }
        let manager = call.body.int("manager_id").map(|id| known_user(call, "manager_id", id)).transpose()?;
        let users = call.body.get("users").map(|users| read_users(call, users)).transpose()?;
        Ok(Given { name: name.map(str::to_owned), description: description.map(str::to_owned), manager, users })
    }

    fn fill(&self, team: &mut Record) {
        if let Some(name) = &self.name {
            team.set(NAME, name.as_str());
        }
        if let Some(description) = &self.description {
            team.set(DESCRIPTION, description.as_str());
        }
        if let Some(manager) = self.manager {
            team.set(MANAGER, manager);
        }
        if let Some(users) = &self.users {
            set_users(team, users);
        }
    }
}

fn known_user(call: &Call, key: &str, id: i64) -> ApiResult<UserId> {
    let user = call.directory.user(UserId(id)).filter(|user| !user.is_deleted);
    user.map(|user| user.id).ok_or_else(|| ApiError::invalid_key(key, "User not found or not accessible."))
}

fn read_users(call: &Call, users: &Value) -> ApiResult<BTreeSet<UserId>> {
    let refuse = || ApiError::invalid_key("users", "must be a list of the ids of users");
    let ids = users.as_array().ok_or_else(refuse)?.iter().map(|id| body::int(id).ok_or_else(refuse));
    ids.map(|id| known_user(call, "users", id?)).collect()
}

fn set_users(team: &mut Record, users: &BTreeSet<UserId>) {
    let ids: Vec<Value> = users.iter().map(|user| user.0.into()).collect();
    team.set(USERS, Value::Array(ids).to_string());
}

fn users_of(team: &Record) -> BTreeSet<UserId> {
    let ids: Vec<i64> = team.text(USERS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    ids.into_iter().map(UserId).collect()
}

async fn add(call: Call) -> ApiResult<Reply> {
    let given = Given::read(&call)?;
    let id = call.store().next_id(call.company(), TEAM.table).await?;
    let mut change = Change::insert(Record::blank(&TEAM, id));
    let team = &mut change.after;
    team.set(USERS, "[]");
    given.fill(team);
    team.set(IS_ACTIVE, true);
    team.set(IS_DELETED, false);
    team.set(ADD_TIME, call.now);
    team.set(CREATOR, call.principal.user);
    let made = Team::of(team);
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    Ok(call.data(|json| write_team(json, &call, &made)))
}

/// Changes the team of the path until the change meets the store as it was read, and answers it.
async fn change(call: &Call, edit: impl Fn(&mut Record) + Sync) -> ApiResult<Team> {
    let (id, edit) = (named(call)?.id, &edit);
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find(call, &TEAM, id, Depth::Row).await?);
            if change.after.is(IS_DELETED) {
                return Err(not_found(&id.to_string()));
            }
            edit(&mut change.after);
            let team = Team::of(&change.after);
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, team))
        })
    })
    .await
}

async fn update(call: Call) -> ApiResult<Reply> {
    named(&call)?;
    let given = Given::read(&call)?;
    let team = change(&call, |team| {
        given.fill(team);
        for (key, col) in [("active_flag", IS_ACTIVE), ("deleted_flag", IS_DELETED)] {
            if let Some(flag) = call.body.flag(key) {
                team.set(col, flag);
            }
        }
    })
    .await?;
    Ok(call.data(|json| write_team(json, &call, &team)))
}

async fn add_members(call: Call) -> ApiResult<Reply> {
    change_members(call, |members, given| members.extend(given)).await
}

async fn remove_members(call: Call) -> ApiResult<Reply> {
    change_members(call, |members, given| members.retain(|user| !given.contains(user))).await
}

/// Answers the ids of all members.
async fn change_members(call: Call, edit: fn(&mut BTreeSet<UserId>, &BTreeSet<UserId>)) -> ApiResult<Reply> {
    named(&call)?;
    let given = Given::read(&call)?.users.unwrap_or_default();
    let team = change(&call, |team| {
        let mut members = users_of(team);
        edit(&mut members, &given);
        set_users(team, &members);
    })
    .await?;
    Ok(show_members(&call, &team.users))
}

impl Team {
    /// A team as it was written.
    fn of(team: &Record) -> Self {
        Team {
            id: team.id,
            name: team.text(NAME).unwrap_or_default().to_owned(),
            description: team.text(DESCRIPTION).map(str::to_owned),
            manager: team.get(MANAGER).unwrap_or(UserId(0)),
            users: users_of(team),
            is_active: team.is(IS_ACTIVE),
            is_deleted: team.is(IS_DELETED),
            add_time: team.get(ADD_TIME).unwrap_or(penstock_model::Time::from_millis(0)),
            creator: team.get(CREATOR).unwrap_or(UserId(0)),
        }
    }
}
