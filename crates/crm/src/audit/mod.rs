//! The audit log: who did what to whom has access, and to many records at once. Rows are only ever added, in the
//! transaction of what they tell of; none of them holds a secret.

mod follow;
mod ops;

pub use follow::{AGENT, follow};
pub use ops::OPS;

use crate::call::Call;
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::sign_in::Session;
use crate::sign_in::sessions::kept_agent;
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::Statement;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use uuid::Builder;

pub const SIGNED_IN: &str = "signed_in";
pub const SIGN_IN_FAILED: &str = "sign_in_failed";
pub const SIGNED_OUT: &str = "signed_out";
pub const SESSION_ENDED: &str = "session_ended";
pub const PASSWORD_CHANGED: &str = "password_changed";
pub const USER_ADDED: &str = "user_added";
pub const USER_CHANGED: &str = "user_changed";
pub const TOKEN_ISSUED: &str = "token_issued";
pub const TOKEN_REVOKED: &str = "token_revoked";
pub const APP_ADDED: &str = "app_added";
pub const APP_CHANGED: &str = "app_changed";
pub const APP_SECRET_ROTATED: &str = "app_secret_rotated";
pub const APP_DELETED: &str = "app_deleted";
pub const APP_ALLOWED: &str = "app_allowed";
pub const APP_REMOVED: &str = "app_removed";
pub const PERMISSION_SET_CHANGED: &str = "permission_set_changed";
pub const PERMISSION_SET_DELETED: &str = "permission_set_deleted";
pub const VISIBILITY_GROUP_ADDED: &str = "visibility_group_added";
pub const VISIBILITY_GROUP_CHANGED: &str = "visibility_group_changed";
pub const VISIBILITY_GROUP_DELETED: &str = "visibility_group_deleted";
pub const RECORDS_DELETED: &str = "records_deleted";
pub const WRITTEN_BY_AGENT: &str = "written_by_agent";
pub const RECORDS_MERGED: &str = "records_merged";
pub const TOKENS_USED: &str = "tokens_used";

/// Who did something, and by which way.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Nobody where it was the operator, or where nobody has shown who they are.
    pub user: Option<UserId>,
    /// `session`, `token`, `password` and so on.
    pub via: &'static str,
    pub session: Option<i64>,
    /// The app that acts for the user.
    pub client: Option<String>,
    pub address: Option<IpAddr>,
    pub user_agent: Option<String>,
}

impl Origin {
    /// Somebody at the machine itself, who needs no seat.
    pub fn command_line() -> Self {
        Origin { user: None, via: "command line", session: None, client: None, address: None, user_agent: None }
    }

    /// Nobody: the server has noticed something.
    pub fn server() -> Self {
        Origin { via: "server", ..Origin::command_line() }
    }

    /// Whoever sends a request that has no credentials, and may be one of `user`.
    pub fn of_request(request: &Request, user: Option<UserId>) -> Self {
        let user_agent = request.user_agent.as_deref().map(kept_agent);
        Origin { user, via: "password", session: None, client: None, address: request.peer, user_agent }
    }

    /// Whoever is signed in.
    pub fn of_session(request: &Request, session: &Session) -> Self {
        Origin { via: "session", session: Some(session.id), ..Origin::of_request(request, Some(session.user)) }
    }

    /// An app that has shown who it is, for a user.
    pub fn of_app(request: &Request, user: UserId, client_id: &str) -> Self {
        Origin { via: "app", client: Some(client_id.to_owned()), ..Origin::of_request(request, Some(user)) }
    }

    pub fn of_call(call: &Call) -> Self {
        Origin {
            user: Some(call.principal.user),
            via: match (&call.session, &call.access) {
                (Some(_), _) => "session",
                (None, Some(_)) => "app",
                (None, None) => "token",
            },
            session: call.session_id(),
            client: call.client_id().map(str::to_owned),
            address: call.peer,
            user_agent: call.user_agent().map(kept_agent),
        }
    }
}

/// One row of the log. `object` is what it was done to, by sort and id; `details` is an object, and holds no secret.
/// Errors: the system gives no random numbers.
pub fn entry(
    company: CompanyId,
    time: Time,
    origin: &Origin,
    action: &str,
    object: Option<(&str, i64)>,
    details: &Value,
) -> ApiResult<Statement> {
    Ok(Statement::new(
        "INSERT INTO audit_log (company_id, id, time, user_id, action, object_type, object_id, details, via, session_id,
             client, address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        vec![
            company.into(),
            id(time)?.into(),
            time.into(),
            origin.user.into(),
            action.into(),
            object.map(|(sort, _)| sort).into(),
            object.map(|(_, id)| id).into(),
            details.to_string().into(),
            origin.via.into(),
            origin.session.into(),
            origin.client.as_deref().into(),
            origin.address.map(|address| address.to_canonical().to_string()).into(),
            origin.user_agent.as_deref().into(),
        ],
    ))
}

/// A row about what a call does.
pub fn of_call(call: &Call, action: &str, object: Option<(&str, i64)>, details: &Value) -> ApiResult<Statement> {
    entry(call.company(), call.now, &Origin::of_call(call), action, object, details)
}

/// A row about a deletion of many records of one sort.
pub fn deletion(call: &Call, sort: &str, ids: &[i64]) -> ApiResult<Statement> {
    let details = serde_json::json!({ "object_type": sort, "ids": ids });
    of_call(call, RECORDS_DELETED, None, &details)
}

/// A UUID of version 7: later rows have greater ids, those of one process also within a millisecond.
fn id(time: Time) -> ApiResult<String> {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let mut rest = credentials::random::<10>().map_err(|error| ApiError::Internal(error.to_string()))?;
    rest[..2].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let millis = u64::try_from(time.millis()).unwrap_or_default();
    Ok(Builder::from_unix_timestamp_millis(millis, &rest).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rows_have_greater_ids() {
        let ids: Vec<_> = (0..100).map(|step| id(Time::from_millis(1_772_442_000_000 + step / 10)).unwrap()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
    }
}
