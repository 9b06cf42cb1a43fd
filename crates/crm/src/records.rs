//! Answers that show one record, in either version, and small things that all record operations share.

use crate::audit;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::{Method, Version};
use crate::resource::{FollowUp, Resource};
use crate::select::Depth;
use crate::view::View;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Areas, Change, Record, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// v2: one record of the path.
pub async fn one_v2(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    let view = View::of(&call, resource.entity)?;
    show_v2(&call, resource, id, view).await
}

/// The record as the version of the call shows it.
pub async fn show(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    match call.version() {
        Version::V2 => show_v2(call, resource, id, View::of(call, resource.entity)?).await,
        Version::V1 => show_v1(call, resource, id).await,
    }
}

/// The same for a record that this request has made.
pub async fn show_created(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    match call.version() {
        Version::V2 => show_v2(call, resource, id, View::of(call, resource.entity)?.fresh()).await,
        Version::V1 => show_v1(call, resource, id).await,
    }
}

/// The call that reads the record to show. The answer to a write shows what was written even where the write hid it
/// from its maker, who gave it to somebody else: a refusal would say that nothing has happened.
pub fn reading(call: &Call) -> Cow<'_, Call> {
    if call.op.method == Method::Get {
        return Cow::Borrowed(call);
    }
    let mut reading = call.clone();
    reading.principal.administers = Areas::ALL;
    Cow::Owned(reading)
}

/// v2: one record in this view.
pub async fn show_v2(call: &Call, resource: &'static Resource, id: i64, view: View) -> ApiResult<Reply> {
    let row = row_v2(call, resource, id, view).await?;
    Ok(call.data(|json| json.bytes.extend_from_slice(&row)))
}

/// v2: the record, then what `additional` writes.
pub async fn show_v2_with(call: &Call, resource: &'static Resource, id: i64, additional: impl FnOnce(&mut Json)) -> ApiResult<Reply> {
    let row = row_v2(call, resource, id, View::of(call, resource.entity)?).await?;
    Ok(call.data_and(|json| json.bytes.extend_from_slice(&row), additional))
}

async fn row_v2(call: &Call, resource: &'static Resource, id: i64, view: View) -> ApiResult<Arc<[u8]>> {
    match list::one(&reading(call), resource.entity, id, view).await? {
        Some(row) => Ok(row),
        None => Err(write::missing(call, resource.entity, id).await?),
    }
}

async fn show_v1(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    show_v1_with(call, resource, id, |_| {}).await
}

/// v1: the record, then what `additional` writes, then the related objects.
pub async fn show_v1_with(call: &Call, resource: &'static Resource, id: i64, additional: impl FnOnce(&mut Json)) -> ApiResult<Reply> {
    let records = [write::find(&reading(call), resource.entity, id, Depth::Everything).await?];
    let view = ViewV1::of(call, resource, &records, Form::Nested).await?.in_detail(&records[0]).await?;
    Ok(call.data_and(
        |json| view.write(json, &records[0]),
        |json| {
            additional(json);
            view.related.write_objects(json, call, &records);
        },
    ))
}

/// v1: the record in its flat form, and nothing beside it, as the services of projects show theirs.
pub async fn show_flat_v1(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    let records = [write::find(&reading(call), resource.entity, id, Depth::Everything).await?];
    let view = ViewV1::of(call, resource, &records, Form::Flat).await?;
    Ok(call.data_and(|json| view.write(json, &records[0]), write_nothing_more))
}

/// `"additional_data":null`, as some services of the API have it (semantics.md 31.3).
pub fn write_nothing_more(json: &mut Json) {
    json.key("additional_data");
    json.null();
}

/// Recorded answers of v1 to a new contact say that it has not become part of another one.
pub fn write_did_not_merge(json: &mut Json) {
    json.key("didMerge");
    json.bool(false);
}

/// v1 refuses a create that brings its own id (semantics.md 9.1).
pub fn refuse_id(call: &Call) -> ApiResult<()> {
    if call.version() == Version::V1 && call.body.get("id").is_some() {
        return Err(ApiError::invalid(
            "Inserting ID with POST request is not allowed. If you have any questions, please contact Pipedrive support",
        ));
    }
    Ok(())
}

/// Refuses a record without a name. v1 passes over null where nothing can be null, but not here (semantics.md 4.1).
pub fn require_name(call: &Call, name: Option<&str>) -> ApiResult<()> {
    let takes_it_away = call.body.object()?.get("name").is_some_and(serde_json::Value::is_null);
    let is_blank = name.is_none_or(|name| name.trim().is_empty());
    match (takes_it_away || is_blank, call.version()) {
        (false, _) => Ok(()),
        (true, Version::V1) => Err(ApiError::invalid("Name must be given.")),
        (true, Version::V2) => Err(ApiError::invalid_key("name", "is required")),
    }
}

/// Creates the record of the body and answers its id. The rules of the resource complete and check it.
pub async fn create(call: &Call, resource: &'static Resource) -> ApiResult<i64> {
    create_with(call, resource, |_| Ok(())).await
}

