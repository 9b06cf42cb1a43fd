//! The operations of files.

use super::view::{self, Names};
use super::{DEAL, FILE, FOLDER, NAME, ORGANIZATION, PERSON, UPDATE_TIME, blank, download, list, mark_deleted, remote, set_bytes};
use crate::call::{Call, Reply};
use crate::deals;
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Answers, Op, Param, ParamKind, Takes};
use crate::run;
use crate::select::Depth;
use crate::upload::{self, MAX_FILE, Received};
use crate::write;
use penstock_model::Change;
use penstock_store::{Batch, Statement};

const READ: &str = "deals:read,deals:full,activities:read,activities:full,contacts:read,contacts:full";
const FULL: &str = "deals:full,activities:full,contacts:full";

const NEW: &[Param] = &[
    Param::new("file", ParamKind::File, "The file, at most 100 MB.").required(),
    Param::new("deal_id", ParamKind::Int, "The deal it belongs to."),
    Param::new("person_id", ParamKind::Int, "The person it belongs to."),
    Param::new("org_id", ParamKind::Int, "The organization it belongs to."),
    Param::new("product_id", ParamKind::Int, "The product it belongs to."),
    Param::new("activity_id", ParamKind::Int, "The activity it belongs to."),
    Param::new("lead_id", ParamKind::Text, "The lead it belongs to."),
    Param::new("project_id", ParamKind::Int, "The project it belongs to."),
];

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Files").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(Get, "/files", "getFiles", run!(list::all)).scopes(READ).cost(20).query(list::LIST).about("Lists files"),
    op(Post, "/files", "addFile", run!(add)).cost(10).takes(Takes::Multipart(NEW)).about("Takes a file in and links it"),
    op(Post, "/files/remote", "addFileAndLinkIt", run!(remote::add))
        .cost(10)
        .takes(Takes::Keys(remote::NEW))
        .about("Makes an empty document of Google Drive known and links it"),
    op(Post, "/files/remoteLink", "linkFileToItem", run!(remote::link))
        .cost(10)
        .takes(Takes::Keys(remote::LINK))
        .about("Links a document of Google Drive"),
    op(Get, "/files/{id}", "getFile", run!(one)).scopes(READ).cost(2).about("Shows one file"),
    op(Put, "/files/{id}", "updateFile", run!(update))
        .cost(10)
        .takes(Takes::Record(&FILE))
        .about("Changes the name and the description of a file"),
    op(Delete, "/files/{id}", "deleteFile", run!(delete)).cost(6).about("Marks a file as deleted"),
    op(Get, "/files/{id}/download", "downloadFile", run!(download::download))
        .scopes(READ)
        .cost(20)
        .answers(Answers::File)
        .about("Gives the bytes of a file"),
];

async fn one(call: Call) -> ApiResult<Reply> {
    show(&call, call.id(FILE.title)?).await
}

/// The answer that shows a file.
pub async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    let files = [write::find(call, &FILE, id, Depth::Row).await?];
    let names = Names::of(call, &files).await?;
    Ok(call.data(|json| view::write(json, call, &files[0], &names)))
}

async fn add(mut call: Call) -> ApiResult<Reply> {
    let received = upload::store(&mut call, FOLDER, MAX_FILE).await?;
    let outcome = create(&call, &received).await;
    let id = upload::settle(&call, &received.key, outcome).await?;
    show(&call, id).await
}

async fn create(call: &Call, received: &Received) -> ApiResult<i64> {
    let id = call.store().next_id(call.company(), FILE.table).await?;
    let mut change = Change::insert(blank(id, call.principal.user, call.now));
    write::fill(call, &mut change)?;
    write::check_references(call, &change).await?;
    set_bytes(&mut change.after, call.company(), &received.name, &received.object, &received.stored);
    save(call, change).await?;
    Ok(id)
}

/// Commits a new file with what follows from its links.
pub async fn save(call: &Call, mut change: Change) -> ApiResult<()> {
    let mut batch = call.batch();
    take_over_links(call, &mut change).await?;
    if let Some(deal) = change.after.get(DEAL) {
        wake(call, deal, &mut batch);
    }
    batch.save(change);
    Ok(write::save(call, batch).await?)
}

/// A file of a deal belongs to the person and the organization of the deal, too (semantics.md 31.13).
async fn take_over_links(call: &Call, change: &mut Change) -> ApiResult<()> {
    let Some(deal) = change.after.get(DEAL) else { return Ok(()) };
    let deal = write::find_live(call, &deals::DEAL, deal).await?;
    let file = &mut change.after;
    for (own, of_deal) in [(PERSON, deals::PERSON), (ORGANIZATION, deals::ORGANIZATION)] {
        if file.get(own).is_none() {
            file.set(own, deal.get(of_deal));
        }
    }
    Ok(())
}

/// A deal that gets a file is not forgotten: it begins to rot anew (semantics.md 9.1).
fn wake(call: &Call, deal: i64, batch: &mut Batch) {
    let text = "UPDATE deals SET rot_time = $1 WHERE company_id = $2 AND id = $3";
    batch.run(Statement::new(text, vec![call.now.into(), call.company().into(), deal.into()]));
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(FILE.title)?;
    let call = &call;
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find_live(call, &FILE, id).await?);
            write::fill(call, &mut change)?;
            if change.after.text(NAME).is_none_or(|name| name.trim().is_empty()) {
                return Err(ApiError::invalid_key("name", "must not be empty"));
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
    show(call, id).await
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(FILE.title)?;
    let call = &call;
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find_live(call, &FILE, id).await?);
            mark_deleted(&mut change, call.now);
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}
