//! Saved filters: conditions under a name, which lists take by `filter_id` (semantics.md 13).
//!
//! `grammar.rs` reads conditions, `question.rs` understands them by the field tables, `compile.rs` turns them into SQL,
//! `value_index.rs` those about values that have an index.

mod compile;
mod dates;
mod entity;
mod grammar;
mod objects;
mod operators;
mod ops;
mod question;
mod saved;
mod subject;
mod value_index;
mod view;

pub use entity::*;
pub use ops::OPS;
pub use saved::{Saved, named};
pub use view::flat;

use crate::call::Call;
use crate::rights;
use crate::users::permissions::Permission;
use penstock_model::Record;

/// The published answer about operators, words for dates and parts of addresses.
const HELPERS: &str = include_str!("helpers.json");

/// Whether the caller may change a filter that the caller sees: an own one, or a shared one with the permission for it.
fn may_edit(call: &Call, filter: &Record) -> bool {
    filter.get(USER) == Some(call.principal.user) || rights::require(call, Permission::EditSharedFilters).is_ok()
}

fn may_share(call: &Call) -> bool {
    rights::require(call, Permission::ShareFilters).is_ok()
}
