//! Organizations.

mod fields;
mod list;
mod ops;
pub mod rules;
mod view;

pub use fields::*;
pub use ops::OPS;

use crate::resource::Resource;

pub static ORGANIZATIONS: Resource = Resource { entity: &ORGANIZATION, extra_v1: view::extra_v1, hides_by_403: false };
