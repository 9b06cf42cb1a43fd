//! The rules of activity types (semantics.md 19).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};

/// A new type goes last. Its key is made of its name, and stays when the name changes.
pub fn on_create(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    let new = &mut change.after;
    check(call, new)?;
    let types = &call.directory.activity_types;
    let key = free_key(new.text(NAME).unwrap_or_default(), |key| types.values().any(|known| known.key == key));
    new.set(KEY, key);
    new.set(ORDER_NR, types.values().filter(|known| !known.is_deleted).map(|known| known.order_nr).max().unwrap_or(0) + 1);
    new.set(IS_CUSTOM, true);
    new.set(IS_DELETED, false);
    new.set(ADD_TIME, call.now);
    new.set(UPDATE_TIME, call.now);
    Ok(())
}

pub fn on_update(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    check(call, &mut change.after)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

/// Activities of the type stay as they are.
pub fn on_delete(known: &mut Record, now: Time) {
    known.set(IS_DELETED, true);
    known.set(UPDATE_TIME, now);
}

fn check(call: &Call, activity_type: &mut Record) -> ApiResult<()> {
    records::require_name(call, activity_type.text(NAME))?;
    if activity_type.text(ICON).is_none() {
        return Err(ApiError::invalid_key("icon_key", "is required"));
    }
    let Some(color) = activity_type.text(COLOR) else { return Ok(()) };
    let color = color.trim().trim_start_matches('#').to_owned();
    if color.is_empty() {
        activity_type.clear(COLOR);
    } else if color.len() == 6 && color.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        activity_type.set(COLOR, color);
    } else {
        return Err(ApiError::invalid_key("color", "must be six hexadecimal digits"));
    }
    Ok(())
}

/// `Video call` becomes `video_call`, and `video_call_2` where that is taken.
fn free_key(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut key = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            key.push(letter);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    let key = key.trim_end_matches('_');
    // Room for a number within what activities keep.
    let key: String = if key.is_empty() { "type".to_owned() } else { key.chars().take(56).collect() };
    let numbered = (2..).map(|number: u32| format!("{key}_{number}"));
    std::iter::once(key.clone()).chain(numbered).find(|key| !is_taken(key)).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_names() {
        let key = |name| free_key(name, |key| key == "call");
        assert_eq!(key("Video call"), "video_call");
        assert_eq!(key("  Site-visit (north) "), "site_visit_north");
        assert_eq!(key("Call"), "call_2");
        assert_eq!(key("Звонок"), "звонок");
        assert_eq!(key("!!!"), "type");
    }
}
