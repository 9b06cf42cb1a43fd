//! One request: from the bytes of HTTP to the product and back. No layers, for every request pays for them.

use super::body::{self, BodyError};
use super::metrics::Metrics;
use super::pages;
use axum::Router;
use bytes::Bytes;
use futures::FutureExt;
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use penstock_crm::{ApiError, App, Left, Root, Version, is_page, version_of};
use penstock_mcp::Endpoint;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::Level;
use uuid::Uuid;

/// How long an operation may take.
const OPERATION_PATIENCE: Duration = Duration::from_secs(60);
/// Room for what every answer carries and the rate limit headers.
const HEADERS: usize = 16;

const MULTIPART: &[u8] = b"multipart/form-data";

const API_TOKEN: HeaderName = HeaderName::from_static("x-api-token");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const BURST_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const BURST_LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const BURST_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const DAILY_LIMIT: HeaderName = HeaderName::from_static("x-daily-ratelimit-token-limit");
const DAILY_LEFT: HeaderName = HeaderName::from_static("x-daily-ratelimit-token-remaining");
const REQUESTS_LEFT: HeaderName = HeaderName::from_static("x-daily-requests-left");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An answer of the product is in memory as a whole, or a stream; a page may be anything.
pub type Body = Either<Full<Bytes>, axum::body::Body>;

/// Answers requests: those of the API by the product, those of agents by their endpoint, all others by a page.
pub struct Gateway {
    app: Arc<App>,
    metrics: Arc<Metrics>,
    pages: Router,
    agents: Endpoint,
    writes: TaskTracker,
}

impl Gateway {
    pub fn new(app: Arc<App>) -> Self {
        let metrics = Arc::new(Metrics::new(Arc::clone(&app)));
        let pages = pages::router(Arc::clone(&app), Arc::clone(&metrics));
        let agents = Endpoint::new(Arc::clone(&app), app.public_url().map(str::to_owned));
        Gateway { app, metrics, pages, agents, writes: TaskTracker::new() }
    }

    /// Never fails: whatever goes wrong becomes an answer.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let started = Instant::now();
        let _in_flight = self.metrics.enter();
        let id = Uuid::new_v4();
        let method = request.method().clone();
        // The query may hold a token: it never gets here.
        let path = tracing::enabled!(Level::DEBUG).then(|| request.uri().path().to_owned());

