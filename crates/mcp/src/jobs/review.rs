//! Open deals that need somebody's attention.

use super::text;
use crate::answer;
use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::pages::{self, Found, Wanted};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::str::FromStr;

/// How many deals a review looks at.
const MOST: usize = 5_000;
/// How many deals it names of each kind, the most valuable first.
const NAMED: usize = 10;
/// After so many days in a stage a deal is stuck.
const STUCK_DAYS: i64 = 30;

pub fn pipeline(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let mut values = Values::default().query("status", "open");
        if let Some(user) = arguments.get("user_id") {
            values = values.query("user_id", user);
        }
        let wanted = Wanted { limit: MOST, ..Wanted::default() };
        let Found::List(part) = pages::read(&crm, Crm::op("v1.getDeals")?, &values, &wanted).await? else {
            return Err(Trouble::fault("deals are no list".to_owned()));
        };
        let looked_at_all = part.cursor.is_none();
        let pipeline = arguments.get("pipeline_id");
        let deals: Vec<Value> = part.rows.into_iter().filter(|deal| pipeline.is_none_or(|id| &deal["pipeline_id"] == id)).collect();
        let stages = crm.rows("v2.getStages", Values::default().query("limit", 500)).await?;
        let now = text(&arguments, "today")
            .and_then(|day| Date::from_str(&day).ok())
            .unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
        let stuck_days = arguments.get("stuck_days").and_then(Value::as_i64).unwrap_or(STUCK_DAYS);

        let mut report = Map::new();
        report.insert("open".to_owned(), sums(&deals));
        let stuck: Vec<_> =
            deals.iter().filter(|deal| days_since(&deal["stage_change_time"], &deal["add_time"], now) > stuck_days).collect();
        report.insert("stuck".to_owned(), named(stuck, &stages, now));
        let rotting: Vec<_> = deals.iter().filter(|deal| day(&deal["rotten_time"]).is_some_and(|since| since <= now)).collect();
        report.insert("rotting".to_owned(), named(rotting, &stages, now));
        let idle: Vec<_> = deals.iter().filter(|deal| deal["next_activity_id"].is_null() && deal["next_activity_date"].is_null()).collect();
        report.insert("no_next_activity".to_owned(), named(idle, &stages, now));
        let overdue: Vec<_> = deals.iter().filter(|deal| day(&deal["next_activity_date"]).is_some_and(|due| due < now)).collect();
        report.insert("overdue_activity".to_owned(), named(overdue, &stages, now));
        let closing: Vec<_> = deals
            .iter()
            .filter(|deal| {
                day(&deal["expected_close_date"]).is_some_and(|close| (close.year(), close.month()) == (now.year(), now.month()))
            })
            .collect();
        report.insert("closing_this_month".to_owned(), named(closing, &stages, now));
        let late: Vec<_> = deals.iter().filter(|deal| day(&deal["expected_close_date"]).is_some_and(|close| close < now)).collect();
        report.insert("past_close_date".to_owned(), named(late, &stages, now));
        if !looked_at_all {
            report.insert("looked_at".to_owned(), deals.len().into());
        }
        answer::one(report.into())
    }
    .boxed()
}

/// The day of a date or a time.
fn day(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    Date::from_str(text).ok().or_else(|| DateTime::from_str(text).ok().map(DateTime::date))
}

fn days_since(time: &Value, or: &Value, now: Date) -> i64 {
    let since = day(time).or_else(|| day(or));
    since.and_then(|since| now.since(since).ok()).map_or(0, |span| i64::from(span.get_days()))
}

/// How many there are, and what they are worth in each currency.
fn sums<'a>(deals: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut values: Map<String, Value> = Map::new();
    let mut count = 0;
    for deal in deals {
        count += 1;
        let sum = values.entry(deal["currency"].as_str().unwrap_or("?").to_owned()).or_insert_with(|| json!(0.0));
        let total = sum.as_f64().unwrap_or(0.0) + deal["value"].as_f64().unwrap_or(0.0);
        *sum = json!((total * 100.0).round() / 100.0);
    }
    json!({"count": count, "value": values})
}

fn named(mut deals: Vec<&Value>, stages: &[Value], now: Date) -> Value {
    let worth = |deal: &Value| deal["value"].as_f64().unwrap_or(0.0);
    deals.sort_by(|one, other| worth(other).total_cmp(&worth(one)));
    let mut report = sums(deals.iter().copied());
    report["most_valuable"] = deals.iter().take(NAMED).map(|deal| row(deal, stages, now)).collect();
    report
}

fn row(deal: &Value, stages: &[Value], now: Date) -> Value {
    let stage = stages.iter().find(|stage| stage["id"] == deal["stage_id"]);
    let mut row = json!({
        "id": deal["id"],
        "title": deal["title"],
        "value": deal["value"],
        "currency": deal["currency"],
        "stage": stage.map_or(&deal["stage_id"], |stage| &stage["name"]),
        "owner": deal["owner_name"],
        "days_in_stage": days_since(&deal["stage_change_time"], &deal["add_time"], now),
    });
    for key in ["expected_close_date", "next_activity_date"] {
        if !deal[key].is_null() {
            row[key] = deal[key].clone();
        }
    }
    row
}
