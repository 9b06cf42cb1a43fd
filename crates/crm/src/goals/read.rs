//! Reads goals from requests, which may write numbers as texts.

use super::goal::{ASSIGNEES, Goal, INTERVALS, METRICS, TYPES};
use crate::body;
use crate::call::Call;
use crate::currencies;
use crate::error::{ApiError, ApiResult};
use crate::rights;
use penstock_model::{Area, Date, Money, UserId};
use serde_json::{Map, Value};

const MAX_TITLE: usize = 255;

/// Takes over what the body says; parts of an object that it leaves out stay.
pub fn take(call: &Call, goal: &mut Goal) -> ApiResult<()> {
    if let Some(given) = call.body.get("title") {
        goal.title = title(given)?;
    }
    if let Some(given) = object(call, "type")? {
        take_type(goal, given)?;
    }
    if let Some(given) = object(call, "assignee")? {
        goal.assignee_type = word(given, "assignee", "type", ASSIGNEES, &goal.assignee_type)?;
        goal.assignee = number(given, "assignee", "id", goal.assignee)?;
    }
    if let Some(given) = object(call, "expected_outcome")? {
        take_outcome(goal, given)?;
    }
    if let Some(given) = object(call, "duration")? {
        take_duration(goal, given)?;
    }
    if let Some(given) = call.body.text("interval") {
        goal.interval = given.to_owned();
    }
    check(call, goal)
}

fn refuse(key: &str, problem: &str) -> ApiError {
    ApiError::invalid_key(key, problem)
}

fn title(given: &Value) -> ApiResult<String> {
    let title = given.as_str().ok_or_else(|| refuse("title", "The value is not a valid 'string'"))?;
    if title.chars().count() > MAX_TITLE {
        return Err(refuse("title", &format!("must not be longer than {MAX_TITLE} characters")));
    }
    Ok(title.to_owned())
}

fn object<'a>(call: &'a Call, key: &str) -> ApiResult<Option<&'a Map<String, Value>>> {
    call.body.get(key).map(|given| given.as_object().ok_or_else(|| refuse(key, "The value is not a valid 'object'"))).transpose()
}

/// A word of a list; absent leaves what stands.
fn word(given: &Map<String, Value>, object: &str, key: &str, words: &[&str], stands: &str) -> ApiResult<String> {
    let Some(value) = given.get(key) else { return Ok(stands.to_owned()) };
    let known = value.as_str().filter(|word| words.contains(word));
    known.map(str::to_owned).ok_or_else(|| refuse(&format!("{object}.{key}"), &format!("must be one of {}", words.join(", "))))
}

fn number(given: &Map<String, Value>, object: &str, key: &str, stands: i64) -> ApiResult<i64> {
    match given.get(key) {
        None => Ok(stands),
        Some(value) => body::int(value).ok_or_else(|| refuse(&format!("{object}.{key}"), "The value is not a valid 'number'")),
    }
}

fn take_type(goal: &mut Goal, given: &Map<String, Value>) -> ApiResult<()> {
    goal.type_name = word(given, "type", "name", TYPES, &goal.type_name)?;
    let Some(params) = given.get("params").filter(|params| !params.is_null()) else { return Ok(()) };
    let params = params.as_object().ok_or_else(|| refuse("type.params", "The value is not a valid 'object'"))?;
    if let Some(given) = params.get("pipeline_id") {
        goal.pipelines = ids("type.params.pipeline_id", given)?;
    }
    if let Some(given) = params.get("activity_type_id") {
        goal.activity_types = ids("type.params.activity_type_id", given)?;
    }
    if let Some(given) = params.get("stage_id") {
        goal.stage = match given {
            Value::Null => None,
            given => Some(body::int(given).ok_or_else(|| refuse("type.params.stage_id", "The value is not a valid 'number'"))?),
        };
    }
    Ok(())
}

/// At most so many pipelines or types in one goal.
const MAX_IDS: usize = 100;

