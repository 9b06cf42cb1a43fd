//! Comments on notes. They are named by UUIDs, and their times have milliseconds (semantics.md 7, 23).

use super::comment::*;
use super::{COMMENT, rules};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::{Param, ParamKind};
use crate::recents::shown::Shown;
use crate::rights;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Area, Change, Record};
use penstock_store::Weight;
use uuid::Uuid;

pub const KEYS: &[Param] = &[Param::new("content", ParamKind::Text, "What the comment says, as HTML.").required()];
/// In characters, as of a note (semantics.md 30).
const LONGEST: usize = 100_000;

/// The id of the note of the path, which the caller must see and which must not be deleted to be commented on.
async fn note(call: &Call, live: bool) -> ApiResult<i64> {
    let id = call.id(super::NOTE.title)?;
    let note = if live { write::find_live(call, &super::NOTE, id).await? } else { write::find(call, &super::NOTE, id, Depth::Row).await? };
    Ok(note.id)
}

pub async fn page(call: Call) -> ApiResult<Reply> {
    let note = note(&call, false).await?;
    let offset = list::Offset::of(&call, &COMMENT, &[("id", false)])?;
    let narrow = |_: &Call, sql: &mut penstock_store::Sql| {
        sql.push(" AND t.note_id = ").bind(note).push(" AND t.is_deleted = 0");
        Ok(())
    };
    let (comments, more) = offset.records(&call, &COMMENT, narrow).await?;
    Ok(call.data_and(
        |json| {
            json.begin_array();
            comments.iter().for_each(|comment| write_comment(json, &call, comment));
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

pub async fn add(call: Call) -> ApiResult<Reply> {
    let note = note(&call, true).await?;
    let id = call.store().next_id(call.company(), COMMENT.table).await?;
    let mut comment = Record::blank(&COMMENT, id);
    comment.set(UUID, Uuid::new_v4().to_string());
    comment.set(NOTE, note);
    comment.set(USER, call.principal.user);
    comment.set(UPDATER, call.principal.user);
    comment.set(ADD_TIME, call.now);
    comment.set(UPDATE_TIME, call.now);
    comment.set(IS_DELETED, false);
    set_content(&call, &mut comment)?;
    let mut batch = call.batch();
    batch.save(Change::insert(comment.clone()));
    write::save(&call, batch).await?;
    Ok(call.data(|json| write_comment(json, &call, &comment)))
}

fn set_content(call: &Call, comment: &mut Record) -> ApiResult<()> {
    let content = call.body.text("content").unwrap_or_default();
    if content.chars().count() > LONGEST {
        return Err(ApiError::invalid_key("content", &format!("must not be longer than {LONGEST} characters")));
    }
    comment.set(CONTENT, content);
    rules::clean(comment, CONTENT)
}

pub async fn one(call: Call) -> ApiResult<Reply> {
    let note = note(&call, false).await?;
    let comment = of_path(&call, note).await?;
    Ok(call.data(|json| write_comment(json, &call, &comment)))
}

pub async fn update(call: Call) -> ApiResult<Reply> {
    let comment = change(&call, |comment| set_content(&call, comment)).await?;
    Ok(call.data(|json| write_comment(json, &call, &comment)))
}

/// Answers true, not the id (semantics.md 23).
pub async fn delete(call: Call) -> ApiResult<Reply> {
    let mark = |comment: &mut Record| {
        comment.set(IS_DELETED, true);
        comment.set(DELETE_TIME, call.now);
        Ok(())
    };
    change(&call, mark).await?;
    Ok(call.data(|json| json.bool(true)))
}

/// Changes the comment of the path, which only its author and administrators may do; answers how it is then.
async fn change(call: &Call, edit: impl Fn(&mut Record) -> ApiResult<()> + Sync) -> ApiResult<Record> {
    write::commit(call, || {
        Box::pin(async {
            let note = note(call, true).await?;
            let mut change = Change::update(of_path(call, note).await?);
            if change.after.is(IS_DELETED) {
                return Err(ApiError::not_found(COMMENT.title));
            }
            if change.after.get(USER) != Some(call.principal.user) && !call.principal.administers(Area::Shared) {
                return Err(rights::no_permission());
            }
            edit(&mut change.after)?;
            if change.differences().next().is_some() {
                change.after.set(UPDATER, call.principal.user);
                change.after.set(UPDATE_TIME, call.now);
            }
            let (mut batch, comment) = (call.batch(), change.after.clone());
            batch.save(change);
            Ok((batch, comment))
        })
    })
    .await
}

/// The comment of the path. A deleted one is shown, as a deleted note is.
async fn of_path(call: &Call, note: i64) -> ApiResult<Record> {
    let missing = || ApiError::not_found(COMMENT.title);
    let uuid = call.uuid(1).ok_or_else(missing)?;
    let mut sql = select::records(&COMMENT, Depth::Row);
    select::scope(&mut sql, call, &COMMENT);
    sql.push(" AND t.uuid = ").bind(uuid).push(" AND t.note_id = ").bind(note);
    select::not_purged(&mut sql, call, &COMMENT);
    list::read_records(call, &COMMENT, Depth::Row, sql, Weight::Light).await?.pop().ok_or_else(missing)
}

/// Comments by id as objects by themselves. The caller must see their notes.
pub fn flat<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let comments = list::by_ids(call, &COMMENT, ids).await?;
        let show = |comment: &Record| {
            let mut json = Json::with_capacity(512);
            write_comment(&mut json, call, comment);
            (comment.id, json.into_bytes())
        };
        Ok(comments.iter().map(show).collect())
    })
}

fn write_comment(json: &mut Json, call: &Call, comment: &Record) {
    json.begin_object();
    json.key("uuid");
    json.string_or_null(comment.text(UUID));
    json.key("active_flag");
    json.bool(!comment.is(IS_DELETED));
    for (key, col) in [("add_time", ADD_TIME), ("update_time", UPDATE_TIME)] {
        json.key(key);
        match comment.get(col) {
            Some(time) => json.plain_string(|out| time.write_millis(out)),
            None => json.null(),
        }
    }
    json.key("content");
    json.string_or_null(comment.text(CONTENT));
    json.key("object_id");
    json.string(&comment.get(NOTE).unwrap_or_default().to_string());
    json.key("object_type");
    json.string("note");
    for (key, col) in [("user_id", USER), ("updater_id", UPDATER)] {
        json.key(key);
        json.int_or_null(comment.get(col).map(|user| user.0));
    }
    json.key("company_id");
    json.int(call.company().0);
    json.end_object();
}
