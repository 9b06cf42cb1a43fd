//! The operations of stages. Reads of v1 come from the directory, which holds them all.

use super::{STAGE, STAGES};
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
use crate::rights;
use crate::run;
use penstock_model::Area;
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
    op(V2, Post, "/stages", "addStage", run!(add)).cost(5).takes(Takes::Record(&STAGE)).admin_of(Area::Deals).about("Creates a stage"),
    op(V2, Get, "/stages/{id}", "getStage", run!(one_v2)).scopes(READ).cost(1).about("Shows one stage"),
    op(V2, Patch, "/stages/{id}", "updateStage", run!(update))
        .cost(5)
        .takes(Takes::Record(&STAGE))
        .admin_of(Area::Deals)
        .about("Changes the sent fields of a stage"),
    op(V2, Delete, "/stages/{id}", "deleteStage", run!(records::delete(&STAGES)))
        .cost(3)
        .admin_of(Area::Deals)
        .about("Marks a stage as deleted"),
    op(V1, Get, "/stages", "getStages", run!(list_v1)).scopes(READ).cost(10).query(&[PIPELINE_ID, START, LIMIT]).about("Lists stages"),
    op(V1, Post, "/stages", "addStage", run!(add)).cost(10).takes(Takes::Record(&STAGE)).admin_of(Area::Deals).about("Creates a stage"),
    op(V1, Delete, "/stages", "deleteStages", run!(records::delete_many(&STAGES)))
        .cost(10)
        .query(&[BULK_IDS])
        .admin_of(Area::Deals)
        .about("Marks several stages as deleted"),
    op(V1, Get, "/stages/{id}", "getStage", run!(one_v1)).scopes(READ).cost(2).query(&[EVERYONE]).about("Shows one stage"),
    op(V1, Put, "/stages/{id}", "updateStage", run!(update))
        .cost(10)
        .takes(Takes::Record(&STAGE))
        .admin_of(Area::Deals)
        .about("Changes the sent fields of a stage"),
    op(V1, Delete, "/stages/{id}", "deleteStage", run!(records::delete(&STAGES)))
        .cost(6)
        .admin_of(Area::Deals)
        .about("Marks a stage as deleted"),
    op(V1, Get, "/stages/{id}/deals", "getStageDeals", run!(deals::board::of_stage))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::board::OF_STAGE)
        .about("Lists the open deals in a stage"),
];

fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    rights::visible_pipeline(sql, call, "t", "pipeline_id");
    crate::narrow::equal(call, sql, "pipeline_id", "pipeline_id");
    Ok(())
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = records::create(&call, &STAGES).await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change(&call, &STAGES).await?;
    show(&call, id).await
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
    let wanted = |stage: &&Stage| {
        !stage.is_deleted && pipeline.is_none_or(|pipeline| stage.pipeline == pipeline) && call.sees_pipeline(stage.pipeline)
    };
    let mut stages: Vec<_> = directory.stages.values().filter(wanted).collect();
    let pipeline_order = |stage: &Stage| directory.pipelines.get(&stage.pipeline).map(|pipeline| (pipeline.order_nr, pipeline.id));
    stages.sort_by_key(|stage| (pipeline_order(stage), stage.order_nr, stage.id));
    pages::directory_page(&call, &stages, |json, stage| write_v1(json, directory, stage))
}

async fn one_v2(call: Call) -> ApiResult<Reply> {
    let id = call.id(STAGE.title)?;
    // One that is not in the directory is looked for below, and not found.
    if call.directory.stages.contains_key(&id) && call.stage(id).is_none() {
        return Err(ApiError::not_found(STAGE.title));
    }
    records::one_v2(call, &STAGES).await
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(STAGE.title)?;
    let stage = call.stage(id).ok_or_else(|| ApiError::not_found(STAGE.title))?;
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
