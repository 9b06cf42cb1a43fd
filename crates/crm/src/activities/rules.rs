//! The rules of activities: what a create fills in, and what changes bring with them (semantics.md 9.1, 20).

use super::fields::*;
use super::series::Series;
use super::{guests, occurrences};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::records;
use crate::resource::FollowUp;
use crate::write::{self, Given};
use penstock_model::{Change, Col, Record, Time, Value};
use penstock_store::Batch;

/// What an activity without subject is called, and the key of the type of one without type.
const DEFAULT_SUBJECT: &str = "Call";
const DEFAULT_TYPE: &str = "call";

/// Completes and checks a new activity whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let activity = &mut change.after;
    default(activity, SUBJECT, DEFAULT_SUBJECT);
    if activity.text(TYPE).is_none_or(|key| key.trim().is_empty()) {
        activity.set(TYPE, default_type(call));
    }
    if activity.get(OWNER).is_none() {
        activity.set(OWNER, call.principal.user);
    }
    if activity.get(DUE_DATE).is_none() {
        activity.set(DUE_DATE, call.now.date_in(call.timezone()));
    }
    activity.set(CREATOR, call.principal.user);
    activity.set(ADD_TIME, call.now);
    activity.set(UPDATE_TIME, call.now);
    activity.set(IS_DELETED, false);
    complete(call, change, given)
}

fn default(activity: &mut Record, col: Col<String>, value: &str) {
    if activity.text(col).is_none_or(|text| text.trim().is_empty()) {
        activity.set(col, value);
    }
}

/// The type `call`, or where the company has done away with it, its first type.
fn default_type(call: &Call) -> String {
    let types = call.directory.live_activity_types();
    let first = types.iter().find(|known| known.key == DEFAULT_TYPE).or(types.first());
    first.map_or_else(|| DEFAULT_TYPE.to_owned(), |found| found.key.clone())
}

pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    records::restore_or_refuse(call, change)?;
    if change.after.text(SUBJECT).is_none_or(|subject| subject.trim().is_empty()) {
        return Err(ApiError::invalid_key("subject", "must not be empty"));
    }
    complete(call, change, given)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
        change.after.set(UPDATER, call.principal.user);
    }
    Ok(())
}

pub fn on_delete(activity: &mut Record, now: Time) {
    activity.set(IS_DELETED, true);
    activity.set(DELETE_TIME, now);
    activity.set(UPDATE_TIME, now);
}

/// What creates and updates have in common.
fn complete(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    check_type(call, change)?;
    clock(&mut change.after, DUE_TIME, 23)?;
    clock(&mut change.after, DURATION, 99)?;
    for col in [PUBLIC_DESCRIPTION, NOTE, MEETING_CLIENT, MEETING_URL, MEETING_ID, RULE_TEXT, RULE_EXTENSION_TEXT, SOURCE_TIMEZONE] {
        clear_blank(&mut change.after, col);
    }
    link_to_one(change, given);
    guests::complete(call, change, given)?;
    busy(&mut change.after, given);
    done(call, change);
    recurrence(change)
}

/// Types are named by the key that they got from their first name; v1 clients write it in any case.
fn check_type(call: &Call, change: &mut Change) -> ApiResult<()> {
    if !change.touches(TYPE) {
        return Ok(());
    }
    let key = change.after.text(TYPE).unwrap_or_default();
    let fits = |known: &str| known == key || (call.version() == Version::V1 && known.eq_ignore_ascii_case(key));
    let known = call.directory.live_activity_types().into_iter().find(|known| fits(&known.key));
    let known = known.ok_or_else(|| ApiError::invalid_key("type", "Activity type not found or not accessible."))?;
    change.after.set(TYPE, known.key.as_str());
    Ok(())
}

fn clear_blank(activity: &mut Record, col: Col<String>) {
    if activity.text(col).is_some_and(|text| text.trim().is_empty()) {
        activity.clear(col);
    }
}

/// Brings `H:MM` and `HH:MM:SS` into the latter form; both versions take both (semantics.md 7).
fn clock(activity: &mut Record, col: Col<String>, last_hour: u32) -> ApiResult<()> {
    clear_blank(activity, col);
    let Some(text) = activity.text(col) else { return Ok(()) };
    let kept = read_clock(text.trim(), last_hour)
        .ok_or_else(|| ApiError::invalid_key(ACTIVITY.fields[col.index].key, "This value is not a valid datetime."))?;
    activity.set(col, kept);
    Ok(())
}

