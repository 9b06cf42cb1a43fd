//! Activities.

mod fields;

pub use fields::*;
