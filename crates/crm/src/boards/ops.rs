//! The operations of boards.

use super::{ADD_TIME, UPDATE_TIME};
use super::{BOARD, BOARDS, IS_DELETED, NAME, order};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::op::Method::{Delete, Get, Patch, Post};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Takes, Version};
use crate::phases;
use crate::records;
use crate::run;
use crate::write;
use penstock_model::{Change, Record};

const READ: &str = "projects:read,projects:full";

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("ProjectBoards").scopes("projects:full")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/boards", "getProjectsBoards", run!(list)).scopes(READ).cost(10).about("Lists boards in their order"),
    op(V2, Post, "/boards", "addProjectBoard", run!(add)).cost(5).takes(Takes::Record(&BOARD)).about("Creates a board"),
    op(V2, Get, "/boards/{id}", "getProjectsBoard", run!(order::show_one(&BOARDS))).scopes(READ).cost(10).about("Shows one board"),
    op(V2, Patch, "/boards/{id}", "updateProjectBoard", run!(update))
        .cost(5)
        .takes(Takes::Record(&BOARD))
        .about("Changes the sent fields of a board"),
    op(V2, Delete, "/boards/{id}", "deleteProjectBoard", run!(delete)).cost(3).about("Marks a board and its phases as deleted"),
    op(V1, Get, "/projects/boards", "getProjectsBoards", run!(list)).scopes(READ).cost(20).about("Lists boards in their order"),
    op(V1, Get, "/projects/boards/{id}", "getProjectsBoard", run!(order::show_one(&BOARDS))).scopes(READ).cost(2).about("Shows one board"),
];

async fn list(call: Call) -> ApiResult<Reply> {
    order::show_all(&call, &BOARDS, |_| {}).await
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), "boards").await?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::insert(Record::blank(&BOARD, id));
            write::fill(&call, &mut change)?;
            records::require_name(&call, change.after.text(NAME))?;
            change.after.set(IS_DELETED, false);
            change.after.set(ADD_TIME, call.now);
            change.after.set(UPDATE_TIME, call.now);
            let mut batch = call.batch();
            let others = order::in_order(&call, &BOARD, |_| {}).await?;
            order::place(&mut change, others, call.now, &mut batch)?;
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    order::show(&call, &BOARDS, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(BOARD.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &BOARD, id).await?);
            write::fill(&call, &mut change)?;
            records::require_name(&call, change.after.text(NAME))?;
            let mut batch = call.batch();
            let mut others = order::in_order(&call, &BOARD, |_| {}).await?;
            others.retain(|board| board.id != id);
            if change.touches(super::ORDER_NR) {
                order::place(&mut change, others, call.now, &mut batch)?;
            }
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    order::show(&call, &BOARDS, id).await
}

/// Its phases go with it; its projects stay as they are, like deals in a deleted stage (semantics.md 16).
async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(BOARD.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &BOARD, id).await?);
            order::mark_deleted(&mut change.after, call.now);
            let mut batch = call.batch();
            for phase in phases::of_board(&call, id).await? {
                let mut change = Change::update(phase);
                order::mark_deleted(&mut change.after, call.now);
                batch.save(change);
            }
            let mut others = order::in_order(&call, &BOARD, |_| {}).await?;
            others.retain(|board| board.id != id);
            order::close_up(others, |place| place, call.now, &mut batch);
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}