fn read_clock(text: &str, last_hour: u32) -> Option<String> {
    let mut parts = Vec::new();
    for part in text.split(':') {
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.push(part.parse::<u32>().ok().filter(|_| is_number)?);
    }
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (hours <= last_hour && minutes < 60 && seconds < 60).then(|| format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

/// An activity belongs to one of deal, lead and project. Of several that are sent anew the first counts; one that is sent
/// takes the place of one that stood (semantics.md 9.1).
fn link_to_one(change: &mut Change, given: &Given) {
    let indexes = [DEAL.index, LEAD.index, PROJECT.index];
    let is_given = [given.has(DEAL), given.has(LEAD), given.has(PROJECT)];
    let stood = |index: usize| change.before.as_ref().map_or(&Value::Null, |before| &before.values[index]);
    let is_new = |index: usize| !change.after.values[index].is_null() && stood(index) != &change.after.values[index];
    let linked = || indexes.into_iter().zip(is_given);
    let chosen = linked().find(|(index, given)| *given && is_new(*index));
    let chosen = chosen.or_else(|| linked().find(|(index, _)| !change.after.values[*index].is_null()));
    for index in indexes {
        if chosen.is_some_and(|(chosen, _)| chosen != index) {
            change.after.values[index] = Value::Null;
        }
    }
}

/// Where nobody says so, a time is busy if it is one.
fn busy(activity: &mut Record, given: &Given) {
    let is_said = if given.has(BUSY) { activity.get(BUSY).is_some() } else { activity.get(BUSY_BY_TIME) == Some(false) };
    activity.set(BUSY_BY_TIME, !is_said);
    if !is_said {
        let has_time = activity.text(DUE_TIME).is_some();
        activity.set(BUSY, has_time);
    }
}

fn done(call: &Call, change: &mut Change) {
    let was_done = change.before.as_ref().is_some_and(|before| before.is(DONE));
    let activity = &mut change.after;
    let is_done = activity.is(DONE);
    activity.set(DONE, is_done);
    match (was_done, is_done) {
        (false, true) => activity.set(MARKED_AS_DONE_TIME, call.now),
        (_, false) => activity.clear(MARKED_AS_DONE_TIME),
        (true, true) => {}
    }
}

/// Checks the rule of a series, and finds the day on which it ends. An occurrence has no rule of its own.
fn recurrence(change: &mut Change) -> ApiResult<()> {
    let activity = &change.after;
    if activity.get(MASTER).is_some() {
        if activity.get(ORIGINAL_START).is_none() {
            return Err(ApiError::invalid_key("original_start_time", "is required for an occurrence of a recurring activity"));
        }
        if activity.text(RULE_TEXT).is_some() {
            return Err(ApiError::invalid_key("rec_rule", "an occurrence of a recurring activity cannot recur itself"));
        }
    } else {
        change.after.clear(ORIGINAL_START);
    }
    let planned = change.touches(RULE_TEXT) || change.touches(RULE_EXTENSION_TEXT) || change.touches(SOURCE_TIMEZONE);
    if !planned && !change.touches(DUE_DATE) && !change.touches(DUE_TIME) {
        return Ok(());
    }
    let series = Series::of(&change.after).map_err(|problem| ApiError::invalid_key(problem.key, &problem.text))?;
    let end = series.and_then(|series| series.end());
    change.after.set(SERIES_END, end.map(Time::date));
    Ok(())
}

/// Checks what the activity refers to beyond its own fields.
pub fn follow_up<'a>(call: &'a Call, change: &'a Change, _: &'a mut Batch) -> FollowUp<'a> {
    Box::pin(async move {
        if write::is_deleted(&change.after) {
            return Ok(());
        }
        guests::check(call, change).await?;
        occurrences::check(call, change).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_have_one_form() {
        let due = |text| read_clock(text, 23);
        assert_eq!(due("9:05").as_deref(), Some("09:05:00"));
        assert_eq!(due("15:00:59").as_deref(), Some("15:00:59"));
        for wrong in ["24:00", "12", "12:60", "1:2:3:4", "ab:cd", "12:", "+1:00", "", "012:00"] {
            assert_eq!(due(wrong), None, "{wrong}");
        }
        assert_eq!(read_clock("99:30", 99).as_deref(), Some("99:30:00"));
    }
}
