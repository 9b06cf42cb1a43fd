//! What happens when in a series: its instances in a range of days, and single occurrences that differ from it. These are
//! rows of their own, which know the series and the start that they had in it.

use super::ACTIVITIES;
use super::fields::*;
use super::series::Series;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::list::read_records;
use crate::records;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Change, Date, Kind, Record, Time};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// At most so many instances are shown of one series.
const MOST_SHOWN: usize = 100;
/// At most so many series that began before a range of days are looked through for instances in it.
const MOST_SERIES: i64 = 1_000;

/// Days, both included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    pub from: Option<Date>,
    pub until: Option<Date>,
}

impl Range {
    /// The last moment of the range.
    fn end(self) -> Option<Time> {
        self.until.map(|day| day.start().plus_days(1).plus_millis(-1))
    }
}

/// The starts of the occurrences of some series that have rows of their own.
pub type Starts = BTreeMap<i64, BTreeSet<Time>>;

/// Creates the occurrence that the body describes. What it leaves out is as in the series.
pub async fn create(call: &Call, master: i64) -> ApiResult<i64> {
    let master = find(call, master).await?;
    let start = call.body.text("original_start_time").and_then(|text| Time::parse_lenient(text).ok());
    let as_in_series = |occurrence: &mut Record| {
        const OWN: [usize; 4] = [RULE_TEXT.index, RULE_EXTENSION_TEXT.index, DONE.index, UPDATER.index];
        for (index, field) in ACTIVITY.fields.iter().enumerate() {
            if field.kind != Kind::Id && !OWN.contains(&index) {
                occurrence.values[index] = master.values[index].clone();
            }
        }
        if let Some(start) = start {
            let (day, clock) = when(&master, start);
            occurrence.set(DUE_DATE, day);
            occurrence.set(DUE_TIME, clock);
        }
        Ok(())
    };
    records::create_with(call, &ACTIVITIES, as_in_series).await
}

/// Day and time of day of an instance of an activity; an activity without a time has none in any instance.
pub fn when(activity: &Record, instance: Time) -> (Date, Option<String>) {
    let text = instance.to_v1();
    let clock = text.split(' ').nth(1).map(str::to_owned);
    (instance.date(), clock.filter(|_| activity.text(DUE_TIME).is_some()))
}

/// The recurring activity of this id, as far as the caller sees it.
async fn find(call: &Call, id: i64) -> ApiResult<Record> {
    let refuse = || ApiError::invalid_key("rec_master_activity_id", "Recurring activity not found or not accessible.");
    match write::find_live(call, &ACTIVITY, id).await {
        Ok(master) if master.text(RULE_TEXT).is_some() => Ok(master),
        Ok(_) | Err(ApiError::NotFound(_)) => Err(refuse()),
        Err(error) => Err(error),
    }
}

/// Refuses a new occurrence that its series does not have, or that has a row already.
pub async fn check(call: &Call, change: &Change) -> ApiResult<()> {
    let (Some(master), Some(start)) = (change.after.get(MASTER), change.after.get(ORIGINAL_START)) else { return Ok(()) };
    if !change.is_insert() {
        return Ok(());
    }
    let refuse = |text: &str| Err(ApiError::invalid_key("original_start_time", text));
    let master = find(call, master).await?;
    if !Series::of(&master).ok().flatten().is_some_and(|series| series.has(start)) {
        return refuse("the activity does not recur at this time");
    }
    match starts(call, [master.id]).await?.get(&master.id) {
        Some(taken) if taken.contains(&start) => refuse("this occurrence is an activity of its own already"),
        _ => Ok(()),
    }
}

/// The starts of the occurrences of these series that have rows of their own, deleted ones included: an occurrence that
/// was deleted does not come back.
pub async fn starts(call: &Call, series: impl IntoIterator<Item = i64>) -> ApiResult<Starts> {
    let mut sql = Sql::new("SELECT rec_master_activity_id, original_start_time FROM activities WHERE company_id = ");
    sql.bind(call.company()).push(" AND original_start_time IS NOT NULL AND ");
    call.store().dialect().among(&mut sql, "rec_master_activity_id", series);
    let starts = call
        .store()
        .read(sql, Weight::Light, Starts::new(), |starts, row| {
            if let (Some(master), Some(start)) = (row.int(0), row.int(1)) {
                starts.entry(master).or_default().insert(Time::from_millis(start));
            }
        })
        .await?;
    Ok(starts)
}

/// The instances of a series in a range, or those from its beginning, without the ones in `own`, which have rows.
pub fn instances(activity: &Record, range: Range, own: &Starts) -> Vec<Time> {
    // What was kept was checked when it was written.
    let Ok(Some(series)) = Series::of(activity) else { return Vec::new() };
    let from = range.from.map_or(due(activity), Date::start);
    let own = own.get(&activity.id);
    let is_own = |instance: &Time| own.is_some_and(|own| own.contains(instance));
    let most = MOST_SHOWN + own.map_or(0, BTreeSet::len);
    series.between(from, range.end(), most).into_iter().filter(|instance| !is_own(instance)).take(MOST_SHOWN).collect()
}

/// Of the activities that `narrow` leaves, the ids of series that began before a range and go on in it.
pub async fn going_on(call: &Call, range: Range, narrow: impl FnOnce(&mut Sql) -> ApiResult<()>) -> ApiResult<Vec<i64>> {
    let Some(from) = range.from else { return Ok(Vec::new()) };
    let mut sql = select::records(&ACTIVITY, Depth::Row);
    select::scope(&mut sql, call, &ACTIVITY);
    sql.push(" AND t.rec_rule IS NOT NULL AND t.due_date < ").bind(from);
    sql.push(" AND (t.rec_end_date IS NULL OR t.rec_end_date >= ").bind(from).push(")");
    narrow(&mut sql)?;
    sql.push(" ORDER BY t.due_date DESC, t.id DESC LIMIT ").bind(MOST_SERIES);
    let series = read_records(call, &ACTIVITY, Depth::Row, sql, Weight::Heavy).await?;
    let own = starts(call, series.iter().map(|activity| activity.id)).await?;
    Ok(series.iter().filter(|activity| !instances(activity, range, &own).is_empty()).map(|activity| activity.id).collect())
}
