//! Activities: what is to be done, or was done, about deals, leads, persons and organizations.

mod fields;
mod guests;
mod linked;
pub mod links;
mod list;
mod occurrences;
mod ops;
mod rules;
mod series;
mod view;

pub use fields::*;
pub use guests::{Participant, attends, forget as forget_guests, replace as replace_guest};
pub use linked::{OF_RECORD, of_deal, of_organization, of_person};
pub use ops::{OPS, collection};
pub use view::{flat, flat_records};

use crate::resource::{Resource, Rules};
use crate::rights;
use crate::users::permissions::Permission;

pub static ACTIVITIES: Resource = Resource {
    entity: &ACTIVITY,
    extra_v1: |_, _, _| {},
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |call| rights::require(call, Permission::DeleteActivities),
        on_delete: rules::on_delete,
        follow_up: rules::follow_up,
    },
};
