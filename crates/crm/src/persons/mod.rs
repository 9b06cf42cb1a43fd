//! Persons.

mod fields;
mod list;
mod ops;
pub mod rules;
mod view;

pub use fields::*;
pub use ops::OPS;
pub use view::first_label;

use crate::resource::Resource;

pub static PERSONS: Resource = Resource { entity: &PERSON, extra_v1: view::extra_v1, hides_by_403: false };
