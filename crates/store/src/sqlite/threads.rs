use crate::error::StoreError;
use std::thread;

/// Starts a thread under a name that tools show.
pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unavailable(format!("the thread {name} cannot be started: {error}")))
}
