//! The definition of a field, itself a record, so that its changes take the way of all writes.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, col};

pub static FIELD: Entity = Entity {
    name: "field",
    title: "Field",
    table: "fields",
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
    Field::new(2, "entity", "Entity", Kind::Text(64)).not_null(),
    Field::new(3, "code", "Code", Kind::Text(64)).not_null(),
    Field::new(4, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(5, "description", "Description", Kind::Text(65_535)),
    Field::new(6, "field_type", "Type", Kind::Text(64)).not_null(),
    Field::new(7, "options", "Options", Kind::Json),
    Field::new(8, "options_deleted", "Deleted options", Kind::Json),
    Field::new(9, "settings", "Settings", Kind::Json).not_null(),
    Field::new(10, "is_custom_field", "Custom", Kind::Bool).not_null(),
    Field::new(11, "order_nr", "Order", Kind::Int).not_null(),
    Field::new(12, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(13, "creator_user_id", "Creator", Kind::User),
    Field::new(14, "last_updated_by_user_id", "Last updated by", Kind::User),
    Field::new(15, "add_time", "Added", Kind::Time).not_null(),
    Field::new(16, "update_time", "Updated", Kind::Time),
];

pub const ENTITY: Col<String> = col(&FIELD, "entity");
pub const CODE: Col<String> = col(&FIELD, "code");
pub const NAME: Col<String> = col(&FIELD, "name");
pub const DESCRIPTION: Col<String> = col(&FIELD, "description");
pub const FIELD_TYPE: Col<String> = col(&FIELD, "field_type");
pub const OPTIONS: Col<String> = col(&FIELD, "options");
pub const OPTIONS_DELETED: Col<String> = col(&FIELD, "options_deleted");
pub const SETTINGS: Col<String> = col(&FIELD, "settings");
pub const IS_CUSTOM: Col<bool> = col(&FIELD, "is_custom_field");
pub const ORDER_NR: Col<i64> = col(&FIELD, "order_nr");
pub const IS_DELETED: Col<bool> = col(&FIELD, "is_deleted");
pub const CREATOR: Col<UserId> = col(&FIELD, "creator_user_id");
pub const LAST_UPDATED_BY: Col<UserId> = col(&FIELD, "last_updated_by_user_id");
pub const ADD_TIME: Col<Time> = col(&FIELD, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&FIELD, "update_time");