        let (mut response, operation) = if is_product(request.uri().path()) {
            self.api(request, id).await
        } else if Endpoint::takes(request.uri().path()) {
            let answer = Box::pin(self.agents.answer(request)).await;
            (answer.map(|body| Either::Right(axum::body::Body::new(body))), Some("mcp"))
        } else {
            (Box::pin(self.page(request)).await, None)
        };
        let mut digits = Uuid::encode_buffer();
        if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut digits)) {
            response.headers_mut().insert(CORRELATION_ID, value);
        }

        let status = response.status().as_u16();
        let took = started.elapsed();
        self.metrics.answered(operation, status, took);
        let millis = took.as_secs_f64() * 1e3;
        if status >= 500 {
            tracing::info!(request_id = %id, %method, path, operation, status, millis, "request");
        } else {
            tracing::debug!(request_id = %id, %method, path, operation, status, millis, "request");
        }
        response
    }

    /// Waits until no write runs any more. A client that hangs up does not stop its write half way.
    pub async fn finish_writes(&self) {
        self.writes.close();
        self.writes.wait().await;
    }

    /// Ends the streams of agents and of listeners, which else would go on for as long as their clients do.
    pub fn end_streams(&self) {
        self.agents.stop();
        self.app.end_streams();
    }

    async fn page(&self, request: Request<Incoming>) -> Response<Body> {
        match self.pages.clone().oneshot(request).await {
            Ok(response) => response.map(Either::Right),
            Err(never) => match never {},
        }
    }

    async fn api(&self, request: Request<Incoming>, id: Uuid) -> (Response<Body>, Option<&'static str>) {
        if request.method() == Method::OPTIONS && !is_page(request.uri().path()) {
            return (preflight(), None);
        }
        let (head, body) = request.into_parts();
        let answer = if is_multipart(&head.headers) {
            self.upload(&head, body, id).await
        } else {
            match body::read(body).await {
                Ok(body) => self.operate(self.product_request(&head, id, body), id, is_write(&head.method), OPERATION_PATIENCE).await,
                Err(error) => refuse_body(&error, version_of(head.uri.path())),
            }
        };
        let operation = answer.operation;
        (render(answer), operation)
    }

    /// Lets the product take a multipart body while it comes in.
    async fn upload(&self, head: &Parts, body: Incoming, id: Uuid) -> penstock_crm::Response {
        if body.size_hint().lower() > body::UPLOAD_LIMIT as u64 {
            return refuse_body(&BodyError::TooLarge, version_of(head.uri.path()));
        }
        let (upload, pump) = body::stream(body);
        let request = penstock_crm::Request { upload: Some(upload), ..self.product_request(head, id, Vec::new()) };
        let patience = body::UPLOAD_PATIENCE + OPERATION_PATIENCE;
        let answer = self.operate(request, id, is_write(&head.method), patience).await;
        // It ends by itself, soon after nobody takes from it any more.
        let _ = pump.await;
        answer
    }

    fn product_request(&self, head: &Parts, id: Uuid, body: Vec<u8>) -> penstock_crm::Request {
        let mut request = api_request(head, id, body);
        if self.app.trusts_proxy() {
            request.peer = forwarded_for(&head.headers).or(request.peer);
        }
        request
    }

    async fn operate(&self, request: penstock_crm::Request, id: Uuid, is_write: bool, patience: Duration) -> penstock_crm::Response {
        let version = version_of(&request.path);
        let app = Arc::clone(&self.app);
        // Boxed, for it is large, and each layer around it would move it once more.
        let answer = Box::pin(caught(async move { app.handle(request).await }, id, version));
        if !is_write {
            return in_time(answer, patience, version).await;
        }
        let task = self.writes.spawn(answer);
        let ended = task.map(|ended| ended.unwrap_or_else(|error| refuse(&ApiError::Internal(error.to_string()), version)));
        in_time(ended, patience, version).await
    }
}

/// What the product answers itself.
fn is_product(path: &str) -> bool {
    is_api(path) || is_page(path) || Root::of_path(path).is_some()
}

/// v1 answers below `/v1` and `/api/v1`, v2 below `/api/v2` (semantics.md 1); own additions are below `/api` too.
fn is_api(path: &str) -> bool {
    ["/v1", "/api"].iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn is_write(method: &Method) -> bool {
    *method != Method::GET && *method != Method::HEAD
}

fn api_request(head: &Parts, id: Uuid, body: Vec<u8>) -> penstock_crm::Request {
    let text = |name| head.headers.get(name).map(|value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned());
    // The body of an answer to HEAD is left out where it is sent.
    let method = if head.method == Method::HEAD { &Method::GET } else { &head.method };
    penstock_crm::Request {
        method: method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        api_token: text(API_TOKEN),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        user_agent: text(header::USER_AGENT),
        request_id: id.to_string(),
        host: host(head),
        range: text(header::RANGE),
        last_event_id: text(LAST_EVENT_ID),
        cookie: text(header::COOKIE),
        origin: text(header::ORIGIN),
        fetch_site: text(FETCH_SITE),
        csrf_token: text(CSRF_TOKEN),
        peer: head.extensions.get::<SocketAddr>().map(SocketAddr::ip),
        body,
        upload: None,
    }
}

/// What the nearest proxy has added; whatever stands before it may be made up by the client.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    media.get(..MULTIPART.len()).is_some_and(|start| start.eq_ignore_ascii_case(MULTIPART))
}

/// The host that was asked, where it looks like one: it comes back in the addresses of files.
fn host(head: &Parts) -> Option<String> {
    let host = head.headers.get(header::HOST)?.to_str().ok()?;
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    is_host.then(|| host.to_owned())
}

/// Turns a panic, which should never happen, into an answer.
fn caught(
    answer: impl Future<Output = penstock_crm::Response>,
    id: Uuid,
    version: Version,
) -> impl Future<Output = penstock_crm::Response> {
    let panicked = move |_| {
        tracing::error!(request_id = %id, "an operation panicked");
        refuse(&ApiError::Internal("panic".to_owned()), version)
    };
    AssertUnwindSafe(answer).catch_unwind().map(move |answer| answer.unwrap_or_else(panicked))
}

