//! Answers that show one record, in either version, and small things that all record operations share.

use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Version;
use crate::resource::Resource;
use crate::select::Depth;
use crate::view::View;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Change, Record, Value};

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

async fn show_v2(call: &Call, resource: &'static Resource, id: i64, view: View) -> ApiResult<Reply> {
    match list::one(call, resource.entity, id, view).await? {
        Some(row) => Ok(call.data(|json| json.bytes.extend_from_slice(&row.bytes))),
        None => Err(write::missing(call, resource, id).await?),
    }
}

async fn show_v1(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    show_v1_with(call, resource, id, |_| {}).await
}

/// v1: the record, then what `additional` writes, then the related objects.
pub async fn show_v1_with(call: &Call, resource: &'static Resource, id: i64, additional: impl FnOnce(&mut Json)) -> ApiResult<Reply> {
    let records = [write::find(call, resource, id, Depth::Everything).await?];
    let view = ViewV1::of(call, resource, &records, Form::Nested).await?;
    Ok(call.data_and(
        |json| view.write(json, &records[0]),
        |json| {
            additional(json);
            view.related.write_objects(json, call, &records);
        },
    ))
}

/// The record in the flat form of v1, alone.
pub async fn show_flat(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    let records = [write::find(call, resource, id, Depth::Everything).await?];
    let view = ViewV1::of(call, resource, &records, Form::Flat).await?;
    Ok(call.data(|json| view.write(json, &records[0])))
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

/// The answer to a bulk deletion: the key stays `id` (semantics.md 9).
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

/// Reads a record to change it. A deleted one takes no change but the v1 update that restores it (semantics.md 9.1).
pub async fn find_to_update(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Record> {
    let record = write::find(call, resource, id, Depth::Row).await?;
    if write::is_deleted(&record) && !restores(call) {
        return Err(ApiError::not_found(resource.entity.title));
    }
    Ok(record)
}

fn restores(call: &Call) -> bool {
    call.version() == Version::V1 && call.body.flag("active_flag") == Some(true)
}

/// Undoes the deletion of a person or an organization where the v1 request asks for it.
pub fn restore(call: &Call, change: &mut Change) {
    if !restores(call) || !write::is_deleted(&change.after) {
        return;
    }
    for (key, value) in [("is_deleted", Value::from(false)), ("delete_time", Value::Null)] {
        if let Some((index, _)) = change.entity().field(key) {
            change.after.values[index] = value;
        }
    }
}

/// Changes several live records in one write: all of them or none.
pub async fn change_all(
    call: &Call,
    resource: &'static Resource,
    ids: &[i64],
    bulk: bool,
    edit: impl Fn(&mut Record) + Sync,
) -> ApiResult<()> {
    write::commit(call, || {
        Box::pin(async {
            let mut batch = if bulk { call.batch().bulk() } else { call.batch() };
            for id in ids {
                let mut change = Change::update(write::find_live(call, resource, *id).await?);
                edit(&mut change.after);
                batch.save(change);
            }
            Ok((batch, ()))
        })
    })
    .await
}
