//! Relationships between organizations (semantics.md 27). They are seen by whoever sees both sides, as long as neither is
//! deleted.

mod fields;
mod ops;

pub use fields::*;
pub use ops::OPS;
