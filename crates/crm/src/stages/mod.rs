//! Stages of pipelines.

mod fields;
mod ops;

pub use fields::*;
pub use ops::{OPS, delete, write_v1};

use crate::resource::Resource;

pub static STAGES: Resource = Resource { entity: &STAGE, extra_v1: |_, _, _| {}, hides_by_403: false };
