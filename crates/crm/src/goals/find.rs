//! Finds goals by what they hold, each condition under a name with dots (semantics.md 27).

use super::goal::{ASSIGNEES, Goal, METRICS, TYPES};
use crate::args;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::{Param, ParamKind};
use penstock_model::Money;

const TYPE_NAME: &str = "type.name";
const ASSIGNEE_TYPE: &str = "assignee.type";
const TARGET: &str = "expected_outcome.target";
const METRIC: &str = "expected_outcome.tracking_metric";
const CURRENCY: &str = "expected_outcome.currency_id";
const PIPELINES: &str = "type.params.pipeline_id";
const STAGE: &str = "type.params.stage_id";
const ACTIVITY_TYPES: &str = "type.params.activity_type_id";

/// With one of these, everybody's goals are found.
const EVERYBODYS: &[&str] = &[TYPE_NAME, ASSIGNEE_TYPE, TARGET, METRIC, CURRENCY, PIPELINES, STAGE, ACTIVITY_TYPES];

pub const PERIOD_START: Param = Param::new("period.start", ParamKind::Date, "The first day of the period.");
pub const PERIOD_END: Param = Param::new("period.end", ParamKind::Date, "The last day of the period.");

pub const QUERY: &[Param] = &[
    Param::new(TYPE_NAME, ParamKind::Choice(TYPES), "Only goals of this type."),
    Param::new("title", ParamKind::Text, "Only goals with this text in their title, in any case."),
    Param::new("is_active", ParamKind::Bool, "Only goals that run today, or that do not; those that run where absent."),
    Param::new("assignee.id", ParamKind::Int, "Only goals of this user, company or team."),
    Param::new(ASSIGNEE_TYPE, ParamKind::Choice(ASSIGNEES), "Only goals of assignees of this sort."),
    Param::new(TARGET, ParamKind::Text, "Only goals with this target."),
    Param::new(METRIC, ParamKind::Choice(METRICS), "Only goals that are tracked so."),
    Param::new(CURRENCY, ParamKind::Int, "Only goals in this currency."),
    Param::new(PIPELINES, ParamKind::Text, "Only goals for exactly these pipelines, comma separated, or with `null` for all of them."),
    Param::new(STAGE, ParamKind::Int, "Only goals for this stage."),
    Param::new(ACTIVITY_TYPES, ParamKind::Text, "Only goals for exactly these types of activities, or with `null` for all of them."),
    PERIOD_START,
    PERIOD_END,
];

/// The goals that meet all conditions of the request; the caller's own where it names none that looks at everybody's.
pub fn matching(call: &Call, mut goals: Vec<Goal>) -> ApiResult<Vec<Goal>> {
    let args = &call.args;
    if args.has(PERIOD_START.name) != args.has(PERIOD_END.name) {
        return Err(ApiError::invalid("period.start and period.end go together"));
    }
    let pipelines = ids(call, PIPELINES)?;
    let activity_types = ids(call, ACTIVITY_TYPES)?;
    let target = args.text(TARGET).map(|text| text.parse::<Money>()).transpose();
    let target = target.map_err(|_| ApiError::invalid_key(TARGET, "must be a number"))?;
    let active = !args.has("is_active") || args.flag("is_active");
    goals.retain(|goal| {
        is_in_sight(call, goal)
            && goal.is_active(call, call.now) == active
            && is(args.text(TYPE_NAME), goal.type_name.as_str())
            && is(args.text(ASSIGNEE_TYPE), goal.assignee_type.as_str())
            && is(args.text(METRIC), goal.metric.as_str())
            && args.int(CURRENCY).is_none_or(|id| goal.currency == Some(id))
            && args.int(STAGE).is_none_or(|id| goal.stage == Some(id))
            && target.is_none_or(|target| goal.target == target)
            && pipelines.as_ref().is_none_or(|ids| same(ids.as_ref(), goal.pipelines.as_ref()))
            && activity_types.as_ref().is_none_or(|ids| same(ids.as_ref(), goal.activity_types.as_ref()))
            && args.text("title").is_none_or(|text| goal.title.to_lowercase().contains(&text.to_lowercase()))
            && runs_in_period(call, goal)
    });
    Ok(goals)
}

fn is(wanted: Option<&str>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn is_in_sight(call: &Call, goal: &Goal) -> bool {
    if let Some(assignee) = call.args.int("assignee.id") {
        return goal.assignee == assignee;
    }
    let me = call.principal.user;
    let is_mine = goal.owner == me || (goal.assignee_type == "person" && goal.assignee == me.0);
    is_mine || EVERYBODYS.iter().any(|name| call.args.has(name))
}

/// `Some(None)` for the word `null`, which stands for all.
fn ids(call: &Call, name: &str) -> ApiResult<Option<Option<Vec<i64>>>> {
    match call.args.text(name) {
        None => Ok(None),
        Some("null") => Ok(Some(None)),
        Some(text) => {
            let ids = args::ids(text.trim_matches(['[', ']'])).map_err(|problem| ApiError::invalid_key(name, &problem))?;
            Ok(Some(Some(ids)))
        }
    }
}

/// Whether two lists name the same, in whatever order.
fn same(wanted: Option<&Vec<i64>>, found: Option<&Vec<i64>>) -> bool {
    let sorted = |list: &Vec<i64>| {
        let mut list = list.clone();
        list.sort_unstable();
        list.dedup();
        list
    };
    wanted.map(sorted) == found.map(sorted)
}

/// Whether the duration of the goal and the period have a day in common.
fn runs_in_period(call: &Call, goal: &Goal) -> bool {
    let (Some(start), Some(end)) = (call.args.date(PERIOD_START.name), call.args.date(PERIOD_END.name)) else { return true };
    goal.start <= end && goal.end.is_none_or(|last| start <= last)
}
