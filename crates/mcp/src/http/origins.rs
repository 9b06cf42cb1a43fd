//! Which hosts this endpoint answers to, and whose web pages may speak with it.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue,
    VARY,
};
use http::{Response, StatusCode};

const LOCAL_HOSTS: &[&str] = &["localhost", "127.0.0.1", "::1"];
const LOCAL_ORIGINS: &[&str] = &["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];

/// The hosts that may be asked for: those of this machine, and that of the address which the operator names.
pub fn hosts(public_url: Option<&str>) -> Vec<String> {
    let local = LOCAL_HOSTS.iter().map(|host| (*host).to_owned());
    local.chain(public_url.and_then(authority).map(str::to_owned)).collect()
}

/// The origins whose pages may ask.
pub fn origins(public_url: Option<&str>) -> Vec<String> {
    let local = LOCAL_ORIGINS.iter().map(|origin| (*origin).to_owned());
    local.chain(public_url.and_then(origin)).collect()
}

/// Whether pages of this origin may speak with the endpoint; requests from others are refused where they are read.
pub fn are_trusted(public_url: Option<&str>, asked: &HeaderValue) -> bool {
    let Ok(asked) = asked.to_str() else { return false };
    let is_local = LOCAL_ORIGINS.iter().any(|local| {
        let local = local.trim_end_matches(":*");
        asked.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    });
    is_local || public_url.and_then(bare_origin).is_some_and(|own| own == asked)
}

/// What a browser is told that asks before it sends a request.
pub fn preflight<B: Default>() -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, OPTIONS"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, x-api-token",
        ),
    );
    response
}

/// Lets pages of an origin read an answer.
pub fn allow<B>(mut response: Response<B>, origin: Option<HeaderValue>) -> Response<B> {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("mcp-session-id, www-authenticate"));
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// The host of an address, with its port.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next().filter(|host| !host.is_empty())
}

fn bare_origin(url: &str) -> Option<String> {
    let (scheme, _) = url.split_once("://")?;
    Some(format!("{scheme}://{}", authority(url)?))
}

/// The origin of an address with its port said.
fn origin(url: &str) -> Option<String> {
    let bare = bare_origin(url)?;
    let host = authority(url)?;
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = if bare.starts_with("https:") { 443 } else { 80 };
    Some(if has_port { bare } else { format!("{bare}:{port}") })
}
