//! One measurement: load on a server, and what it cost.

use crate::client::Client;
use crate::load::{self, Outcome, Requests};
use crate::place::Place;
use crate::process::{self, Memory, Server};
use anyhow::Result;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Seconds of load before each measurement.
const WARM_UP: u32 = 1;
/// How often memory and files are looked at.
const WATCH_PAUSE: Duration = Duration::from_millis(50);

/// The cost of a load beside what the client saw of it.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub outcome: Outcome,
    /// CPU time of the server for each request.
    pub server: Duration,
    /// CPU time of the database server for each request; none for the embedded store.
    pub database: Option<Duration>,
    pub peak: Memory,
    /// The largest size of the log of the embedded store.
    pub log: u64,
}

/// Loads a server after a short warm-up. `place` is where its data is, if it has any.
pub fn under_load(
    server: &Server,
    client: &Client,
    place: Option<&Place>,
    requests: &Requests,
    connections: u32,
    seconds: u32,
) -> Result<Cost> {
    load::start(client, requests, connections, WARM_UP)?.finish()?;
    let database = place.map(Place::database_pid).transpose()?.flatten();
    let log_file = place.and_then(Place::log_file);
    let database_cpu = || database.map(process::cpu_of_family).transpose();
    let (server_before, database_before) = (process::cpu(server.pid())?, database_cpu()?);
    let load = || load::start(client, requests, connections, seconds).and_then(load::Running::finish);
    let (outcome, peak, log) = watched(server, log_file.as_deref(), load);
    let outcome = outcome?;
    let each = |spent: Duration| Duration::from_secs_f64(spent.as_secs_f64() / outcome.requests as f64);
    let server = each(process::cpu(server.pid())? - server_before);
    let database = database_before.zip(database_cpu()?).map(|(before, after)| each(after.saturating_sub(before)));
    Ok(Cost { outcome, server, database, peak, log })
}

impl Cost {
    /// CPU time of everything that takes part in a request.
    pub fn all(&self) -> Duration {
        self.server + self.database.unwrap_or_default()
    }
}

/// Does something while it is looked at how large the server and its log become.
pub fn watched<T>(server: &Server, log_file: Option<&Path>, work: impl FnOnce() -> T) -> (T, Memory, u64) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut peak, mut log) = (Memory::default(), 0);
            while !done.load(Ordering::Relaxed) {
                peak = peak.max(Memory::of(server.pid()).unwrap_or_default());
                log = log.max(log_file.map_or(0, process::file_size));
                thread::sleep(WATCH_PAUSE);
            }
            (peak, log)
        });
        let outcome = work();
        done.store(true, Ordering::Relaxed);
        let (peak, log) = watch.join().unwrap_or_default();
        (outcome, peak, log)
    })
}
