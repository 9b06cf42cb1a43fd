//! The field table of templates.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, col};

pub static TEMPLATE: Entity = Entity {
    name: "project_template",
    title: "Project template",
    table: "project_templates",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "title", "Title", Kind::Text(255)).not_null(),
    Field::new(3, "description", "Description", Kind::Text(65_535)),
    Field::new(4, "projects_board_id", "Board", Kind::Board),
    Field::new(5, "owner_id", "Owner", Kind::User).not_null(),
    Field::new(6, "add_time", "Added", Kind::Moment).not_null(),
    Field::new(7, "update_time", "Updated", Kind::Moment).not_null(),
    Field::new(8, "plan", "Plan", Kind::Json).not_null().hidden(),
    Field::new(9, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
];

pub const TITLE: Col<String> = col(&TEMPLATE, "title");
pub const DESCRIPTION: Col<String> = col(&TEMPLATE, "description");
pub const BOARD: Col<i64> = col(&TEMPLATE, "projects_board_id");
pub const OWNER: Col<UserId> = col(&TEMPLATE, "owner_id");
pub const ADD_TIME: Col<Time> = col(&TEMPLATE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&TEMPLATE, "update_time");
pub const PLAN: Col<String> = col(&TEMPLATE, "plan");
pub const IS_DELETED: Col<bool> = col(&TEMPLATE, "is_deleted");
