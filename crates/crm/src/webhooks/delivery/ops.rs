//! What Penstock tells of deliveries, and what it can be asked to do about them.

use super::client::Answer;
use super::rows::State;
use super::test_event;
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::params::{CURSOR, LIMIT};
use crate::run;
use crate::webhooks::hook::{self, Hook};
use crate::webhooks::payload;
use penstock_model::{Area, Time};
use penstock_store::{Sql, Statement, StoreError, Weight};

const TAG: &str = "Webhooks";
const SINCE: Param = Param::new("since", ParamKind::Time, "Events that happened at this time or later.").required();

pub const OPS: &[Op] = &[
    Op::own(Method::Get, "/webhooks/{id}/deliveries", "getWebhookDeliveries", run!(list_deliveries))
        .tag(TAG)
        .about("Lists what a subscription was told and is to be told, newest first, each with its attempts.")
        .query(&[LIMIT, CURSOR]),
    Op::own(Method::Post, "/webhooks/{id}/deliveries/{delivery_id}/replay", "replayWebhookDelivery", run!(replay_one))
        .tag(TAG)
        .about("Sends one event again."),
    Op::own(Method::Post, "/webhooks/{id}/replay", "replayWebhookDeliveries", run!(replay_since))
        .tag(TAG)
        .about("Sends all events of a subscription since a time again, in their order.")
        .takes(Takes::Keys(&[SINCE])),
    Op::own(Method::Post, "/webhooks/{id}/test", "testWebhook", run!(test))
        .tag(TAG)
        .about("Sends a test event now and answers what came of it."),
];

/// The subscription that the path names, which the caller must own or administer.
async fn hook_of(call: &Call) -> ApiResult<Hook> {
    let id = call.path_id(0, "Webhook")?;
    let hook = hook::find(call.store(), call.company(), id).await?;
    let may = |hook: &Hook| hook.is_active && (call.principal.administers(Area::Account) || hook.owner == call.principal.user);
    hook.filter(may).ok_or_else(|| ApiError::not_found("Webhook"))
}

/// A row of the log.
struct Logged {
    seq: i64,
    event: i64,
    entity: String,
    record: i64,
    action: String,
    event_time: Time,
    state: String,
    next_time: Option<Time>,
    attempts: Vec<serde_json::Value>,
}

