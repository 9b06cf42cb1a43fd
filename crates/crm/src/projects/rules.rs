//! The rules of projects: what a create fills in, what a change of status brings with it (semantics.md 22).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};

/// Completes and checks a new project whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let project = &mut change.after;
    check(project)?;
    if !given.has(STATUS) {
        project.set(STATUS, "open");
    }
    if !given.has(OWNER) {
        project.set(OWNER, call.principal.user);
    }
    for list in [DEALS, PERSONS, ORGANIZATIONS, LABELS] {
        if project.text(list).is_none() {
            project.set(list, "[]");
        }
    }
    if project.text(CUSTOM_FIELDS).is_none() {
        project.set(CUSTOM_FIELDS, "{}");
    }
    project.set(VISIBLE_TO, call.directory.default_visibility(call.principal.user, PROJECT.name));
    project.set(IS_DELETED, false);
    for time in [ADD_TIME, UPDATE_TIME, STATUS_CHANGE_TIME] {
        project.set(time, call.now);
    }
    Ok(())
}

/// Completes and checks a changed project. A template counts on create only.
pub fn on_update(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    check(&change.after)?;
    let template = change.before.as_ref().and_then(|before| before.get(TEMPLATE));
    change.after.set(TEMPLATE, template);
    if change.touches(STATUS) {
        change.after.set(STATUS_CHANGE_TIME, call.now);
    }
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

fn check(project: &Record) -> ApiResult<()> {
    if project.text(TITLE).is_none_or(|title| title.trim().is_empty()) {
        return Err(ApiError::invalid_key("title", "is required"));
    }
    if project.text(STATUS) == Some("deleted") {
        return Err(ApiError::invalid_key("status", "a project is deleted by its own operation"));
    }
    Ok(())
}

pub fn on_delete(project: &mut Record, now: Time) {
    project.set(STATUS, "deleted");
    project.set(STATUS_CHANGE_TIME, now);
    project.set(IS_DELETED, true);
    project.set(DELETE_TIME, now);
    project.set(UPDATE_TIME, now);
}
