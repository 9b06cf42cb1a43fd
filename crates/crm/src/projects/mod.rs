//! Projects: work that follows from deals, on boards, with tasks and activities in a plan.

mod changelog;
mod contents;
mod fields;
mod list;
mod ops;
pub mod plan;
mod rules;
mod write;

pub use fields::*;
pub use ops::OPS;
pub use rules::on_delete;

use crate::resource::{Resource, Rules, nothing_follows};

pub static PROJECTS: Resource = Resource {
    entity: &PROJECT,
    extra_v1: |_, project, json| {
        for (key, list) in [("person_id", PERSONS), ("org_id", ORGANIZATIONS)] {
            json.key(key);
            json.int_or_null(first(project, list));
        }
    },
    keeps_rows: false,
    rules: Rules {
        on_create: rules::on_create,
        on_update: rules::on_update,
        may_delete: |_| Ok(()),
        on_delete: rules::on_delete,
        follow_up: nothing_follows,
    },
};
