//! The operations of phases.

use super::{ADD_TIME, BOARD, IS_DELETED, NAME, ORDER_NR, PHASE, PHASES, UPDATE_TIME};
use crate::boards::order;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Patch, Post};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::records;
use crate::run;
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Batch;

const READ: &str = "projects:read,projects:full";
const QUERY: &[Param] = &[Param::new("board_id", ParamKind::Int, "The board whose phases are meant.").required()];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("ProjectPhases").scopes("projects:full")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/phases", "getProjectsPhases", run!(list))
        .scopes(READ)
        .cost(10)
        .query(QUERY)
        .about("Lists the phases of a board in their order"),
    op(V2, Post, "/phases", "addProjectPhase", run!(add)).cost(5).takes(Takes::Record(&PHASE)).about("Creates a phase"),
    op(V2, Get, "/phases/{id}", "getProjectsPhase", run!(order::show_one(&PHASES))).scopes(READ).cost(10).about("Shows one phase"),
    op(V2, Patch, "/phases/{id}", "updateProjectPhase", run!(update))
        .cost(5)
        .takes(Takes::Record(&PHASE))
        .about("Changes the sent fields of a phase"),
    op(V2, Delete, "/phases/{id}", "deleteProjectPhase", run!(delete)).cost(3).about("Marks a phase as deleted"),
    op(V1, Get, "/projects/phases", "getProjectsPhases", run!(list))
        .scopes(READ)
        .cost(20)
        .query(QUERY)
        .about("Lists the phases of a board in their order"),
    op(V1, Get, "/projects/phases/{id}", "getProjectsPhase", run!(order::show_one(&PHASES)))
        .scopes("projects:read")
        .cost(2)
        .about("Shows one phase"),
];

/// The phases of a board that are not deleted, in their order.
pub async fn of_board(call: &Call, board: i64) -> ApiResult<Vec<Record>> {
    order::in_order(call, &PHASE, |sql| {
        sql.push(" AND t.board_id = ").bind(board);
    })
    .await
}

async fn list(call: Call) -> ApiResult<Reply> {
    order::show_all(&call, &PHASES, |sql| {
        sql.push(" AND t.board_id = ").bind(call.args.int("board_id").unwrap_or_default());
    })
    .await
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), "phases").await?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::insert(Record::blank(&PHASE, id));
            write::fill(&call, &mut change)?;
            check(&call, &change).await?;
            change.after.set(IS_DELETED, false);
            change.after.set(ADD_TIME, call.now);
            change.after.set(UPDATE_TIME, call.now);
            let mut batch = call.batch();
            place(&call, &mut change, &mut batch).await?;
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    order::show(&call, &PHASES, id).await
}

async fn check(call: &Call, change: &Change) -> ApiResult<()> {
    records::require_name(call, change.after.text(NAME))?;
    if change.after.get(BOARD).is_none() {
        return Err(ApiError::invalid_key("board_id", "is required"));
    }
    write::check_references(call, change).await
}

/// Puts the phase at its place on its board.
async fn place(call: &Call, change: &mut Change, batch: &mut Batch) -> ApiResult<()> {
    let mut others = of_board(call, change.after.get(BOARD).unwrap_or_default()).await?;
    others.retain(|phase| phase.id != change.after.id);
    order::place(change, others, call.now, batch)
}

/// Closes the gap that a phase leaves behind on its board.
async fn leave(call: &Call, phase: &Record, batch: &mut Batch) -> ApiResult<()> {
    let mut others = of_board(call, phase.get(BOARD).unwrap_or_default()).await?;
    others.retain(|other| other.id != phase.id);
    order::close_up(others, |place| place, call.now, batch);
    Ok(())
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(PHASE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let before = write::find_live(&call, &PHASE, id).await?;
            let mut change = Change::update(before.clone());
            let given = write::fill(&call, &mut change)?;
            check(&call, &change).await?;
            let mut batch = call.batch();
            if change.touches(BOARD) {
                leave(&call, &before, &mut batch).await?;
                if !given.has(ORDER_NR) {
                    change.after.clear(ORDER_NR);
                }
            }
            if change.touches(BOARD) || change.touches(ORDER_NR) {
                place(&call, &mut change, &mut batch).await?;
            }
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    order::show(&call, &PHASES, id).await
}

/// The projects in it stay as they are, like deals in a deleted stage (semantics.md 16).
async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(PHASE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &PHASE, id).await?);
            order::mark_deleted(&mut change.after, call.now);
            let mut batch = call.batch();
            leave(&call, &change.after, &mut batch).await?;
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}
