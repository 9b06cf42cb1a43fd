//! Apps of other people and what users let them do (semantics.md 3), on both engines.

#![allow(clippy::unwrap_used, clippy::panic)]

mod apps;
mod asking;
mod bearer;
mod ends;
mod round;
mod scopes;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
