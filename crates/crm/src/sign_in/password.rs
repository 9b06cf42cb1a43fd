//! How somebody changes their own password.

use super::sessions;
use crate::audit;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::{Param, ParamKind};
use penstock_store::{Sql, Statement, StoreError, Weight, next_revision};
use serde_json::json;
use std::sync::Arc;

/// How many characters a password that somebody chooses has at least, and bytes at most.
const SHORTEST: usize = 8;
const LONGEST: usize = 1_024;

pub const KEYS: &[Param] = &[
    Param::new("password", ParamKind::Text, "The password as it is.").required(),
    Param::new("new_password", ParamKind::Text, "The password as it shall be, at least 8 characters.").required(),
];

/// Replaces the caller's password, and ends their other sessions. Guessing is limited as it is for signing in.
pub async fn change(call: Call) -> ApiResult<Reply> {
    let (app, user) = (&call.app, call.user().ok_or(ApiError::Unauthorized)?);
    let given = |key| Arc::<str>::from(call.body.text(key).unwrap_or_default());
    let (old, new) = (given("password"), given("new_password"));
    if new.chars().count() < SHORTEST || new.len() > LONGEST {
        return Err(ApiError::invalid_key("new_password", "must have at least 8 characters, and at most 1024 bytes"));
    }
    app.limits.attempt(&user.email, call.peer, call.now).map_err(ApiError::TooManyAttempts)?;
    let mut sql = Sql::new("SELECT password_hash FROM users WHERE company_id = ");
    sql.bind(call.company()).push(" AND id = ").bind(user.id);
    let kept = app.store.rows(sql, Weight::Light, 1).await?.pop().and_then(|row| row[0].as_text().map(str::to_owned));
    if !app.passwords.fits(&old, kept.as_deref()).await? {
        return Err(ApiError::WrongPassword);
    }
    app.limits.succeeded(&user.email, call.peer, call.now);
    let hash = app.passwords.hash(&new).await?;
    let text = "UPDATE users SET password_hash = $1, version = version + 1 WHERE company_id = $2 AND id = $3 AND password_hash = $4";
    let statements = vec![
        Statement::one_row(text, vec![hash.into(), call.company().into(), user.id.into(), kept.into()]),
        next_revision(call.company()),
        sessions::end_of_user(call.company(), user.id, call.session_id()),
        audit::of_call(&call, audit::PASSWORD_CHANGED, Some(("user", user.id.0)), &json!({}))?,
    ];
    match app.store.execute(statements).await {
        Err(StoreError::Conflict) => Err(ApiError::WrongPassword),
        outcome => {
            outcome?;
            Ok(call.deleted(user.id.0))
        }
    }
}
