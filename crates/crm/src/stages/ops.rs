//! The operations of stages. Reads of v1 come from the directory, which holds them all.

use super::{STAGE, STAGES, fields::*};
use crate::call::{Call, Reply};
use crate::deals;
use crate::directory::{Directory, Stage};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list as pages;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::records;
use crate::run;
use crate::write::{self, Given};
use penstock_model::{Change, Record, Time};
use penstock_store::Sql;

const READ: &str = "deals:read,deals:full,admin";
const SORT: Param = Param::new(
    "sort_by",
    ParamKind::Choice(&["id", "update_time", "add_time", "order_nr"]),
    "The field that orders the list; `id` where absent.",
);

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Stages").scopes("admin")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/stages", "getStages", run!(pages::page(&STAGE, live)))
        .scopes(READ)
        .cost(5)
        .query(&[PIPELINE_ID, SORT, SORT_DIRECTION, LIMIT, CURSOR])
        .about("Lists stages"),
    op(V2, Post, "/stages", "addStage", run!(add)).cost(5).takes(Takes::Record(&STAGE)).admin_only().about("Creates a stage"),
    op(V2, Get, "/stages/{id}", "getStage", run!(records::one_v2(&STAGES))).scopes(READ).cost(1).about("Shows one stage"),
    op(V2, Patch, "/stages/{id}", "updateStage", run!(update))
        .cost(5)
        .takes(Takes::Record(&STAGE))
        .admin_only()
        .about("Changes the sent fields of a stage"),
    op(V2, Delete, "/stages/{id}", "deleteStage", run!(delete_one)).cost(3).admin_only().about("Marks a stage as deleted"),
    op(V1, Get, "/stages", "getStages", run!(list_v1)).scopes(READ).cost(10).query(&[PIPELINE_ID, START, LIMIT]).about("Lists stages"),
    op(V1, Post, "/stages", "addStage", run!(add)).cost(10).takes(Takes::Record(&STAGE)).admin_only().about("Creates a stage"),
    op(V1, Delete, "/stages", "deleteStages", run!(delete_many))
        .cost(10)
        .query(&[BULK_IDS])
        .admin_only()
        .about("Marks several stages as deleted"),
    op(V1, Get, "/stages/{id}", "getStage", run!(one_v1)).scopes(READ).cost(2).query(&[EVERYONE]).about("Shows one stage"),
    op(V1, Put, "/stages/{id}", "updateStage", run!(update))
        .cost(10)
        .takes(Takes::Record(&STAGE))
        .admin_only()
        .about("Changes the sent fields of a stage"),
    op(V1, Delete, "/stages/{id}", "deleteStage", run!(delete_one)).cost(6).admin_only().about("Marks a stage as deleted"),
    op(V1, Get, "/stages/{id}/deals", "getStageDeals", run!(deals::board::of_stage))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::board::OF_STAGE)
        .about("Lists the open deals in a stage"),
];

fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    crate::narrow::equal(call, sql, "pipeline_id", "pipeline_id");
    Ok(())
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), "stages").await?;
    let mut change = Change::insert(Record::blank(&STAGE, id));
    let given = write::fill(&call, &mut change)?;
    let stage = &mut change.after;
    check(&call, stage)?;
    stage.set(ORDER_NR, next_order(&call, stage.get(PIPELINE)));
    if !given.has(PROBABILITY) {
        stage.set(PROBABILITY, 100);
    }
    if !given.has(ROTS) {
        stage.set(ROTS, false);
    }
    stage.set(IS_DELETED, false);
    stage.set(ADD_TIME, call.now);
    stage.set(UPDATE_TIME, call.now);
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    show(&call, id).await
}

/// New stages go last (semantics.md 19).
fn next_order(call: &Call, pipeline: Option<i64>) -> i64 {
    let stages = call.directory.stages_of(pipeline.unwrap_or_default());
    stages.iter().map(|stage| stage.order_nr).max().unwrap_or(0) + 1
}

