//! The field table of boards.

use penstock_model::{Col, Entity, Field, Kind, Show, Time, col};

pub static BOARD: Entity = Entity {
    name: "board",
    title: "Board",
    table: "boards",
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
    Field::new(2, "name", "Name", Kind::Text(255)).writable().required(),
    Field::new(3, "order_nr", "Order", Kind::Int).writable().not_null(),
    // v1 shows these two without their milliseconds.
    Field::new(4, "add_time", "Added", Kind::Moment).show_v1(Show::Never).not_null(),
    Field::new(5, "update_time", "Updated", Kind::Moment).show_v1(Show::Never).not_null(),
    Field::new(6, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
];

pub const NAME: Col<String> = col(&BOARD, "name");
pub const ORDER_NR: Col<i64> = col(&BOARD, "order_nr");
pub const ADD_TIME: Col<Time> = col(&BOARD, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&BOARD, "update_time");
pub const IS_DELETED: Col<bool> = col(&BOARD, "is_deleted");
