//! The rules of persons: names, marketing status, and what a create fills in (semantics.md 9.1).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};

/// Completes and checks a new person whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    name(call, change, given)?;
    let person = &mut change.after;
    if person.get(OWNER).is_none() {
        person.set(OWNER, call.principal.user);
    }
    if person.get(VISIBLE_TO).is_none() {
        person.set(VISIBLE_TO, call.directory.default_visibility(call.principal.user, "person"));
    }
    for col in [EMAILS, PHONES, LABELS] {
        if person.text(col).is_none() {
            person.set(col, "[]");
        }
    }
    if person.text(CUSTOM_FIELDS).is_none() {
        person.set(CUSTOM_FIELDS, "{}");
    }
    if person.get(ADD_TIME).is_none() {
        person.set(ADD_TIME, call.now);
    }
    person.set(UPDATE_TIME, call.now);
    person.set(IS_DELETED, false);
    person.set(MARKETING_STATUS_CHANGED, false);
    // Without an e-mail there is nobody to write to, whatever was asked for.
    if person.text(MARKETING_STATUS).is_none() || person.text(EMAILS) == Some("[]") {
        person.set(MARKETING_STATUS, "no_consent");
    }
    Ok(())
}

pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    records::restore_or_refuse(call, change)?;
    if given.has(NAME) || given.has(FIRST_NAME) || given.has(LAST_NAME) {
        name(call, change, given)?;
    }
    marketing_status(change)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

/// The status may be changed once, and only of a person with an e-mail (semantics.md 9.1).
fn marketing_status(change: &mut Change) -> ApiResult<()> {
    if change.after.text(MARKETING_STATUS).is_none() {
        change.after.set(MARKETING_STATUS, "no_consent");
    }
    let Some(before) = change.before.as_ref().filter(|_| change.touches(MARKETING_STATUS)) else {
        return Ok(());
    };
    if change.after.text(EMAILS) == Some("[]") {
        let status = before.text(MARKETING_STATUS).map(str::to_owned);
        change.after.set(MARKETING_STATUS, status);
        return Ok(());
    }
    if before.is(MARKETING_STATUS_CHANGED) {
        return Err(ApiError::invalid_key("marketing_status", "can be changed only once"));
    }
    change.after.set(MARKETING_STATUS_CHANGED, true);
    Ok(())
}

/// Keeps the whole name and its two parts in step: a new whole name is split, new parts are joined. Clients send
/// records back as they read them, so what stays the same says nothing; of a new name and new parts, the parts win
/// where both are there.
fn name(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let parts_are_new = change.touches(FIRST_NAME) || change.touches(LAST_NAME);
    let has_both_parts = given.has(FIRST_NAME) && given.has(LAST_NAME);
    let whole_is_new = change.touches(NAME);
    let person = &mut change.after;
    if whole_is_new && !(parts_are_new && has_both_parts) {
        let whole = person.text(NAME).unwrap_or_default().trim().to_owned();
        let (first, last) = split(&whole);
        person.set(FIRST_NAME, first);
        person.set(LAST_NAME, last);
        person.set(NAME, whole);
    } else if parts_are_new {
        let parts = [person.text(FIRST_NAME), person.text(LAST_NAME)];
        let parts: Vec<&str> = parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect();
        let whole = parts.join(" ");
        person.set(NAME, whole);
    }
    records::require_name(call, change.after.text(NAME))?;
    let person = &mut change.after;
    let whole = person.text(NAME).unwrap_or_default();
    let letter = first_char(whole);
    person.set(FIRST_CHAR, letter);
    Ok(())
}

/// The last word is the last name, all before it the first; a single word is a first name.
fn split(whole: &str) -> (Option<&str>, Option<&str>) {
    match whole.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (Some(first.trim_end()), Some(last)),
        None => (Some(whole), None),
    }
}

/// The first letter of a name in lower case.
pub fn first_char(name: &str) -> String {
    name.trim_start().chars().next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default()
}

pub fn on_delete(person: &mut Record, now: Time) {
    person.set(IS_DELETED, true);
    person.set(DELETE_TIME, now);
    person.set(UPDATE_TIME, now);
}

/// Refuses the fields of synchronised contacts.
pub fn refuse_contact_sync(call: &Call) -> ApiResult<()> {
    let sent = CONTACT_SYNC_KEYS.iter().find(|key| call.version() == Version::V2 && call.body.get(key).is_some());
    match sent {
        Some(key) => Err(ApiError::Forbidden(format!("{key}: contact sync is not enabled"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_names_at_the_last_space() {
        assert_eq!(split("[Sample] Benjamin Leon"), (Some("[Sample] Benjamin"), Some("Leon")));
        assert_eq!(split("Plato"), (Some("Plato"), None));
    }

    #[test]
    fn first_letters_are_lower_case() {
        assert_eq!(first_char(" Émile"), "é");
        assert_eq!(first_char(""), "");
    }
}
