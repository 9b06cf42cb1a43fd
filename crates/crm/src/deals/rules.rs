//! The rules of deals: what a create fills in, what a change of stage, status or archive brings with it
//! (semantics.md 7, 9.1, 16).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::rights;
use crate::users::permissions::Permission;
use crate::write::Given;
use penstock_model::{Change, Money, Record};
use penstock_store::{Batch, Statement};

/// Completes and checks a new deal whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let deal = &mut change.after;
    require_title(call, deal)?;
    deal.set(CREATOR, call.principal.user);
    default(deal, OWNER, call.principal.user);
    default(deal, VALUE, Money::ZERO);
    default(deal, CURRENCY, call.currency());
    default(deal, VISIBLE_TO, call.directory.default_visibility(call.principal.user, "deal"));
    default(deal, LABELS, "[]");
    default(deal, CUSTOM_FIELDS, "{}");
    default(deal, STATUS, "open");
    default(deal, IS_ARCHIVED, false);
    default(deal, ADD_TIME, call.now);
    deal.set(ORIGIN, "API");
    deal.set(UPDATE_TIME, call.now);
    deal.set(ROT_TIME, call.now);
    if deal.is(IS_DELETED) || deal.text(STATUS) == Some("deleted") {
        return Err(ApiError::invalid("a deal cannot be created as deleted"));
    }
    deal.set(IS_DELETED, false);
    place_new(call, deal, given)?;
    check_closing_fields(call, deal, given)?;
    close(call, deal, given);
    archive(call, deal, given, false);
    Ok(())
}

fn default<T: penstock_model::FromValue>(deal: &mut Record, col: penstock_model::Col<T>, value: impl Into<penstock_model::Value>) {
    if deal.get(col).is_none() {
        deal.set(col, value);
    }
}

fn require_title(call: &Call, deal: &Record) -> ApiResult<()> {
    let blank = deal.text(TITLE).is_none_or(|title| title.trim().is_empty());
    match (blank, call.version()) {
        (false, _) => Ok(()),
        (true, Version::V1) => Err(ApiError::invalid("Deal title must be given.")),
        (true, Version::V2) => Err(ApiError::invalid_key("title", "is required")),
    }
}

/// The stage decides the pipeline; a pipeline alone means its first stage; neither means the first stage of the
/// first pipeline.
fn place_new(call: &Call, deal: &mut Record, given: &Given) -> ApiResult<()> {
    if given.has(STAGE) && deal.get(STAGE).is_some() {
        return follow_stage(call, deal);
    }
    let pipeline = match deal.get(PIPELINE) {
        Some(pipeline) => pipeline,
        None => first_pipeline(call).ok_or_else(|| ApiError::invalid("there is no pipeline"))?,
    };
    enter_pipeline(call, deal, pipeline)
}

/// The pipeline that deals without one go to: the first that the caller sees.
fn first_pipeline(call: &Call) -> Option<i64> {
    let pipelines = call.directory.pipelines.values().filter(|pipeline| !pipeline.is_deleted && call.sees_pipeline(pipeline.id));
    pipelines.min_by_key(|pipeline| (pipeline.order_nr, pipeline.id)).map(|pipeline| pipeline.id)
}

fn follow_stage(call: &Call, deal: &mut Record) -> ApiResult<()> {
    let stage = deal.get(STAGE).and_then(|id| call.directory.live_stage(id)).filter(|stage| call.sees_pipeline(stage.pipeline));
    let stage = stage.ok_or_else(|| ApiError::invalid_key("stage_id", "Stage not found or not accessible."))?;
    deal.set(PIPELINE, stage.pipeline);
    Ok(())
}

fn enter_pipeline(call: &Call, deal: &mut Record, pipeline: i64) -> ApiResult<()> {
    let missing = || ApiError::invalid_key("pipeline_id", "Pipeline not found or not accessible.");
    call.directory.live_pipeline(pipeline).filter(|pipeline| call.sees_pipeline(pipeline.id)).ok_or_else(missing)?;
    let first = call.directory.stages_of(pipeline).first().map(|stage| stage.id);
    let first = first.ok_or_else(|| ApiError::invalid_key("pipeline_id", "the pipeline has no stages"))?;
    deal.set(PIPELINE, pipeline);
    deal.set(STAGE, first);
    Ok(())
}

