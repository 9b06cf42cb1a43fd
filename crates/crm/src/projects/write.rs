//! Writes of projects. They look at boards and phases, and bring tasks and activities with them, so that they are planned here
//! and not by the generic operations.

use super::fields::*;
use super::{PROJECTS, rules};
use crate::boards::{BOARD as BOARD_ENTITY, order};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::phases::{self, PHASE as PHASE_ENTITY};
use crate::project_templates;
use crate::records;
use crate::tasks;
use crate::write::{self, Given};
use penstock_model::{Change, Record};

/// Creates a project, with what its template brings.
pub async fn add(call: Call) -> ApiResult<Reply> {
    records::refuse_id(&call)?;
    let id = call.store().next_id(call.company(), "projects").await?;
    let mut change = Change::insert(Record::blank(&PROJECT, id));
    let given = write::fill(&call, &mut change)?;
    rules::on_create(&call, &mut change, &given)?;
    write::check_references(&call, &change).await?;
    let template = project_templates::of(&call, change.after.get(TEMPLATE)).await?;
    if let Some(template) = &template
        && change.after.get(BOARD).is_none()
        && change.after.get(PHASE).is_none()
    {
        change.after.set(BOARD, template.board);
    }
    place_new(&call, &mut change.after).await?;
    let mut batch = call.batch();
    if let Some(template) = template {
        template.apply(&call, &change.after, &mut batch).await?;
    }
    batch.save(change);
    write::save(&call, batch).await?;
    show(&call, id).await
}

/// The phase decides the board; a board alone means its first phase; neither means the first board.
async fn place_new(call: &Call, project: &mut Record) -> ApiResult<()> {
    if project.get(PHASE).is_some() {
        return follow_phase(call, project).await;
    }
    let board = match project.get(BOARD) {
        Some(board) => Some(board),
        None => order::in_order(call, &BOARD_ENTITY, |_| {}).await?.first().map(|board| board.id),
    };
    if let Some(board) = board {
        enter_board(call, project, board).await?;
    }
    Ok(())
}

async fn follow_phase(call: &Call, project: &mut Record) -> ApiResult<()> {
    let phase = match write::find_live(call, &PHASE_ENTITY, project.get(PHASE).unwrap_or_default()).await {
        Err(ApiError::NotFound(_)) => return Err(ApiError::invalid_key("phase_id", "Phase not found or not accessible.")),
        found => found?,
    };
    project.set(BOARD, phase.get(phases::BOARD));
    Ok(())
}

async fn enter_board(call: &Call, project: &mut Record, board: i64) -> ApiResult<()> {
    let first = phases::of_board(call, board).await?.first().map(|phase| phase.id);
    project.set(BOARD, board);
    project.set(PHASE, first);
    Ok(())
}

/// Changes the sent fields of a project.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(PROJECT.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find(&call, &PROJECT, id, crate::select::Depth::Row).await?);
            let given = write::fill(&call, &mut change)?;
            rules::on_update(&call, &mut change, &given)?;
            write::check_references(&call, &change).await?;
            move_project(&call, &mut change, &given).await?;
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

async fn move_project(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    if change.touches(PHASE) && change.after.get(PHASE).is_some() {
        return follow_phase(call, &mut change.after).await;
    }
    if !change.touches(BOARD) {
        return Ok(());
    }
    match change.after.get(BOARD) {
        // The phase was named but is the same: it still decides the board.
        Some(_) if given.has(PHASE) && change.after.get(PHASE).is_some() => follow_phase(call, &mut change.after).await,
        Some(board) => enter_board(call, &mut change.after, board).await,
        None => {
            change.after.clear(PHASE);
            Ok(())
        }
    }
}

/// Puts a project away. One that is put away already stays as it is.
pub async fn archive(call: Call) -> ApiResult<Reply> {
    let id = call.id(PROJECT.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &PROJECT, id).await?);
            if change.after.get(ARCHIVE_TIME).is_none() {
                change.after.set(ARCHIVE_TIME, call.now);
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

/// Marks a project and its tasks as deleted; its activities stay (semantics.md 16).
pub async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(PROJECT.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &PROJECT, id).await?);
            rules::on_delete(&mut change.after, call.now);
            let mut batch = call.batch();
            batch.save(change);
            for task in tasks::of_project(&call, id).await? {
                let mut change = Change::update(task);
                tasks::on_delete(&mut change.after, call.now);
                batch.save(change);
            }
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(deleted(&call, id))
}

/// The answer to a deletion; v1 has a null behind it.
pub fn deleted(call: &Call, id: i64) -> Reply {
    let write = |json: &mut crate::json::Json| {
        json.begin_object();
        json.key("id");
        json.int(id);
        json.end_object();
    };
    match call.version() {
        Version::V1 => call.data_and(write, records::write_nothing_more),
        Version::V2 => call.data(write),
    }
}

async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    match call.version() {
        Version::V1 => records::show_flat_v1(call, &PROJECTS, id).await,
        Version::V2 => records::show(call, &PROJECTS, id).await,
    }
}
