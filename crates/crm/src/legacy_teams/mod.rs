//! Teams: users under a manager, for filters and reports. They say nothing about who sees what (semantics.md 27).

mod fields;
mod ops;

pub use fields::*;
pub use ops::OPS;
