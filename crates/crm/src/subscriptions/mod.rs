//! Subscriptions: the recurring revenue of a deal as API clients of before September 2025 know it. The published
//! interface has withdrawn their nine operations; the shapes are those of the last official client that had them
//! (semantics.md 10).

mod body;
mod ops;
mod schedule;
mod store;
mod view;

pub use ops::OPS;
pub use store::move_to;
