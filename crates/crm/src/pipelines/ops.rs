//! The operations of pipelines. Reads of v1 come from the directory, which holds them all.

use super::{PIPELINE, PIPELINES, conversion, fields::*, movement, progress};
use crate::body;
use crate::call::{Call, Reply};
use crate::deals;
use crate::directory::Pipeline;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list as pages;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Takes, Version};
use crate::params::*;
use crate::records;
use crate::run;
use crate::select::Depth;
use crate::stages::{self, STAGES};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Sql;

const READ: &str = "deals:read,deals:full,admin";
const STATISTICS: &str = "deals:read,deals:full";

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Pipelines").scopes("admin")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/pipelines", "getPipelines", run!(pages::page(&PIPELINE, live)))
        .scopes(READ)
        .cost(5)
        .query(&[SORT_BY, SORT_DIRECTION, LIMIT, CURSOR])
        .about("Lists pipelines"),
    op(V2, Post, "/pipelines", "addPipeline", run!(add)).cost(5).takes(Takes::Record(&PIPELINE)).admin_only().about("Creates a pipeline"),
    op(V2, Get, "/pipelines/{id}", "getPipeline", run!(records::one_v2(&PIPELINES))).scopes(READ).cost(1).about("Shows one pipeline"),
    op(V2, Patch, "/pipelines/{id}", "updatePipeline", run!(update))
        .cost(5)
        .takes(Takes::Record(&PIPELINE))
        .admin_only()
        .about("Changes the sent fields of a pipeline"),
    op(V2, Delete, "/pipelines/{id}", "deletePipeline", run!(delete))
        .cost(3)
        .admin_only()
        .about("Marks a pipeline and its stages as deleted"),
    op(V1, Get, "/pipelines", "getPipelines", run!(list_v1)).scopes(READ).cost(10).about("Lists pipelines"),
    op(V1, Post, "/pipelines", "addPipeline", run!(add)).cost(10).takes(Takes::Record(&PIPELINE)).admin_only().about("Creates a pipeline"),
    op(V1, Get, "/pipelines/{id}", "getPipeline", run!(one_v1)).scopes(READ).cost(2).about("Shows one pipeline"),
    op(V1, Put, "/pipelines/{id}", "updatePipeline", run!(update))
        .cost(10)
        .takes(Takes::Record(&PIPELINE))
        .admin_only()
        .about("Changes the sent fields of a pipeline"),
    op(V1, Delete, "/pipelines/{id}", "deletePipeline", run!(delete))
        .cost(6)
        .admin_only()
        .about("Marks a pipeline and its stages as deleted"),
    op(V1, Get, "/pipelines/{id}/deals", "getPipelineDeals", run!(deals::board::of_pipeline))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::board::OF_PIPELINE)
        .about("Lists the open deals in a pipeline"),
    op(V1, Get, "/pipelines/{id}/conversion_statistics", "getPipelineConversionStatistics", run!(conversion::show))
        .scopes(STATISTICS)
        .cost(40)
        .query(progress::QUERY)
        .about("Shows how many deals went on from stage to stage"),
    op(V1, Get, "/pipelines/{id}/movement_statistics", "getPipelineMovementStatistics", run!(movement::show))
        .scopes(STATISTICS)
        .cost(40)
        .query(progress::QUERY)
        .about("Shows new, moved, won and lost deals of a period"),
];

fn live(_: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    Ok(())
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), "pipelines").await?;
    let mut change = Change::insert(Record::blank(&PIPELINE, id));
    let given = write::fill(&call, &mut change)?;
    let pipeline = &mut change.after;
    name(&call, pipeline)?;
    if !given.has(ORDER_NR) {
        pipeline.set(ORDER_NR, next_order(&call));
    }
    if !given.has(HAS_PROBABILITY) {
        pipeline.set(HAS_PROBABILITY, false);
    }
    pipeline.set(IS_DELETED, is_switched_off(&call));
    pipeline.set(ADD_TIME, call.now);
    pipeline.set(UPDATE_TIME, call.now);
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    show(&call, id).await
}

