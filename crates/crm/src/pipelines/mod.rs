//! Pipelines.

mod conversion;
mod fields;
mod movement;
mod ops;
mod progress;

pub use fields::*;
pub use ops::{OPS, write_v1};

use crate::resource::Resource;

pub static PIPELINES: Resource = Resource { entity: &PIPELINE, extra_v1: |_, _, _| {}, hides_by_403: false };