/// The same for a record of which `begin` fills in what the body holds in a form of its own, or does not hold.
pub async fn create_with(call: &Call, resource: &'static Resource, begin: impl FnOnce(&mut Record) -> ApiResult<()>) -> ApiResult<i64> {
    refuse_id(call)?;
    let id = call.store().next_id(call.company(), resource.entity.table).await?;
    let mut change = Change::insert(Record::blank(resource.entity, id));
    begin(&mut change.after)?;
    let given = write::fill(call, &mut change)?;
    (resource.rules.on_create)(call, &mut change, &given)?;
    write::check_references(call, &change).await?;
    let mut batch = call.batch();
    (resource.rules.follow_up)(call, &change, &mut batch).await?;
    batch.save(change);
    write::save(call, batch).await?;
    Ok(id)
}

/// Creates a record and shows it.
pub async fn add(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = create(&call, resource).await?;
    show_created(&call, resource, id).await
}

/// Changes the sent fields of the record of the path and shows it.
pub async fn update(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = change(&call, resource).await?;
    show(&call, resource, id).await
}

/// Changes the sent fields of the record of the path and answers its id.
pub async fn change(call: &Call, resource: &'static Resource) -> ApiResult<i64> {
    change_with(call, resource, |_, _, _| Box::pin(async { Ok(()) })).await
}

/// Completes a change by what only other rows tell, after the rules of the resource.
pub type Complete = for<'a> fn(&'a Call, &'a mut Change, &'a write::Given) -> FollowUp<'a>;

/// The same; `complete` fills in what follows from other rows.
pub async fn change_with(call: &Call, resource: &'static Resource, complete: Complete) -> ApiResult<i64> {
    let id = call.id(resource.entity.title)?;
    write::commit(call, || {
        Box::pin(async {
            let mut change = Change::update(write::find(call, resource.entity, id, Depth::Row).await?);
            let given = write::fill(call, &mut change)?;
            (resource.rules.on_update)(call, &mut change, &given)?;
            complete(call, &mut change, &given).await?;
            write::check_references(call, &change).await?;
            let mut batch = call.batch();
            (resource.rules.follow_up)(call, &change, &mut batch).await?;
            batch.save(change);
            Ok((batch, id))
        })
    })
    .await
}

/// Deletes the record of the path.
pub async fn delete(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    delete_all(&call, resource, &[id], false).await?;
    Ok(call.deleted(id))
}

/// Deletes the records that the query names: all of them or none. The key of the answer stays `id` (semantics.md 9).
pub async fn delete_many(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let ids = crate::narrow::bulk_ids(&call)?;
    delete_all(&call, resource, &ids, true).await?;
    Ok(deleted_many(&call, &ids))
}

/// The answer to a bulk deletion.
pub fn deleted_many(call: &Call, ids: &[i64]) -> Reply {
    call.data(|json| {
        json.begin_object();
        json.key("id");
        json.begin_array();
        ids.iter().for_each(|id| json.int(*id));
        json.end_array();
        json.end_object();
    })
}

async fn delete_all(call: &Call, resource: &'static Resource, ids: &[i64], bulk: bool) -> ApiResult<()> {
    (resource.rules.may_delete)(call)?;
    write::commit(call, || {
        Box::pin(async {
            let mut batch = if bulk { call.batch().bulk() } else { call.batch() };
            for id in ids {
                let mut change = Change::update(write::find_live(call, resource.entity, *id).await?);
                (resource.rules.on_delete)(&mut change.after, call.now);
                (resource.rules.follow_up)(call, &change, &mut batch).await?;
                batch.save(change);
            }
            if bulk {
                batch.run(audit::deletion(call, resource.entity.name, ids)?);
            }
            Ok((batch, ()))
        })
    })
    .await
}

/// A v1 list by offset, oldest first unless the request sorts it.
pub async fn list_v1(call: Call, resource: &'static Resource, narrow: list::Narrow) -> ApiResult<Reply> {
    let offset = list::Offset::of(&call, resource.entity, &[("id", false)])?;
    list::page_v1(call, resource, &offset, narrow).await
}

/// A deleted record of most sorts takes no change.
pub fn refuse_deleted(change: &Change) -> ApiResult<()> {
    if write::is_deleted(&change.after) { Err(ApiError::not_found(change.entity().title)) } else { Ok(()) }
}

/// A deleted person or organization takes no change but the v1 update that restores it (semantics.md 9.1).
pub fn restore_or_refuse(call: &Call, change: &mut Change) -> ApiResult<()> {
    if !write::is_deleted(&change.after) {
        return Ok(());
    }
    let restores = call.version() == Version::V1 && call.body.flag("active_flag") == Some(true);
    if !restores {
        return Err(ApiError::not_found(change.entity().title));
    }
    for (key, value) in [("is_deleted", Value::from(false)), ("delete_time", Value::Null)] {
        if let Some((index, _)) = change.entity().field(key) {
            change.after.values[index] = value;
        }
    }
    Ok(())
}
