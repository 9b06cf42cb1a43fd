//! The operations of goals. Their answers come in an envelope of their own (semantics.md 4).

use super::goal::{self, Goal, INTERVALS};
use super::{find, read, results};
use crate::call::{Call, Reply};
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::run;
use crate::view::write_money;
use crate::write;
use penstock_model::{Date, Money};

const ID_DIGITS: usize = 32;

const TITLE: Param = Param::new("title", ParamKind::Text, "What people read.");
const TYPE: Param = Param::new("type", ParamKind::Json, "`name`, and under `params` pipelines, a stage or types of activities.");
const ASSIGNEE: Param = Param::new("assignee", ParamKind::Json, "`type` and `id` of who shall reach it.");
const OUTCOME: Param = Param::new("expected_outcome", ParamKind::Json, "`target` and `tracking_metric`, and `currency_id` of sums.");
const DURATION: Param = Param::new("duration", ParamKind::Json, "`start` and `end`; null for no end.");
const INTERVAL: Param = Param::new("interval", ParamKind::Choice(INTERVALS), "How often it is to be reached.");

const CREATE: &[Param] = &[TITLE, TYPE.required(), ASSIGNEE.required(), OUTCOME.required(), DURATION.required(), INTERVAL.required()];
const UPDATE: &[Param] = &[TITLE, TYPE, ASSIGNEE, OUTCOME, DURATION, INTERVAL];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Goals").scopes("goals:full")
}

pub const OPS: &[Op] = &[
    op(Post, "/goals", "addGoal", run!(add)).cost(10).takes(Takes::Keys(CREATE)).about("Creates a goal"),
    op(Get, "/goals/find", "getGoals", run!(list)).scopes("goals:read,goals:full").cost(20).query(find::QUERY).about("Finds goals"),
    op(Put, "/goals/{id}", "updateGoal", run!(update)).cost(10).takes(Takes::Keys(UPDATE)).about("Changes the sent parts of a goal"),
    op(Delete, "/goals/{id}", "deleteGoal", run!(delete)).cost(6).about("Marks a goal as deleted"),
    op(Get, "/goals/{id}/results", "getGoalResult", run!(result))
        .scopes("goals:read,goals:full")
        .cost(20)
        .query(&[find::PERIOD_START.required(), find::PERIOD_END.required()])
        .about("Shows how far a goal has been reached in a period"),
];

/// The envelope of the service of goals; a deletion has no data.
fn answer(call: &Call, data: Option<&dyn Fn(&mut Json)>) -> Reply {
    let mut json = Json::with_capacity(1024);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("statusCode");
    json.int(20_000);
    json.key("statusText");
    json.string("OK");
    json.key("service");
    json.string("statistics-goals-api");
    if let Some(write) = data {
        json.key("data");
        json.begin_object();
        write(&mut json);
        json.end_object();
    }
    json.end_object();
    call.reply(json)
}

fn show(call: &Call, goal: &Goal) -> Reply {
    answer(
        call,
        Some(&|json| {
            json.key("goal");
            goal.write(json, call);
        }),
    )
}

async fn add(call: Call) -> ApiResult<Reply> {
    let digits = credentials::random_token().map_err(|error| ApiError::Internal(error.to_string()))?;
    let today = call.now.date_in(&call.directory.company.timezone);
    let mut goal = Goal {
        id: digits.chars().take(ID_DIGITS).collect(),
        version: 1,
        owner: call.principal.user,
        title: String::new(),
        type_name: String::new(),
        pipelines: None,
        stage: None,
        activity_types: None,
        assignee_type: String::new(),
        assignee: 0,
        target: Money::ZERO,
        metric: String::new(),
        currency: None,
        interval: String::new(),
        start: today,
        end: None,
        is_deleted: false,
    };
    for (object, key) in
        [("type", "name"), ("assignee", "type"), ("assignee", "id"), ("expected_outcome", "tracking_metric"), ("duration", "start")]
    {
        if call.body.get(object).and_then(|given| given.get(key)).is_none() {
            return Err(ApiError::invalid_key(&format!("{object}.{key}"), "is required"));
        }
    }
    read::take(&call, &mut goal)?;
    let mut batch = call.batch();
    batch.run(goal.insert(call.company(), call.now));
    write::save(&call, batch).await?;
    Ok(show(&call, &goal))
}

async fn list(call: Call) -> ApiResult<Reply> {
    let goals = find::matching(&call, goal::all(&call).await?)?;
    Ok(answer(
        &call,
        Some(&|json| {
            json.key("goals");
            json.begin_array();
            goals.iter().for_each(|goal| goal.write(json, &call));
            json.end_array();
        }),
    ))
}

/// Goals are changed by whoever may set them, and by those who made them.
fn may_change(call: &Call, goal: &Goal) -> ApiResult<()> {
    if goal.owner == call.principal.user { Ok(()) } else { read::may_set(call, goal) }
}

async fn update(call: Call) -> ApiResult<Reply> {
    let goal = write::commit(&call, || {
        Box::pin(async {
            let mut goal = goal::of_path(&call).await?;
            may_change(&call, &goal)?;
            read::take(&call, &mut goal)?;
            let mut batch = call.batch();
            batch.run(goal.update(&call));
            Ok((batch, goal))
        })
    })
    .await?;
    Ok(show(&call, &goal))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    write::commit(&call, || {
        Box::pin(async {
            let mut goal = goal::of_path(&call).await?;
            may_change(&call, &goal)?;
            goal.is_deleted = true;
            let mut batch = call.batch();
            batch.run(goal.update(&call));
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(answer(&call, None))
}

/// The period must lie within the duration of the goal.
async fn result(call: Call) -> ApiResult<Reply> {
    let goal = goal::of_path(&call).await?;
    let day = |name: &str| call.args.date(name).ok_or_else(|| ApiError::invalid_key(name, "is required"));
    let (first, last): (Date, Date) = (day(find::PERIOD_START.name)?, day(find::PERIOD_END.name)?);
    if last < first {
        return Err(ApiError::invalid_key(find::PERIOD_END.name, "lies before period.start"));
    }
    for (name, day) in [(find::PERIOD_START.name, first), (find::PERIOD_END.name, last)] {
        if !goal.covers(day) {
            return Err(ApiError::invalid_key(name, "lies outside the duration of the goal"));
        }
    }
    let progress = results::progress(&call, &goal, first, last).await?;
    Ok(answer(
        &call,
        Some(&|json| {
            json.key("goal");
            goal.write(json, &call);
            json.key("progress");
            write_money(json, progress);
        }),
    ))
}
