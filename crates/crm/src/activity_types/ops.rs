//! The operations of activity types. Reads come from the directory, which holds them all.

use super::{ACTIVITY_TYPE, ACTIVITY_TYPES};
use crate::call::{Call, Reply};
use crate::directory::ActivityType;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Takes};
use crate::params::BULK_IDS;
use crate::records;
use crate::run;
use penstock_model::Area;

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("ActivityTypes").scopes("admin")
}

pub const OPS: &[Op] = &[
    op(Get, "/activityTypes", "getActivityTypes", run!(list))
        .scopes("activities:read,activities:full,admin")
        .cost(20)
        .about("Lists the types of activities"),
    op(Post, "/activityTypes", "addActivityType", run!(add))
        .cost(10)
        .takes(Takes::Record(&ACTIVITY_TYPE))
        .admin_of(Area::Shared)
        .about("Creates a type of activities"),
    op(Delete, "/activityTypes", "deleteActivityTypes", run!(records::delete_many(&ACTIVITY_TYPES)))
        .cost(10)
        .query(&[BULK_IDS])
        .admin_of(Area::Shared)
        .about("Marks several types of activities as deleted"),
    op(Put, "/activityTypes/{id}", "updateActivityType", run!(update))
        .cost(10)
        .takes(Takes::Record(&ACTIVITY_TYPE))
        .admin_of(Area::Shared)
        .about("Changes the sent fields of a type of activities"),
    op(Delete, "/activityTypes/{id}", "deleteActivityType", run!(delete))
        .cost(6)
        .admin_of(Area::Shared)
        .about("Marks a type of activities as deleted"),
];

async fn list(call: Call) -> ApiResult<Reply> {
    let types = call.directory.live_activity_types();
    Ok(call.data(|json| {
        if types.is_empty() {
            return json.null();
        }
        json.begin_array();
        types.iter().for_each(|known| write_v1(json, known));
        json.end_array();
    }))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = records::create(&call, &ACTIVITY_TYPES).await?;
    show(&call, id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change(&call, &ACTIVITY_TYPES).await?;
    show(&call, id).await
}

/// Answers the type as it stands after its deletion, not the id alone.
async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(ACTIVITY_TYPE.title)?;
    records::delete(call.clone(), &ACTIVITY_TYPES).await?;
    show(&call, id).await
}

/// The type as it stands after the write of this request.
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    let directory = call.app.directory(call.company()).await?;
    let known = directory.activity_types.get(&id).ok_or_else(|| ApiError::not_found(ACTIVITY_TYPE.title))?;
    Ok(call.data(|json| write_v1(json, known)))
}

/// Writes a type as an object.
pub fn write_v1(json: &mut Json, known: &ActivityType) {
    json.begin_object();
    json.key("id");
    json.int(known.id);
    json.key("order_nr");
    json.int(known.order_nr);
    json.key("name");
    json.string(&known.name);
    json.key("key_string");
    json.string(&known.key);
    json.key("icon_key");
    json.string(&known.icon);
    json.key("active_flag");
    json.bool(!known.is_deleted);
    json.key("color");
    json.string_or_null(known.color.as_deref());
    json.key("is_custom_flag");
    json.bool(known.is_custom);
    json.key("add_time");
    json.plain_string(|out| known.add_time.write_v1(out));
    json.key("update_time");
    match known.update_time {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
    json.end_object();
}