/// A list of ids, or one; null and an empty list mean all.
fn ids(key: &str, given: &Value) -> ApiResult<Option<Vec<i64>>> {
    let items = match given {
        Value::Null => return Ok(None),
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    };
    let mut ids = Vec::new();
    for item in items {
        let id = body::int(&item).ok_or_else(|| refuse(key, "The value is not a valid 'array' of numbers"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MAX_IDS {
        return Err(refuse(key, &format!("must not name more than {MAX_IDS} ids")));
    }
    Ok(Some(ids).filter(|ids| !ids.is_empty()))
}

fn take_outcome(goal: &mut Goal, given: &Map<String, Value>) -> ApiResult<()> {
    goal.metric = word(given, "expected_outcome", "tracking_metric", METRICS, &goal.metric)?;
    if let Some(given) = given.get("target") {
        let text = match given {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        goal.target = text.parse().map_err(|_| refuse("expected_outcome.target", "The value is not a valid 'number'"))?;
    }
    if let Some(given) = given.get("currency_id").filter(|given| !given.is_null()) {
        let id = body::int(given).ok_or_else(|| refuse("expected_outcome.currency_id", "The value is not a valid 'number'"))?;
        goal.currency = Some(id);
    }
    Ok(())
}

fn take_duration(goal: &mut Goal, given: &Map<String, Value>) -> ApiResult<()> {
    let day = |key: &str, value: &Value| {
        let day = value.as_str().and_then(|text| Date::parse(text).ok());
        day.ok_or_else(|| refuse(&format!("duration.{key}"), "must be a date in the form YYYY-MM-DD"))
    };
    if let Some(value) = given.get("start") {
        goal.start = day("start", value)?;
    }
    if let Some(value) = given.get("end") {
        goal.end = if value.is_null() { None } else { Some(day("end", value)?) };
    }
    Ok(())
}

/// Whether a goal of this type looks at deals.
pub fn counts_deals(goal: &Goal) -> bool {
    !goal.type_name.starts_with("activities_")
}

fn check(call: &Call, goal: &mut Goal) -> ApiResult<()> {
    check_type(call, goal)?;
    check_assignee(call, goal)?;
    if goal.target <= Money::ZERO {
        return Err(refuse("expected_outcome.target", "must be greater than 0"));
    }
    match goal.metric.as_str() {
        "sum" if !counts_deals(goal) => return Err(refuse("expected_outcome.tracking_metric", "activities have no amount to sum up")),
        "sum" => {
            let id = *goal.currency.get_or_insert_with(|| currencies::id_of(call.currency()).unwrap_or_default());
            if currencies::code_of(id).is_none() {
                return Err(refuse("expected_outcome.currency_id", "unknown currency"));
            }
        }
        _ => goal.currency = None,
    }
    if goal.end.is_some_and(|end| end < goal.start) {
        return Err(refuse("duration.end", "lies before its start"));
    }
    if !INTERVALS.contains(&goal.interval.as_str()) {
        return Err(refuse("interval", &format!("must be one of {}", INTERVALS.join(", "))));
    }
    Ok(())
}

fn check_type(call: &Call, goal: &mut Goal) -> ApiResult<()> {
    if !TYPES.contains(&goal.type_name.as_str()) {
        return Err(refuse("type.name", &format!("must be one of {}", TYPES.join(", "))));
    }
    for pipeline in goal.pipelines.iter().flatten() {
        if call.directory.live_pipeline(*pipeline).is_none() {
            return Err(refuse("type.params.pipeline_id", "Pipeline not found or not accessible."));
        }
    }
    if goal.type_name != "deals_progressed" {
        goal.stage = None;
    } else {
        let stage = goal.stage.ok_or_else(|| refuse("type.params.stage_id", "is required for goals of this type"))?;
        let stage = call.directory.live_stage(stage);
        let stage = stage.ok_or_else(|| refuse("type.params.stage_id", "Stage not found or not accessible."))?;
        if goal.pipelines.as_ref().is_some_and(|pipelines| !pipelines.contains(&stage.pipeline)) {
            return Err(refuse("type.params.stage_id", "the stage is in another pipeline"));
        }
    }
    if counts_deals(goal) {
        goal.activity_types = None;
    }
    for id in goal.activity_types.iter().flatten() {
        if call.directory.activity_types.get(id).is_none_or(|known| known.is_deleted) {
            return Err(refuse("type.params.activity_type_id", "Activity type not found or not accessible."));
        }
    }
    Ok(())
}

fn check_assignee(call: &Call, goal: &mut Goal) -> ApiResult<()> {
    let missing = |title: &str| Err(refuse("assignee.id", &format!("{title} not found or not accessible.")));
    match goal.assignee_type.as_str() {
        "person" => {
            let user = call.directory.user(UserId(goal.assignee));
            if !user.is_some_and(|user| user.is_active && !user.is_deleted) {
                return missing("User");
            }
        }
        "company" if goal.assignee != call.company().0 => return missing("Company"),
        "team" if call.directory.teams.get(&goal.assignee).is_none_or(|team| team.is_deleted) => return missing("Team"),
        _ => {}
    }
    may_set(call, goal)
}

/// Users who are no administrators set goals for themselves only.
pub fn may_set(call: &Call, goal: &Goal) -> ApiResult<()> {
    let is_own = goal.assignee_type == "person" && goal.assignee == call.principal.user.0;
    if call.principal.administers(Area::Shared) || is_own { Ok(()) } else { Err(rights::no_permission()) }
}
