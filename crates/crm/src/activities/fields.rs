//! The field table of activities.

use penstock_model::{Col, Date, Entity, Field, Kind, Record, Show, Time, UserId, Write, col};

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

/// The longest recurrence rule, and the longest list of exceptions to it.
const RULE: u32 = 500;
const RULE_EXTENSION: u32 = 4000;

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
    // JSON lists of `{person_id, primary}` and of `{email, name, status, is_organizer, person_id, user_id}`, as v2 shows them.
    Field::new(21, "participants", "Participants", Kind::Json).writable(),
    Field::new(22, "attendees", "Attendees", Kind::Json).writable().show_v2(Show::OnRequest),
    Field::new(23, "conference_meeting_client", "Video call client", Kind::Text(255)).write_v1(Write::Always),
    Field::new(24, "conference_meeting_url", "Video call link", Kind::Text(65_535)).write_v1(Write::Always),
    Field::new(25, "conference_meeting_id", "Video call ID", Kind::Text(255)).write_v1(Write::Always),
    Field::new(26, "public_description", "Public description", Kind::Text(65_535)).writable(),
    Field::new(27, "priority", "Priority", Kind::Choosable).write_v2(Write::Always),
    Field::new(28, "note", "Note", Kind::Text(100_000)).writable(),
    Field::new(29, "update_user_id", "Updated by user", Kind::User).show_v2(Show::Never),
    Field::new(30, "delete_time", "Deletion time", Kind::Time).hidden(),
    // Nobody has said whether the time is busy: it is where there is a due time (semantics.md 9.1).
    Field::new(31, "busy_by_time", "Busy by due time", Kind::Bool).not_null().hidden(),
    // Recurrence is known to v1 only.
    Field::new(32, "rec_rule", "Recurrence rule", Kind::Text(RULE)).write_v1(Write::Always).show_v2(Show::Never).unlisted(),
    Field::new(33, "rec_rule_extension", "Recurrence exceptions", Kind::Text(RULE_EXTENSION))
        .write_v1(Write::Always)
        .show_v2(Show::Never)
        .unlisted(),
    Field::new(34, "rec_master_activity_id", "Recurring activity", Kind::Activity)
        .write_v1(Write::OnCreate)
        .show_v2(Show::Never)
        .unlisted(),
    Field::new(35, "original_start_time", "Original start", Kind::Time).write_v1(Write::OnCreate).show_v2(Show::Never).unlisted(),
    Field::new(36, "source_timezone", "Time zone", Kind::Text(64)).write_v1(Write::Always).show_v2(Show::Never).unlisted(),
    // The last day of a series that has one.
    Field::new(37, "rec_end_date", "End of recurrence", Kind::Date).hidden(),
];

pub const SUBJECT: Col<String> = col(&ACTIVITY, "subject");
pub const TYPE: Col<String> = col(&ACTIVITY, "type");
pub const OWNER: Col<UserId> = col(&ACTIVITY, "owner_id");
pub const CREATOR: Col<UserId> = col(&ACTIVITY, "creator_user_id");
pub const IS_DELETED: Col<bool> = col(&ACTIVITY, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&ACTIVITY, "delete_time");
pub const ADD_TIME: Col<Time> = col(&ACTIVITY, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&ACTIVITY, "update_time");
pub const UPDATER: Col<UserId> = col(&ACTIVITY, "update_user_id");
pub const DEAL: Col<i64> = col(&ACTIVITY, "deal_id");
pub const LEAD: Col<String> = col(&ACTIVITY, "lead_id");
pub const PERSON: Col<i64> = col(&ACTIVITY, "person_id");
pub const ORGANIZATION: Col<i64> = col(&ACTIVITY, "org_id");
pub const PROJECT: Col<i64> = col(&ACTIVITY, "project_id");
pub const DUE_DATE: Col<Date> = col(&ACTIVITY, "due_date");
/// `HH:MM:SS`, UTC.
pub const DUE_TIME: Col<String> = col(&ACTIVITY, "due_time");
pub const DURATION: Col<String> = col(&ACTIVITY, "duration");
pub const BUSY: Col<bool> = col(&ACTIVITY, "busy");
pub const BUSY_BY_TIME: Col<bool> = col(&ACTIVITY, "busy_by_time");
pub const DONE: Col<bool> = col(&ACTIVITY, "done");
pub const MARKED_AS_DONE_TIME: Col<Time> = col(&ACTIVITY, "marked_as_done_time");
pub const LOCATION: Col<String> = col(&ACTIVITY, "location");
pub const PARTICIPANTS: Col<String> = col(&ACTIVITY, "participants");
pub const ATTENDEES: Col<String> = col(&ACTIVITY, "attendees");
pub const MEETING_CLIENT: Col<String> = col(&ACTIVITY, "conference_meeting_client");
pub const MEETING_URL: Col<String> = col(&ACTIVITY, "conference_meeting_url");
pub const MEETING_ID: Col<String> = col(&ACTIVITY, "conference_meeting_id");
pub const PUBLIC_DESCRIPTION: Col<String> = col(&ACTIVITY, "public_description");
pub const PRIORITY: Col<i64> = col(&ACTIVITY, "priority");
pub const NOTE: Col<String> = col(&ACTIVITY, "note");
pub const RULE_TEXT: Col<String> = col(&ACTIVITY, "rec_rule");
pub const RULE_EXTENSION_TEXT: Col<String> = col(&ACTIVITY, "rec_rule_extension");
pub const MASTER: Col<i64> = col(&ACTIVITY, "rec_master_activity_id");
pub const ORIGINAL_START: Col<Time> = col(&ACTIVITY, "original_start_time");
pub const SOURCE_TIMEZONE: Col<String> = col(&ACTIVITY, "source_timezone");
pub const SERIES_END: Col<Date> = col(&ACTIVITY, "rec_end_date");

/// When it is due, as far as that is known: an activity without a time is due when its day begins (semantics.md 20).
pub fn due(activity: &Record) -> Time {
    let day = activity.get(DUE_DATE).map_or(0, |day| day.start().millis());
    Time::from_millis(day + activity.text(DUE_TIME).map_or(0, millis))
}

/// The milliseconds of `HH:MM:SS`.
pub fn millis(clock: &str) -> i64 {
    clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap_or(0)) * 1000
}
