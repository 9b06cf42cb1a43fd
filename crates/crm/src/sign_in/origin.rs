//! Whether a request with a cookie was meant by whoever has the session, or made by the page of somebody else.

use super::Session;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use subtle::ConstantTimeEq;

/// Where a request comes from, as far as the browser tells.
#[derive(Debug, PartialEq, Eq)]
enum Whence {
    Here,
    Elsewhere,
    Unknown,
}

/// Sec-Fetch-Site says most; browsers send it to encrypted sites and to their own machine. Origin says the rest.
fn whence(app: &App, request: &Request) -> Whence {
    match (request.fetch_site.as_deref(), request.origin.as_deref()) {
        (Some("same-origin"), _) => Whence::Here,
        // Typed, or opened from outside of the browser.
        (Some("none"), None) => Whence::Unknown,
        (Some(_), _) => Whence::Elsewhere,
        (None, Some(origin)) if is_ours(app, request, origin) => Whence::Here,
        (None, Some(_)) => Whence::Elsewhere,
        (None, None) => Whence::Unknown,
    }
}

/// Without a public URL the scheme is not known: a proxy may speak TLS for this server.
fn is_ours(app: &App, request: &Request, origin: &str) -> bool {
    let Some(url) = &app.settings.public_url else {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        return host.is_some() && host == request.host.as_deref();
    };
    let rest = url.strip_prefix(origin);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Refuses what another site's page has sent. Errors: [`ApiError::Forbidden`].
pub fn refuse_foreign(app: &App, request: &Request) -> ApiResult<()> {
    match whence(app, request) {
        Whence::Elsewhere => Err(forbidden()),
        Whence::Here | Whence::Unknown => Ok(()),
    }
}

/// Lets a form pass that this server has written for this session: it carries the token of the session.
/// Errors: [`ApiError::Forbidden`].
pub fn check_csrf(app: &App, request: &Request, session: &Session, token: Option<&str>) -> ApiResult<()> {
    refuse_foreign(app, request)?;
    if has_token(session, token) { Ok(()) } else { Err(forbidden()) }
}

/// Lets a call of the API pass that reads, that carries the token of the session, or that a page of this server has made.
/// Errors: [`ApiError::Forbidden`].
pub fn check_call(app: &App, request: &Request, session: &Session) -> ApiResult<()> {
    if request.method == "GET" || request.method == "HEAD" {
        return Ok(());
    }
    match whence(app, request) {
        Whence::Here => Ok(()),
        Whence::Unknown if has_token(session, request.csrf_token.as_deref()) => Ok(()),
        Whence::Unknown | Whence::Elsewhere => Err(forbidden()),
    }
}

fn has_token(session: &Session, token: Option<&str>) -> bool {
    token.is_some_and(|token| bool::from(token.as_bytes().ct_eq(session.csrf.as_bytes())))
}

fn forbidden() -> ApiError {
    ApiError::Forbidden("The request does not come from a page of this server".to_owned())
}
