//! Telling other programs what happens (semantics.md 28).

pub mod delivery;
pub mod event;
pub mod hook;
pub mod matching;
pub mod payload;
pub mod words;
