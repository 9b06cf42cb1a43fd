//! Templates of projects. The API only reads and uses them; every company is born with one.

mod apply;
mod fields;
mod ops;
mod plan;

pub use apply::of;
pub use fields::*;
pub use ops::OPS;
pub use plan::{Plan, PlannedActivity, PlannedTask};

use crate::resource::{Resource, Rules, nothing_follows};

static TEMPLATES: Resource = Resource {
    entity: &TEMPLATE,
    extra_v1: |_, _, _| {},
    keeps_rows: false,
    rules: Rules {
        on_create: |_, _, _| Ok(()),
        on_update: |_, _, _| Ok(()),
        may_delete: |_| Ok(()),
        on_delete: |_, _| {},
        follow_up: nothing_follows,
    },
};