/// Completes and checks the change of a deal.
pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    restore_or_refuse(call, change, given)?;
    let was_archived = change.before.as_ref().is_some_and(|before| before.is(IS_ARCHIVED));
    let unarchives = given.has(IS_ARCHIVED) && !change.after.is(IS_ARCHIVED);
    let restores = change.before.as_ref().is_some_and(|before| before.is(IS_DELETED));
    if was_archived && !unarchives && !restores {
        return Err(ApiError::invalid("Archived deals cannot be edited, only unarchived"));
    }
    require_title(call, &change.after)?;
    if change.after.get(VALUE).is_none() {
        change.after.set(VALUE, Money::ZERO);
    }
    move_deal(call, change, given)?;
    check_closing_fields(call, &change.after, given)?;
    change_status(call, change, given);
    archive(call, &mut change.after, given, was_archived);
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
        change.after.set(ROT_TIME, call.now);
    }
    Ok(())
}

/// A deleted deal takes no change but the one that restores it, in v1 (semantics.md 9.1). Neither version deletes
/// by an update, except `status: deleted` of v1.
fn restore_or_refuse(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let Some(before) = &change.before else { return Ok(()) };
    let deal = &mut change.after;
    if before.is(IS_DELETED) {
        let restores = (given.has(IS_DELETED) && !deal.is(IS_DELETED)) || (given.has(STATUS) && deal.text(STATUS) == Some("open"));
        if call.version() == Version::V2 || !restores {
            return Err(ApiError::not_found("Deal"));
        }
        if !given.has(STATUS) {
            deal.set(STATUS, before.text(FORMER_STATUS).unwrap_or("open"));
        }
        deal.set(IS_DELETED, false);
        deal.clear(FORMER_STATUS);
        deal.clear(DELETE_TIME);
        return Ok(());
    }
    let deletes = deal.is(IS_DELETED) || deal.text(STATUS) == Some("deleted");
    match (deletes, call.version()) {
        (false, _) => Ok(()),
        (true, Version::V1) => {
            rights::require(call, Permission::DeleteDeals)?;
            if let Some(status) = before.text(STATUS) {
                deal.set(STATUS, status);
            }
            on_delete(deal, call.now);
            Ok(())
        }
        (true, Version::V2) => Err(ApiError::invalid_key("is_deleted", "a deal cannot be deleted by an update")),
    }
}

/// Lets the clock of rotting begin anew, as things that happen to a deal do without changing it (semantics.md 9.1).
pub fn restart_rotting(batch: &mut Batch, deal: i64, now: penstock_model::Time) {
    let text = "UPDATE deals SET rot_time = $1 WHERE company_id = $2 AND id = $3 AND (rot_time IS NULL OR rot_time < $1)";
    batch.run(Statement::new(text, vec![now.into(), batch.company().into(), deal.into()]));
}

/// Marks a deal as deleted and remembers the status it had.
pub fn on_delete(deal: &mut Record, now: penstock_model::Time) {
    let status = deal.text(STATUS).unwrap_or("open").to_owned();
    deal.set(FORMER_STATUS, status);
    deal.set(STATUS, "deleted");
    deal.set(IS_DELETED, true);
    deal.set(DELETE_TIME, now);
    deal.set(UPDATE_TIME, now);
}

fn move_deal(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    if change.touches(STAGE) {
        follow_stage(call, &mut change.after)?;
    } else if given.has(STAGE) {
        // The stage was named but is the same: it still decides the pipeline.
        if let Some(before) = &change.before {
            let pipeline = before.get(PIPELINE);
            change.after.set(PIPELINE, pipeline);
        }
    } else if change.touches(PIPELINE)
        && let Some(pipeline) = change.after.get(PIPELINE)
    {
        enter_pipeline(call, &mut change.after, pipeline)?;
    }
    if change.touches(STAGE) {
        change.after.set(STAGE_CHANGE_TIME, call.now);
    }
    Ok(())
}

