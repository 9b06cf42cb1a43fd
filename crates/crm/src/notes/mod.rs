//! Notes, and the comments on them.

mod comments;
mod fields;
pub mod html;
mod ops;
pub mod rules;
mod view;

pub use fields::*;
pub use comments::flat as flat_comments;
pub use ops::OPS;
pub use view::flat;
