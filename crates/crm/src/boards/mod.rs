//! Boards of projects. Each has phases.

mod fields;
mod ops;
pub mod order;

pub use fields::*;
pub use ops::OPS;

use crate::resource::{Resource, Rules, nothing_follows};

pub static BOARDS: Resource = Resource {
    entity: &BOARD,
    extra_v1: order::write_times_v1,
    keeps_rows: false,
    rules: Rules {
        on_create: |_, _, _| Ok(()),
        on_update: |_, _, _| Ok(()),
        may_delete: |_| Ok(()),
        on_delete: order::mark_deleted,
        follow_up: nothing_follows,
    },
};
