//! Telling other programs what happens (semantics.md 28).

pub mod delivery;
pub mod event;
pub mod hook;
pub mod live;
pub mod matching;
mod ops;
pub mod payload;
mod request;
mod view;
pub mod words;

pub use ops::{OPS, remove};
