//! The field table of activities.

use penstock_model::{Entity, Field, Kind, Show, Write};

pub static ACTIVITY: Entity = Entity {
    name: "activity",
    title: "Activity",
    table: "activities",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "subject", "Subject", Kind::Text(255)).writable().not_null().searchable(),
    Field::new(3, "type", "Type", Kind::Text(64)).writable().not_null().reports("enum"),
    Field::new(4, "owner_id", "Assigned to user", Kind::User).v1_key("user_id").writable().not_null(),
    Field::new(5, "creator_user_id", "Creator", Kind::User).v1_key("created_by_user_id").not_null(),
    Field::new(6, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null().unlisted(),
    Field::new(7, "add_time", "Add time", Kind::Time).not_null().sort_v2(),
    Field::new(8, "update_time", "Update time", Kind::Time).not_null().sort_v2(),
    Field::new(9, "deal_id", "Deal", Kind::Deal).writable(),
    Field::new(10, "lead_id", "Lead", Kind::Lead).writable(),
    Field::new(11, "person_id", "Contact person", Kind::Person).writable(),
    Field::new(12, "org_id", "Organization", Kind::Organization).writable(),
    Field::new(13, "project_id", "Project", Kind::Project).writable(),
    Field::new(14, "due_date", "Due date", Kind::Date).writable().not_null().sort_v2(),
    Field::new(15, "due_time", "Due time", Kind::Text(8)).writable().reports("time"),
    Field::new(16, "duration", "Duration", Kind::Text(8)).writable().reports("time"),
    Field::new(17, "busy", "Free/busy", Kind::Bool).v1_key("busy_flag").writable(),
    Field::new(18, "done", "Done", Kind::Bool).writable().not_null(),
    Field::new(19, "marked_as_done_time", "Marked as done time", Kind::Time),
    Field::new(20, "location", "Location", Kind::Address).writable(),
    Field::new(21, "participants", "Participants", Kind::Json).writable(),
    Field::new(22, "attendees", "Attendees", Kind::Json).writable().show_v2(Show::OnRequest),
    Field::new(23, "conference_meeting_client", "Video call client", Kind::Text(255)),
    Field::new(24, "conference_meeting_url", "Video call link", Kind::Text(65_535)),
    Field::new(25, "conference_meeting_id", "Video call ID", Kind::Text(255)),
    Field::new(26, "public_description", "Public description", Kind::Text(65_535)).writable(),
    Field::new(27, "priority", "Priority", Kind::Choosable).write_v2(Write::Always),
    Field::new(28, "note", "Note", Kind::Text(100_000)).writable(),
    Field::new(29, "update_user_id", "Updated by user", Kind::User).show_v2(Show::Never),
    Field::new(30, "delete_time", "Deletion time", Kind::Time).hidden(),
];
