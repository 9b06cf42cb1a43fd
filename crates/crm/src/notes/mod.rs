//! Notes, and the comments on them.

mod comments;
mod fields;
pub mod html;
mod ops;
pub mod rules;
mod view;

pub use comments::flat as flat_comments;
pub use fields::*;
pub use ops::OPS;
pub use view::{flat, write_alone};
