use super::fault::pool_error;
use super::shared::SharedConnections;
use crate::error::StoreError;
use deadpool_postgres::{ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts};
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a connection while all are busy.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long sent data may stay without an answer of the other host before the connection counts as lost.
const SILENCE: Duration = Duration::from_secs(30);

/// The part of the connections that is for light reads, and that for reads which are planned for their values.
const PART: usize = 4;

/// Connections to one database.
pub struct Pools {
    /// For light reads.
    pub shared: SharedConnections,
    /// For writes and heavy reads.
    pub ordinary: Pool,
    /// Those whose queries the database plans anew each time, for their values.
    pub planned: Pool,
}

/// Makes pools of up to `connections` connections together (three at least), one of which is opened at once.
///
/// `sslmode=require` encrypts and checks the certificate of the server against those that the system
/// trusts (or the file that `SSL_CERT_FILE` names); `verify-full` is the same. Without either the connection is plain.
pub async fn pools(url: &str, connections: usize) -> Result<Pools, StoreError> {
    let mut config = parse(url)?;
    config.application_name("penstock").connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(SILENCE);
    let place = place(&config);
    let part = (connections / PART).max(1);
    let pools = Pools {
        shared: SharedConnections::new(pool(config.clone(), part, ORDINARY)?),
        ordinary: pool(config.clone(), connections.saturating_sub(2 * part).max(1), ORDINARY)?,
        planned: pool(config, part, PLANNED)?,
    };
    match pools.shared.take().await {
        Ok(_) => Ok(pools),
        Err(StoreError::Unavailable(reason)) => Err(StoreError::Unavailable(format!("{place}: {reason}"))),
        Err(other) => Err(other),
    }
}

impl Pools {
    /// Refuses whoever asks for a connection from now on.
    pub fn close(&self) {
        self.shared.close();
        self.ordinary.close();
        self.planned.close();
    }
}

pub async fn get(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| pool_error(&error))
}

/// Compiling a query to machine code takes 30 ms, ten times as long as most of those take for which the database would do it.
const ORDINARY: &str = "SET jit = off";
const PLANNED: &str = "SET jit = off; SET plan_cache_mode = force_custom_plan";

/// A pool whose connections begin with these settings.
fn pool(config: Config, connections: usize, settings: &'static str) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = if config.get_ssl_mode() == SslMode::Require {
        Manager::from_config(config, MakeRustlsConnect::new(tls()?), recycling)
    } else {
        Manager::from_config(config, NoTls, recycling)
    };
    let timeouts = Timeouts { wait: Some(WAIT_TIMEOUT), create: Some(CONNECT_TIMEOUT), recycle: Some(CONNECT_TIMEOUT) };
    let begin = Hook::async_fn(move |client: &mut ClientWrapper, _| {
        Box::pin(async move { client.batch_execute(settings).await.map_err(HookError::Backend) })
    });
    let pool = Pool::builder(manager).max_size(connections).timeouts(timeouts).runtime(Runtime::Tokio1).post_create(begin);
    pool.build().map_err(|error| StoreError::Failed(error.to_string()))
}

/// Reads the URL. The error shows no part of it, for any part may be a password that was not escaped.
fn parse(url: &str) -> Result<Config, StoreError> {
    let url = url.replace("sslmode=verify-full", "sslmode=require");
    url.parse().map_err(|error: tokio_postgres::Error| {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        let known = cause.starts_with("invalid value for option");
        let detail = if known { format!(": {cause}") } else { String::new() };
        StoreError::Unavailable(format!("the URL of the database is not valid{detail}"))
    })
}

/// Database, host and port, for error texts.
fn place(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let port = config.get_ports().get(index).or(config.get_ports().first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => path.display().to_string(),
            }
        })
        .collect();
    format!("database {} on {}", config.get_dbname().unwrap_or("of the user"), hosts.join(", "))
}

fn tls() -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        let text = "no trusted certificates were found to check the database's against; set SSL_CERT_FILE";
        return Err(StoreError::Unavailable(text.to_owned()));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
