//! What has changed lately, whatever it is (semantics.md 15).

mod ops;
pub mod shown;

pub use ops::OPS;
