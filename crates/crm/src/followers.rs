//! Followers of records, in both versions (semantics.md 10).

use crate::body;
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::{Param, ParamKind, Version};
use crate::params::{CURSOR, LIMIT};
use crate::resource::Resource;
use crate::select::Depth;
use crate::write;
use penstock_model::{Entity, Time, UserId};
use penstock_store::{Sql, Weight};

/// The body of an operation that adds a follower.
pub const KEYS: &[Param] = &[Param::new("user_id", ParamKind::Int, "The user who shall follow.").required()];

/// One row of the followers of a record.
#[derive(Debug, Clone)]
pub struct Follower {
    pub id: i64,
    pub user: UserId,
    pub add_time: Time,
}

/// The followers of a record in the order in which they came.
pub async fn rows(call: &Call, entity: &'static Entity, record: i64) -> ApiResult<Vec<Follower>> {
    let mut sql = Sql::new("SELECT id, user_id, add_time FROM followers WHERE company_id = ");
    sql.bind(call.company()).push(" AND entity = ").bind(entity.name);
    sql.push(" AND record_id = ").bind(record).push(" ORDER BY id");
    let rows = call
        .store()
        .read(sql, Weight::Light, Vec::new(), |rows, row| {
            rows.push(Follower {
                id: row.int(0).unwrap_or_default(),
                user: UserId(row.int(1).unwrap_or_default()),
                add_time: Time::from_millis(row.int(2).unwrap_or_default()),
            });
        })
        .await?;
    Ok(rows)
}

/// The users who follow a record, or a user where `entity` is `user`.
pub async fn users(call: &Call, entity: &'static str, record: i64) -> ApiResult<Vec<UserId>> {
    let mut sql = Sql::new("SELECT user_id FROM followers WHERE company_id = ");
    sql.bind(call.company()).push(" AND entity = ").bind(entity).push(" AND record_id = ").bind(record);
    Ok(call.store().read(sql, Weight::Light, Vec::new(), |users, row| users.extend(row.int(0).map(UserId))).await?)
}

/// The parameters of the lists of v2, which come in the order in which the followers came. A widespread connector sends
/// every list below a deal the order that it wants of the deals.
pub const LIST_V2: &[Param] = &[
    LIMIT,
    CURSOR,
    Param::new("sort_by", ParamKind::Choice(&["id", "update_time", "add_time"]), "Passed over."),
    Param::new("sort_direction", ParamKind::Choice(&["asc", "desc"]), "Passed over."),
];

/// Lists the followers of a record.
pub async fn list(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    write::find(&call, resource.entity, id, Depth::Row).await?;
    let followers = rows(&call, resource.entity, id).await?;
    match call.version() {
        Version::V1 => Ok(list_v1(&call, resource.entity, id, followers)),
        Version::V2 => list_v2(&call, &followers),
    }
}

/// All of them, unless the operation takes `start` and `limit` and they are given.
fn list_v1(call: &Call, entity: &'static Entity, id: i64, followers: Vec<Follower>) -> Reply {
    let start = call.args.int("start").unwrap_or(0).max(0);
    let limit = call.args.int("limit").filter(|limit| *limit > 0).unwrap_or(list::DEFAULT_LIMIT.max(followers.len() as i64));
    let more = followers.len() as i64 > start.saturating_add(limit);
    let followers: Vec<_> = followers.into_iter().skip(start as usize).take(limit as usize).collect();
    call.data_and(
        |json| {
            if followers.is_empty() {
                return json.null();
            }
            json.begin_array();
            followers.iter().for_each(|follower| write_v1(json, entity, id, follower));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            list::write_pagination(json, start, limit, more);
            json.end_object();
        },
    )
}

fn write_v1(json: &mut Json, entity: &'static Entity, record: i64, follower: &Follower) {
    json.begin_object();
    json.key("user_id");
    json.int(follower.user.0);
    json.key("id");
    json.int(follower.id);
    json.key(record_key(entity));
    json.int(record);
    if entity.name == "person" {
        // The published list of a person's followers has this key.
        json.key("deal_id");
        json.null();
    }
    json.key("add_time");
    json.plain_string(|out| follower.add_time.write_v1(out));
    json.end_object();
}