/// Times and reasons of closing fit only the status they belong to (semantics.md 7).
fn check_closing_fields(call: &Call, deal: &Record, given: &Given) -> ApiResult<()> {
    let sent = |col| given.has::<penstock_model::Time>(col) && deal.get(col).is_some();
    if sent(WON_TIME) || sent(LOST_TIME) || sent(CLOSE_TIME) {
        rights::require(call, Permission::EditDealsClosedDate)?;
    }
    let refuse = |key: &str, status: &str| Err(ApiError::invalid_key(key, &format!("is allowed only with status {status}")));
    if sent(WON_TIME) && !is_won(deal) {
        return refuse("won_time", "won");
    }
    if sent(LOST_TIME) && !is_lost(deal) {
        return refuse("lost_time", "lost");
    }
    if given.has(LOST_REASON) && deal.text(LOST_REASON).is_some_and(|reason| !reason.is_empty()) && !is_lost(deal) {
        return refuse("lost_reason", "lost");
    }
    if sent(CLOSE_TIME) && !is_closed(deal) {
        return refuse("close_time", "won or lost");
    }
    Ok(())
}

fn change_status(call: &Call, change: &mut Change, given: &Given) {
    let Some(before) = &change.before else { return };
    let deal = &mut change.after;
    // A deleted deal that comes back takes up the status it had, which is no change of status.
    let stood = if before.is(IS_DELETED) { before.text(FORMER_STATUS) } else { before.text(STATUS) };
    if deal.text(STATUS) == stood {
        return keep_closing_times(deal, before);
    }
    if is_open(deal) {
        for col in [CLOSE_TIME, WON_TIME, LOST_TIME] {
            deal.clear(col);
        }
        deal.clear(LOST_REASON);
    } else {
        close(call, deal, given);
    }
}

/// A closed deal always says when it was closed: clearing a time of its outcome leaves what stood there.
fn keep_closing_times(deal: &mut Record, before: &Record) {
    let outcome = match (is_won(deal), is_lost(deal)) {
        (true, _) => WON_TIME,
        (_, true) => LOST_TIME,
        _ => return,
    };
    for col in [outcome, CLOSE_TIME] {
        if deal.get(col).is_none() {
            deal.set(col, before.get(col));
        }
    }
}

/// Sets the times of a won or lost deal that were not sent, and clears those of the other outcome.
fn close(call: &Call, deal: &mut Record, given: &Given) {
    let sent = |deal: &Record, col| given.has(col).then(|| deal.get(col)).flatten();
    if is_won(deal) {
        let time = sent(deal, WON_TIME).or_else(|| sent(deal, CLOSE_TIME)).unwrap_or(call.now);
        deal.set(WON_TIME, time);
        default(deal, FIRST_WON_TIME, time);
        deal.clear(LOST_TIME);
        deal.clear(LOST_REASON);
        let close_time = sent(deal, CLOSE_TIME).unwrap_or(time);
        deal.set(CLOSE_TIME, close_time);
    } else if is_lost(deal) {
        let time = sent(deal, LOST_TIME).or_else(|| sent(deal, CLOSE_TIME)).unwrap_or(call.now);
        deal.set(LOST_TIME, time);
        deal.clear(WON_TIME);
        let close_time = sent(deal, CLOSE_TIME).unwrap_or(time);
        deal.set(CLOSE_TIME, close_time);
    }
}

/// Archiving sets its time unless it was sent; unarchiving clears it (semantics.md 9.1).
fn archive(call: &Call, deal: &mut Record, given: &Given, was_archived: bool) {
    if !deal.is(IS_ARCHIVED) {
        deal.clear(ARCHIVE_TIME);
        return;
    }
    let was_sent = given.has(ARCHIVE_TIME) && deal.get(ARCHIVE_TIME).is_some();
    if !was_archived && !was_sent {
        deal.set(ARCHIVE_TIME, call.now);
    }
}
