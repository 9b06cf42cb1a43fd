//! Phases of boards.

mod fields;
mod ops;

pub use fields::*;
pub use ops::{OPS, of_board};

use crate::boards::order;
use crate::resource::{Resource, Rules, nothing_follows};

pub static PHASES: Resource = Resource {
    entity: &PHASE,
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