/// `{"<row id>": row}`, as a single v1 organization shows its followers.
pub fn write_v1_map(json: &mut Json, entity: &'static Entity, record: i64, followers: &[Follower]) {
    json.begin_object();
    for follower in followers {
        json.key(&follower.id.to_string());
        write_v1(json, entity, record, follower);
    }
    json.end_object();
}

fn record_key(entity: &'static Entity) -> &'static str {
    match entity.name {
        "deal" => "deal_id",
        "person" => "person_id",
        "organization" => "org_id",
        _ => "product_id",
    }
}

/// A page of followers as v2 shows them.
pub fn list_v2(call: &Call, followers: &[Follower]) -> ApiResult<Reply> {
    let limit = list::limit(call, "limit")? as usize;
    let after = after_cursor(call)?;
    let mut page: Vec<_> = followers.iter().filter(|follower| after.is_none_or(|id| follower.id > id)).take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| id_cursor(last.id));
    Ok(call.data_and(
        |json| {
            json.begin_array();
            page.iter().for_each(|follower| write_v2(json, follower));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

fn write_v2(json: &mut Json, follower: &Follower) {
    json.begin_object();
    json.key("user_id");
    json.int(follower.user.0);
    json.key("add_time");
    json.plain_string(|out| follower.add_time.write_v2(out));
    json.end_object();
}

/// The cursor of a list that is ordered by id alone.
pub fn id_cursor(id: i64) -> String {
    Cursor { field: "id".to_owned(), value: id.into(), direction: "asc".to_owned(), id }.encode()
}

/// The id after which the page begins.
pub fn after_cursor(call: &Call) -> ApiResult<Option<i64>> {
    let Some(text) = call.args.text("cursor") else { return Ok(None) };
    let cursor = Cursor::decode(text).filter(|cursor| cursor.field == "id");
    let cursor = cursor.ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))?;
    Ok(Some(cursor.id))
}

/// Adds a follower. v1 answers an existing one as it is, v2 refuses it (semantics.md 4.1).
pub async fn add(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    let user = UserId(call.body.get("user_id").and_then(body::int).unwrap_or_default());
    if !call.directory.user(user).is_some_and(|user| user.is_active && !user.is_deleted) {
        return Err(ApiError::invalid_key("user_id", "User not found or not accessible."));
    }
    let row = call.store().next_id(call.company(), "followers").await?;
    let follower = write::commit(&call, || {
        Box::pin(async {
            write::find_live(&call, resource.entity, id).await?;
            let existing = rows(&call, resource.entity, id).await?.into_iter().find(|follower| follower.user == user);
            let mut batch = call.batch();
            match existing {
                Some(_) if call.version() == Version::V2 => {
                    return Err(ApiError::invalid_key("user_id", "the user follows it already"));
                }
                Some(follower) => return Ok((batch, follower)),
                None => batch.follow(resource.entity, id, user, row),
            }
            Ok((batch, Follower { id: row, user, add_time: call.now }))
        })
    })
    .await?;
    Ok(call.data(|json| match call.version() {
        Version::V1 => write_v1(json, resource.entity, id, &follower),
        Version::V2 => write_v2(json, &follower),
    }))
}

/// Removes a follower: named by the id of its row in v1, by the id of the user in v2.
pub async fn remove(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    let named = call.path_id(1, "Follower")?;
    let follower = write::commit(&call, || {
        Box::pin(async {
            write::find_live(&call, resource.entity, id).await?;
            let named = |follower: &Follower| match call.version() {
                Version::V1 => follower.id == named,
                Version::V2 => follower.user.0 == named,
            };
            let follower = rows(&call, resource.entity, id).await?.into_iter().find(named);
            let follower = follower.ok_or_else(|| ApiError::not_found("Follower"))?;
            let mut batch = call.batch();
            batch.unfollow(resource.entity, id, follower.user);
            Ok((batch, follower))
        })
    })
    .await?;
    Ok(match call.version() {
        Version::V1 => call.deleted(follower.id),
        Version::V2 => call.data(|json| {
            json.begin_object();
            json.key("user_id");
            json.int(follower.user.0);
            json.end_object();
        }),
    })
}
