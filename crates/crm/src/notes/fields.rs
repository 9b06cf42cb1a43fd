//! The field table of notes. They exist only in v1.

use penstock_model::{Entity, Field, Kind, Write};

pub static NOTE: Entity = Entity {
    name: "note",
    title: "Note",
    table: "notes",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "content", "Content", Kind::Text(100_000)).writable().required().searchable(),
    pin(2, "pinned_to_deal_flag", "Note is pinned to deal"),
    pin(3, "pinned_to_person_flag", "Note is pinned to person"),
    pin(4, "pinned_to_organization_flag", "Note is pinned to organization"),
    pin(5, "pinned_to_lead_flag", "Note is pinned to lead"),
    pin(6, "pinned_to_project_flag", "Note is pinned to project"),
    pin(7, "pinned_to_task_flag", "Note is pinned to task"),
    Field::new(8, "id", "ID", Kind::Id),
    Field::new(9, "user_id", "Author", Kind::User).writable().not_null(),
    Field::new(10, "last_update_user_id", "Last updated by", Kind::User),
    Field::new(11, "deal_id", "Deal", Kind::Deal).writable(),
    Field::new(12, "person_id", "Person", Kind::Person).writable(),
    Field::new(13, "org_id", "Organization", Kind::Organization).writable(),
    Field::new(14, "lead_id", "Lead", Kind::Lead).writable(),
    Field::new(15, "project_id", "Project", Kind::Project).writable(),
    Field::new(16, "task_id", "Task", Kind::Task).writable(),
    Field::new(17, "add_time", "Add time", Kind::Time).write_v1(Write::OnCreate).not_null(),
    Field::new(18, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(19, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(20, "delete_time", "Deletion time", Kind::Time).hidden(),
];

/// Whether the note stays at the top of what it belongs to.
const fn pin(number: u16, key: &'static str, name: &'static str) -> Field {
    Field::new(number, key, name, Kind::Bool).writable().not_null().reports("enum")
}
