//! The mailbox: messages, the threads they form, and what they are linked to. Mail comes in by [`ingest`] only; the API
//! shows and files it (semantics.md 25).

mod attachments;
mod fields;
mod ingest;
mod links;
pub mod listed;
mod ops;
mod parties;
mod received;
mod view;

pub use fields::*;
pub use ingest::{Ingested, MAX_BYTES, MailError, ingest};
pub use links::{follow_thread, move_parties};
pub use ops::OPS;
