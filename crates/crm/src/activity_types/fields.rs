//! The field table of activity types.

use penstock_model::{Col, Entity, Field, Kind, Show, Time, Write, col};

pub static ACTIVITY_TYPE: Entity = Entity {
    name: "activityType",
    title: "Activity type",
    table: "activity_types",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: true,
    counts: &[],
};

/// The icons there are (semantics.md 19).
pub const ICONS: &[&str] = &[
    "task",
    "email",
    "meeting",
    "deadline",
    "call",
    "lunch",
    "calendar",
    "downarrow",
    "document",
    "smartphone",
    "camera",
    "scissors",
    "cogs",
    "bubble",
    "uparrow",
    "checkbox",
    "signpost",
    "shuffle",
    "addressbook",
    "linegraph",
    "picture",
    "car",
    "world",
    "search",
    "clip",
    "sound",
    "brush",
    "key",
    "padlock",
    "pricetag",
    "suitcase",
    "finish",
    "plane",
    "loop",
    "wifi",
    "truck",
    "cart",
    "bulb",
    "bell",
    "presentation",
];

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "order_nr", "Order", Kind::Int).write_v1(Write::OnUpdate).not_null(),
    Field::new(3, "name", "Name", Kind::Text(255)).write_v1(Write::Always).required(),
    Field::new(4, "key_string", "Key", Kind::Text(255)).not_null(),
    Field::new(5, "icon_key", "Icon", Kind::Choice(ICONS)).write_v1(Write::Always).required(),
    Field::new(6, "color", "Color", Kind::Text(7)).write_v1(Write::Always),
    Field::new(7, "is_custom_flag", "Custom", Kind::Bool).not_null(),
    Field::new(8, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null(),
    Field::new(9, "add_time", "Added", Kind::Time).not_null(),
    Field::new(10, "update_time", "Updated", Kind::Time),
];

pub const ORDER_NR: Col<i64> = col(&ACTIVITY_TYPE, "order_nr");
pub const NAME: Col<String> = col(&ACTIVITY_TYPE, "name");
pub const KEY: Col<String> = col(&ACTIVITY_TYPE, "key_string");
pub const ICON: Col<String> = col(&ACTIVITY_TYPE, "icon_key");
pub const COLOR: Col<String> = col(&ACTIVITY_TYPE, "color");
pub const IS_CUSTOM: Col<bool> = col(&ACTIVITY_TYPE, "is_custom_flag");
pub const IS_DELETED: Col<bool> = col(&ACTIVITY_TYPE, "is_deleted");
pub const ADD_TIME: Col<Time> = col(&ACTIVITY_TYPE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&ACTIVITY_TYPE, "update_time");
