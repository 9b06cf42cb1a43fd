//! The protocol over HTTP, below `/mcp`: streamable HTTP with sessions for clients of 2025, without for those of 2026.

mod origins;
mod resource;
mod step_up;

use crate::backend::{Backend, Caller};
use crate::catalog::Set;
use crate::handler::{Agent, Visit, Visitor, identify};
use crate::names::Names;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use penstock_crm::App;
use resource::{Lack, METADATA};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use step_up::Read;
use tokio_util::sync::CancellationToken;

/// Where clients connect.
pub const PATH: &str = "/mcp";
/// The largest message: a file in base64, and room around it.
const LARGEST_MESSAGE: usize = 8 << 20;
/// How many sessions are remembered before those that have ended are forgotten.
const SESSIONS: usize = 1_000;
/// The length of an API token.
const TOKEN_LENGTH: usize = 40;

const API_TOKEN: HeaderName = HeaderName::from_static("x-api-token");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

pub type Body = BoxBody<Bytes, Infallible>;

/// The endpoint; one for all clients. What answers them is [`Agent`], or something around one.
pub struct Endpoint<H: ServerHandler = Agent> {
    app: Arc<App>,
    service: StreamableHttpService<H, LocalSessionManager>,
    sessions: Arc<LocalSessionManager>,
    /// Whose each session is: nobody else may speak in it.
    owners: Mutex<HashMap<String, String>>,
    public_url: Option<String>,
    stop: CancellationToken,
}

impl Endpoint {
    /// An endpoint for the product, reached at the address that the operator names, if any, and from this machine.
    pub fn new(app: Arc<App>, public_url: Option<String>) -> Self {
        Endpoint::around(app, public_url, |agent| agent)
    }

