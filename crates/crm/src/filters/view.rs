//! How v1 shows filters (semantics.md 13.1).

use super::entity::*;
use super::grammar::{Condition, Conditions};
use super::{may_edit, subject};
use crate::call::Call;
use crate::json::Json;
use crate::list;
use crate::recents::shown::Shown;
use penstock_model::{Col, Record, Time};
use serde_json::Value;

/// Whether conditions name the code of their field beside its id.
pub const INCLUDE_FIELD_CODE: &str = "include_field_code";

/// Writes a filter as lists show it: without its conditions.
pub fn write_row(json: &mut Json, call: &Call, filter: &Record) {
    json.begin_object();
    write_members(json, call, filter);
    json.end_object();
}

/// Filters as recents show them.
pub fn flat<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let filters = list::by_ids(call, &FILTER, ids).await?;
        let show = |filter: &Record| {
            let mut json = Json::with_capacity(512);
            write_row(&mut json, call, filter);
            (filter.id, json.into_bytes())
        };
        Ok(filters.iter().map(show).collect())
    })
}

/// Writes a filter with its conditions.
pub fn write(json: &mut Json, call: &Call, filter: &Record) {
    json.begin_object();
    write_members(json, call, filter);
    json.key("conditions");
    let shows_code = call.args.flag(INCLUDE_FIELD_CODE);
    let conditions = Conditions::kept(filter.text(CONDITIONS).unwrap_or_default());
    json.value(&conditions.to_json(|condition| shows_code.then(|| code(call, condition))));
    json.end_object();
}

/// The code of the field of a condition; null where the field has gone.
fn code(call: &Call, condition: &Condition) -> Value {
    let objects = super::objects::TYPES.iter().filter_map(|known| known.object(&condition.object));
    let field = objects.into_iter().next().and_then(|object| subject::find(&call.directory, object, &condition.field));
    field.map_or(Value::Null, |field| field.code().into())
}

fn write_members(json: &mut Json, call: &Call, filter: &Record) {
    json.key("id");
    json.int(filter.id);
    json.key("name");
    json.string(filter.text(NAME).unwrap_or_default());
    json.key("filter_code");
    json.null();
    json.key("is_editable");
    json.bool(may_edit(call, filter));
    json.key("active_flag");
    json.bool(!filter.is(IS_DELETED));
    json.key("type");
    json.string(filter.text(TYPE).unwrap_or_default());
    json.key("temporary_flag");
    json.bool(filter.is(IS_TEMPORARY));
    json.key("user_id");
    json.int_or_null(filter.get(USER).map(|user| user.0));
    write_time(json, "add_time", filter, ADD_TIME);
    write_time(json, "update_time", filter, UPDATE_TIME);
    json.key("visible_to");
    json.string(&filter.get(VISIBLE_TO).unwrap_or(PRIVATE).to_string());
    write_time(json, "last_used_time", filter, LAST_USED_TIME);
    json.key("custom_view_id");
    json.null();
}

fn write_time(json: &mut Json, key: &str, filter: &Record, col: Col<Time>) {
    json.key(key);
    match filter.get(col) {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
}
