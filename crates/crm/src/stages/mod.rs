//! Stages of pipelines.

mod fields;
mod ops;
pub mod rules;

pub use fields::*;
pub use ops::{OPS, write_v1};

use crate::resource::{Resource, Rules, nothing_follows};

pub static STAGES: Resource = Resource {
    entity: &STAGE,
    extra_v1: |_, _, _| {},
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |_| Ok(()),
        on_delete: rules::on_delete,
        follow_up: nothing_follows,
    },
};
