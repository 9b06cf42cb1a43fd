//! The protocol over HTTP, below `/mcp`: streamable HTTP with sessions for clients of 2025, without for those of 2026.

use crate::backend::{Backend, Caller};
use crate::catalog::Set;
use crate::handler::{Agent, Visit, identify};
use crate::names::Names;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION,
    CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, USER_AGENT, VARY, WWW_AUTHENTICATE,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use penstock_crm::App;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Where clients connect.
pub const PATH: &str = "/mcp";
const METADATA: &str = "/.well-known/oauth-protected-resource";
/// The largest message: a file in base64, and room around it.
const LARGEST_MESSAGE: usize = 8 << 20;
/// How many sessions are remembered before those that have ended are forgotten.
const SESSIONS: usize = 1_000;
/// The length of an API token.
const TOKEN_LENGTH: usize = 40;

const API_TOKEN: HeaderName = HeaderName::from_static("x-api-token");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LOCAL_HOSTS: &[&str] = &["localhost", "127.0.0.1", "::1"];
const LOCAL_ORIGINS: &[&str] = &["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];

pub type Body = BoxBody<Bytes, Infallible>;

/// The endpoint; one for all clients.
pub struct Endpoint {
    app: Arc<App>,
    service: StreamableHttpService<Agent, LocalSessionManager>,
    sessions: Arc<LocalSessionManager>,
    /// Whose each session is: nobody else may speak in it.
    owners: Mutex<HashMap<String, String>>,
    public_url: Option<String>,
    stop: CancellationToken,
}

impl Endpoint {
    /// An endpoint for the product, reached at the address that the operator names, if any, and from this machine.
    pub fn new(app: Arc<App>, public_url: Option<String>) -> Self {
        let stop = CancellationToken::new();
        let mut hosts: Vec<String> = LOCAL_HOSTS.iter().map(|host| (*host).to_owned()).collect();
        let mut origins: Vec<String> = LOCAL_ORIGINS.iter().map(|origin| (*origin).to_owned()).collect();
        if let Some(url) = &public_url {
            hosts.extend(authority(url).map(str::to_owned));
            origins.extend(origin(url));
        }
        let config = StreamableHttpServerConfig::default()
            .with_allowed_hosts(hosts)
            .with_allowed_origins(origins)
            .with_max_request_body_bytes(LARGEST_MESSAGE)
            .with_cancellation_token(stop.clone());
        let sessions = Arc::new(LocalSessionManager::default());
        let agent = Agent::new(Backend::Local(app.clone()), Arc::new(Names::default()), None);
        let service = StreamableHttpService::new(move || Ok(agent.clone()), sessions.clone(), config);
        Endpoint { app, service, sessions, owners: Mutex::default(), public_url, stop }
    }

    /// Whether a path is for this endpoint.
    pub fn takes(path: &str) -> bool {
        [PATH, METADATA].iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// Ends all sessions and streams: those would keep a stop waiting.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub async fn answer<B>(&self, mut request: Request<B>) -> Response<Body>
    where
        B: http_body::Body + Send + 'static,
        B::Error: Display,
        B::Data: Send + 'static,
    {
        let path = request.uri().path();
        if path.starts_with(METADATA) {
            return self.metadata(&request);
        }
        let Some(set) = Set::of_path(path.strip_prefix(PATH).unwrap_or_default()) else {
            return plain(StatusCode::NOT_FOUND, "There is no such set of tools");
        };
        let origin = request.headers().get(ORIGIN).filter(|origin| self.trusts(origin)).cloned();
        if request.method() == Method::OPTIONS {
            return with_origin(preflight(), origin);
        }
        let Some(caller) = caller(&request) else {
            return with_origin(self.unauthorized(&request), origin);
        };
        let owner = match identify(&self.app, &caller).await {
            Ok(owner) => owner,
            Err(401) => return with_origin(self.unauthorized(&request), origin),
            Err(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                return with_origin(plain(status, "The server cannot tell who calls"), origin);
            }
        };
        let session = header(request.headers(), &SESSION);
        if session.is_some_and(|session| self.is_anothers(&session, &owner)) {
            return with_origin(plain(StatusCode::NOT_FOUND, "Not Found: Session not found"), origin);
        }
        request.extensions_mut().insert(Visit { caller, set });
        let response = self.service.handle(request).await;
        if let Some(session) = header(response.headers(), &SESSION) {
            self.remember(session, owner).await;
        }
        with_origin(response, origin)
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
        match (&self.public_url, header(request.headers(), &HOST)) {
            (Some(url), _) => url.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => "http://localhost".to_owned(),
        }
    }

    /// What this resource is, and who gives tokens for it (RFC 9728).
    fn metadata<B>(&self, request: &Request<B>) -> Response<Body> {
        let base = self.base(request);
        let below = request.uri().path().strip_prefix(METADATA).unwrap_or_default();
        let is_endpoint = below.is_empty() || below.strip_prefix(PATH).is_some_and(|rest| Set::of_path(rest).is_some());
        if !is_endpoint {
            return plain(StatusCode::NOT_FOUND, "There is no such resource");
        }
        let resource = if below.is_empty() { PATH } else { below };
        let document = json!({
            "resource": format!("{base}{resource}"),
            "authorization_servers": [base],
            "bearer_methods_supported": ["header"],
            "resource_name": "Penstock",
        });
        let mut response = plain(StatusCode::OK, document.to_string());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        with_origin(response, Some(HeaderValue::from_static("*")))
    }

    fn unauthorized<B>(&self, request: &Request<B>) -> Response<Body> {
        let mut response = plain(StatusCode::UNAUTHORIZED, "An API token or an access token is needed");
        let address = format!("{}{METADATA}{}", self.base(request), request.uri().path().trim_end_matches('/'));
        if let Ok(challenge) = HeaderValue::try_from(format!("Bearer resource_metadata=\"{address}\"")) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// Whether pages of this origin may speak with the endpoint; requests from others are refused where they are read.
    fn trusts(&self, asked: &HeaderValue) -> bool {
        let Ok(asked) = asked.to_str() else { return false };
        let is_local = LOCAL_ORIGINS.iter().any(|local| {
            let local = local.trim_end_matches(":*");
            asked.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        is_local || self.public_url.as_deref().and_then(bare_origin).is_some_and(|own| own == asked)
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

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(text.into()).boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn preflight() -> Response<Body> {
    let mut response = plain(StatusCode::NO_CONTENT, Bytes::new());
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, OPTIONS"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, x-api-token",
        ),
    );
    response
}

fn with_origin(mut response: Response<Body>, origin: Option<HeaderValue>) -> Response<Body> {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("mcp-session-id, www-authenticate"));
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    response
}
