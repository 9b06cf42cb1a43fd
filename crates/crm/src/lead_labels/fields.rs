//! The field table of lead labels.

use penstock_model::{Col, Entity, Field, Kind, Time, col};

/// The colours that the API has for labels (semantics.md 12).
pub const COLORS: &[&str] = &["blue", "brown", "dark-gray", "gray", "green", "orange", "pink", "purple", "red", "yellow"];

pub static LEAD_LABEL: Entity = Entity {
    name: "leadLabel",
    title: "Lead label",
    table: "lead_labels",
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
    // What the API calls the id.
    Field::new(2, "uuid", "UUID", Kind::Text(36)).not_null(),
    Field::new(3, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(4, "color", "Color", Kind::Choice(COLORS)).not_null(),
    Field::new(5, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(6, "add_time", "Added", Kind::Time).not_null(),
    Field::new(7, "update_time", "Updated", Kind::Time).not_null(),
];

pub const UUID: Col<String> = col(&LEAD_LABEL, "uuid");
pub const NAME: Col<String> = col(&LEAD_LABEL, "name");
pub const COLOR: Col<String> = col(&LEAD_LABEL, "color");
pub const IS_DELETED: Col<bool> = col(&LEAD_LABEL, "is_deleted");
pub const ADD_TIME: Col<Time> = col(&LEAD_LABEL, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&LEAD_LABEL, "update_time");
