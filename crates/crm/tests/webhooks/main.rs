//! Subscriptions to events, and what their receivers are told.

#[path = "../company/mod.rs"]
mod company;
mod keys;
mod payloads;
mod sight;
mod subscriptions;
mod typed;
mod watch;
