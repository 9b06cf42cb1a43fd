//! Labels of leads: objects of their own with UUIDs, unlike the labels of other records (semantics.md 12).

mod fields;
mod ops;

pub use fields::*;
pub use ops::OPS;
