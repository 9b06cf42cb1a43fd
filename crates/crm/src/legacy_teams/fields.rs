//! The field table of teams.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, col};

pub static TEAM: Entity = Entity {
    name: "team",
    title: "Team",
    table: "teams",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: true,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(3, "description", "Description", Kind::Text(65_535)),
    Field::new(4, "manager_id", "Manager", Kind::User).not_null(),
    // A list of ids.
    Field::new(5, "users", "Members", Kind::Json).not_null(),
    Field::new(6, "active_flag", "Active", Kind::Bool).not_null(),
    Field::new(7, "is_deleted", "Deleted", Kind::Bool).v1_key("deleted_flag").not_null(),
    Field::new(8, "add_time", "Added", Kind::Time).not_null(),
    Field::new(9, "created_by_user_id", "Created by", Kind::User).not_null(),
];

pub const NAME: Col<String> = col(&TEAM, "name");
pub const DESCRIPTION: Col<String> = col(&TEAM, "description");
pub const MANAGER: Col<UserId> = col(&TEAM, "manager_id");
pub const USERS: Col<String> = col(&TEAM, "users");
pub const IS_ACTIVE: Col<bool> = col(&TEAM, "active_flag");
pub const IS_DELETED: Col<bool> = col(&TEAM, "is_deleted");
pub const ADD_TIME: Col<Time> = col(&TEAM, "add_time");
pub const CREATOR: Col<UserId> = col(&TEAM, "created_by_user_id");