fn check(call: &Call, stage: &Record) -> ApiResult<()> {
    if stage.text(NAME).is_none_or(|name| name.trim().is_empty()) {
        return Err(match call.version() {
            Version::V1 => ApiError::invalid("Name must be given."),
            Version::V2 => ApiError::invalid_key("name", "is required"),
        });
    }
    let pipeline = stage.get(PIPELINE).ok_or_else(|| ApiError::invalid_key("pipeline_id", "is required"))?;
    if call.directory.live_pipeline(pipeline).is_none() {
        return Err(ApiError::invalid_key("pipeline_id", "Pipeline not found or not accessible."));
    }
    if stage.get(DAYS_TO_ROTTEN).is_some_and(|days| !(0..=36_500).contains(&days)) {
        return Err(ApiError::invalid_key("days_to_rotten", "must be a number of days"));
    }
    Ok(())
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(STAGE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &STAGES, id).await?);
            let given: Given = write::fill(&call, &mut change)?;
            check(&call, &change.after)?;
            if change.touches(PIPELINE) && !given.has(ORDER_NR) {
                let last = next_order(&call, change.after.get(PIPELINE));
                change.after.set(ORDER_NR, last);
            }
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

async fn delete_one(call: Call) -> ApiResult<Reply> {
    let id = call.id(STAGE.title)?;
    records::change_all(&call, &STAGES, &[id], false, |stage| delete(stage, call.now)).await?;
    Ok(call.deleted(id))
}

async fn delete_many(call: Call) -> ApiResult<Reply> {
    let ids = crate::narrow::bulk_ids(&call)?;
    records::change_all(&call, &STAGES, &ids, true, |stage| delete(stage, call.now)).await?;
    Ok(records::deleted_many(&call, &ids))
}

/// Marks a stage as deleted; its deals stay as they are (semantics.md 16).
pub fn delete(stage: &mut Record, now: Time) {
    stage.set(IS_DELETED, true);
    stage.set(UPDATE_TIME, now);
}

/// The stage as it stands after the write of this request.
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    if call.version() == Version::V2 {
        return records::show(call, &STAGES, id).await;
    }
    let directory = call.app.directory(call.company()).await?;
    let stage = directory.stages.get(&id).ok_or_else(|| ApiError::not_found(STAGE.title))?;
    Ok(call.data(|json| write_v1(json, &directory, stage)))
}

async fn list_v1(call: Call) -> ApiResult<Reply> {
    let directory = &call.directory;
    let pipeline = call.args.int("pipeline_id");
    let wanted = |stage: &&Stage| !stage.is_deleted && pipeline.is_none_or(|pipeline| stage.pipeline == pipeline);
    let mut stages: Vec<_> = directory.stages.values().filter(wanted).collect();
    let pipeline_order = |stage: &Stage| directory.pipelines.get(&stage.pipeline).map(|pipeline| (pipeline.order_nr, pipeline.id));
    stages.sort_by_key(|stage| (pipeline_order(stage), stage.order_nr, stage.id));
    let start = call.args.int("start").unwrap_or(0).max(0);
    let limit = pages::limit(&call, "limit")?;
    let page: Vec<_> = stages.iter().skip(start as usize).take(limit as usize).collect();
    let more = stages.len() as i64 > start + limit;
    Ok(call.data_and(
        |json| {
            if page.is_empty() {
                return json.null();
            }
            json.begin_array();
            page.iter().for_each(|stage| write_v1(json, directory, stage));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            pages::write_pagination(json, start, limit, more);
            json.end_object();
        },
    ))
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(STAGE.title)?;
    let stage = call.directory.stages.get(&id).ok_or_else(|| ApiError::not_found(STAGE.title))?;
    Ok(call.data(|json| write_v1(json, &call.directory, stage)))
}

/// Writes a stage in its v1 form.
pub fn write_v1(json: &mut Json, directory: &Directory, stage: &Stage) {
    let pipeline = directory.pipelines.get(&stage.pipeline);
    json.begin_object();
    json.key("id");
    json.int(stage.id);
    json.key("company_id");
    json.int(directory.company.id.0);
    json.key("order_nr");
    json.int(stage.order_nr);
    json.key("name");
    json.string(&stage.name);
    json.key("active_flag");
    json.bool(!stage.is_deleted);
    json.key("deal_probability");
    json.int(stage.probability);
    json.key("pipeline_id");
    json.int(stage.pipeline);
    json.key("rotten_flag");
    json.bool(stage.rots);
    json.key("rotten_days");
    json.int_or_null(stage.days_to_rotten);
    json.key("add_time");
    json.plain_string(|out| stage.add_time.write_v1(out));
    json.key("update_time");
    match stage.update_time {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
    json.key("pipeline_name");
    json.string_or_null(pipeline.map(|pipeline| pipeline.name.as_str()));
    json.key("pipeline_deal_probability");
    json.bool(pipeline.is_some_and(|pipeline| pipeline.has_probability));
    json.end_object();
}
