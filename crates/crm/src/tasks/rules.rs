//! The rules of tasks: who does them, when they are done, what they are part of (semantics.md 22).

use super::fields::*;
use super::list::of_parent;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::select::Depth;
use crate::write::{self, Given};
use penstock_model::{Change, Record, Time};
use penstock_store::Batch;

/// At most so many users do one task.
const MAX_ASSIGNEES: usize = 10;

/// Completes and checks a new task whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let task = &mut change.after;
    task.set(CREATOR, call.principal.user);
    task.set(IS_DONE, false);
    task.set(IS_MILESTONE, false);
    task.set(IS_DELETED, false);
    task.set(ADD_TIME, call.now);
    task.set(UPDATE_TIME, call.now);
    if task.text(ASSIGNEES).is_none() {
        task.set(ASSIGNEES, "[]");
    }
    take(call, task, given)?;
    check(task)
}

pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    take(call, &mut change.after, given)?;
    check(&change.after)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

/// Puts what was written under other keys where it belongs. A single assignee overwrites the list.
fn take(call: &Call, task: &mut Record, given: &Given) -> ApiResult<()> {
    if given.has(DONE) {
        let (was, is) = (task.is(IS_DONE), task.is(DONE));
        task.set(IS_DONE, is);
        match (was, is) {
            (false, true) => task.set(MARKED_AS_DONE_TIME, call.now),
            (true, false) => task.clear(MARKED_AS_DONE_TIME),
            _ => {}
        }
    }
    if given.has(MILESTONE) {
        let is = task.is(MILESTONE);
        task.set(IS_MILESTONE, is);
    }
    if given.has(ASSIGNEE) {
        let list: Vec<i64> = task.get(ASSIGNEE).into_iter().collect();
        task.set(ASSIGNEES, serde_json::json!(list).to_string());
    }
    if assignees(task).len() > MAX_ASSIGNEES {
        return Err(ApiError::invalid_key("assignee_ids", &format!("must not name more than {MAX_ASSIGNEES} users")));
    }
    Ok(())
}

/// The users who do a task, in the order in which they were given.
pub fn assignees(task: &Record) -> Vec<i64> {
    task.text(ASSIGNEES).and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default()
}

fn check(task: &Record) -> ApiResult<()> {
    if task.text(TITLE).is_none_or(|title| title.trim().is_empty()) {
        return Err(ApiError::invalid_key("title", "is required"));
    }
    if task.get(PROJECT).is_none() {
        return Err(ApiError::invalid_key("project_id", "is required"));
    }
    if task.get(PRIORITY).is_some_and(|priority| priority < 0) {
        return Err(ApiError::invalid_key("priority", "must not be negative"));
    }
    Ok(())
}

/// A parent is a task of the same project that is no subtask itself, so that a task with subtasks has no parent. The write
/// fails where the parent changes meanwhile.
pub async fn check_parent(call: &Call, change: &Change, batch: &mut Batch) -> ApiResult<()> {
    let Some(parent) = change.after.get(PARENT).filter(|_| change.touches(PARENT) || change.touches(PROJECT)) else {
        return Ok(());
    };
    let refuse = |text: &str| Err(ApiError::invalid_key("parent_task_id", text));
    if parent == change.after.id {
        return refuse("a task cannot be its own parent");
    }
    let parent = write::find(call, &TASK, parent, Depth::Row).await?;
    if parent.get(PARENT).is_some() {
        return refuse("a subtask cannot be a parent");
    }
    if parent.get(PROJECT) != change.after.get(PROJECT) {
        return refuse("the parent is a task of another project");
    }
    if !change.is_insert() && !of_parent(call, change.after.id).await?.is_empty() {
        return refuse("a task that has subtasks cannot have a parent");
    }
    write::hold(batch, &parent);
    Ok(())
}

pub fn on_delete(task: &mut Record, now: Time) {
    task.set(IS_DELETED, true);
    task.set(DELETE_TIME, now);
    task.set(UPDATE_TIME, now);
}
