//! The rules of organizations.

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use crate::persons::rules::first_char;
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};

/// Completes and checks a new organization whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    let organization = &mut change.after;
    name(call, organization)?;
    if organization.get(OWNER).is_none() {
        organization.set(OWNER, call.principal.user);
    }
    if organization.get(VISIBLE_TO).is_none() {
        organization.set(VISIBLE_TO, call.directory.default_visibility(call.principal.user, "organization"));
    }
    if organization.text(LABELS).is_none() {
        organization.set(LABELS, "[]");
    }
    if organization.text(CUSTOM_FIELDS).is_none() {
        organization.set(CUSTOM_FIELDS, "{}");
    }
    if organization.get(ADD_TIME).is_none() {
        organization.set(ADD_TIME, call.now);
    }
    organization.set(UPDATE_TIME, call.now);
    organization.set(IS_DELETED, false);
    Ok(())
}

pub fn on_update(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    records::restore_or_refuse(call, change)?;
    name(call, &mut change.after)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

fn name(call: &Call, organization: &mut Record) -> ApiResult<()> {
    let name = organization.text(NAME).unwrap_or_default().trim().to_owned();
    records::require_name(call, Some(&name))?;
    organization.set(FIRST_CHAR, first_char(&name));
    organization.set(NAME, name);
    Ok(())
}

pub fn on_delete(organization: &mut Record, now: Time) {
    organization.set(IS_DELETED, true);
    organization.set(DELETE_TIME, now);
    organization.set(UPDATE_TIME, now);
}
