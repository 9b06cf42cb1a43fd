//! Telling other programs what happens (semantics.md 28).

pub mod event;
pub mod hook;
