//! The operations of call logs.

use super::fields::*;
use super::{FOLDER, activity, find, recording_key, rules, view};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::Offset;
use crate::op::Method::{Delete, Get, Post};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::run;
use crate::upload::{self, MAX_FILE};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Batch;

/// The length of a page where the request does not say, and at most.
const PAGE: i64 = 50;
const LIMIT: Param = Param::new("limit", ParamKind::Int, "Rows of a page: 50 where absent, and at most.");
const AUDIO: &[Param] = &[Param::new("file", ParamKind::File, "The recording, at most 100 MB.").required()];

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("CallLogs").scopes("phone-integration")
}

pub const OPS: &[Op] = &[
    op(Get, "/callLogs", "getUserCallLogs", run!(own))
        .cost(20)
        .query(&[crate::params::START, LIMIT])
        .about("Lists the calls of the caller"),
    op(Post, "/callLogs", "addCallLog", run!(add)).cost(10).takes(Takes::Record(&CALL_LOG)).about("Makes a call known"),
    op(Delete, "/callLogs/{id}", "deleteCallLog", run!(delete)).cost(6).about("Removes a call log and its recording"),
    op(Get, "/callLogs/{id}", "getCallLog", run!(one)).cost(2).about("Shows one call log"),
    op(Post, "/callLogs/{id}/recordings", "addCallLogAudioFile", run!(record))
        .cost(10)
        .takes(Takes::Multipart(AUDIO))
        .about("Adds the recording of a call"),
];

async fn own(call: Call) -> ApiResult<Reply> {
    let mut offset = Offset::of(&call, &CALL_LOG, &[("id", false)])?;
    offset.limit = if call.args.has("limit") { offset.limit.min(PAGE) } else { PAGE };
    let narrow = |call: &Call, sql: &mut penstock_store::Sql| {
        sql.push(" AND t.is_deleted = 0 AND t.user_id = ").bind(call.principal.user);
        Ok(())
    };
    let (logs, more) = offset.records(&call, &CALL_LOG, narrow).await?;
    Ok(call.data_and(
        |json| {
            // An empty v1 list is null (semantics.md 4).
            if logs.is_empty() {
                return json.null();
            }
            json.begin_array();
            logs.iter().for_each(|log| view::write(json, &call, log));
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

async fn one(call: Call) -> ApiResult<Reply> {
    let log = find(&call).await?;
    Ok(show(&call, &log))
}

fn show(call: &Call, log: &Record) -> Reply {
    call.data(|json| view::write(json, call, log))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), CALL_LOG.table).await?;
    let call = &call;
    let log = write::commit(call, || Box::pin(plan(call, id))).await?;
    Ok(show(call, &log))
}

async fn plan(call: &Call, id: i64) -> ApiResult<(Batch, Record)> {
    let mut change = Change::insert(Record::blank(&CALL_LOG, id));
    write::fill(call, &mut change)?;
    let mut batch = call.batch();
    let planned = change.after.get(ACTIVITY);
    if let Some(activity) = planned {
        activity::take_place(call, activity, &mut change.after, &mut batch).await?;
    }
    rules::on_create(call, &mut change.after)?;
    // The links of an activity stand, whoever sees what they lead to.
    if planned.is_none() {
        write::check_references(call, &change).await?;
        activity::make(call, &mut change.after, &mut batch).await?;
    }
    let log = change.after.clone();
    batch.save(change);
    Ok((batch, log))
}

/// The recording goes, the activity stays.
async fn delete(call: Call) -> ApiResult<Reply> {
    let call = &call;
    let recording = write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(find(call).await?);
            rules::may_change(call, &change.after)?;
            let recording = change.after.text(RECORDING).map(str::to_owned);
            change.after.clear(RECORDING);
            change.after.set(IS_DELETED, true);
            change.after.set(DELETE_TIME, call.now);
            change.after.set(UPDATE_TIME, call.now);
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, recording))
        })
    })
    .await?;
    if let Some(recording) = recording {
        call.app.drop_object(&recording_key(call.company(), &recording)).await;
    }
    Ok(done(call))
}

async fn record(mut call: Call) -> ApiResult<Reply> {
    // Nobody sends a recording that would be refused.
    takes_recording(&call, &find(&call).await?)?;
    let received = upload::store(&mut call, FOLDER, MAX_FILE).await?;
    let outcome = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(find(&call).await?);
            takes_recording(&call, &change.after)?;
            change.after.set(RECORDING, received.object.as_str());
            change.after.set(UPDATE_TIME, call.now);
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await;
    upload::settle(&call, &received.key, outcome).await?;
    Ok(done(&call))
}

fn takes_recording(call: &Call, log: &Record) -> ApiResult<()> {
    rules::may_change(call, log)?;
    match log.text(RECORDING) {
        None => Ok(()),
        Some(_) => Err(ApiError::Conflicting("A recording for this call already exists".to_owned())),
    }
}

/// An answer that says nothing but that it went well.
fn done(call: &Call) -> Reply {
    let mut json = Json::default();
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.end_object();
    call.reply(json)
}
