//! The field tables of notes and of the comments on them. They exist only in v1.

use penstock_model::{Col, Count, Entity, Field, Kind, Record, Time, UserId, Write, col};

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
    counts: COUNTS,
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
    Field::new(17, "add_time", "Add time", Kind::Time).write_v1(Write::Always).not_null(),
    Field::new(18, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(19, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(20, "delete_time", "Deletion time", Kind::Time).hidden(),
];

/// Whether the note stays at the top of what it belongs to.
const fn pin(number: u16, key: &'static str, name: &'static str) -> Field {
    Field::new(number, key, name, Kind::Bool).writable().not_null().reports("enum")
}

pub const CONTENT: Col<String> = col(&NOTE, "content");
pub const USER: Col<UserId> = col(&NOTE, "user_id");
pub const LAST_UPDATE_USER: Col<UserId> = col(&NOTE, "last_update_user_id");
pub const DEAL: Col<i64> = col(&NOTE, "deal_id");
pub const PERSON: Col<i64> = col(&NOTE, "person_id");
pub const ORGANIZATION: Col<i64> = col(&NOTE, "org_id");
pub const LEAD: Col<String> = col(&NOTE, "lead_id");
pub const PROJECT: Col<i64> = col(&NOTE, "project_id");
pub const TASK: Col<i64> = col(&NOTE, "task_id");
pub const ADD_TIME: Col<Time> = col(&NOTE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&NOTE, "update_time");
pub const IS_DELETED: Col<bool> = col(&NOTE, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&NOTE, "delete_time");

/// What a note can hang on: the field that names it, and the field that pins the note there.
pub const LINKS: &[(&str, &str)] = &[
    ("lead_id", "pinned_to_lead_flag"),
    ("deal_id", "pinned_to_deal_flag"),
    ("person_id", "pinned_to_person_flag"),
    ("org_id", "pinned_to_organization_flag"),
    ("project_id", "pinned_to_project_flag"),
    ("task_id", "pinned_to_task_flag"),
];

/// The field that pins a note to what the field `link` names.
pub fn pin_of(link: &str) -> Option<&'static str> {
    LINKS.iter().find(|(key, _)| *key == link).map(|(_, pin)| *pin)
}

const COUNTS: &[Count] = &[
    Count { of: "deal", link: "deal_id", total: "notes_count", when: is_live },
    Count { of: "person", link: "person_id", total: "notes_count", when: is_live },
    Count { of: "organization", link: "org_id", total: "notes_count", when: is_live },
];

pub fn is_live(note: &Record) -> bool {
    !note.is(IS_DELETED)
}

pub static COMMENT: Entity = Entity {
    name: "comment",
    title: "Comment",
    table: "note_comments",
    fields: COMMENT_FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const COMMENT_FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    // What the API calls the comment by.
    Field::new(2, "uuid", "UUID", Kind::Text(36)).not_null(),
    Field::new(3, "note_id", "Note", Kind::Int).not_null(),
    Field::new(4, "content", "Content", Kind::Text(100_000)).writable().required(),
    Field::new(5, "user_id", "Author", Kind::User).not_null(),
    Field::new(6, "updater_id", "Last updated by", Kind::User).not_null(),
    Field::new(7, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(8, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(9, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(10, "delete_time", "Deletion time", Kind::Time),
];

pub mod comment {
    //! Handles of the fields of a comment.

    use super::COMMENT;
    use penstock_model::{Col, Time, UserId, col};

    pub const UUID: Col<String> = col(&COMMENT, "uuid");
    pub const NOTE: Col<i64> = col(&COMMENT, "note_id");
    pub const CONTENT: Col<String> = col(&COMMENT, "content");
    pub const USER: Col<UserId> = col(&COMMENT, "user_id");
    pub const UPDATER: Col<UserId> = col(&COMMENT, "updater_id");
    pub const ADD_TIME: Col<Time> = col(&COMMENT, "add_time");
    pub const UPDATE_TIME: Col<Time> = col(&COMMENT, "update_time");
    pub const IS_DELETED: Col<bool> = col(&COMMENT, "is_deleted");
    pub const DELETE_TIME: Col<Time> = col(&COMMENT, "delete_time");
}
