//! The operations of notes. Whoever sees a note may change and delete it.

use super::{NOTE, comments, rules, view};
use crate::call::{Call, Reply};
use crate::deals;
use crate::error::ApiResult;
use crate::list;
use crate::narrow;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::params::{LIMIT, SORT, START, UPDATED_SINCE};
use crate::records;
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Sql;

const READ: &str = "deals:read,deals:full,contacts:read,contacts:full";
const FULL: &str = "deals:full,contacts:full";

const LIST: &[Param] = &[
    Param::new("user_id", ParamKind::Int, "Only notes of this author."),
    Param::new("lead_id", ParamKind::Text, "Only notes about this lead."),
    Param::new("deal_id", ParamKind::Int, "Only notes about this deal."),
    Param::new("person_id", ParamKind::Int, "Only notes about this person."),
    Param::new("org_id", ParamKind::Int, "Only notes about this organization."),
    Param::new("project_id", ParamKind::Int, "Only notes about this project."),
    Param::new("task_id", ParamKind::Int, "Only notes about this task."),
    START,
    LIMIT,
    SORT,
    Param::new("start_date", ParamKind::Date, "Only notes of this day (UTC) or later."),
    Param::new("end_date", ParamKind::Date, "Only notes of this day (UTC) or earlier."),
    UPDATED_SINCE,
    pin("pinned_to_lead_flag"),
    pin("pinned_to_deal_flag"),
    pin("pinned_to_organization_flag"),
    pin("pinned_to_person_flag"),
    pin("pinned_to_project_flag"),
    pin("pinned_to_task_flag"),
];

const fn pin(name: &'static str) -> Param {
    Param::new(name, ParamKind::Bool, "Only notes that are pinned there, or with 0 only those that are not.")
}

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Notes").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(Get, "/notes", "getNotes", run!(page)).scopes(READ).cost(20).query(LIST).about("Lists notes, oldest first"),
    op(Post, "/notes", "addNote", run!(add)).cost(10).takes(Takes::Record(&NOTE)).about("Creates a note"),
    op(Get, "/notes/{id}", "getNote", run!(one)).scopes(READ).cost(2).about("Shows one note"),
    op(Put, "/notes/{id}", "updateNote", run!(update)).cost(10).takes(Takes::Record(&NOTE)).about("Changes the sent fields of a note"),
    op(Delete, "/notes/{id}", "deleteNote", run!(delete)).cost(6).about("Marks a note as deleted"),
    op(Get, "/notes/{id}/comments", "getNoteComments", run!(comments::page))
        .scopes(READ)
        .cost(20)
        .query(&[START, LIMIT])
        .about("Lists the comments on a note, oldest first"),
    op(Post, "/notes/{id}/comments", "addNoteComment", run!(comments::add))
        .cost(10)
        .takes(Takes::Keys(comments::KEYS))
        .about("Adds a comment to a note"),
    op(Get, "/notes/{id}/comments/{commentId}", "getComment", run!(comments::one)).scopes(READ).cost(2).about("Shows one comment"),
    op(Put, "/notes/{id}/comments/{commentId}", "updateCommentForNote", run!(comments::update))
        .cost(10)
        .takes(Takes::Keys(comments::KEYS))
        .about("Changes a comment, by its author or an administrator"),
    op(Delete, "/notes/{id}/comments/{commentId}", "deleteComment", run!(comments::delete))
        .cost(6)
        .about("Deletes a comment, by its author or an administrator"),
];

async fn page(call: Call) -> ApiResult<Reply> {
    let offset = list::Offset::of(&call, &NOTE, &[("id", false)])?;
    let (notes, more) = offset.records(&call, &NOTE, narrow).await?;
    let names = view::Names::load(&call, &notes).await?;
    Ok(call.data_and(
        |json| {
            if notes.is_empty() {
                return json.null();
            }
            json.begin_array();
            notes.iter().for_each(|note| view::write(json, &call, &names, note));
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

fn narrow(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    for key in ["user_id", "deal_id", "person_id", "org_id", "project_id", "task_id"] {
        narrow::equal(call, sql, key, key);
    }
    if let Some(lead) = call.args.text("lead_id") {
        sql.push(" AND t.lead_id = ").bind(lead.to_ascii_lowercase());
    }
    for (_, pin) in super::LINKS {
        if call.args.has(pin) {
            sql.push(" AND t.").push(pin).push(" = ").bind(call.args.flag(pin));
        }
    }
    if let Some(day) = call.args.date("start_date") {
        sql.push(" AND t.add_time >= ").bind(day.start());
    }
    if let Some(day) = call.args.date("end_date") {
        sql.push(" AND t.add_time < ").bind(day.start().plus_days(1));
    }
    narrow::updated(call, sql);
    Ok(())
}

async fn one(call: Call) -> ApiResult<Reply> {
    let id = call.id(NOTE.title)?;
    show(&call, id).await
}

/// A note as the caller sees it, or as this request has written it.
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    let notes = [write::find(&records::reading(call), &NOTE, id, Depth::Everything).await?];
    let names = view::Names::load(call, &notes).await?;
    Ok(call.data(|json| view::write(json, call, &names, &notes[0])))
}

async fn add(call: Call) -> ApiResult<Reply> {
    records::refuse_id(&call)?;
    let id = call.store().next_id(call.company(), NOTE.table).await?;
    let mut change = Change::insert(Record::blank(&NOTE, id));
    let given = write::fill(&call, &mut change)?;
    rules::on_create(&call, &mut change, &given).await?;
    let mut batch = call.batch();
    if let Some(deal) = change.after.get(super::DEAL) {
        deals::rules::restart_rotting(&mut batch, deal, call.now);
    }
    batch.save(change);
    write::save(&call, batch).await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(NOTE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find(&call, &NOTE, id, Depth::Row).await?);
            let given = write::fill(&call, &mut change)?;
            rules::on_update(&call, &mut change, &given).await?;
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

/// Answers true, not the id (semantics.md 16).
async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(NOTE.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &NOTE, id).await?);
            rules::on_delete(&mut change.after, call.now);
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.data(|json| json.bool(true)))
}
