//! Products.

mod fields;
mod list;
mod ops;
pub mod prices;
pub mod rules;
pub mod variations;
mod view;

pub use fields::*;
pub use ops::OPS;

use crate::resource::{Resource, Rules, nothing_follows};
use crate::rights;

pub static PRODUCTS: Resource = Resource {
    entity: &PRODUCT,
    extra_v1: view::extra_v1,
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: rights::may_remove_shared,
        on_delete: rules::on_delete,
        follow_up: nothing_follows,
    },
};
