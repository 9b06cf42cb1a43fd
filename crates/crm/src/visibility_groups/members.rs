//! Which group a user is in.

use super::{TITLE, find, write};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::select::Depth;
use crate::users::{self, USER};
use crate::write as records;
use penstock_model::{Change, UserId};
use penstock_store::{Sql, Statement, Weight};

/// Moves a user, and with it whatever it owns, to another group. Answers the group.
pub async fn put_in(call: Call) -> ApiResult<Reply> {
    let id = UserId(call.id(USER.title)?);
    if call.directory.user(id).is_none_or(|user| user.is_deleted) {
        return Err(ApiError::not_found(USER.title));
    }
    let group = call.body.int("group_id").unwrap_or_default();
    records::commit(&call, || {
        let call = &call;
        Box::pin(async move {
            require(call, group).await?;
            let mut change = Change::update(records::find(call, &USER, id.0, Depth::Row).await?);
            change.after.set(users::GROUP, group);
            let mut batch = call.batch();
            if change.differences().next().is_some() {
                change.after.set(users::UPDATE_TIME, call.now);
                batch.run(group_stays(call, group));
            }
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    let directory = call.app.directory(call.company()).await?;
    let group = find(&directory, group).ok_or_else(|| ApiError::not_found(TITLE))?;
    Ok(call.data(|json| write(json, &directory, group)))
}

/// Asks the store rather than the directory, which may be older than what another process has written.
async fn require(call: &Call, group: i64) -> ApiResult<()> {
    let mut sql = Sql::new("SELECT 1 FROM groups WHERE company_id = ");
    sql.bind(call.company()).push(" AND id = ").bind(group);
    if call.store().rows(sql, Weight::Light, 1).await?.is_empty() {
        return Err(ApiError::invalid_key("group_id", &format!("{TITLE} not found")));
    }
    Ok(())
}

/// Makes the write fail where the group was deleted at the same time. It comes after the new revision, which lets writes of
/// one company's settings happen one after the other.
fn group_stays(call: &Call, group: i64) -> Statement {
    Statement::one_row("UPDATE groups SET name = name WHERE company_id = $1 AND id = $2", vec![call.company().into(), group.into()])
}
