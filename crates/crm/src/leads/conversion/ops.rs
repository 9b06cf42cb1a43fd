//! The operations of conversions: they start a job, and tell how far it has come.

use super::{TO_DEAL, TO_LEAD, check_deal, check_lead, not_found};
use crate::call::{Call, Reply};
use crate::deals::DEAL;
use crate::error::{ApiError, ApiResult};
use crate::jobs::{self, Status};
use crate::leads;
use crate::op::Method::{Get, Post};
use crate::op::Version::V2;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::run;
use crate::select::Depth;
use crate::users::permissions::Permission;
use crate::write;
use serde_json::{Value, json};

const KEYS: &[Param] = &[
    Param::new("stage_id", ParamKind::Int, "The stage that the deal begins in; it decides the pipeline."),
    Param::new("pipeline_id", ParamKind::Int, "The pipeline in whose first stage the deal begins, where no stage is given."),
];

pub const OPS: &[Op] = &[
    Op::new(V2, Post, "/leads/{id}/convert/deal", "convertLeadToDeal", run!(lead_to_deal))
        .tag("Leads")
        .scopes("leads:full")
        .cost(40)
        .takes(Takes::Keys(KEYS))
        .about("Starts to make a deal of a lead"),
    Op::new(V2, Get, "/leads/{id}/convert/status/{conversion_id}", "getLeadConversionStatus", run!(status(TO_DEAL, "lead_id", "deal_id")))
        .tag("Leads")
        .scopes("leads:full,leads:read")
        .cost(1)
        .about("Tells how far the conversion of a lead has come"),
    Op::new(V2, Post, "/deals/{id}/convert/lead", "convertDealToLead", run!(deal_to_lead))
        .tag("Deals")
        .scopes("deals:full")
        .cost(40)
        .needs(Permission::ConvertDealsToLeads)
        .about("Starts to make a lead of a deal"),
    Op::new(V2, Get, "/deals/{id}/convert/status/{conversion_id}", "getDealConversionStatus", run!(status(TO_LEAD, "deal_id", "lead_id")))
        .tag("Deals")
        .scopes("deals:full,deals:read")
        .cost(1)
        .about("Tells how far the conversion of a deal has come"),
];

/// Whoever may see a lead may make a deal of it.
async fn lead_to_deal(call: Call) -> ApiResult<Reply> {
    let uuid = call.uuid(0).ok_or_else(|| ApiError::invalid_key("id", "must be a UUID"))?;
    let lead = leads::live(&call, &uuid, Depth::Row).await?.ok_or_else(not_found)?;
    check_lead(&lead)?;
    let (stage, pipeline) = (call.body.int("stage_id"), call.body.int("pipeline_id"));
    if stage.is_some_and(|stage| call.directory.live_stage(stage).is_none()) {
        return Err(ApiError::invalid_key("stage_id", "Stage not found or not accessible."));
    }
    if stage.is_none() && pipeline.is_some_and(|pipeline| call.directory.live_pipeline(pipeline).is_none()) {
        return Err(ApiError::invalid_key("pipeline_id", "Pipeline not found or not accessible."));
    }
    start(&call, TO_DEAL, &json!({"lead_id": uuid, "stage_id": stage, "pipeline_id": pipeline})).await
}

/// Whoever may see a deal may make a lead of it, although only administrators delete deals (semantics.md 8.2).
async fn deal_to_lead(call: Call) -> ApiResult<Reply> {
    let id = call.id(DEAL.title)?;
    let deal = write::find_live(&call, &DEAL, id).await.map_err(|error| match error {
        ApiError::NotFound(_) => not_found(),
        other => other,
    })?;
    check_deal(&deal)?;
    start(&call, TO_LEAD, &json!({"deal_id": id})).await
}

async fn start(call: &Call, kind: &str, payload: &Value) -> ApiResult<Reply> {
    let (id, statement) = jobs::new(call, kind, payload);
    let mut batch = call.batch();
    batch.run(statement);
    write::save(call, batch).await?;
    call.app.wake_jobs();
    Ok(reply(call, &json!({"conversion_id": id})))
}

/// The state of a conversion of the record of the path; what it has made once it is completed.
async fn status(call: Call, kind: &str, source: &str, made: &str) -> ApiResult<Reply> {
    let path = call.path.first().cloned().unwrap_or_default();
    let job = match call.uuid(1) {
        Some(id) => jobs::find(&call, &id).await?,
        None => None,
    };
    let of_path = |payload: &Value| match &payload[source] {
        Value::String(uuid) => uuid.eq_ignore_ascii_case(&path),
        id => id.as_i64().is_some_and(|id| id.to_string() == path),
    };
    let job = job.filter(|job| job.kind == kind && of_path(&job.payload)).ok_or_else(not_found)?;
    let mut data = json!({"conversion_id": job.id, "status": job.status.word()});
    if job.status == Status::Completed {
        data[made] = job.result[made].clone();
    }
    Ok(reply(&call, &data))
}

fn reply(call: &Call, data: &Value) -> Reply {
    call.data_and(
        |json| json.value(data),
        |json| {
            json.key("additional_data");
            json.null();
        },
    )
}