fn next_order(call: &Call) -> i64 {
    call.directory.pipelines.values().filter(|pipeline| !pipeline.is_deleted).map(|pipeline| pipeline.order_nr).max().unwrap_or(0) + 1
}

/// v1 can switch a pipeline off by `active`, which v2 knows as deleted (semantics.md 10).
fn is_switched_off(call: &Call) -> bool {
    call.version() == Version::V1 && call.body.get("active").and_then(body::flag) == Some(false)
}

fn name(call: &Call, pipeline: &Record) -> ApiResult<()> {
    if pipeline.text(NAME).is_some_and(|name| !name.trim().is_empty()) {
        return Ok(());
    }
    Err(match call.version() {
        Version::V1 => ApiError::invalid("Name must be given."),
        Version::V2 => ApiError::invalid_key("name", "is required"),
    })
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(PIPELINE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &PIPELINES, id).await?);
            write::fill(&call, &mut change)?;
            name(&call, &change.after)?;
            if is_switched_off(&call) {
                keep_one(&call, id)?;
                change.after.set(IS_DELETED, true);
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

/// The last pipeline cannot go (semantics.md 8.1).
fn keep_one(call: &Call, id: i64) -> ApiResult<()> {
    if call.directory.pipelines.values().any(|pipeline| !pipeline.is_deleted && pipeline.id != id) {
        return Ok(());
    }
    Err(ApiError::invalid("the last pipeline cannot be deleted"))
}

/// A pipeline goes with its stages; its deals stay as they are (semantics.md 16).
async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(PIPELINE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut batch = call.batch();
            let mut change = Change::update(write::find_live(&call, &PIPELINES, id).await?);
            keep_one(&call, id)?;
            change.after.set(IS_DELETED, true);
            change.after.set(UPDATE_TIME, call.now);
            batch.save(change);
            for stage in call.directory.stages_of(id) {
                let mut change = Change::update(write::find(&call, &STAGES, stage.id, Depth::Row).await?);
                stages::delete(&mut change.after, call.now);
                batch.save(change);
            }
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}

/// The pipeline as it stands after the write of this request.
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    if call.version() == Version::V2 {
        return records::show(call, &PIPELINES, id).await;
    }
    let directory = call.app.directory(call.company()).await?;
    let pipeline = directory.pipelines.get(&id).ok_or_else(|| ApiError::not_found(PIPELINE.title))?;
    Ok(call.data(|json| write_v1(json, pipeline, false)))
}

async fn list_v1(call: Call) -> ApiResult<Reply> {
    let mut pipelines: Vec<_> = call.directory.pipelines.values().filter(|pipeline| !pipeline.is_deleted).collect();
    pipelines.sort_by_key(|pipeline| (pipeline.order_nr, pipeline.id));
    Ok(call.data(|json| {
        json.begin_array();
        for (place, pipeline) in pipelines.iter().enumerate() {
            write_v1(json, pipeline, place == 0);
        }
        json.end_array();
    }))
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(PIPELINE.title)?;
    let pipeline = call.directory.pipelines.get(&id).ok_or_else(|| ApiError::not_found(PIPELINE.title))?;
    let is_first = call.directory.default_pipeline().is_some_and(|first| first.id == id);
    Ok(call.data(|json| write_v1(json, pipeline, is_first)))
}

/// Writes a pipeline in its v1 form. `selected` marks the one that the web app would open.
pub fn write_v1(json: &mut Json, pipeline: &Pipeline, selected: bool) {
    json.begin_object();
    json.key("id");
    json.int(pipeline.id);
    json.key("name");
    json.string(&pipeline.name);
    json.key("url_title");
    json.string(&pipeline.name.replace(' ', "-"));
    json.key("order_nr");
    json.int(pipeline.order_nr);
    json.key("active");
    json.bool(!pipeline.is_deleted);
    json.key("deal_probability");
    json.bool(pipeline.has_probability);
    json.key("add_time");
    json.plain_string(|out| pipeline.add_time.write_v1(out));
    json.key("update_time");
    match pipeline.update_time {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
    json.key("selected");
    json.bool(selected);
    json.end_object();
}
