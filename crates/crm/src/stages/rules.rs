//! The rules of stages (semantics.md 16, 19).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::records;
use crate::write::Given;
use penstock_model::{Change, Record, Time};

/// A new stage goes last in its pipeline.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let stage = &mut change.after;
    check(call, stage)?;
    stage.set(ORDER_NR, next_order(call, stage.get(PIPELINE)));
    if !given.has(PROBABILITY) {
        stage.set(PROBABILITY, 100);
    }
    if !given.has(ROTS) {
        stage.set(ROTS, false);
    }
    stage.set(IS_DELETED, false);
    stage.set(ADD_TIME, call.now);
    stage.set(UPDATE_TIME, call.now);
    Ok(())
}

pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    check(call, &change.after)?;
    if change.touches(PIPELINE) && !given.has(ORDER_NR) {
        let last = next_order(call, change.after.get(PIPELINE));
        change.after.set(ORDER_NR, last);
    }
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

/// The deals in it stay as they are.
pub fn on_delete(stage: &mut Record, now: Time) {
    stage.set(IS_DELETED, true);
    stage.set(UPDATE_TIME, now);
}

fn next_order(call: &Call, pipeline: Option<i64>) -> i64 {
    let stages = call.directory.stages_of(pipeline.unwrap_or_default());
    stages.iter().map(|stage| stage.order_nr).max().unwrap_or(0) + 1
}

fn check(call: &Call, stage: &Record) -> ApiResult<()> {
    records::require_name(call, stage.text(NAME))?;
    let pipeline = stage.get(PIPELINE).ok_or_else(|| ApiError::invalid_key("pipeline_id", "is required"))?;
    if call.directory.live_pipeline(pipeline).is_none() {
        return Err(ApiError::invalid_key("pipeline_id", "Pipeline not found or not accessible."));
    }
    if stage.get(DAYS_TO_ROTTEN).is_some_and(|days| !(0..=36_500).contains(&days)) {
        return Err(ApiError::invalid_key("days_to_rotten", "must be a number of days"));
    }
    Ok(())
}
