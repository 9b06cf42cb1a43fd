//! Where tool calls go: into the product in this process, or to a server elsewhere. Both answer as the API does, so rights,
//! budgets, scopes and history are those of the API.

mod local;
mod remote;

pub use remote::{Remote, RemoteError};

use bytes::Bytes;
use futures::stream::BoxStream;
use penstock_crm::App;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;

/// The largest file that a tool takes or gives.
pub const LARGEST_FILE: usize = 4 << 20;

/// Who calls, as the API needs to know it.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    pub api_token: Option<String>,
    pub authorization: Option<String>,
    /// The program that the agent lives in, for the history of what it changes.
    pub client: String,
    pub host: Option<String>,
    pub peer: Option<IpAddr>,
}

/// A request of the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ApiRequest {
    pub method: &'static str,
    /// With its prefix, percent-encoded.
    pub path: String,
    pub query: String,
    pub body: Option<ApiBody>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ApiBody {
    Json(Value),
    /// A multipart form and its type.
    Form(String, Bytes),
}

/// An answer of the API.
#[derive(Debug, Clone, Default)]
pub struct ApiAnswer {
    pub status: u16,
    pub content_type: Option<String>,
    /// In seconds.
    pub retry_after: Option<i64>,
    pub body: Bytes,
    /// Whether there was more than a tool can carry.
    pub cut: bool,
}

impl ApiAnswer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The text of an answer that goes on, piece by piece; it ends where it breaks off.
pub type Pieces = BoxStream<'static, Bytes>;

#[derive(Clone)]
pub enum Backend {
    Local(Arc<App>),
    Remote(Arc<Remote>),
}

impl Backend {
    /// Never fails: what goes wrong on the way to a server elsewhere becomes an answer, too.
    pub async fn send(&self, caller: &Caller, request: ApiRequest) -> ApiAnswer {
        match self {
            // Boxed: the future of an operation is large, and is moved several times.
            Backend::Local(app) => Box::pin(local::send(app, caller, request)).await,
            Backend::Remote(remote) => remote.send(caller, request).await,
        }
    }

    /// As [`Backend::send`], for an answer that goes on: where it is none, the answer.
    pub async fn stream(&self, caller: &Caller, request: ApiRequest) -> Result<Pieces, ApiAnswer> {
        match self {
            Backend::Local(app) => Box::pin(local::stream(app, caller, request)).await,
            Backend::Remote(remote) => remote.stream(caller, request).await,
        }
    }
}
