//! What goes in and what comes out, without HTTP: the server makes the one and sends the other.

use crate::budget::Left;
use crate::call::Reply;
use crate::error::ApiError;
use crate::op::Version;
use crate::stream::{ByteStream, Upload};
use std::net::IpAddr;

/// A request as the server hands it over.
#[derive(Debug, Default)]
pub struct Request {
    pub method: String,
    /// Still percent-encoded.
    pub path: String,
    /// Still percent-encoded, without the question mark.
    pub query: String,
    pub api_token: Option<String>,
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
    /// The host that the client has asked, with its port.
    pub host: Option<String>,
    /// The part of a file that is asked for.
    pub range: Option<String>,
    /// `Last-Event-ID`: where a stream of events goes on.
    pub last_event_id: Option<String>,
    pub cookie: Option<String>,
    /// The site whose page has made the request, as browsers tell it.
    pub origin: Option<String>,
    /// `Sec-Fetch-Site`: how that site and this one relate.
    pub fetch_site: Option<String>,
    /// `X-CSRF-Token`: what shows that a call with a cookie is meant.
    pub csrf_token: Option<String>,
    /// Where the request comes from: the client, or a proxy that nobody was told to trust.
    pub peer: Option<IpAddr>,
    /// What was read already; empty where there is an upload.
    pub body: Vec<u8>,
    /// A multipart body that is still on its way.
    pub upload: Option<Upload>,
}

impl Request {
    /// The API token: header first, then query. A Bearer header is for access tokens only, and an API token
    /// sent that way is not accepted (semantics.md 2). Official clients of 2020 send the token in the query with
    /// `Bearer undefined` beside it.
    pub(crate) fn token(&self) -> Option<String> {
        if let Some(token) = &self.api_token {
            return Some(token.clone());
        }
        if !self.query.contains("api_token") {
            return None;
        }
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&self.query).ok()?;
        pairs.into_iter().find(|(name, _)| name == "api_token").map(|(_, token)| token)
    }
}

/// The finished answer.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// What is left of the caller's budget, where the request reached an operation.
    pub left: Option<Left>,
    /// JSON; empty for 204, and where there is a stream.
    pub body: Vec<u8>,
    /// A file, whose headers are all there.
    pub stream: Option<ByteStream>,
    /// Such as `v2.getDeals`, for metrics and logs.
    pub operation: Option<&'static str>,
    /// Whether pages of other sites may read it, as they may all answers of the API.
    pub shared: bool,
}

impl Response {
    pub(crate) fn of_reply(reply: Reply, operation: Option<&'static str>) -> Self {
        Response {
            status: reply.status,
            headers: reply.headers,
            left: None,
            body: reply.body,
            stream: reply.stream,
            operation,
            shared: true,
        }
    }

    pub(crate) fn of_error(error: &ApiError, version: Version, operation: Option<&'static str>) -> Self {
        if let ApiError::Internal(details) = error {
            tracing::error!(operation, details, "an operation failed");
        }
        let body = error.body(version);
        Response { status: error.status(), headers: error.headers(), left: None, body, stream: None, operation, shared: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_in_its_header_or_in_the_query() {
        let token = |header: Option<&str>, query: &str, bearer: Option<&str>| {
            let authorization = bearer.map(|token| format!("Bearer {token}"));
            Request { api_token: header.map(str::to_owned), query: query.to_owned(), authorization, ..Request::default() }.token()
        };
        assert_eq!(token(Some("a"), "api_token=b", Some("c")).as_deref(), Some("a"));
        assert_eq!(token(None, "limit=1&api_token=b", Some("undefined")).as_deref(), Some("b"));
        assert_eq!(token(None, "limit=1", Some("c")), None, "a Bearer header is for access tokens");
    }
}
