//! The flow of a record: what was changed in it, and what was done about it, newest first (semantics.md 15).

mod changes;
mod ops;
mod sources;

pub use ops::OPS;
