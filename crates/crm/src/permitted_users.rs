//! The users who may see a record (semantics.md 8.1).

use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::followers;
use crate::resource::Resource;
use crate::rights;
use crate::select::Depth;
use crate::write;
use penstock_model::{Record, UserId};

/// Lists the ids of all users who may see the record of the path.
pub async fn list(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let entity = resource.entity;
    let id = call.id(entity.title)?;
    let record = write::find(&call, resource.entity, id, Depth::Row).await?;
    of_record(&call, &record).await
}

/// The same of a record that was read already.
pub async fn of_record(call: &Call, record: &Record) -> ApiResult<Reply> {
    let (entity, id) = (record.entity, record.id);
    let owner = UserId(number(record, "owner_id"));
    let followers = followers::users(call, entity.name, id).await?;
    let owner_followers = followers::users(call, "user", owner.0).await?;
    let directory = &call.directory;
    let mut users = rights::permitted_users(directory, entity, owner, number(record, "visible_to"), &followers, &owner_followers);
    if record.entity.name == "deal" {
        let pipeline = number(record, "pipeline_id");
        users.retain(|user| directory.user(*user).is_some_and(|user| rights::sees_pipeline(directory, user, pipeline)));
    }
    Ok(call.data(|json| {
        json.begin_array();
        users.iter().for_each(|user| json.int(user.0));
        json.end_array();
    }))
}

fn number(record: &Record, key: &str) -> i64 {
    record.entity.field(key).and_then(|(index, _)| record.values[index].as_int()).unwrap_or_default()
}
