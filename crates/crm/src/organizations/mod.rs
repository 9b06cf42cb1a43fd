//! Organizations.

mod fields;
mod list;
mod ops;
pub mod rules;
mod view;

pub use fields::*;
pub use ops::OPS;

use crate::resource::{Resource, Rules, nothing_follows};
use crate::rights;

pub static ORGANIZATIONS: Resource = Resource {
    entity: &ORGANIZATION,
    extra_v1: view::extra_v1,
    keeps_rows: true,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: rights::may_remove_shared,
        on_delete: rules::on_delete,
        follow_up: nothing_follows,
    },
};
