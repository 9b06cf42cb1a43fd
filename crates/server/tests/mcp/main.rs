//! Agents at the server: the official client of the SDK over HTTP, against a sample company on either engine.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod agent;
mod consent;
mod entry;
mod jobs;
mod oauth;
mod raw;
mod rights;
mod sessions;
mod tools;
mod updates;
