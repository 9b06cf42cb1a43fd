//! Tasks of projects, and their subtasks.

mod fields;
mod list;
mod ops;
mod rules;

pub use fields::*;
pub use list::{of_parent, of_project};
pub use ops::{OPS, show_alone_v2};
pub use rules::on_delete;

use crate::resource::{Resource, Rules, nothing_follows};

pub static TASKS: Resource = Resource {
    entity: &TASK,
    extra_v1: |_, task, json| {
        json.key("done");
        json.int(i64::from(task.is(IS_DONE)));
        json.key("assignee_id");
        json.int_or_null(rules::assignees(task).first().copied());
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
