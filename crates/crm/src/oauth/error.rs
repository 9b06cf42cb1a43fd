//! How the token endpoint refuses (semantics.md 3): `success` and `message` as clients know them, and the `error` of RFC 6749.

use crate::accounts::AccountError;
use crate::call::Reply;
use crate::error::ApiError;
use penstock_store::StoreError;
use serde_json::json;

#[derive(Debug)]
pub enum Refusal {
    NotAForm,
    Unreadable,
    NoGrantType,
    UnsupportedGrantType,
    NoCredentials,
    WrongClient,
    /// Too many wrong credentials from one address; the seconds to wait.
    TooOften(i64),
    WrongCode,
    ExpiredCode,
    WrongRefreshToken,
    WrongApiToken,
    NotAUri,
    WrongRedirectUri,
    NoToken,
    WrongResource,
    /// A fault that has nothing to do with what was asked.
    Other(ApiError),
}

impl Refusal {
    fn parts(&self) -> (u16, &'static str, &'static str) {
        match self {
            Refusal::NotAForm => (400, "invalid_request", "Invalid request: content must be application/x-www-form-urlencoded"),
            Refusal::Unreadable => (400, "invalid_request", "Invalid request: the form cannot be read"),
            Refusal::NoGrantType => (400, "invalid_request", "Missing parameter: grant_type"),
            Refusal::UnsupportedGrantType => (400, "unsupported_grant_type", "Unsupported grant type: grant_type is invalid"),
            Refusal::NoCredentials => (401, "invalid_client", "Invalid client: cannot retrieve client credentials"),
            Refusal::WrongClient => (401, "invalid_client", "Invalid client: client is invalid"),
            Refusal::TooOften(_) => (429, "invalid_client", "Request over limit"),
            Refusal::WrongCode => (400, "invalid_grant", "Invalid grant: authorization_code is invalid"),
            Refusal::ExpiredCode => (400, "invalid_grant", "Invalid grant: authorization_code has expired"),
            Refusal::WrongRefreshToken => (400, "invalid_grant", "Invalid grant: refresh_token is invalid"),
            Refusal::WrongApiToken => (400, "invalid_grant", "Invalid grant: api_token is invalid"),
            Refusal::NotAUri => (400, "invalid_request", "Invalid request: redirect_uri is not a valid URI"),
            Refusal::WrongRedirectUri => (400, "invalid_request", "Invalid request: redirect_uri is invalid"),
            Refusal::WrongResource => (400, "invalid_target", "Invalid target: resource is not of this server"),
            Refusal::NoToken => (400, "invalid_request", "Missing parameter: token"),
            Refusal::Other(_) => (500, "server_error", "Internal server error"),
        }
    }

    /// The answer to the client; an error where the request was not at fault.
    pub fn reply(self) -> Result<Reply, ApiError> {
        let (status, error, message) = self.parts();
        let mut reply = Reply::new(status, json!({"success": false, "message": message, "error": error}).to_string().into_bytes());
        match self {
            Refusal::Other(error) => return Err(error),
            Refusal::NoCredentials | Refusal::WrongClient => {
                reply.headers.push(("www-authenticate", r#"Basic realm="Service""#.to_owned()))
            }
            Refusal::TooOften(seconds) => reply.headers.push(("retry-after", seconds.to_string())),
            _ => {}
        }
        Ok(reply)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Refusal::Other(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::Other(error.into())
    }
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        Refusal::Other(super::apps::internal(error))
    }
}
