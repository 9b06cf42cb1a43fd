//! The operations of pipelines. Reads of v1 come from the directory, which holds them all.

use super::{PIPELINE, PIPELINES, conversion, movement, progress};
use crate::call::{Call, Reply};
use crate::deals;
use crate::directory::Pipeline;
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

const LIMIT_SHOWN: Param = Param::new("limit", ParamKind::Int, "Comes back in the answer, which has all pipelines.");
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
    op(V2, Post, "/pipelines", "addPipeline", run!(add))
        .cost(5)
        .takes(Takes::Record(&PIPELINE))
        .admin_of(Area::Deals)
        .about("Creates a pipeline"),
    op(V2, Get, "/pipelines/{id}", "getPipeline", run!(one_v2)).scopes(READ).cost(1).about("Shows one pipeline"),
    op(V2, Patch, "/pipelines/{id}", "updatePipeline", run!(update))
        .cost(5)
        .takes(Takes::Record(&PIPELINE))
        .admin_of(Area::Deals)
        .about("Changes the sent fields of a pipeline"),
    op(V2, Delete, "/pipelines/{id}", "deletePipeline", run!(records::delete(&PIPELINES)))
        .cost(3)
        .admin_of(Area::Deals)
        .about("Marks a pipeline and its stages as deleted"),
    op(V1, Get, "/pipelines", "getPipelines", run!(list_v1)).scopes(READ).cost(10).query(&[LIMIT_SHOWN]).about("Lists pipelines"),
    op(V1, Post, "/pipelines", "addPipeline", run!(add))
        .cost(10)
        .takes(Takes::Record(&PIPELINE))
        .admin_of(Area::Deals)
        .about("Creates a pipeline"),
    op(V1, Get, "/pipelines/{id}", "getPipeline", run!(one_v1)).scopes(READ).cost(2).about("Shows one pipeline"),
    op(V1, Put, "/pipelines/{id}", "updatePipeline", run!(update))
        .cost(10)
        .takes(Takes::Record(&PIPELINE))
        .admin_of(Area::Deals)
        .about("Changes the sent fields of a pipeline"),
    op(V1, Delete, "/pipelines/{id}", "deletePipeline", run!(records::delete(&PIPELINES)))
        .cost(6)
        .admin_of(Area::Deals)
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

fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    rights::visible_pipeline(sql, call, "t", "id");
    Ok(())
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = records::create(&call, &PIPELINES).await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change(&call, &PIPELINES).await?;
    show(&call, id).await
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

/// All of them, whatever the limit (semantics.md 5.1); recorded answers say so in the words of a page.
async fn list_v1(call: Call) -> ApiResult<Reply> {
    let limit = pages::limit(&call, "limit")?;
    let visible = |pipeline: &&Pipeline| !pipeline.is_deleted && call.sees_pipeline(pipeline.id);
    let mut pipelines: Vec<_> = call.directory.pipelines.values().filter(visible).collect();
    pipelines.sort_by_key(|pipeline| (pipeline.order_nr, pipeline.id));
    Ok(call.data_and(
        |json| {
            json.begin_array();
            for (place, pipeline) in pipelines.iter().enumerate() {
                write_v1(json, pipeline, place == 0);
            }
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            pages::write_pagination(json, 0, limit, false);
            json.end_object();
        },
    ))
}

async fn one_v2(call: Call) -> ApiResult<Reply> {
    let id = call.id(PIPELINE.title)?;
    if !call.sees_pipeline(id) {
        return Err(ApiError::not_found(PIPELINE.title));
    }
    records::one_v2(call, &PIPELINES).await
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(PIPELINE.title)?;
    let pipeline = call.pipeline(id).ok_or_else(|| ApiError::not_found(PIPELINE.title))?;
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
