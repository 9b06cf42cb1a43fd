//! Pipelines.

mod conversion;
mod fields;
mod movement;
mod ops;
mod progress;
mod rules;

pub use fields::*;
pub use ops::{OPS, write_v1};

use crate::resource::{Resource, Rules};

pub static PIPELINES: Resource = Resource {
    entity: &PIPELINE,
    extra_v1: |_, _, _| {},
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |_| Ok(()),
        on_delete: rules::on_delete,
        follow_up: rules::follow_up,
    },
};
