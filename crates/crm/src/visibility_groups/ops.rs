//! The operations of visibility groups.

use super::reach::is_above;
use super::{TITLE, find, members, named, write};
use crate::accounts::DEFAULT_GROUP;
use crate::audit;
use crate::call::{Call, Reply};
use crate::directory::{Directory, Group, settle};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::run;
use penstock_store::Statement;
use serde_json::{Map, Value, json};

const LONGEST_NAME: usize = 255;
/// What members of each group see is kept in memory; a company has a handful.
const MOST_GROUPS: usize = 100;

const NAME: Param = Param::new("name", ParamKind::Text, "The name people read, at most 255 characters.");
const PARENT: Param = Param::new("parent_id", ParamKind::Int, "The group above, whose members see what this one owns; none where null.");
const GROUP: Param = Param::new("group_id", ParamKind::Int, "The group that the user is to be in.");

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::own(method, path, id, run).tag("VisibilityGroups").admin_only()
}

pub const OPS: &[Op] = &[
    op(Get, "/visibility-groups", "getVisibilityGroups", run!(list)).about("Lists the visibility groups with their users"),
    op(Post, "/visibility-groups", "addVisibilityGroup", run!(add))
        .takes(Takes::Keys(&[NAME.required(), PARENT]))
        .created()
        .about("Creates a visibility group, which has no users yet"),
    op(Patch, "/visibility-groups/{id}", "updateVisibilityGroup", run!(update))
        .takes(Takes::Keys(&[NAME, PARENT]))
        .about("Renames a visibility group, or moves it below another one"),
    op(Delete, "/visibility-groups/{id}", "deleteVisibilityGroup", run!(delete))
        .about("Deletes a visibility group without users and groups below"),
    op(Put, "/users/{id}/visibility-group", "updateUserVisibilityGroup", run!(super::members::put_in))
        .takes(Takes::Keys(&[GROUP.required()]))
        .about("Moves a user to another visibility group"),
];

async fn list(call: Call) -> ApiResult<Reply> {
    Ok(call.data(|json| {
        json.begin_array();
        call.directory.groups.iter().for_each(|group| write(json, &call.directory, group));
        json.end_array();
    }))
}

/// The name of the body, if there is one.
fn given_name(call: &Call) -> ApiResult<Option<String>> {
    let Some(value) = call.body.object()?.get(NAME.name) else { return Ok(None) };
    let name = value.as_str().unwrap_or_default().trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ApiError::invalid_key(NAME.name, &format!("must have 1 to {LONGEST_NAME} characters")));
    }
    Ok(Some(name.to_owned()))
}

/// The group above that the body names; `Some(None)` is none.
fn given_parent(call: &Call, directory: &Directory) -> ApiResult<Option<Option<i64>>> {
    let Some(value) = call.body.object()?.get(PARENT.name) else { return Ok(None) };
    match value.as_i64() {
        Some(id) if find(directory, id).is_none() => Err(ApiError::invalid_key(PARENT.name, &format!("{TITLE} not found"))),
        parent => Ok(Some(parent)),
    }
}

async fn add(call: Call) -> ApiResult<Reply> {
    let name = given_name(&call)?.ok_or_else(|| ApiError::invalid_key(NAME.name, "is required"))?;
    let id = call.store().next_id(call.company(), "groups").await?;
    let directory = settle(&call, |directory| {
        let parent = given_parent(&call, directory)?.flatten();
        if directory.groups.len() >= MOST_GROUPS {
            return Err(ApiError::Conflicting(format!("A company has at most {MOST_GROUPS} visibility groups.")));
        }
        let insert = Statement::one_row(
            "INSERT INTO groups (company_id, id, parent_id, name) VALUES ($1, $2, $3, $4)",
            vec![call.company().into(), id.into(), parent.into(), name.as_str().into()],
        );
        let details = json!({ "name": { "to": name }, "parent_id": { "to": parent } });
        Ok(Some((insert, told(&call, audit::VISIBILITY_GROUP_ADDED, id, &details)?)))
    })
    .await?;
    show(&call, &directory, id)
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(TITLE)?;
    let name = given_name(&call)?;
    let directory = settle(&call, |directory| {
        let group = named(&call, directory)?;
        let to = Group {
            id,
            name: name.clone().unwrap_or_else(|| group.name.clone()),
            parent: given_parent(&call, directory)?.unwrap_or(group.parent),
        };
        if to.parent != group.parent {
            check_move(directory, id, to.parent)?;
        }
        let details = differences(group, &to);
        if details.is_empty() {
            return Ok(None);
        }
        let update = Statement::one_row(
            "UPDATE groups SET name = $3, parent_id = $4 WHERE company_id = $1 AND id = $2",
            vec![call.company().into(), id.into(), to.name.as_str().into(), to.parent.into()],
        );
        Ok(Some((update, told(&call, audit::VISIBILITY_GROUP_CHANGED, id, &details.into())?)))
    })
    .await?;
    show(&call, &directory, id)
}

fn differences(from: &Group, to: &Group) -> Map<String, Value> {
    let mut details = Map::new();
    if from.name != to.name {
        details.insert(NAME.name.to_owned(), json!({ "from": from.name, "to": to.name }));
    }
    if from.parent != to.parent {
        details.insert(PARENT.name.to_owned(), json!({ "from": from.parent, "to": to.parent }));
    }
    details
}

/// Refuses to move a group below itself, and the default group below any.
fn check_move(directory: &Directory, id: i64, parent: Option<i64>) -> ApiResult<()> {
    let refuse = |problem: &str| Err(ApiError::invalid_key(PARENT.name, problem));
    match parent {
        Some(_) if id == DEFAULT_GROUP => refuse("the default group stands below no other"),
        Some(parent) if is_above(&directory.groups, id, parent) => refuse("a group cannot stand below itself"),
        _ => Ok(()),
    }
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(TITLE)?;
    settle(&call, |directory| {
        let group = named(&call, directory)?;
        if id == DEFAULT_GROUP {
            return Err(ApiError::invalid("the default group cannot be deleted"));
        }
        if members(directory, id).next().is_some() {
            return Err(ApiError::Conflicting("The visibility group has users.".to_owned()));
        }
        if directory.groups.iter().any(|below| below.parent == Some(id)) {
            return Err(ApiError::Conflicting("The visibility group has groups below.".to_owned()));
        }
        let delete = Statement::one_row("DELETE FROM groups WHERE company_id = $1 AND id = $2", vec![call.company().into(), id.into()]);
        let details = json!({ "name": { "from": group.name } });
        Ok(Some((delete, told(&call, audit::VISIBILITY_GROUP_DELETED, id, &details)?)))
    })
    .await?;
    Ok(call.deleted(id))
}

fn told(call: &Call, action: &str, id: i64, details: &Value) -> ApiResult<Statement> {
    audit::of_call(call, action, Some(("visibility_group", id)), details)
}

fn show(call: &Call, directory: &Directory, id: i64) -> ApiResult<Reply> {
    let group = find(directory, id).ok_or_else(|| ApiError::not_found(TITLE))?;
    Ok(call.data(|json| write(json, directory, group)))
}
