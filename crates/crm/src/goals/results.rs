//! How far a goal has been reached in a period: one number, counted from the deals and activities as the caller sees them
//! (semantics.md 27).

use super::goal::Goal;
use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::currencies;
use crate::deals::DEAL;
use crate::deals::view::weighted_value;
use crate::error::ApiResult;
use crate::select::{self, Depth};
use penstock_model::{Date, Money, Time};
use penstock_store::{Row, Sql, Weight};
use std::sync::Arc;

/// A period of whole days of the company, both ends included.
#[derive(Debug, Clone, Copy)]
struct Period {
    first: Date,
    last: Date,
    start: Time,
    end: Time,
}

pub async fn progress(call: &Call, goal: &Goal, first: Date, last: Date) -> ApiResult<Money> {
    let zone = &call.directory.company.timezone;
    let period = Period { first, last, start: first.start_in(zone), end: last.plus_days(1).start_in(zone) };
    match goal.type_name.as_str() {
        "deals_started" => deals(call, goal, |sql| within(sql, "t.add_time", period)).await,
        "deals_won" => {
            deals(call, goal, |sql| {
                sql.push(" AND t.status = 'won'");
                within(sql, "t.won_time", period);
            })
            .await
        }
        "deals_progressed" => deals(call, goal, |sql| entered(sql, goal.stage.unwrap_or_default(), period)).await,
        "revenue_forecast" => forecast(call, goal, period).await,
        "activities_added" => activities(call, goal, |sql| within(sql, "t.add_time", period)).await,
        _ => {
            activities(call, goal, |sql| {
                sql.push(" AND t.done = 1");
                within(sql, "t.marked_as_done_time", period);
            })
            .await
        }
    }
}

fn within(sql: &mut Sql, column: &str, period: Period) {
    sql.push(" AND ").push(column).push(" >= ").bind(period.start);
    sql.push(" AND ").push(column).push(" < ").bind(period.end);
}

/// The moves of the deal `t` from stage to stage.
const MOVES: &str = "h.company_id = t.company_id AND h.entity = 'deal' AND h.record_id = t.id AND h.object = 'change' \
                     AND h.field_key = 'stage_id'";

/// A deal entered a stage when it was moved there, or when it was made where it was made in it: then no move came before.
fn entered(sql: &mut Sql, stage: i64, period: Period) {
    sql.push(" AND (EXISTS (SELECT 1 FROM history h WHERE ");
    sql.push(MOVES).push(" AND h.new_value = ").bind(stage.to_string());
    within(sql, "h.time", period);
    sql.push(") OR (t.add_time >= ").bind(period.start).push(" AND t.add_time < ").bind(period.end);
    sql.push(" AND COALESCE((SELECT h.old_value FROM history h WHERE ");
    sql.push(MOVES).push(" ORDER BY h.time, h.id LIMIT 1), CAST(t.stage_id AS TEXT)) = ").bind(stage.to_string()).push("))");
}

/// Appends `AND …` for whose deals or activities count. A team stands for its members and its manager, as in filters.
fn assignee(sql: &mut Sql, call: &Call, goal: &Goal) {
    match goal.assignee_type.as_str() {
        "person" => {
            sql.push(" AND t.owner_id = ").bind(goal.assignee);
        }
        "team" => {
            let team = call.directory.teams.get(&goal.assignee);
            let members = team.iter().flat_map(|team| team.users.iter().copied().chain([team.manager])).map(|user| user.0);
            sql.push(" AND ");
            call.store().dialect().among(sql, "t.owner_id", members);
        }
        _ => {}
    }
}

/// Appends the conditions that all goals for deals share.
fn of_goal(call: &Call, sql: &mut Sql, goal: &Goal) {
    select::scope_of_many(sql, call, &DEAL);
    sql.push(" AND t.is_deleted = 0");
    assignee(sql, call, goal);
    if let Some(pipelines) = &goal.pipelines {
        sql.push(" AND ");
        call.store().dialect().among(sql, "t.pipeline_id", pipelines.iter().copied());
    }
    if let Some(code) = currency(goal) {
        sql.push(" AND t.currency = ").bind(code);
    }
}

/// The currency whose amounts alone a goal sums up.
fn currency(goal: &Goal) -> Option<String> {
    goal.currency.filter(|_| goal.metric == "sum").and_then(currencies::code_of)
}

async fn deals(call: &Call, goal: &Goal, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Money> {
    let mut sql = Sql::new("SELECT t.value FROM deals t");
    of_goal(call, &mut sql, goal);
    narrow(&mut sql);
    let sums = goal.metric == "sum";
    let count = move |total: &mut i128, row: &dyn Row| *total += if sums { i128::from(row.int(0).unwrap_or_default()) } else { ONE };
    Ok(money(call.store().read(sql, Weight::Heavy, 0, count).await?))
}

/// One of something, in ten-thousandths.
const ONE: i128 = 10_000;

fn money(total: i128) -> Money {
    let clamped = total.clamp(i64::MIN.into(), i64::MAX.into());
    Money::from_ten_thousandths(i64::try_from(clamped).unwrap_or_default())
}

/// Open deals by the day on which they are expected to close, at their weighted value; won ones by the time they were won.
async fn forecast(call: &Call, goal: &Goal, period: Period) -> ApiResult<Money> {
    let mut sql = select::records(&DEAL, Depth::Row);
    of_goal(call, &mut sql, goal);
    sql.push(" AND ((t.status = 'open' AND t.expected_close_date >= ").bind(period.first);
    sql.push(" AND t.expected_close_date <= ").bind(period.last).push(") OR (t.status = 'won'");
    within(&mut sql, "t.won_time", period);
    sql.push("))");
    let sums = goal.metric == "sum";
    let directory = Arc::clone(&call.directory);
    let weigh = move |row: &dyn Row| weighted_value(&select::record(&DEAL, Depth::Row, row), &directory).ten_thousandths();
    let count = move |total: &mut i128, row: &dyn Row| *total += if sums { i128::from(weigh(row)) } else { ONE };
    Ok(money(call.store().read(sql, Weight::Heavy, 0, count).await?))
}

async fn activities(call: &Call, goal: &Goal, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Money> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM activities t");
    select::scope_of_many(&mut sql, call, &ACTIVITY);
    sql.push(" AND t.is_deleted = 0");
    assignee(&mut sql, call, goal);
    if let Some(pipelines) = &goal.pipelines {
        sql.push(" AND t.deal_id IN (SELECT d.id FROM deals d WHERE d.company_id = ").bind(call.company()).push(" AND ");
        call.store().dialect().among(&mut sql, "d.pipeline_id", pipelines.iter().copied());
        sql.push(")");
    }
    if let Some(types) = &goal.activity_types {
        // Activities keep the keys of their types.
        let keys = types.iter().filter_map(|id| call.directory.activity_types.get(id)).map(|known| known.key.clone());
        sql.push(" AND t.type IN ").bind_list(keys);
    }
    narrow(&mut sql);
    let count = call.store().read(sql, Weight::Heavy, 0, |count, row| *count = row.int(0).unwrap_or_default()).await?;
    Ok(money(i128::from(count) * ONE))
}
