use crate::error::StoreError;
use std::thread;

/// How far the thread that writes stands back where there are not processors enough for everything: a tenth of the share of light
/// reads. It loses little by waiting, for the longer it waits, the more writes become one commit.
pub const WRITER_NICENESS: i32 = 10;
/// How far heavy reads stand back: half the share of the writer.
pub const HEAVY_NICENESS: i32 = 13;

/// Starts a thread under a name that tools show.
pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unavailable(format!("the thread {name} cannot be started: {error}")))
}

/// Lets threads of less niceness than this go first. Linux counts it for the calling thread alone; elsewhere a thread has no priority
/// of its own.
pub fn give_way(niceness: i32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(niceness) {
        tracing::warn!(%error, "a thread has the priority of light reads");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = niceness;
}