/// Gives up on an answer that takes too long. A write goes on: it may have been committed.
async fn in_time(
    mut answer: impl Future<Output = penstock_crm::Response> + Unpin,
    patience: Duration,
    version: Version,
) -> penstock_crm::Response {
    // Most answers are there at once, and need no timer.
    match futures::poll!(&mut answer) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Box::pin(tokio::time::timeout(patience, answer)).await.unwrap_or_else(|_| refuse(&ApiError::Unavailable, version)),
    }
}

fn refuse(error: &ApiError, version: Version) -> penstock_crm::Response {
    penstock_crm::Response {
        status: error.status(),
        headers: Vec::new(),
        left: None,
        body: error.body(version),
        stream: None,
        operation: None,
        shared: true,
    }
}

fn refuse_body(error: &BodyError, version: Version) -> penstock_crm::Response {
    let hang_up = ("connection", "close".to_owned());
    match error {
        BodyError::TooLarge => penstock_crm::Response { headers: vec![hang_up], ..refuse(&ApiError::TooLarge, version) },
        BodyError::Broken => refuse(&error.refusal(), version),
        BodyError::TooSlow => penstock_crm::Response { status: 408, headers: vec![hang_up], ..refuse(&error.refusal(), version) },
    }
}

fn render(answer: penstock_crm::Response) -> Response<Body> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let has_body = !answer.body.is_empty();
    let mut response = Response::new(match answer.stream {
        Some(stream) => Either::Right(axum::body::Body::from_stream(stream)),
        None => Either::Left(Full::new(Bytes::from(answer.body))),
    });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    if has_body {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
    if answer.shared {
        allow_origins(headers);
    }
    if let Some(left) = &answer.left {
        tell_limits(headers, left);
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    response
}

fn tell_limits(headers: &mut HeaderMap, left: &Left) {
    for (name, number) in [
        (BURST_LIMIT, left.burst_limit),
        (BURST_LEFT, left.burst),
        (BURST_RESET, left.reset),
        (DAILY_LIMIT, left.daily_limit),
        (DAILY_LEFT, left.daily),
        (REQUESTS_LEFT, left.daily),
    ] {
        headers.insert(name, number.into());
    }
}

/// Answers of the API are for every page: what protects them is the token, not the origin (semantics.md 31).
fn allow_origins(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining",
        ),
    );
}

/// What a browser asks before a request that carries a token.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    allow_origins(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    headers
        .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("x-api-token, authorization, content-type, last-event-id"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(answer: &penstock_crm::Response) -> serde_json::Value {
        serde_json::from_slice(&answer.body).unwrap()
    }

    #[test]
    fn knows_the_prefixes_of_the_api() {
        for path in ["/v1", "/v1/deals", "/api/v1/deals:(id,title)", "/api/v2/deals", "/api/penstock/x", "/api/v3"] {
            assert!(is_api(path), "{path}");
        }
        for path in ["/", "/v2/deals", "/v1deals", "/apis", "/healthz"] {
            assert!(!is_api(path), "{path}");
        }
    }

    #[test]
    fn believes_the_nearest_proxy_only() {
        let from = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
            }
            forwarded_for(&headers).map(|address| address.to_string())
        };
        assert_eq!(from(&["203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(from(&["10.0.0.1, 203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(from(&["10.0.0.1", "2001:db8::1"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(from(&["203.0.113.7, unknown"]), None);
        assert_eq!(from(&[]), None);
    }

    #[tokio::test]
    async fn a_panic_becomes_an_answer() {
        let answer = caught(async { panic!("by intention") }, Uuid::nil(), Version::V2).await;
        assert_eq!(answer.status, 500);
        assert_eq!(body(&answer)["success"], false);
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_hangs_becomes_an_answer() {
        let answer = in_time(std::future::pending(), OPERATION_PATIENCE, Version::V1).await;
        assert_eq!(answer.status, 503);
        assert_eq!(body(&answer)["error"], "Requested service is not available");
    }
}
