//! The operations of roles. Reads come from the directory, which holds them all.

use super::{ROLE, assignments, change, fields::*, named, pipelines, refuse_default, settings, tree};
use crate::accounts::DEFAULT_ROLE;
use crate::call::{Call, Reply};
use crate::directory::Role;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::params::{LIMIT, START};
use crate::run;
use crate::select::Depth;
use crate::users::{self, USER};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Batch;

const NAME_KEY: Param = Param::new("name", ParamKind::Text, "The name of the role.");
const PARENT_KEY: Param = Param::new("parent_role_id", ParamKind::Int, "The role above; that of unassigned users where absent.");

const MAX_NAME: usize = 255;

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Roles").scopes("admin").cost(10)
}

pub const OPS: &[Op] = &[
    op(Get, "/roles", "getRoles", run!(list)).cost(20).query(&[START, LIMIT]).about("Lists the roles of the company"),
    op(Post, "/roles", "addRole", run!(add)).takes(Takes::Keys(&[NAME_KEY.required(), PARENT_KEY])).admin_only().about("Creates a role"),
    op(Get, "/roles/{id}", "getRole", run!(one)).cost(2).about("Shows one role with its settings"),
    op(Put, "/roles/{id}", "updateRole", run!(update))
        .takes(Takes::Keys(&[NAME_KEY, PARENT_KEY]))
        .admin_only()
        .about("Changes the name of a role and its place in the tree"),
    op(Delete, "/roles/{id}", "deleteRole", run!(delete)).cost(6).admin_only().about("Deletes a role"),
    op(Get, "/roles/{id}/assignments", "getRoleAssignments", run!(assignments::list))
        .query(&[START, LIMIT])
        .about("Lists the users who have a role"),
    op(Post, "/roles/{id}/assignments", "addRoleAssignment", run!(assignments::add))
        .takes(Takes::Keys(assignments::KEYS))
        .admin_only()
        .about("Gives a user a role in place of the former one"),
    op(Delete, "/roles/{id}/assignments", "deleteRoleAssignment", run!(assignments::remove))
        .cost(6)
        .takes(Takes::Keys(assignments::KEYS))
        .admin_only()
        .about("Takes a role from a user"),
    op(Get, "/roles/{id}/settings", "getRoleSettings", run!(settings::list))
        .cost(20)
        .about("Shows what new records of the users of a role begin with"),
    op(Post, "/roles/{id}/settings", "addOrUpdateRoleSetting", run!(settings::set))
        .takes(Takes::Keys(settings::KEYS))
        .admin_only()
        .about("Changes what new records of the users of a role begin with"),
    op(Get, "/roles/{id}/pipelines", "getRolePipelines", run!(pipelines::list))
        .cost(20)
        .query(pipelines::QUERY)
        .about("Lists the pipelines that a role sees, or those hidden from it"),
    op(Put, "/roles/{id}/pipelines", "updateRolePipelines", run!(pipelines::update))
        .takes(Takes::Keys(pipelines::KEYS))
        .admin_only()
        .about("Shows pipelines to a role, or hides them"),
];

async fn list(call: Call) -> ApiResult<Reply> {
    let roles: Vec<_> = call.directory.roles.values().collect();
    list::directory_page(&call, &roles, |json, role| {
        json.begin_object();
        write_members(json, &call, role);
        json.key("level");
        json.int(tree::level(&call.directory, role));
        json.end_object();
    })
}

/// The counters are texts (semantics.md 27).
fn write_members(json: &mut Json, call: &Call, role: &Role) {
    json.key("id");
    json.int(role.id);
    json.key("parent_role_id");
    json.int_or_null(role.parent);
    json.key("name");
    json.string(&role.name);
    json.key("active_flag");
    json.bool(true);
    json.key("assignment_count");
    json.string(&tree::assignments(&call.directory, role.id).to_string());
    json.key("sub_role_count");
    json.string(&tree::sub_roles(&call.directory, role.id).count().to_string());
}

async fn one(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    Ok(call.data_and(
        |json| {
            json.begin_object();
            write_members(json, &call, role);
            json.end_object();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            json.key("settings");
            settings::write(json, role);
            json.end_object();
        },
    ))
}

fn given_name(call: &Call) -> ApiResult<Option<String>> {
    let Some(name) = call.body.text("name").map(str::trim) else { return Ok(None) };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ApiError::invalid_key("name", &format!("must have 1 to {MAX_NAME} characters")));
    }
    Ok(Some(name.to_owned()))
}

/// The role above that the body names.
fn given_parent(call: &Call) -> ApiResult<Option<i64>> {
    match call.body.int("parent_role_id") {
        Some(id) if !call.directory.roles.contains_key(&id) => Err(ApiError::invalid_key("parent_role_id", "Role not found")),
        given => Ok(given),
    }
}

/// A new role begins with the settings of the role above.
async fn add(call: Call) -> ApiResult<Reply> {
    let name = given_name(&call)?.ok_or_else(|| ApiError::invalid_key("name", "is required"))?;
    let parent = given_parent(&call)?.unwrap_or(DEFAULT_ROLE);
    let settings = call.directory.roles.get(&parent).map(|role| &role.settings).cloned().unwrap_or_default();
    let id = call.store().next_id(call.company(), ROLE.table).await?;
    let mut change = Change::insert(Record::blank(&ROLE, id));
    let role = &mut change.after;
    role.set(NAME, name);
    role.set(PARENT, parent);
    role.set(IS_ACTIVE, true);
    role.set(SETTINGS, serde_json::Value::Object(settings).to_string());
    role.set(HIDDEN_PIPELINES, "[]");
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    Ok(call.deleted(id))
}

async fn update(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    refuse_default(role)?;
    let (name, parent) = (given_name(&call)?, given_parent(&call)?);
    if let Some(above) = parent.and_then(|id| call.directory.roles.get(&id))
        && (above.id == role.id || tree::ancestors(&call.directory, above).any(|id| id == role.id))
    {
        return Err(ApiError::invalid_key("parent_role_id", "a role cannot stand below itself"));
    }
    change(&call, role.id, |record| {
        if let Some(name) = &name {
            record.set(NAME, name.as_str());
        }
        if let Some(parent) = parent {
            record.set(PARENT, parent);
        }
        Ok(())
    })
    .await?;
    Ok(call.deleted(role.id))
}

/// The users of a deleted role are unassigned; roles below it move up to the role above it.
async fn delete(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    refuse_default(role)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut batch = call.batch();
            save(&call, role.id, &mut batch, |record| record.set(IS_ACTIVE, false)).await?;
            for below in tree::sub_roles(&call.directory, role.id) {
                save(&call, below.id, &mut batch, |record| record.set(PARENT, role.parent.unwrap_or(DEFAULT_ROLE))).await?;
            }
            for user in call.directory.users.values().filter(|user| user.role == role.id) {
                let mut change = Change::update(write::find(&call, &USER, user.id.0, Depth::Row).await?);
                change.after.set(users::ROLE, DEFAULT_ROLE);
                batch.save(change);
            }
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(role.id))
}

async fn save(call: &Call, id: i64, batch: &mut Batch, edit: impl FnOnce(&mut Record)) -> ApiResult<()> {
    let mut change = Change::update(write::find(call, &ROLE, id, Depth::Row).await?);
    edit(&mut change.after);
    batch.save(change);
    Ok(())
}
