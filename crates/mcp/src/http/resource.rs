//! What this resource tells clients of OAuth: what it is, who gives tokens for it, and which scopes they lack (RFC 9728, RFC 6750).

use crate::catalog::Set;
use crate::scopes;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::{Value, json};

pub const METADATA: &str = "/.well-known/oauth-protected-resource";

/// The metadata of the endpoint at `path`, which begins with `/mcp`; `None` where there is none.
pub fn metadata(base: &str, path: &str) -> Option<Value> {
    let set = Set::of_path(path.strip_prefix(super::PATH)?)?;
    Some(json!({
        "resource": format!("{base}{path}"),
        "authorization_servers": [base],
        "scopes_supported": scopes::of_set(set),
        "bearer_methods_supported": ["header"],
        "resource_name": "Penstock",
    }))
}

/// Why a caller is sent to the authorization server.
pub enum Lack {
    Credentials,
    /// What came is no credential, or is one no longer.
    Validity,
    /// With these scopes the call would work.
    Scopes(Vec<&'static str>),
}

/// Adds where to get what a call lacks to its refusal.
pub fn challenge<B>(mut response: Response<B>, lack: &Lack, base: &str, path: &str) -> Response<B> {
    let address = format!("resource_metadata=\"{base}{METADATA}{}\"", path.trim_end_matches('/'));
    let (status, text) = match lack {
        Lack::Credentials => (StatusCode::UNAUTHORIZED, format!("Bearer {address}")),
        Lack::Validity => (StatusCode::UNAUTHORIZED, format!("Bearer error=\"invalid_token\", {address}")),
        Lack::Scopes(words) => (
            StatusCode::FORBIDDEN,
            format!(
                "Bearer error=\"insufficient_scope\", scope=\"{}\", {address}, error_description=\"The tool needs another scope\"",
                words.join(" ")
            ),
        ),
    };
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}
