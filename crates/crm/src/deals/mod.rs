//! Deals.

mod average_won;
pub mod board;
mod detail;
mod duplicate;
mod fields;
pub mod linked;
mod list;
mod ops;
mod participant_ops;
pub mod participants;
pub mod rules;
pub mod stages_passed;
mod summary;
mod timeline;
pub mod totals;
pub mod view;

pub use average_won::Averages;
pub use fields::*;
pub use ops::{DUPLICATION, OPS};

use crate::resource::{Resource, Rules};
use crate::rights;
use crate::users::permissions::Permission;

pub static DEALS: Resource = Resource {
    entity: &DEAL,
    extra_v1: view::extra_v1,
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |call| rights::require(call, Permission::DeleteDeals),
        on_delete: rules::on_delete,
        follow_up: participants::follow_up,
    },
};
