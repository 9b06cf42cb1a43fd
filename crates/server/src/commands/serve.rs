//! `penstock serve`

use super::first_start;
use crate::console;
use crate::failure::Failure;
use crate::http::{Server, Signals};
use crate::options::ServeOptions;
use crate::secret_key;
use penstock_crm::{App, Settings};
use penstock_model::{Clock, SystemClock};
use penstock_store::{Options as EngineOptions, Store};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

const JOBS_PAUSE: Duration = Duration::from_secs(5);
const HOUSEKEEPING_PAUSE: Duration = Duration::from_secs(3600);
const HOURS_BETWEEN_SWEEPS: u64 = 24;
/// How long the end waits for deliveries that are on their way.
const WEBHOOKS_PATIENCE: Duration = Duration::from_secs(5);

/// A port that was taken, and what is going to answer there.
pub struct Started {
    pub listener: TcpListener,
    pub address: SocketAddr,
    pub store: Arc<Store>,
    pub app: Arc<App>,
}

impl Started {
    /// Serves until SIGTERM or SIGINT, and closes the store.
    pub async fn serve(self, signals: &mut Signals) {
        console::line(format_args!("listening on http://{}", self.address));
        let housekeeping = tokio::spawn(keep_house(Arc::clone(&self.app)));
        let jobs = tokio::spawn(run_jobs(Arc::clone(&self.app)));
        let webhooks = tokio::spawn(Arc::clone(&self.app).run_webhooks());
        Server::new(Arc::clone(&self.app)).serve(self.listener, signals).await;
        housekeeping.abort();
        jobs.abort();
        self.app.stop_webhooks();
        if tokio::time::timeout(WEBHOOKS_PATIENCE, webhooks).await.is_err() {
            tracing::warn!("webhooks did not end in time; what they had under way is sent again");
        }
        self.store.close().await;
    }
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(options: &ServeOptions) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::Unusable(format!("cannot wait for signals: {error}")))?;
    let started = tokio::select! {
        started = start(options) => started?,
        () = signals.stop() => return Ok(()),
    };
    started.serve(&mut signals).await;
    Ok(())
}

/// Tidies up every hour, first when the rush of the start is over; looks at every object once a day.
async fn keep_house(app: Arc<App>) {
    for hour in 0_u64.. {
        tokio::time::sleep(HOUSEKEEPING_PAUSE).await;
        match app.keep_house().await {
            Ok(removed) => tracing::debug!(removed, "housekeeping"),
            Err(error) => tracing::warn!(%error, "housekeeping failed"),
        }
        if hour % HOURS_BETWEEN_SWEEPS == 0 {
            match app.sweep_objects().await {
                Ok(removed) => tracing::debug!(removed, "objects that nothing refers to"),
                Err(error) => tracing::warn!(%error, "the objects could not be swept"),
            }
        }
    }
}

/// Does jobs as soon as they are added here, and looks now and then for those that other processes have left.
async fn run_jobs(app: Arc<App>) {
    loop {
        match app.run_jobs().await {
            Ok(0) => {}
            Ok(taken) => tracing::debug!(taken, "jobs"),
            Err(error) => tracing::warn!(%error, "jobs cannot be taken up"),
        }
        // Either may wake it; a job that is added meanwhile is remembered.
        let _ = tokio::time::timeout(JOBS_PAUSE, app.job_added()).await;
    }
}

/// Takes the port before it touches the store: a second start by mistake changes nothing.
async fn start(options: &ServeOptions) -> Result<Started, Failure> {
    let public_url = public_url(options)?;
    let (listener, address) = listen(&options.listen).await?;
    let engine = EngineOptions { group_commit: options.group_commit, ..EngineOptions::default() };
    let store = Arc::new(Store::open_with(&options.store.target(), &engine).await?);
    store.migrate().await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let url = public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    first_start::ensure_company(&store, clock.as_ref(), &options.first, &url).await?;
    let files = options.files.open(&options.store.data_dir)?;
    if let Err(error) = files.check().await {
        tracing::warn!(place = %files.place(), %error, "files can be neither taken nor given for now");
    }
    let (mail_domain, trust_proxy, plan) = (options.mail.mail_domain.clone(), options.trust_proxy, options.plan);
    let secret_key = Some(secret_key::of(&options.store.data_dir)?);
    let webhooks = options.webhooks.deliveries();
    let settings = Settings { public_url, mail_domain, files, secret_key, trust_proxy, plan, webhooks, ..Settings::default() };
    let app = App::open(Arc::clone(&store), clock, settings).await?;
    Ok(Started { listener, address, store, app })
}

pub async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot_listen = |error| Failure::Unusable(format!("cannot listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    Ok((listener, address))
}

fn public_url(options: &ServeOptions) -> Result<Option<String>, Failure> {
    let Some(url) = &options.public_url else {
        return Ok(None);
    };
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    if host.is_empty() || host.contains(|letter: char| letter.is_whitespace() || letter == '?' || letter == '#') {
        return Err(Failure::Unusable(format!("the public URL {url:?} is not like https://crm.example.com")));
    }
    Ok(Some(url.trim_end_matches('/').to_owned()))
}
