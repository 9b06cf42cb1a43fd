//! What the server measures of itself, for Prometheus. Nothing here comes from a company.

use super::process::Process;
use penstock_crm::App;
use penstock_crm::webhooks::delivery::Backlog;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The label of requests that reached no operation.
const NO_OPERATION: &str = "none";
/// Upper bounds in seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// For so long what waits is not counted again, however often somebody looks.
const BACKLOG_LASTS: Duration = Duration::from_secs(15);
/// And it is left out where the store takes longer: the other numbers are wanted most when it is in trouble.
const BACKLOG_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

pub struct Metrics {
    app: Arc<App>,
    backlog: Arc<Mutex<Counted>>,
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Operation, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
}

/// Counts a request as in flight for as long as it lives.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts what webhooks have come to.
struct Deliveries(Arc<App>);

impl fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deliveries")
    }
}

impl Collector for Deliveries {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let about = "Deliveries by outcome: delivered, failed (attempts), given_up, lost (to bans).";
        let mut metric = encoder.encode_descriptor("penstock_webhook_deliveries", about, None, MetricType::Counter)?;
        for (outcome, number) in self.0.webhook_counts().read() {
            ConstCounter::new(number).encode(metric.encode_family(&[("outcome", outcome)])?)?;
        }
        Ok(())
    }
}

/// What webhooks have not come to yet, as it was when it was counted.
#[derive(Debug, Default)]
struct Counted {
    /// When it was counted last, or somebody began to.
    begun: Option<Instant>,
    /// Nothing where the store could not say.
    backlog: Option<Backlog>,
}

#[derive(Debug)]
struct Waiting(Arc<Mutex<Counted>>);

impl Collector for Waiting {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Some(backlog) = self.0.lock().unwrap_or_else(PoisonError::into_inner).backlog else { return Ok(()) };
        let about = "Deliveries that wait for an attempt, counted up to 10,000.";
        let waiting = ConstGauge::new(backlog.waiting);
        waiting.encode(encoder.encode_descriptor("penstock_webhook_deliveries_waiting", about, None, waiting.metric_type())?)?;
        let about = "Age of the oldest event whose delivery waits.";
        let age = ConstGauge::new(backlog.age.as_secs_f64());
        age.encode(encoder.encode_descriptor("penstock_webhook_oldest_waiting", about, Some(&Unit::Seconds), age.metric_type())?)
    }
}

impl Metrics {
    /// What is measured while `app` is served.
    pub fn new(app: Arc<App>) -> Self {
        let requests = Family::default();
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let in_flight = Gauge::default();
        let mut registry = Registry::default();
        let own = registry.sub_registry_with_prefix("penstock");
        own.register("build", "The version of this program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        own.register("requests", "Requests by operation and status", requests.clone());
        own.register_with_unit("request_duration", "Time to answer by operation", Unit::Seconds, durations.clone());
        own.register("requests_in_flight", "Requests that are being answered", in_flight.clone());
        let backlog = Arc::default();
        registry.register_collector(Box::new(Deliveries(Arc::clone(&app))));
        registry.register_collector(Box::new(Waiting(Arc::clone(&backlog))));
        registry.register_collector(Box::new(Process));
        Metrics { app, backlog, registry, requests, durations, in_flight }
    }

    pub fn enter(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub fn answered(&self, operation: Option<&'static str>, status: u16, took: Duration) {
        let operation = operation.unwrap_or(NO_OPERATION);
        self.requests.get_or_create(&Answered { operation, status }).inc();
        self.durations.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    /// Counts what waits, unless that was done a moment ago.
    pub async fn refresh(&self) {
        {
            let mut counted = self.counted();
            if counted.begun.is_some_and(|begun| begun.elapsed() < BACKLOG_LASTS) {
                return;
            }
            counted.begun = Some(Instant::now());
        }
        let backlog = tokio::time::timeout(BACKLOG_PATIENCE, self.app.webhook_backlog()).await;
        if let Ok(Err(error)) = &backlog {
            tracing::warn!(?error, "waiting deliveries cannot be counted");
        }
        self.counted().backlog = backlog.ok().and_then(Result::ok);
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it in the OpenMetrics text format.
    pub fn write(&self) -> Result<String, fmt::Error> {
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}