    /// Whether a path is for this endpoint.
    pub fn takes(path: &str) -> bool {
        [PATH, METADATA].iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

impl<H: ServerHandler> Endpoint<H> {
    /// As [`Endpoint::new`], with something around the agent of each session.
    pub fn around(app: Arc<App>, public_url: Option<String>, wrap: impl Fn(Agent) -> H + Send + Sync + 'static) -> Self {
        let stop = CancellationToken::new();
        let config = StreamableHttpServerConfig::default()
            .with_allowed_hosts(origins::hosts(public_url.as_deref()))
            .with_allowed_origins(origins::origins(public_url.as_deref()))
            .with_max_request_body_bytes(LARGEST_MESSAGE)
            .with_cancellation_token(stop.clone());
        let sessions = Arc::new(LocalSessionManager::default());
        let (backend, names) = (Backend::Local(app.clone()), Arc::new(Names::default()));
        let make = move || Ok(wrap(Agent::new(backend.clone(), names.clone(), None)));
        let service = StreamableHttpService::new(make, sessions.clone(), config);
        Endpoint { app, service, sessions, owners: Mutex::default(), public_url, stop }
    }

    /// Ends all sessions and streams: those would keep a stop waiting.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Display,
        B::Data: Send + 'static,
    {
        let path = request.uri().path();
        if let Some(below) = path.strip_prefix(METADATA) {
            let path = if below.is_empty() { PATH } else { below };
            return self.metadata(&request, path);
        }
        let Some(set) = Set::of_path(path.strip_prefix(PATH).unwrap_or_default()) else {
            return plain(StatusCode::NOT_FOUND, "There is no such set of tools");
        };
        let origin = request.headers().get(ORIGIN).filter(|origin| origins::are_trusted(self.public_url.as_deref(), origin)).cloned();
        let response = if request.method() == Method::OPTIONS { origins::preflight() } else { self.serve(request, set).await };
        origins::allow(response, origin)
    }

    async fn serve<B>(&self, mut request: Request<B>, set: Set) -> Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Display,
        B::Data: Send + 'static,
    {
        let (base, path) = (self.base(&request), request.uri().path().to_owned());
        let refuse = |lack: Lack, text: &'static str| resource::challenge(plain(StatusCode::UNAUTHORIZED, text), &lack, &base, &path);
        let Some(caller) = caller(&request) else {
            return refuse(Lack::Credentials, "An API token or an access token is needed");
        };
        let visitor = match identify(&self.app, &caller).await {
            Ok(visitor) => visitor,
            Err(401) => return refuse(Lack::Validity, "The token is wrong, or has ended"),
            Err(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                return plain(status, "The server cannot tell who calls");
            }
        };
        let Visitor { owner, scopes } = visitor;
        let session = header(request.headers(), &SESSION);
        // That a session to be ended was there is the one thing that nobody else looks at.
        let is_gone = match &session {
            Some(session) if request.method() == Method::DELETE => !self.sessions.sessions.read().await.contains_key(session.as_str()),
            _ => false,
        };
        if is_gone || session.is_some_and(|session| self.is_anothers(&session, &owner)) {
            return plain(StatusCode::NOT_FOUND, "Not Found: Session not found");
        }
        request.extensions_mut().insert(Visit { caller, set });
        let response = match scopes {
            Some(granted) if request.method() == Method::POST => match step_up::read(request, set, granted).await {
                Read::Opened(request) => self.service.handle(*request).await,
                Read::Lacking(words) => return refuse(Lack::Scopes(words), "The access token lacks a scope"),
                Read::Unreadable(status) => return plain(status, "The message cannot be read"),
            },
            _ => self.service.handle(request).await,
        };
        if let Some(session) = header(response.headers(), &SESSION) {
            self.remember(session, owner).await;
        }
        response
    }

    fn is_anothers(&self, session: &str, owner: &str) -> bool {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(session).is_some_and(|known| known != owner)
    }

    async fn remember(&self, session: String, owner: String) {
        let is_full = {
            let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
            owners.insert(session, owner);
            owners.len() > SESSIONS
        };
        if is_full {
            let open = self.sessions.sessions.read().await;
            let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
            owners.retain(|session, _| open.contains_key(session.as_str()));
        }
    }

    fn base<B>(&self, request: &Request<B>) -> String {
        let host = header(request.headers(), &HOST);
        match (&self.public_url, host) {
            (Some(url), _) => url.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => "http://localhost".to_owned(),
        }
    }

    fn metadata<B>(&self, request: &Request<B>, path: &str) -> Response<Body> {
        let Some(document) = resource::metadata(&self.base(request), path) else {
            return plain(StatusCode::NOT_FOUND, "There is no such resource");
        };
        let mut response = plain(StatusCode::OK, document.to_string());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        origins::allow(response, Some(HeaderValue::from_static("*")))
    }
}

/// Credentials and what else the API wants to know; `None` without credentials.
fn caller<B>(request: &Request<B>) -> Option<Caller> {
    let headers = request.headers();
    let authorization = header(headers, &AUTHORIZATION);
    let bearer = authorization
        .as_deref()
        .and_then(|text| text.get(..7).filter(|word| word.eq_ignore_ascii_case("bearer ")).map(|_| text[7..].trim()));
    // The API takes its own tokens by a header of theirs only; agents often know no other way than Bearer.
    let token_as_bearer =
        bearer.filter(|token| token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned);
    let api_token = header(headers, &API_TOKEN).or_else(|| token_as_bearer.clone());
    let authorization = authorization.filter(|_| token_as_bearer.is_none());
    if api_token.is_none() && authorization.is_none() {
        return None;
    }
    Some(Caller {
        api_token,
        authorization,
        client: header(headers, &USER_AGENT).unwrap_or_else(|| "MCP".to_owned()),
        host: header(headers, &HOST).filter(|host| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))),
        peer: request.extensions().get::<SocketAddr>().map(SocketAddr::ip).filter(|peer: &IpAddr| !peer.is_unspecified()),
    })
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(text.into()).boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
