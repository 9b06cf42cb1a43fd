//! What has happened to a project: one row for each save, newest first (semantics.md 15).

use super::PROJECT;
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::select::Depth;
use crate::write;
use penstock_model::{Field, Kind, Time, Value};
use penstock_store::{Row, Sql, Weight};
use std::collections::BTreeMap;

/// What one save has changed: by key, what stood there and what stands there now.
struct Save {
    time: Time,
    /// The first row of the history that belongs to it.
    first: i64,
    actor: i64,
    source: Option<String>,
    user_agent: Option<String>,
    values: BTreeMap<String, (Value, Value)>,
}

pub async fn show(call: Call) -> ApiResult<Reply> {
    let id = call.id(PROJECT.title)?;
    let limit = list::limit(&call, "limit")? as usize;
    let before = before(&call)?;
    write::find(&call, &PROJECT, id, Depth::Row).await?;
    let mut saves = saves(&call, id, before, limit as i64 + 1).await?;
    let more = saves.len() > limit;
    saves.truncate(limit);
    read_values(&call, id, &mut saves).await?;
    let next = saves.last().filter(|_| more).map(cursor);
    Ok(call.data_and(
        |json| {
            json.begin_array();
            saves.iter().for_each(|save| write_save(json, save));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

fn cursor(save: &Save) -> String {
    Cursor { field: "time".to_owned(), value: save.time.millis().into(), direction: "desc".to_owned(), id: save.first }.encode()
}

/// The time and the first row of the save below which the page begins.
fn before(call: &Call) -> ApiResult<Option<(Time, i64)>> {
    let Some(text) = call.args.text("cursor") else { return Ok(None) };
    let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "time" && cursor.direction == "desc");
    let place = cursor.and_then(|cursor| Some((Time::from_millis(cursor.value.as_i64()?), cursor.id)));
    place.map(Some).ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))
}

/// The history has one row for each field; those of one save have its time and its maker.
async fn saves(call: &Call, project: i64, before: Option<(Time, i64)>, count: i64) -> ApiResult<Vec<Save>> {
    let mut sql = Sql::new("SELECT time, actor_user_id, change_source, user_agent, MIN(id) FROM history WHERE company_id = ");
    sql.bind(call.company()).push(" AND entity = ").bind(PROJECT.name);
    sql.push(" AND record_id = ").bind(project).push(" AND object = 'change'");
    if let Some((time, id)) = before {
        sql.push(" AND (time, id) < (").bind(time).push(", ").bind(id).push(")");
    }
    sql.push(" GROUP BY time, actor_user_id, change_source, user_agent ORDER BY time DESC, MIN(id) DESC LIMIT ").bind(count);
    let on_row = |saves: &mut Vec<Save>, row: &dyn Row| {
        saves.push(Save {
            time: Time::from_millis(row.int(0).unwrap_or_default()),
            first: row.int(4).unwrap_or_default(),
            actor: row.int(1).unwrap_or_default(),
            source: row.text(2).map(str::to_owned),
            user_agent: row.text(3).map(str::to_owned),
            values: BTreeMap::new(),
        });
    };
    Ok(call.store().read(sql, Weight::Light, Vec::new(), on_row).await?)
}

async fn read_values(call: &Call, project: i64, saves: &mut [Save]) -> ApiResult<()> {
    let (Some(newest), Some(oldest)) = (saves.first(), saves.last()) else { return Ok(()) };
    let mut sql = Sql::new("SELECT time, actor_user_id, change_source, user_agent, field_key, old_value, new_value FROM history");
    sql.push(" WHERE company_id = ").bind(call.company()).push(" AND entity = ").bind(PROJECT.name);
    sql.push(" AND record_id = ").bind(project).push(" AND object = 'change'");
    sql.push(" AND time >= ").bind(oldest.time).push(" AND time <= ").bind(newest.time).push(" ORDER BY time, id");
    for row in call.store().rows(sql, Weight::Light, 7).await? {
        let is_of = |save: &&mut Save| {
            Some(save.time.millis()) == row[0].as_int()
                && Some(save.actor) == row[1].as_int()
                && save.source.as_deref() == row[2].as_text()
                && save.user_agent.as_deref() == row[3].as_text()
        };
        let Some(save) = saves.iter_mut().find(is_of) else { continue };
        let key = row[4].as_text().unwrap_or_default().to_owned();
        // Of two saves at once the first says what stood there, the last what stands there now.
        let change = save.values.entry(key).or_insert_with(|| (row[5].clone(), Value::Null));
        change.1 = row[6].clone();
    }
    Ok(())
}

fn write_save(json: &mut Json, save: &Save) {
    json.begin_object();
    json.key("change_source");
    json.string_or_null(save.source.as_deref());
    json.key("change_source_user_agent");
    json.string_or_null(save.user_agent.as_deref());
    json.key("time");
    json.plain_string(|out| save.time.write_millis(out));
    for (name, is_new) in [("new_values", true), ("old_values", false)] {
        json.key(name);
        json.begin_object();
        for (key, (old, new)) in &save.values {
            write_value(json, key, if is_new { new } else { old });
        }
        json.end_object();
    }
    json.key("actor_user_id");
    json.int(save.actor);
    json.end_object();
}

/// The history keeps texts under the keys of v1; here are the keys and the types of v2. Custom fields stay texts.
fn write_value(json: &mut Json, key: &str, value: &Value) {
    let field: Option<&Field> = PROJECT.field_v1(key).map(|(_, field)| field);
    json.key(field.map_or(key, |field| field.key));
    match (field.map(|field| field.kind), value.as_text()) {
        (Some(Kind::List(_) | Kind::Labels), text) => json.raw(&format!("[{}]", text.unwrap_or_default())),
        (_, None) => json.null(),
        (Some(Kind::Int | Kind::Board | Kind::Phase | Kind::User), Some(text)) => match text.parse() {
            Ok(number) => json.int(number),
            Err(_) => json.string(text),
        },
        (Some(Kind::Moment), Some(text)) => match Time::parse_lenient(text) {
            Ok(time) => json.plain_string(|out| time.write_millis(out)),
            Err(_) => json.string(text),
        },
        (_, Some(text)) => json.string(text),
    }
}
