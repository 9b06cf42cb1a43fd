//! The activity of a call: one that was planned and has now taken place, or a new one.

use super::fields::{self as log_fields, DEAL, DURATION, END, LEAD, NOTE, ORGANIZATION, PERSON, START, SUBJECT, USER};
use crate::activities::{self, ACTIVITIES, ACTIVITY};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::write::{self, Given};
use penstock_model::{Change, Record};
use penstock_store::Batch;

/// The type of activities that calls may have (semantics.md 24).
const CALL: &str = "call";
/// The longest time that the clock of an activity shows.
const LONGEST: i64 = 86_399;

/// The planned activity that the call log names, done now. Its links win over those that were sent.
pub async fn take_place(call: &Call, id: i64, log: &mut Record, batch: &mut Batch) -> ApiResult<()> {
    let activity = write::find_live(call, &ACTIVITY, id).await.map_err(|error| match error {
        ApiError::NotFound(_) => ApiError::invalid_key("activity_id", "Activity not found or not accessible."),
        other => other,
    })?;
    if activity.text(activities::TYPE) != Some(CALL) {
        return Err(ApiError::invalid_key("activity_id", "must refer to an activity of type call"));
    }
    let mut change = Change::update(activity);
    let activity = &mut change.after;
    for (own, of_activity) in links() {
        log.set(own, activity.get(of_activity));
    }
    log.set(LEAD, activity.text(activities::LEAD));
    if log.text(SUBJECT).is_none_or(|subject| subject.trim().is_empty()) {
        log.set(SUBJECT, activity.text(activities::SUBJECT));
    } else {
        activity.set(activities::SUBJECT, log.text(SUBJECT));
    }
    if log.text(NOTE).is_some() {
        activity.set(activities::NOTE, log.text(NOTE));
    }
    activity.set(activities::DONE, true);
    (ACTIVITIES.rules.on_update)(call, &mut change, &Given::default())?;
    save(call, change, batch).await
}

/// The same keys of call logs and activities.
fn links() -> [(penstock_model::Col<i64>, penstock_model::Col<i64>); 3] {
    [(DEAL, activities::DEAL), (PERSON, activities::PERSON), (ORGANIZATION, activities::ORGANIZATION)]
}

/// Makes an activity that is done already.
pub async fn make(call: &Call, log: &mut Record, batch: &mut Batch) -> ApiResult<()> {
    let id = call.store().next_id(call.company(), ACTIVITY.table).await?;
    log.set(log_fields::ACTIVITY, id);
    let mut change = Change::insert(Record::blank(&ACTIVITY, id));
    let activity = &mut change.after;
    activity.set(activities::SUBJECT, log.text(SUBJECT));
    activity.set(activities::OWNER, log.get(USER).unwrap_or(call.principal.user));
    for (own, of_activity) in links() {
        activity.set(of_activity, log.get(own));
    }
    activity.set(activities::LEAD, log.text(LEAD));
    let start = log.get(START).unwrap_or(call.now);
    activity.set(activities::DUE_DATE, start.date());
    activity.set(activities::DUE_TIME, clock(start.millis().rem_euclid(86_400_000) / 1000));
    activity.set(activities::DURATION, clock(seconds(log).min(LONGEST)));
    activity.set(activities::DONE, true);
    activity.set(activities::NOTE, log.text(NOTE));
    (ACTIVITIES.rules.on_create)(call, &mut change, &Given::default())?;
    save(call, change, batch).await
}

async fn save(call: &Call, change: Change, batch: &mut Batch) -> ApiResult<()> {
    (ACTIVITIES.rules.follow_up)(call, &change, batch).await?;
    batch.save(change);
    Ok(())
}

/// How long the call took.
fn seconds(log: &Record) -> i64 {
    let measured = log.get(START).zip(log.get(END)).map_or(0, |(start, end)| (end.millis() - start.millis()) / 1000);
    log.text(DURATION).and_then(|text| text.parse().ok()).unwrap_or(measured)
}

/// `HH:MM:SS`
fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_have_two_digits_each() {
        assert_eq!(clock(0), "00:00:00");
        assert_eq!(clock(3_725), "01:02:05");
        assert_eq!(clock(LONGEST), "23:59:59");
    }
}
