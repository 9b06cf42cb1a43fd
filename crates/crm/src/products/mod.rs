//! Products.

mod fields;

pub use fields::*;
