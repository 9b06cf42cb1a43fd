//! Events as they happen, for clients that stay connected (server-sent events).
//!
//! The event log is what is told: a feed reads it once for all listeners of a company in this process, and a listener that falls
//! behind reads it for itself.

mod feed;
mod frame;
mod listener;
mod log;
mod ops;
mod seats;

pub use feed::Live;
pub use listener::Rhythm;
pub use ops::OPS;
