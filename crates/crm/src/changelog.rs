//! What has happened to a record, newest first: its fields, its followers, its participants (semantics.md 15).

use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Param;
use crate::op::Version;
use crate::params::{CURSOR, LIMIT};
use crate::resource::Resource;
use crate::select::Depth;
use crate::write;
use penstock_model::{Time, Value};
use penstock_store::{Sql, Weight};

/// The query parameters of every changelog.
pub const QUERY: &[Param] = &[CURSOR, LIMIT];

/// One row of the history.
struct Event {
    time: Time,
    id: i64,
    field_key: Value,
    old: Value,
    new: Value,
    member: Value,
    action: Value,
    actor: i64,
    source: Value,
    user_agent: Value,
    is_bulk: bool,
}

const COLUMNS: &str = "time, id, field_key, old_value, new_value, member_id, action, actor_user_id, change_source, user_agent, is_bulk";

/// The changed fields of the record of the path.
pub async fn fields(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    show(call, resource, "change", write_field).await
}

/// Who began and who ceased to follow it.
pub async fn followers(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    show(call, resource, "follower", |call, json, event| write_member(call, json, "follower_user_id", event)).await
}

/// Who began and who ceased to take part in it.
pub async fn participants(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    show(call, resource, "participant", |call, json, event| write_member(call, json, "person_id", event)).await
}

async fn show(call: Call, resource: &'static Resource, object: &'static str, write: fn(&Call, &mut Json, &Event)) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    let limit = list::limit(&call, "limit")? as usize;
    let before = before(&call)?;
    write::find(&call, resource.entity, id, Depth::Row).await?;

    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM history WHERE company_id = "));
    sql.bind(call.company()).push(" AND entity = ").bind(resource.entity.name);
    sql.push(" AND record_id = ").bind(id).push(" AND object = ").bind(object);
    if let Some((time, id)) = before {
        sql.push(" AND (time, id) < (").bind(time).push(", ").bind(id).push(")");
    }
    sql.push(" ORDER BY time DESC, id DESC LIMIT ").bind(limit as i64 + 1);
    let mut events = call
        .store()
        .read(sql, Weight::Light, Vec::new(), |events, row| {
            let cell = |index| row.cell(index).to_value();
            events.push(Event {
                time: Time::from_millis(row.int(0).unwrap_or_default()),
                id: row.int(1).unwrap_or_default(),
                field_key: cell(2),
                old: cell(3),
                new: cell(4),
                member: cell(5),
                action: cell(6),
                actor: row.int(7).unwrap_or_default(),
                source: cell(8),
                user_agent: cell(9),
                is_bulk: row.int(10) == Some(1),
            });
        })
        .await?;
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| more).map(cursor);
    Ok(call.data_and(
        |json| {
            json.begin_array();
            events.iter().for_each(|event| write(&call, json, event));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

fn cursor(event: &Event) -> String {
    Cursor { field: "time".to_owned(), value: event.time.millis().into(), direction: "desc".to_owned(), id: event.id }.encode()
}

/// The time and the id of the event below which the page begins.
fn before(call: &Call) -> ApiResult<Option<(Time, i64)>> {
    let Some(text) = call.args.text("cursor") else { return Ok(None) };
    let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "time" && cursor.direction == "desc");
    let place = cursor.and_then(|cursor| Some((Time::from_millis(cursor.value.as_i64()?), cursor.id)));
    place.map(Some).ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))
}

fn write_field(call: &Call, json: &mut Json, event: &Event) {
    json.begin_object();
    for (key, value) in [("field_key", &event.field_key), ("old_value", &event.old), ("new_value", &event.new)] {
        json.key(key);
        json.string_or_null(value.as_text());
    }
    json.key("actor_user_id");
    json.int(event.actor);
    write_time(call, json, event.time);
    json.key("change_source");
    json.string_or_null(event.source.as_text());
    json.key("change_source_user_agent");
    json.string_or_null(event.user_agent.as_text());
    json.key("is_bulk_update_flag");
    json.bool(event.is_bulk);
    json.end_object();
}

fn write_member(call: &Call, json: &mut Json, key: &str, event: &Event) {
    json.begin_object();
    json.key("action");
    json.string_or_null(event.action.as_text());
    json.key("actor_user_id");
    json.int(event.actor);
    json.key(key);
    json.int_or_null(event.member.as_int());
    write_time(call, json, event.time);
    json.end_object();
}

fn write_time(call: &Call, json: &mut Json, time: Time) {
    json.key("time");
    json.plain_string(|out| match call.version() {
        Version::V1 => time.write_v1(out),
        Version::V2 => time.write_v2(out),
    });
}
