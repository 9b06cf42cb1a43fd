//! The operations of activities.

use super::view::Rows;
use super::{ACTIVITIES, ACTIVITY, list, occurrences};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::list as pages;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::records;
use crate::run;
use crate::select::Depth;
use crate::users::permissions::Permission;
use crate::view::View;
use crate::write;
use penstock_model::Area;

const READ: &str = "activities:read,activities:full";
const FULL: &str = "activities:full";

const INCLUDE_FIELDS: Param = Param::new("include_fields", ParamKind::Choices(&["attendees"]), "Optional keys to show, comma separated.");
const DEAL_ID: Param = Param::new("deal_id", ParamKind::Int, "Only activities of this deal.");
const LEAD_ID: Param = Param::new("lead_id", ParamKind::Text, "Only activities of this lead.");
const PERSON_ID: Param = Param::new("person_id", ParamKind::Int, "Only activities whose primary participant is this person.");
const DONE: Param = Param::new("done", ParamKind::Bool, "Only activities that are done, or only others.");
const SORT_BY: Param = Param::new(
    "sort_by",
    ParamKind::Choice(&["id", "update_time", "add_time", "due_date"]),
    "The field that orders the list; `id` where absent.",
);
const TYPE: Param = Param::new("type", ParamKind::Text, "Only activities of these types: their keys, comma separated.");

const LIST: &[Param] = &[
    FILTER_ID,
    IDS,
    OWNER_ID,
    DEAL_ID,
    LEAD_ID,
    PERSON_ID,
    ORG_ID,
    DONE,
    UPDATED_SINCE,
    UPDATED_UNTIL,
    SORT_BY,
    SORT_DIRECTION,
    INCLUDE_FIELDS,
    LIMIT,
    CURSOR,
];
const LIST_V1: &[Param] = &[
    Param::new("user_id", ParamKind::Int, "Only activities of this user, the caller where absent; 0 for everybody's."),
    Param::new("filter_id", ParamKind::Int, "A saved filter, which narrows the list further."),
    TYPE,
    LIMIT,
    START,
    SORT,
    Param::new("start_date", ParamKind::Date, "Only activities that are due on this day or later."),
    Param::new("end_date", ParamKind::Date, "Only activities that are due on this day or earlier."),
    DONE,
];
const COLLECTION: &[Param] = &[CURSOR, LIMIT, SINCE, UNTIL, USER_ID, DONE, TYPE];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Activities").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/activities", "getActivities", run!(pages::page(&ACTIVITY, list::live)))
        .scopes(READ)
        .cost(10)
        .query(LIST)
        .about("Lists activities that are not deleted"),
    op(V2, Post, "/activities", "addActivity", run!(add)).cost(5).takes(Takes::Record(&ACTIVITY)).about("Creates an activity"),
    op(V2, Get, "/activities/{id}", "getActivity", run!(records::one_v2(&ACTIVITIES)))
        .scopes(READ)
        .cost(1)
        .query(&[INCLUDE_FIELDS])
        .about("Shows one activity"),
    op(V2, Patch, "/activities/{id}", "updateActivity", run!(update))
        .cost(5)
        .takes(Takes::Record(&ACTIVITY))
        .about("Changes the sent fields of an activity"),
    op(V2, Delete, "/activities/{id}", "deleteActivity", run!(records::delete(&ACTIVITIES))).cost(3).about("Marks an activity as deleted"),
    op(V1, Get, "/activities", "getActivities", run!(list::by_offset))
        .scopes(READ)
        .cost(20)
        .query(LIST_V1)
        .about("Lists the activities of a user, or of everybody, by offset"),
    op(V1, Get, "/activities/collection", "getActivitiesCollection", run!(collection(list::collection)))
        .scopes(READ)
        .cost(10)
        .query(COLLECTION)
        .admin_of(Area::Shared)
        .about("Lists all activities by cursor, for administrators"),
    op(V1, Post, "/activities", "addActivity", run!(add))
        .cost(10)
        .takes(Takes::Record(&ACTIVITY))
        .created()
        .about("Creates an activity, or an occurrence of a recurring one"),
    op(V1, Delete, "/activities", "deleteActivities", run!(records::delete_many(&ACTIVITIES)))
        .cost(10)
        .query(&[BULK_IDS])
        .needs(Permission::BulkEditItems)
        .about("Marks several activities as deleted"),
    op(V1, Get, "/activities/{id}", "getActivity", run!(one_v1)).scopes(READ).cost(2).about("Shows one activity"),
    op(V1, Put, "/activities/{id}", "updateActivity", run!(update))
        .cost(10)
        .takes(Takes::Record(&ACTIVITY))
        .about("Changes the sent fields of an activity"),
    op(V1, Delete, "/activities/{id}", "deleteActivity", run!(records::delete(&ACTIVITIES))).cost(6).about("Marks an activity as deleted"),
];

async fn add(call: Call) -> ApiResult<Reply> {
    let master = call.body.int("rec_master_activity_id").filter(|_| call.version() == V1);
    let id = match master {
        Some(master) => occurrences::create(&call, master).await?,
        None => records::create(&call, &ACTIVITIES).await?,
    };
    show(&call, id, write_story).await
}

/// The feed of updates that the number belongs to is none of the API.
fn write_story(json: &mut Json) {
    json.key("additional_data");
    json.begin_object();
    json.key("updates_story_id");
    json.null();
    json.end_object();
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change(&call, &ACTIVITIES).await?;
    show(&call, id, |_| {}).await
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(ACTIVITY.title)?;
    show(&call, id, |_| {}).await
}

/// The activity, then in v1 what `additional` writes, and the related objects.
async fn show(call: &Call, id: i64, additional: fn(&mut Json)) -> ApiResult<Reply> {
    if call.version() == V2 {
        // The answers to writes have the attendees. A new activity has its time of creation as that of its last change,
        // unlike most records (semantics.md 31.2).
        return records::show_v2(call, &ACTIVITIES, id, View::showing(call, &ACTIVITY, &["attendees"])?).await;
    }
    let activities = [write::find(&records::reading(call), &ACTIVITY, id, Depth::Row).await?];
    let rows = Rows::of(call, &activities, occurrences::Range::default()).await?;
    Ok(call.data_and(
        |json| rows.write(json, &activities[0]),
        |json| {
            additional(json);
            rows.related.write_objects(json, call, &activities);
        },
    ))
}

/// v1: the activities that a list is narrowed to, by cursor.
pub async fn collection(call: Call, narrow: pages::Narrow) -> ApiResult<Reply> {
    let (activities, next) = pages::cursor_records(&call, &ACTIVITY, narrow).await?;
    let rows = Rows::of(&call, &activities, occurrences::Range::default()).await?;
    Ok(call.data_and(
        |json| {
            json.begin_array();
            activities.iter().for_each(|activity| rows.write(json, activity));
            json.end_array();
        },
        |json| pages::write_next_cursor(json, next.as_deref()),
    ))
}
