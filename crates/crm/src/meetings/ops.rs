//! The operations of the links between users and providers of video calls.

use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Post};
use crate::op::Version::V1;
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::rights;
use crate::run;
use crate::write;
use penstock_model::{Area, UserId};
use penstock_store::{Sql, Statement, Weight};

const MAX_CLIENT_ID: usize = 255;

const LINK: &[Param] = &[
    Param::new("user_provider_id", ParamKind::Text, "The UUID under which the provider knows the user.").required(),
    Param::new("user_id", ParamKind::Int, "The user.").required(),
    Param::new("company_id", ParamKind::Int, "The company of the user.").required(),
    Param::new("marketplace_client_id", ParamKind::Text, "The app of the provider.").required(),
];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Meetings").scopes("video-calls")
}

pub const OPS: &[Op] = &[
    op(Post, "/meetings/userProviderLinks", "saveUserProviderLink", run!(save))
        .cost(10)
        .takes(Takes::Keys(LINK))
        .about("Links a user to a provider of video calls"),
    op(Delete, "/meetings/userProviderLinks/{id}", "deleteUserProviderLink", run!(delete))
        .cost(6)
        .about("Removes the link of a user to a provider of video calls"),
];

/// Whether a text has the form of a UUID.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Users link themselves; administrators link anybody.
fn may_link(call: &Call, user: i64) -> ApiResult<()> {
    if call.principal.administers(Area::Account) || call.principal.user.0 == user { Ok(()) } else { Err(rights::no_permission()) }
}

/// The same id again is the same link; it goes over to the user who is named.
async fn save(call: Call) -> ApiResult<Reply> {
    let id = call.body.text("user_provider_id").unwrap_or_default().to_ascii_lowercase();
    if !is_uuid(&id) {
        return Err(ApiError::invalid_key("user_provider_id", "must be a UUID"));
    }
    if call.body.int("company_id") != Some(call.company().0) {
        return Err(ApiError::invalid_key("company_id", "Company not found or not accessible."));
    }
    let user = call.body.int("user_id").unwrap_or_default();
    if !call.directory.user(UserId(user)).is_some_and(|user| user.is_active && !user.is_deleted) {
        return Err(ApiError::invalid_key("user_id", "User not found or not accessible."));
    }
    may_link(&call, user)?;
    if let Some(known) = linked_user(&call, &id).await? {
        may_link(&call, known)?;
    }
    let client = call.body.text("marketplace_client_id").unwrap_or_default();
    if client.chars().count() > MAX_CLIENT_ID {
        return Err(ApiError::invalid_key("marketplace_client_id", &format!("must not be longer than {MAX_CLIENT_ID} characters")));
    }
    let mut batch = call.batch();
    batch.run(Statement::new(
        "INSERT INTO meeting_links (company_id, user_provider_id, user_id, marketplace_client_id, add_time) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (company_id, user_provider_id)
             DO UPDATE SET user_id = excluded.user_id, marketplace_client_id = excluded.marketplace_client_id",
        vec![call.company().into(), id.into(), user.into(), client.into(), call.now.into()],
    ));
    write::save(&call, batch).await?;
    Ok(message(&call, "The user was added successfully"))
}

async fn linked_user(call: &Call, id: &str) -> ApiResult<Option<i64>> {
    let mut sql = Sql::new("SELECT user_id FROM meeting_links WHERE company_id = ");
    sql.bind(call.company()).push(" AND user_provider_id = ").bind(id);
    Ok(call.store().read(sql, Weight::Light, None, |user, row| *user = row.int(0)).await?)
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.path.first().map(|id| id.to_ascii_lowercase()).filter(|id| is_uuid(id)).unwrap_or_default();
    let user = linked_user(&call, &id).await?.ok_or_else(|| ApiError::not_found("User provider link"))?;
    may_link(&call, user)?;
    let mut batch = call.batch();
    batch.run(Statement::new(
        "DELETE FROM meeting_links WHERE company_id = $1 AND user_provider_id = $2",
        vec![call.company().into(), id.into()],
    ));
    write::save(&call, batch).await?;
    Ok(message(&call, "The user data was successfully removed"))
}

fn message(call: &Call, text: &str) -> Reply {
    call.data(|json| {
        json.begin_object();
        json.key("message");
        json.string(text);
        json.end_object();
    })
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn knows_uuids() {
        assert!(is_uuid("1e3943c9-6395-462b-b432-1f252c017f3d"));
        for text in ["", "1e3943c9", "1e3943c9-6395-462b-b432-1f252c017f3g", "1e3943c963954-62b-b432-1f252c017f3d0"] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
