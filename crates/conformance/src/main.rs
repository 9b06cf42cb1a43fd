//! A server of the Model Context Protocol with the tools, resources and prompts that the official conformance suite calls. They
//! stand around the same handler, behind the same endpoint, as in the product, which has none of them.
#![expect(deprecated, reason = "the suite calls what the protocol of 2025 had and that of 2026 has no longer")]

mod content;
mod fixtures;
mod listed;
mod rounds;
mod session;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::response::Response;
use axum::routing::get;
use fixtures::Fixtures;
use penstock_crm::setup::{self, NewCompany};
use penstock_crm::{App, Settings};
use penstock_mcp::{Body, Endpoint};
use penstock_model::SystemClock;
use penstock_store::{Store, Target};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: penstock-conformance serve --data-dir DIRECTORY --listen ADDRESS, with PENSTOCK_API_TOKEN";

struct Front {
    endpoint: Endpoint<Fixtures>,
    token: HeaderValue,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, data_dir, directory, listen, address] = arguments.as_slice() else { anyhow::bail!(USAGE) };
    ensure!(command == "serve" && data_dir == "--data-dir" && listen == "--listen", USAGE);
    let token = std::env::var("PENSTOCK_API_TOKEN").context(USAGE)?;

    let store = Arc::new(Store::open(&Target::Directory(PathBuf::from(directory))).await?);
    store.migrate().await?;
    let new = NewCompany {
        name: "Conformance".to_owned(),
        domain: "conformance".to_owned(),
        currency: "EUR".to_owned(),
        timezone: "UTC".to_owned(),
        admin_name: "Administrator".to_owned(),
        admin_email: "admin@conformance.test".to_owned(),
        // Nobody signs in.
        admin_password: token.clone(),
        api_token: token.clone(),
    };
    setup::create_company(&store, &SystemClock, new).await?;
    let app = App::open(Arc::clone(&store), Arc::new(SystemClock), Settings::default()).await?;
    let endpoint = Endpoint::around(Arc::clone(&app), None, Fixtures::around);
    let front = Arc::new(Front { endpoint, token: HeaderValue::try_from(token)? });

    let router = Router::new().route("/readyz", get(|| async { "ready" })).fallback(answer).with_state(Arc::clone(&front));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let mut terminate = signal(SignalKind::terminate())?;
    let stopped = async move {
        terminate.recv().await;
        front.endpoint.stop();
        app.end_streams();
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await?;
    store.close().await;
    Ok(())
}

/// The suite knows no credentials: whoever comes without is the administrator.
async fn answer(State(front): State<Arc<Front>>, mut request: Request) -> Response<Body> {
    request.headers_mut().entry("x-api-token").or_insert_with(|| front.token.clone());
    front.endpoint.answer(request).await
}
