//! The field table of projects (semantics.md 22).

use penstock_model::{Col, Date, Entity, Field, Kind, Record, Show, Time, UserId, Write, col};

/// The words of `status`; `deleted` stands in the row of a deleted project.
pub const STATUSES: &[&str] = &["open", "completed", "canceled", "deleted"];

pub static PROJECT: Entity = Entity {
    name: "project",
    title: "Project",
    table: "projects",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: false,
    has_history: true,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "title", "Title", Kind::Text(255)).writable().required().searchable(),
    Field::new(3, "description", "Description", Kind::Text(65_535)).writable().searchable(),
    Field::new(4, "status", "Status", Kind::Choice(STATUSES)).writable().not_null().reports("status"),
    Field::new(5, "board_id", "Board", Kind::Board).writable(),
    Field::new(6, "phase_id", "Phase", Kind::Phase).writable(),
    Field::new(7, "owner_id", "Owner", Kind::User).writable().not_null(),
    Field::new(8, "start_date", "Start date", Kind::Date).writable(),
    Field::new(9, "end_date", "End date", Kind::Date).writable(),
    Field::new(10, "deal_ids", "Deals", Kind::List(&Kind::Deal)).writable().reports("deals"),
    // v1 takes and shows one person and one organization, under keys of their own.
    Field::new(11, "person_ids", "Persons", Kind::List(&Kind::Person)).v1_key("person_id").writable().show_v1(Show::Never),
    Field::new(12, "org_ids", "Organizations", Kind::List(&Kind::Organization)).v1_key("org_id").writable().show_v1(Show::Never),
    Field::new(13, "label_ids", "Labels", Kind::Labels).v1_key("labels").writable(),
    Field::new(14, "health_status", "Health status", Kind::Int).writable(),
    Field::new(15, "add_time", "Project created", Kind::Moment).not_null(),
    Field::new(16, "update_time", "Update time", Kind::Moment).not_null(),
    Field::new(17, "status_change_time", "Last status change", Kind::Moment).not_null(),
    Field::new(18, "archive_time", "Archive time", Kind::Moment).logged(),
    // Used by a create only, but taken by v2 updates, too.
    Field::new(19, "template_id", "Template", Kind::Template).write_v1(Write::OnCreate).write_v2(Write::Always).hidden(),
    Field::new(20, "visible_to", "Visible to", Kind::Visibility).not_null().hidden(),
    Field::new(21, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(22, "delete_time", "Deletion time", Kind::Time).hidden(),
    Field::new(23, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];

pub const TITLE: Col<String> = col(&PROJECT, "title");
pub const DESCRIPTION: Col<String> = col(&PROJECT, "description");
pub const STATUS: Col<String> = col(&PROJECT, "status");
pub const BOARD: Col<i64> = col(&PROJECT, "board_id");
pub const PHASE: Col<i64> = col(&PROJECT, "phase_id");
pub const OWNER: Col<UserId> = col(&PROJECT, "owner_id");
pub const START_DATE: Col<Date> = col(&PROJECT, "start_date");
pub const END_DATE: Col<Date> = col(&PROJECT, "end_date");
pub const DEALS: Col<String> = col(&PROJECT, "deal_ids");
pub const PERSONS: Col<String> = col(&PROJECT, "person_ids");
pub const ORGANIZATIONS: Col<String> = col(&PROJECT, "org_ids");
pub const LABELS: Col<String> = col(&PROJECT, "label_ids");
pub const HEALTH_STATUS: Col<i64> = col(&PROJECT, "health_status");
pub const ADD_TIME: Col<Time> = col(&PROJECT, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&PROJECT, "update_time");
pub const STATUS_CHANGE_TIME: Col<Time> = col(&PROJECT, "status_change_time");
pub const ARCHIVE_TIME: Col<Time> = col(&PROJECT, "archive_time");
pub const TEMPLATE: Col<i64> = col(&PROJECT, "template_id");
pub const VISIBLE_TO: Col<i64> = col(&PROJECT, "visible_to");
pub const IS_DELETED: Col<bool> = col(&PROJECT, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&PROJECT, "delete_time");
pub const CUSTOM_FIELDS: Col<String> = col(&PROJECT, "custom_fields");

/// The first id of a list of ids.
pub fn first(project: &Record, list: Col<String>) -> Option<i64> {
    let ids: Vec<i64> = project.text(list).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    ids.first().copied()
}
