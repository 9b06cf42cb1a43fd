//! The field table of saved filters. It says how they are kept; their rows are shown by `view.rs`.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, col};

pub static FILTER: Entity = Entity {
    name: "filter",
    title: "Filter",
    table: "filters",
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
    Field::new(2, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(3, "type", "Type", Kind::Text(16)).not_null(),
    Field::new(4, "user_id", "Owner", Kind::User).not_null(),
    Field::new(5, "visible_to", "Visible to", Kind::Visibility).not_null(),
    Field::new(6, "temporary_flag", "Temporary", Kind::Bool).not_null(),
    Field::new(7, "conditions", "Conditions", Kind::Json).not_null(),
    Field::new(8, "last_used_time", "Last used", Kind::Time),
    Field::new(9, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(10, "delete_time", "Deletion time", Kind::Time),
    Field::new(11, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(12, "update_time", "Update time", Kind::Time),
];

pub const NAME: Col<String> = col(&FILTER, "name");
pub const TYPE: Col<String> = col(&FILTER, "type");
pub const USER: Col<UserId> = col(&FILTER, "user_id");
pub const VISIBLE_TO: Col<i64> = col(&FILTER, "visible_to");
pub const IS_TEMPORARY: Col<bool> = col(&FILTER, "temporary_flag");
pub const CONDITIONS: Col<String> = col(&FILTER, "conditions");
pub const LAST_USED_TIME: Col<Time> = col(&FILTER, "last_used_time");
pub const IS_DELETED: Col<bool> = col(&FILTER, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&FILTER, "delete_time");
pub const ADD_TIME: Col<Time> = col(&FILTER, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&FILTER, "update_time");

/// Only its owner sees a filter, or everybody does (semantics.md 8.1).
pub const PRIVATE: i64 = 1;
pub const SHARED: i64 = 7;
