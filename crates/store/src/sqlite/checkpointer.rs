use super::connection::Files;
use super::threads::spawn;
use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Bytes that a page takes in the log: the page and the header of its frame.
pub const FRAME: u64 = 4096 + 24;
/// Frames not yet copied into the database that start a checkpoint at once.
const FULL: u64 = (4 << 20) / FRAME;
/// How long after a write its frames are copied at the latest.
const DELAY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Log {
    /// Frames in the log after the last commit.
    frames: u64,
    /// How many of them the database holds already.
    copied: u64,
    stopping: bool,
}

impl Log {
    fn pending(&self) -> u64 {
        self.frames.saturating_sub(self.copied)
    }
}

#[derive(Default)]
struct Shared {
    log: Mutex<Log>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies the log into the database beside the writer, so that no commit pays for it.
pub struct Checkpointer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    pub fn start(files: Arc<Files>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let state = Arc::clone(&shared);
        let connection = files.open_checkpointer()?;
        let thread = spawn("checkpointer", move || run(&connection, &state))?;
        Ok(Checkpointer { shared, thread })
    }

    /// Says that a commit has left this many frames in the log.
    pub fn written(&self, frames: u64) {
        let mut log = self.shared.lock();
        let idle = log.pending() == 0;
        if frames <= log.frames {
            // Every commit adds frames: this one has begun the log anew.
            log.copied = 0;
        }
        log.frames = frames;
        if idle || log.pending() >= FULL {
            self.shared.changed.notify_one();
        }
    }

    pub fn stop(self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_one();
        if self.thread.join().is_err() {
            tracing::error!("the checkpointer has panicked");
        }
    }
}

fn run(connection: &Connection, shared: &Shared) {
    let mut stuck = false;
    while wait(shared, stuck) {
        match checkpoint(connection, "PASSIVE") {
            Ok(done) => {
                let mut log = shared.lock();
                stuck = done.copied == log.copied;
                log.copied = done.copied;
            }
            Err(error) => {
                stuck = true;
                tracing::warn!(%error, "a checkpoint failed");
            }
        }
    }
}

/// Waits until frames are due; `false` when the store closes. `stuck` says that the last checkpoint
/// copied nothing, because a reader still needs the old pages: the next one must not follow at once.
fn wait(shared: &Shared, stuck: bool) -> bool {
    let mut log = shared.lock();
    while log.pending() == 0 && !log.stopping {
        log = shared.changed.wait(log).unwrap_or_else(PoisonError::into_inner);
    }
    let due = Instant::now() + DELAY;
    while (stuck || log.pending() < FULL) && !log.stopping {
        let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else { break };
        log = shared.changed.wait_timeout(log, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    !log.stopping
}

/// What a checkpoint has reached.
pub struct Checkpoint {
    /// Whether all that was asked for is done; a reader or another checkpoint may be in the way.
    pub complete: bool,
    /// Frames of the log that the database holds now.
    pub copied: u64,
}

/// Runs a checkpoint in one of the modes of the engine.
pub fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Checkpoint> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let (busy, copied): (i64, i64) = (row.get(0)?, row.get(2)?);
        Ok(Checkpoint { complete: busy == 0, copied: u64::try_from(copied).unwrap_or(0) })
    })
}
