//! The rules of pipelines (semantics.md 8.1, 10, 16).

use super::fields::*;
use crate::body;
use crate::call::Call;
use crate::directory::Role;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::records;
use crate::resource::FollowUp;
use crate::select::Depth;
use crate::stages::{self, STAGE};
use crate::write::{self, Given};
use penstock_model::{Change, Record, Time};
use penstock_store::{Batch, Statement};

/// A new pipeline goes last.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let pipeline = &mut change.after;
    records::require_name(call, pipeline.text(NAME))?;
    if !given.has(ORDER_NR) {
        pipeline.set(ORDER_NR, next_order(call));
    }
    if !given.has(HAS_PROBABILITY) {
        pipeline.set(HAS_PROBABILITY, false);
    }
    pipeline.set(IS_DELETED, is_switched_off(call));
    pipeline.set(ADD_TIME, call.now);
    pipeline.set(UPDATE_TIME, call.now);
    Ok(())
}

pub fn on_update(call: &Call, change: &mut Change, _: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    records::require_name(call, change.after.text(NAME))?;
    if is_switched_off(call) {
        on_delete(&mut change.after, call.now);
    }
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

pub fn on_delete(pipeline: &mut Record, now: Time) {
    pipeline.set(IS_DELETED, true);
    pipeline.set(UPDATE_TIME, now);
}

/// A pipeline goes with its stages, unless it is the last one; its deals stay as they are.
pub fn follow_up<'a>(call: &'a Call, change: &'a Change, batch: &'a mut Batch) -> FollowUp<'a> {
    Box::pin(async {
        if change.is_insert() || !change.touches(IS_DELETED) {
            return Ok(());
        }
        let id = change.after.id;
        let other = call.directory.pipelines.values().find(|pipeline| !pipeline.is_deleted && pipeline.id != id);
        let other = other.ok_or_else(|| ApiError::invalid("the last pipeline cannot be deleted"))?;
        hold(batch, other.id);
        let directory = &call.directory;
        let sees_another = |role: &Role| {
            directory.pipelines.values().any(|other| !other.is_deleted && other.id != id && !role.hidden_pipelines.contains(&other.id))
        };
        // semantics.md 8.1
        if !directory.roles.values().all(sees_another) {
            return Err(ApiError::invalid("the last visible pipeline of a role cannot be deleted"));
        }
        for stage in call.directory.stages_of(id) {
            let mut change = Change::update(write::find(call, &STAGE, stage.id, Depth::Row).await?);
            stages::rules::on_delete(&mut change.after, call.now);
            batch.save(change);
        }
        Ok(())
    })
}

/// Lets the write fail where a pipeline has been deleted meanwhile: of the last two at least one must stay.
fn hold(batch: &mut Batch, pipeline: i64) {
    let values = vec![batch.company().into(), pipeline.into()];
    let text = "UPDATE pipelines SET version = version + 1 WHERE company_id = $1 AND id = $2 AND is_deleted = 0";
    batch.run(Statement::one_row(text, values));
}

fn next_order(call: &Call) -> i64 {
    call.directory.pipelines.values().filter(|pipeline| !pipeline.is_deleted).map(|pipeline| pipeline.order_nr).max().unwrap_or(0) + 1
}

/// v1 can switch a pipeline off by `active`, which v2 knows as deleted.
fn is_switched_off(call: &Call) -> bool {
    call.version() == Version::V1 && call.body.get("active").and_then(body::flag) == Some(false)
}
