//! The rules of leads (semantics.md 21).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};
use uuid::Uuid;

/// Completes and checks a new lead whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    let lead = &mut change.after;
    require_title(lead)?;
    require_contact(lead)?;
    lead.set(UUID, Uuid::new_v4().to_string());
    lead.set(CREATOR, call.principal.user);
    if lead.get(OWNER).is_none() {
        lead.set(OWNER, call.principal.user);
    }
    if lead.get(VISIBLE_TO).is_none() {
        lead.set(VISIBLE_TO, call.directory.default_visibility(call.principal.user, "lead"));
    }
    if lead.text(LABELS).is_none() {
        lead.set(LABELS, "[]");
    }
    if lead.text(CUSTOM_FIELDS).is_none() {
        lead.set(CUSTOM_FIELDS, "{}");
    }
    let was_seen = lead.is(WAS_SEEN);
    lead.set(WAS_SEEN, was_seen);
    lead.set(SOURCE_NAME, "API");
    lead.set(ORIGIN, "API");
    lead.set(IS_ARCHIVED, false);
    lead.set(IS_DELETED, false);
    lead.set(ADD_TIME, call.now);
    lead.set(UPDATE_TIME, call.now);
    Ok(())
}

/// Completes and checks the change of a lead. An archived one takes no change but the one that brings it back.
pub fn on_update(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    let was_archived = change.before.as_ref().is_some_and(|before| before.is(IS_ARCHIVED));
    let changes = change.differences().next().is_some();
    if was_archived && change.after.is(IS_ARCHIVED) && changes {
        return Err(ApiError::invalid("Archived leads cannot be edited, only unarchived"));
    }
    let lead = &mut change.after;
    require_title(lead)?;
    require_contact(lead)?;
    if !lead.is(IS_ARCHIVED) {
        lead.clear(ARCHIVE_TIME);
    } else if !was_archived {
        lead.set(ARCHIVE_TIME, call.now);
    }
    if changes {
        lead.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

fn require_title(lead: &Record) -> ApiResult<()> {
    if lead.text(TITLE).is_none_or(|title| title.trim().is_empty()) {
        return Err(ApiError::invalid_key("title", "is required"));
    }
    Ok(())
}

fn require_contact(lead: &Record) -> ApiResult<()> {
    if lead.get(PERSON).is_none() && lead.get(ORGANIZATION).is_none() {
        return Err(ApiError::invalid("A lead must be linked to a person or to an organization"));
    }
    Ok(())
}

pub fn on_delete(lead: &mut Record, now: Time) {
    lead.set(IS_DELETED, true);
    lead.set(DELETE_TIME, now);
    lead.set(UPDATE_TIME, now);
}
