//! Calls to a server elsewhere.

use super::{ApiAnswer, ApiBody, ApiRequest, Caller, LARGEST_FILE, Pieces};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Streams of events end sooner by themselves.
const LONGEST: Duration = Duration::from_secs(7_200);

pub struct Remote {
    client: Client,
    /// Without a slash at the end.
    url: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("{0:?} is not the address of a server, such as https://crm.example.com")]
    Address(String),
    #[error("cannot prepare connections: {0}")]
    Client(#[from] reqwest::Error),
}

impl Remote {
    /// A server at `url`. Whether it answers is not asked.
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(RemoteError::Address(url.to_owned()));
        }
        // It may be installed already: by whoever was first in this process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Tokens go nowhere but where they were meant for.
        let client = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Remote { client, url: url.trim_end_matches('/').to_owned() })
    }

    pub async fn send(&self, caller: &Caller, request: ApiRequest) -> ApiAnswer {
        self.try_send(caller, request).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the server cannot be reached");
            let body = serde_json::json!({"success": false, "error": format!("The server at {} cannot be reached", self.url)});
            ApiAnswer { status: 503, body: Bytes::from(body.to_string()), ..ApiAnswer::default() }
        })
    }

    fn request(&self, caller: &Caller, request: ApiRequest) -> RequestBuilder {
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let question = if request.query.is_empty() { "" } else { "?" };
        let address = format!("{}{}{question}{}", self.url, request.path, request.query);
        let mut call = self.client.request(method, address).header(USER_AGENT, &caller.client);
        if let Some(token) = &caller.api_token {
            call = call.header("x-api-token", token);
        }
        if let Some(authorization) = &caller.authorization {
            call = call.header(AUTHORIZATION, authorization);
        }
        match request.body {
            None => call,
            Some(ApiBody::Json(value)) => call.header(CONTENT_TYPE, "application/json").body(value.to_string()),
            Some(ApiBody::Form(content_type, bytes)) => call.header(CONTENT_TYPE, content_type).body(bytes),
        }
    }

    pub async fn stream(&self, caller: &Caller, request: ApiRequest) -> Result<Pieces, ApiAnswer> {
        let answer = match self.request(caller, request).timeout(LONGEST).send().await {
            Ok(answer) => answer,
            Err(_) => return Err(ApiAnswer { status: 503, ..ApiAnswer::default() }),
        };
        if answer.status() != StatusCode::OK {
            return Err(ApiAnswer { status: answer.status().as_u16(), ..ApiAnswer::default() });
        }
        let pieces = stream::unfold(answer, async |mut answer| Some((answer.chunk().await.ok()??, answer)));
        Ok(pieces.boxed())
    }

    async fn try_send(&self, caller: &Caller, request: ApiRequest) -> Result<ApiAnswer, reqwest::Error> {
        let mut answer = self.request(caller, request).send().await?;
        let header =
            |name| answer.headers().get(name).and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok()).map(str::to_owned);
        let (content_type, retry_after) = (header(CONTENT_TYPE), header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()));
        let status = answer.status().as_u16();
        let mut bytes = BytesMut::new();
        let mut cut = false;
        while let Some(piece) = answer.chunk().await? {
            if bytes.len() + piece.len() > 2 * LARGEST_FILE {
                cut = true;
                break;
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(ApiAnswer { status, content_type, retry_after, body: bytes.freeze(), cut })
    }
}
