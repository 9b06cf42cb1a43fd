//! The field table of roles.

use penstock_model::{Col, Entity, Field, Kind, col};

pub static ROLE: Entity = Entity {
    name: "role",
    title: "Role",
    table: "roles",
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
    Field::new(2, "parent_role_id", "Parent role", Kind::Int),
    Field::new(3, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(4, "active_flag", "Active", Kind::Bool).not_null(),
    // What new records of its users begin with, by setting key.
    Field::new(5, "settings", "Settings", Kind::Json).not_null(),
    // A list of ids; all others are visible.
    Field::new(6, "hidden_pipelines", "Hidden pipelines", Kind::Json).not_null(),
];

pub const PARENT: Col<i64> = col(&ROLE, "parent_role_id");
pub const NAME: Col<String> = col(&ROLE, "name");
pub const IS_ACTIVE: Col<bool> = col(&ROLE, "active_flag");
pub const SETTINGS: Col<String> = col(&ROLE, "settings");
pub const HIDDEN_PIPELINES: Col<String> = col(&ROLE, "hidden_pipelines");
