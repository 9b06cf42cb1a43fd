//! The field table of pipelines.

use penstock_model::{Col, Entity, Field, Kind, Show, Time, Write, col};

pub static PIPELINE: Entity = Entity {
    name: "pipeline",
    title: "Pipeline",
    table: "pipelines",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: true,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "name", "Name", Kind::Text(255)).writable().required(),
    Field::new(3, "order_nr", "Order", Kind::Int).write_v1(Write::Always).not_null(),
    Field::new(4, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null(),
    Field::new(5, "is_deal_probability_enabled", "Deal probability", Kind::Bool).v1_key("deal_probability").writable().not_null(),
    Field::new(6, "add_time", "Added", Kind::Time).not_null().sort_v2(),
    Field::new(7, "update_time", "Updated", Kind::Time).sort_v2(),
];

pub const NAME: Col<String> = col(&PIPELINE, "name");
pub const ORDER_NR: Col<i64> = col(&PIPELINE, "order_nr");
pub const IS_DELETED: Col<bool> = col(&PIPELINE, "is_deleted");
pub const HAS_PROBABILITY: Col<bool> = col(&PIPELINE, "is_deal_probability_enabled");
pub const ADD_TIME: Col<Time> = col(&PIPELINE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&PIPELINE, "update_time");
