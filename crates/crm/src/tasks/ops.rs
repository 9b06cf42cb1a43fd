//! The operations of tasks.

use super::{PARENT, PROJECT, TASK, TASKS, list, rules};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list as pages;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::{CURSOR, LIMIT};
use crate::records;
use crate::run;
use crate::view::View;
use crate::view_v1;
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Batch;

const READ: &str = "projects:read,projects:full";

const ASSIGNEE_ID: Param = Param::new("assignee_id", ParamKind::Int, "Only tasks of this user.");
const PROJECT_ID: Param = Param::new("project_id", ParamKind::Int, "Only tasks of this project.");
const PARENT_TASK_ID: Param =
    Param::new("parent_task_id", ParamKind::Text, "Only subtasks of this task, or with the word `null` only tasks without a parent.");
const IS_DONE: Param = Param::new("is_done", ParamKind::Bool, "Only tasks that are done, or not.");
const IS_MILESTONE: Param = Param::new("is_milestone", ParamKind::Bool, "Only milestones, or other tasks.");
const DONE: Param = Param::new("done", ParamKind::Bool, "Only tasks that are done, or not.");

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Tasks").scopes("projects:full")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/tasks", "getTasks", run!(pages::page(&TASK, list::narrow)))
        .scopes(READ)
        .cost(10)
        .query(&[CURSOR, LIMIT, IS_DONE, IS_MILESTONE, ASSIGNEE_ID, PROJECT_ID, PARENT_TASK_ID])
        .about("Lists tasks"),
    op(V2, Post, "/tasks", "addTask", run!(add)).cost(5).takes(Takes::Record(&TASK)).created().about("Creates a task"),
    op(V2, Get, "/tasks/{id}", "getTask", run!(one)).scopes(READ).cost(1).about("Shows one task"),
    op(V2, Patch, "/tasks/{id}", "updateTask", run!(update)).cost(5).takes(Takes::Record(&TASK)).about("Changes the sent fields of a task"),
    op(V2, Delete, "/tasks/{id}", "deleteTask", run!(delete)).cost(3).about("Marks a task and its subtasks as deleted"),
    op(V1, Get, "/tasks", "getTasks", run!(view_v1::collection(&TASKS, list::narrow)))
        .scopes(READ)
        .cost(20)
        .query(&[CURSOR, LIMIT, ASSIGNEE_ID, PROJECT_ID, PARENT_TASK_ID, DONE])
        .about("Lists tasks"),
    op(V1, Post, "/tasks", "addTask", run!(add)).cost(10).takes(Takes::Record(&TASK)).created().about("Creates a task"),
    op(V1, Get, "/tasks/{id}", "getTask", run!(one)).scopes(READ).cost(2).about("Shows one task"),
    op(V1, Put, "/tasks/{id}", "updateTask", run!(update)).cost(10).takes(Takes::Record(&TASK)).about("Changes the sent fields of a task"),
    op(V1, Delete, "/tasks/{id}", "deleteTask", run!(delete)).cost(6).about("Marks a task and its subtasks as deleted"),
];

async fn add(call: Call) -> ApiResult<Reply> {
    records::refuse_id(&call)?;
    let id = call.store().next_id(call.company(), "tasks").await?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::insert(Record::blank(&TASK, id));
            let given = write::fill(&call, &mut change)?;
            rules::on_create(&call, &mut change, &given)?;
            write::check_references(&call, &change).await?;
            let mut batch = call.batch();
            rules::check_parent(&call, &change, &mut batch).await?;
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(TASK.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &TASK, id).await?);
            let given = write::fill(&call, &mut change)?;
            rules::on_update(&call, &mut change, &given)?;
            write::check_references(&call, &change).await?;
            let mut batch = call.batch();
            rules::check_parent(&call, &change, &mut batch).await?;
            take_subtasks_along(&call, &change, &mut batch).await?;
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

/// Subtasks are in the project of their parent.
async fn take_subtasks_along(call: &Call, parent: &Change, batch: &mut Batch) -> ApiResult<()> {
    if !parent.touches(PROJECT) || parent.after.get(PARENT).is_some() {
        return Ok(());
    }
    for task in list::of_parent(call, parent.after.id).await? {
        let mut change = Change::update(task);
        change.after.set(PROJECT, parent.after.get(PROJECT));
        change.after.set(super::UPDATE_TIME, call.now);
        batch.save(change);
    }
    Ok(())
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(TASK.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let task = write::find_live(&call, &TASK, id).await?;
            let mut batch = call.batch();
            for task in list::of_parent(&call, id).await?.into_iter().chain([task]) {
                let mut change = Change::update(task);
                rules::on_delete(&mut change.after, call.now);
                batch.save(change);
            }
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.data_and(
        |json| {
            json.begin_object();
            json.key("id");
            json.int(id);
            json.end_object();
        },
        records::write_nothing_more,
    ))
}

/// A deleted task is not found: nothing in it would say that it is deleted.
async fn one(call: Call) -> ApiResult<Reply> {
    let id = call.id(TASK.title)?;
    write::find_live(&call, &TASK, id).await?;
    show(&call, id).await
}

async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    if call.version() == Version::V1 {
        return records::show_flat_v1(call, &TASKS, id).await;
    }
    show_alone_v2(call, &TASK, id).await
}

/// v2: the record with `"additional_data":null` behind it.
pub async fn show_alone_v2(call: &Call, entity: &'static penstock_model::Entity, id: i64) -> ApiResult<Reply> {
    let view = View::of(call, entity)?;
    match pages::one(&records::reading(call), entity, id, view).await? {
        Some(row) => Ok(call.data_and(|json| json.bytes.extend_from_slice(&row), records::write_nothing_more)),
        None => Err(write::missing(call, entity, id).await?),
    }
}
