//! Notes.

mod fields;

pub use fields::*;
