//! Reads the log of a company once for everybody who listens in this process.

use super::log::{self, CHUNK, Entry};
use super::seats::Seats;
use crate::app::App;
use crate::error::ApiResult;
use penstock_model::CompanyId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};

/// How often the log is read for what other processes have written.
const POLL: Duration = Duration::from_secs(1);
/// Events that wait for the slowest listener; after more it reads the log itself.
const WAITING: usize = 256;

/// The log of a company as it grows.
struct Feed {
    entries: broadcast::Sender<Entry>,
    woken: Notify,
}

/// Everybody who listens in this process.
#[derive(Default)]
pub struct Live {
    pub(super) seats: Arc<Seats>,
    feeds: Mutex<HashMap<CompanyId, Arc<Feed>>>,
    stop: watch::Sender<bool>,
}

impl Live {
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Arc<Feed>>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that the log of a company has grown.
    pub fn wake(&self, company: CompanyId) {
        if let Some(feed) = self.lock().get(&company) {
            feed.woken.notify_one();
        }
    }

    /// The companies in which somebody listens.
    pub fn companies(&self) -> Vec<CompanyId> {
        self.lock().keys().copied().collect()
    }

    /// Ends all streams.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Becomes true when all streams end.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    fn join(&self, company: CompanyId) -> Option<broadcast::Receiver<Entry>> {
        self.lock().get(&company).map(|feed| feed.entries.subscribe())
    }

    /// Takes a feed away that has no listeners. Nobody can join one in between.
    fn leave(&self, company: CompanyId, feed: &Feed) -> bool {
        let mut feeds = self.lock();
        let is_left = feed.entries.receiver_count() == 0;
        if is_left {
            feeds.remove(&company);
        }
        is_left
    }
}

/// Everything that gets a place in the log from now on. What is read of the log after this call lacks nothing between.
pub async fn join(app: &Arc<App>, company: CompanyId) -> ApiResult<broadcast::Receiver<Entry>> {
    if let Some(entries) = app.live.join(company) {
        return Ok(entries);
    }
    let last = log::reach(app.store(), company).await?.last;
    let mut feeds = app.live.lock();
    if let Some(feed) = feeds.get(&company) {
        return Ok(feed.entries.subscribe());
    }
    let (sender, entries) = broadcast::channel(WAITING);
    let feed = Arc::new(Feed { entries: sender, woken: Notify::new() });
    feeds.insert(company, Arc::clone(&feed));
    tokio::spawn(run(Running { app: Arc::clone(app), company, feed }, last));
    Ok(entries)
}

/// A feed at work. When it ends, also by a panic, the next listener begins another one.
struct Running {
    app: Arc<App>,
    company: CompanyId,
    feed: Arc<Feed>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut feeds = self.app.live.lock();
        if feeds.get(&self.company).is_some_and(|feed| Arc::ptr_eq(feed, &self.feed)) {
            feeds.remove(&self.company);
        }
    }
}

/// Hands on what stands behind `last`, for as long as anybody listens.
async fn run(running: Running, mut last: i64) {
    let Running { app, company, feed } = &running;
    let mut stop = app.live.stopping();
    while !*stop.borrow() && !app.live.leave(*company, feed) {
        let read = log::after(app, *company, last).await;
        let is_full = read.as_ref().is_ok_and(|entries| entries.len() == CHUNK);
        match read {
            Ok(entries) => {
                for entry in entries {
                    last = entry.seq;
                    // It fails where nobody listens any more, which is looked at above.
                    let _ = feed.entries.send(entry);
                }
            }
            Err(error) => tracing::warn!(company = company.0, %error, "listeners cannot be told of events for now"),
        }
        if !is_full {
            tokio::select! {
                () = feed.woken.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => {}
            }
        }
    }
}