async fn list_deliveries(call: Call) -> ApiResult<Reply> {
    let hook = hook_of(&call).await?;
    let limit = list::limit(&call, "limit")?;
    let mut sql = Sql::new(
        "SELECT seq, event_id, entity, record_id, action, event_time, state, next_time, attempts FROM webhook_deliveries
         WHERE company_id = ",
    );
    sql.bind(call.company()).push(" AND hook_id = ").bind(hook.id);
    if let Some(text) = call.args.text("cursor") {
        let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "id" && cursor.direction == "desc" && cursor.value == cursor.id);
        let cursor = cursor.ok_or_else(|| ApiError::invalid_key("cursor", "is not one of this list"))?;
        sql.push(" AND seq < ").bind(cursor.id);
    }
    sql.push(" ORDER BY seq DESC LIMIT ").bind(limit + 1);
    let mut page = call
        .store()
        .read(sql, Weight::Light, Vec::new(), |page, row| {
            let logged = || {
                Some(Logged {
                    seq: row.int(0)?,
                    event: row.int(1)?,
                    entity: row.text(2)?.to_owned(),
                    record: row.int(3)?,
                    action: row.text(4)?.to_owned(),
                    event_time: Time::from_millis(row.int(5)?),
                    state: row.text(6)?.to_owned(),
                    next_time: row.int(7).map(Time::from_millis),
                    attempts: serde_json::from_str(row.text(8)?).ok()?,
                })
            };
            page.extend(logged());
        })
        .await?;
    let more = page.len() as i64 > limit;
    page.truncate(limit as usize);
    let next = page.last().filter(|_| more).map(|last: &Logged| {
        Cursor { field: "id".to_owned(), value: last.seq.into(), direction: "desc".to_owned(), id: last.seq }.encode()
    });
    Ok(call.data_and(
        |json| {
            json.begin_array();
            page.iter().for_each(|logged| write(json, &hook, logged));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

fn write(json: &mut Json, hook: &Hook, logged: &Logged) {
    json.begin_object();
    json.key("id");
    json.int(logged.seq);
    json.key("event_id");
    json.string(&payload::event_id(hook.company, hook.id, logged.event));
    json.key("action");
    json.string(&logged.action);
    json.key("object");
    json.string(&logged.entity);
    json.key("record_id");
    json.int(logged.record);
    json.key("event_time");
    json.plain_string(|out| logged.event_time.write_millis(out));
    json.key("state");
    json.string(&logged.state);
    json.key("next_attempt_time");
    match logged.next_time {
        Some(time) => json.plain_string(|out| time.write_millis(out)),
        None => json.null(),
    }
    json.key("attempts");
    json.begin_array();
    logged.attempts.iter().for_each(|attempt| write_attempt(json, attempt));
    json.end_array();
    json.end_object();
}

fn write_attempt(json: &mut Json, attempt: &serde_json::Value) {
    let time = Time::from_millis(attempt["time"].as_i64().unwrap_or_default());
    json.begin_object();
    json.key("time");
    json.plain_string(|out| time.write_millis(out));
    json.key("status");
    json.int_or_null(attempt["status"].as_i64());
    json.key("error");
    json.string_or_null(attempt["error"].as_str());
    json.key("duration_ms");
    json.int_or_null(attempt["millis"].as_i64());
    json.end_object();
}

/// Lets deliveries wait again as if they had never been tried; their attempts stay in the log.
const REPLAY: &str = "UPDATE webhook_deliveries SET state = 'waiting', next_time = $1, attempt_count = 0, first_time = NULL
     WHERE company_id = $2 AND hook_id = $3";

/// What rests behind a delivery rests no longer than it does.
const FOLLOW: &str = "UPDATE webhook_deliveries AS d SET next_time = $1 WHERE d.state = 'waiting' AND d.company_id = $2 AND d.hook_id = $3
     AND d.attempt_count = 0 AND d.seq > $4
     AND EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.company_id = d.company_id AND e.hook_id = d.hook_id AND e.seq = $4
         AND e.record_id = d.record_id AND e.entity = d.entity)";

async fn replay_one(call: Call) -> ApiResult<Reply> {
    let hook = hook_of(&call).await?;
    let seq = call.path_id(1, "Delivery")?;
    let values = vec![call.now.into(), call.company().into(), hook.id.into(), seq.into()];
    let replay = Statement::one_row(format!("{REPLAY} AND seq = $4"), values.clone());
    match call.store().execute(vec![replay, Statement::new(FOLLOW, values)]).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Err(ApiError::not_found("Delivery")),
        Err(error) => return Err(error.into()),
    }
    call.app.webhooks.wake();
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(seq);
        json.key("state");
        json.string(State::Waiting.word());
        json.end_object();
    }))
}

async fn replay_since(call: Call) -> ApiResult<Reply> {
    let hook = hook_of(&call).await?;
    let text = call.body.text("since").unwrap_or_default();
    let since = Time::parse_rfc3339(text).map_err(|_| ApiError::invalid_key("since", "is not a time such as 2026-01-31T12:00:00Z"))?;
    let condition = "company_id = $2 AND hook_id = $3 AND event_time >= $1";
    let values = vec![since.into(), call.company().into(), hook.id.into()];
    let count = Sql::of(format!("SELECT COUNT(*) FROM webhook_deliveries WHERE {condition}"), values);
    let count = call.store().read(count, Weight::Heavy, 0, |count, row| *count = row.int(0).unwrap_or_default()).await?;
    let values = vec![call.now.into(), call.company().into(), hook.id.into(), since.into()];
    call.store().execute(vec![Statement::new(format!("{REPLAY} AND event_time >= $4"), values)]).await?;
    call.app.webhooks.wake();
    Ok(call.data(|json| {
        json.begin_object();
        json.key("replayed");
        json.int(count);
        json.end_object();
    }))
}

async fn test(call: Call) -> ApiResult<Reply> {
    let hook = hook_of(&call).await?;
    let body = test_event::body(&hook, call.principal.user, call.now);
    let answer = call.app.webhooks.post(&hook, body).await;
    Ok(call.data(|json| write_answer(json, &answer)))
}

fn write_answer(json: &mut Json, answer: &Answer) {
    json.begin_object();
    json.key("delivered");
    json.bool(answer.is_success());
    json.key("status");
    json.int_or_null(answer.status.map(i64::from));
    json.key("error");
    json.string_or_null(answer.error.as_deref());
    json.key("duration_ms");
    json.int(i64::try_from(answer.took.as_millis()).unwrap_or(i64::MAX));
    json.end_object();
}
