//! What is not the API: whether the server lives, what it does, and an answer to everybody who is lost.

use super::metrics::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use penstock_crm::{ApiError, App, Version};
use std::sync::Arc;
use std::time::Duration;

/// How long the store may take to prove that it is there.
const READY_PATIENCE: Duration = Duration::from_secs(5);

/// None of these pages wants credentials, and none shows anything of a company.
pub fn router(app: Arc<App>, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz).with_state(app))
        .route("/metrics", get(measurements).with_state(metrics))
        .method_not_allowed_fallback(async || refuse(&ApiError::MethodNotAllowed))
        .fallback(async || refuse(&ApiError::not_found("Page")))
}

async fn healthz() -> Response {
    json(StatusCode::OK, r#"{"status":"ok"}"#)
}

async fn readyz(State(app): State<Arc<App>>) -> Response {
    match tokio::time::timeout(READY_PATIENCE, app.ready()).await {
        Ok(Ok(())) => return json(StatusCode::OK, r#"{"status":"ok"}"#),
        Ok(Err(error)) => tracing::warn!(%error, "not ready"),
        Err(_) => tracing::warn!("not ready: the store does not answer"),
    }
    json(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#)
}

async fn measurements(State(metrics): State<Arc<Metrics>>) -> Response {
    metrics.refresh().await;
    match metrics.write() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(error) => refuse(&ApiError::Internal(error.to_string())),
    }
}

fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.into()).into_response()
}

fn refuse(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, error.body(Version::V1))
}
