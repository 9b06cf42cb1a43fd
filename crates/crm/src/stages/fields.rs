//! The field table of stages.

use penstock_model::{Col, Entity, Field, Kind, Show, Time, Write, col};

pub static STAGE: Entity = Entity {
    name: "stage",
    title: "Stage",
    table: "stages",
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
    Field::new(2, "order_nr", "Order", Kind::Int).write_v1(Write::OnUpdate).not_null().sort_v2(),
    Field::new(3, "name", "Name", Kind::Text(255)).writable().required(),
    Field::new(4, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null(),
    Field::new(5, "deal_probability", "Deal probability", Kind::Percent).writable().not_null(),
    Field::new(6, "pipeline_id", "Pipeline", Kind::Pipeline).writable().required(),
    Field::new(7, "is_deal_rot_enabled", "Deals rot", Kind::Bool).v1_key("rotten_flag").writable().not_null(),
    Field::new(8, "days_to_rotten", "Days to rotten", Kind::Int).v1_key("rotten_days").writable(),
    Field::new(9, "add_time", "Added", Kind::Time).not_null().sort_v2(),
    Field::new(10, "update_time", "Updated", Kind::Time).sort_v2(),
];

pub const ORDER_NR: Col<i64> = col(&STAGE, "order_nr");
pub const NAME: Col<String> = col(&STAGE, "name");
pub const IS_DELETED: Col<bool> = col(&STAGE, "is_deleted");
pub const PROBABILITY: Col<i64> = col(&STAGE, "deal_probability");
pub const PIPELINE: Col<i64> = col(&STAGE, "pipeline_id");
pub const ROTS: Col<bool> = col(&STAGE, "is_deal_rot_enabled");
pub const DAYS_TO_ROTTEN: Col<i64> = col(&STAGE, "days_to_rotten");
pub const ADD_TIME: Col<Time> = col(&STAGE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&STAGE, "update_time");
