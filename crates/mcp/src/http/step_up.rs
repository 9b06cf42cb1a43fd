//! Looks at messages of apps before they are answered: what needs a scope that the access token has not is refused with a status
//! that makes clients ask the user for it, and that can be said only before the answer begins.

use super::LARGEST_MESSAGE;
use crate::catalog::Set;
use crate::scopes;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use penstock_crm::oauth::Scopes;
use serde_json::{Map, Value};
use std::fmt::Display;

/// What a message came to.
pub enum Read {
    Opened(Box<Request<Full<Bytes>>>),
    /// The scopes with which it would be taken.
    Lacking(Vec<&'static str>),
    Unreadable(StatusCode),
}

/// Reads a message whose sender was granted these scopes.
pub async fn read<B>(request: Request<B>, set: Set, granted: Scopes) -> Read
where
    B: http_body::Body + Send + 'static,
    B::Error: Display,
    B::Data: Send + 'static,
{
    let (head, body) = request.into_parts();
    let body = match Limited::new(body.map_err(|error| error.to_string()), LARGEST_MESSAGE).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Read::Unreadable(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return Read::Unreadable(StatusCode::BAD_REQUEST),
    };
    // What is no message of the protocol is refused by whoever takes it.
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let lacking = lacking(&message, set, granted);
    if lacking.is_empty() { Read::Opened(Box::new(Request::from_parts(head, Full::new(body)))) } else { Read::Lacking(lacking) }
}

fn lacking(message: &Value, set: Set, granted: Scopes) -> Vec<&'static str> {
    let parameters = &message["params"];
    match message["method"].as_str().unwrap_or_default() {
        "tools/call" => {
            let none = Map::new();
            let arguments = parameters["arguments"].as_object().unwrap_or(&none);
            let prepared = parameters["name"].as_str().and_then(|name| set.find(name));
            prepared.map(|prepared| scopes::for_call(granted, prepared, arguments)).unwrap_or_default()
        }
        "resources/subscribe" => scopes::for_events(granted),
        "subscriptions/listen" if parameters["notifications"]["resourceSubscriptions"].is_array() => scopes::for_events(granted),
        _ => Vec::new(),
    }
}
