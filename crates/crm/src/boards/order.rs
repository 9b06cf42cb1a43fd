//! What boards and phases have in common: they stand in an order that the user sets, and v1 shows both alike
//! (semantics.md 22).

use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Version;
use crate::records;
use crate::resource::Resource;
use crate::select::{self, Depth};
use crate::view::View;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Change, Entity, FromValue, Record, Time, Value};
use penstock_store::{Batch, Sql, Weight};

/// The rows that are not deleted, in their order. `narrow` says which of them belong together.
pub async fn in_order(call: &Call, entity: &'static Entity, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Row);
    push_order(&mut sql, call, entity, narrow);
    list::read_records(call, entity, Depth::Row, sql, Weight::Light).await
}

fn push_order(sql: &mut Sql, call: &Call, entity: &'static Entity, narrow: impl FnOnce(&mut Sql)) {
    select::scope(sql, call, entity);
    sql.push(" AND t.is_deleted = 0");
    narrow(sql);
    sql.push(" ORDER BY t.order_nr, t.id");
}

/// Puts the row of a change at its `order_nr` among `others`, which move out of its way; the last place where it has none.
/// Errors: 400 for a place that there is not. A row that is there already may also name the place behind the last one.
pub fn place(change: &mut Change, others: Vec<Record>, now: Time, batch: &mut Batch) -> ApiResult<()> {
    let last = others.len() as i64 + 1;
    let most = if change.is_insert() { last } else { last + 1 };
    let wanted: i64 = get(&change.after, "order_nr").unwrap_or(last);
    if !(1..=most).contains(&wanted) {
        return Err(ApiError::invalid_key("order_nr", &format!("must be from 1 to {most}")));
    }
    let wanted = wanted.min(last);
    set(&mut change.after, "order_nr", wanted);
    // Of two that go last at the same time one has to look again. A row that moves is held by its own change.
    if let Some(row) = others.last().filter(|row| wanted == last && get(row, "order_nr") == Some(last - 1)) {
        write::hold(batch, row);
    }
    close_up(others, |place| if place < wanted { place } else { place + 1 }, now, batch);
    Ok(())
}

/// Numbers rows from 1; `number` may leave a gap.
pub fn close_up(rows: Vec<Record>, number: impl Fn(i64) -> i64, now: Time, batch: &mut Batch) {
    for (place, row) in (1..).zip(rows) {
        let mut change = Change::update(row);
        set(&mut change.after, "order_nr", number(place));
        if change.differences().next().is_some() {
            set(&mut change.after, "update_time", now);
            batch.save(change);
        }
    }
}

fn get<T: FromValue>(record: &Record, key: &str) -> Option<T> {
    record.entity.field(key).and_then(|(index, _)| T::from_value(&record.values[index]))
}

fn set(record: &mut Record, key: &str, value: impl Into<Value>) {
    if let Some((index, _)) = record.entity.field(key) {
        record.values[index] = value.into();
    }
}

pub fn mark_deleted(row: &mut Record, now: Time) {
    set(row, "is_deleted", true);
    set(row, "update_time", now);
}

/// Shows rows in their order as the version of the call does; neither pages them.
pub async fn show_all(call: &Call, resource: &'static Resource, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Reply> {
    let entity = resource.entity;
    if call.version() == Version::V1 {
        let rows = in_order(call, entity, narrow).await?;
        let view = ViewV1::of(call, resource, &rows, Form::Flat).await?;
        return Ok(call.data_and(|json| crate::view_v1::write_rows(json, &view, &rows), records::write_nothing_more));
    }
    let view = View::of(call, entity)?;
    let mut sql = view.select();
    push_order(&mut sql, call, entity, narrow);
    let mut rows = Json::default();
    rows.begin_array();
    let mut rows = call.store().read(sql, Weight::Light, rows, move |rows, row| view.write(rows, row)).await?;
    rows.end_array();
    Ok(call.data_and(|json| json.bytes.extend_from_slice(&rows.bytes), records::write_nothing_more))
}

/// Shows the row of the path. A deleted one is not found: nothing in it would say that it is.
pub async fn show_one(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    write::find_live(&call, resource.entity, id).await?;
    show(&call, resource, id).await
}

pub async fn show(call: &Call, resource: &'static Resource, id: i64) -> ApiResult<Reply> {
    match call.version() {
        Version::V1 => records::show_flat_v1(call, resource, id).await,
        Version::V2 => records::show(call, resource, id).await,
    }
}

/// The times in the form of v1, which has no milliseconds here.
pub fn write_times_v1(_: &ViewV1<'_>, record: &Record, json: &mut Json) {
    for key in ["add_time", "update_time"] {
        json.key(key);
        match get::<Time>(record, key) {
            Some(time) => json.plain_string(|out| time.write_v1(out)),
            None => json.null(),
        }
    }
}
