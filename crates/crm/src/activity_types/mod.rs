//! The types of activities. Activities name their type by its key (semantics.md 19).

mod fields;
mod ops;
mod rules;

pub use fields::*;
pub use ops::{OPS, write_v1};

use crate::resource::{Resource, Rules, nothing_follows};

pub static ACTIVITY_TYPES: Resource = Resource {
    entity: &ACTIVITY_TYPE,
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
