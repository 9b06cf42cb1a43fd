//! The field table of call logs. They exist only in v1, and clients know them by their codes.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, Write, col};

/// How a call went.
pub const OUTCOMES: &[&str] = &["connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy"];

pub static CALL_LOG: Entity = Entity {
    name: "call_log",
    title: "CallLog",
    table: "call_logs",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "Number", Kind::Id),
    plain(2, "code", "ID", Kind::Text(64)).not_null().hidden(),
    given(3, "user_id", "Owner", Kind::User).not_null(),
    given(4, "activity_id", "Activity", Kind::Activity),
    given(5, "deal_id", "Deal", Kind::Deal),
    given(6, "person_id", "Person", Kind::Person),
    given(7, "org_id", "Organization", Kind::Organization),
    given(8, "lead_id", "Lead", Kind::Lead),
    given(9, "subject", "Subject", Kind::Text(255)),
    given(10, "duration", "Duration in seconds", Kind::Text(16)),
    given(11, "outcome", "Outcome", Kind::Choice(OUTCOMES)).required(),
    given(12, "from_phone_number", "Caller", Kind::Text(255)),
    given(13, "to_phone_number", "Called number", Kind::Text(255)).required(),
    given(14, "start_time", "Start", Kind::Time).required(),
    given(15, "end_time", "End", Kind::Time).required(),
    given(16, "note", "Note", Kind::Text(100_000)),
    plain(17, "recording", "Recording", Kind::Text(64)).hidden(),
    plain(18, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    plain(19, "delete_time", "Deletion time", Kind::Time).hidden(),
    plain(20, "add_time", "Add time", Kind::Time).not_null().hidden(),
    plain(21, "update_time", "Update time", Kind::Time).not_null().hidden(),
];

const fn plain(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Field {
    Field::new(number, key, name, kind).unsorted()
}

/// A field that a new call log may bring.
const fn given(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Field {
    plain(number, key, name, kind).write_v1(Write::OnCreate)
}

pub const CODE: Col<String> = col(&CALL_LOG, "code");
pub const USER: Col<UserId> = col(&CALL_LOG, "user_id");
pub const ACTIVITY: Col<i64> = col(&CALL_LOG, "activity_id");
pub const DEAL: Col<i64> = col(&CALL_LOG, "deal_id");
pub const PERSON: Col<i64> = col(&CALL_LOG, "person_id");
pub const ORGANIZATION: Col<i64> = col(&CALL_LOG, "org_id");
pub const LEAD: Col<String> = col(&CALL_LOG, "lead_id");
pub const SUBJECT: Col<String> = col(&CALL_LOG, "subject");
pub const DURATION: Col<String> = col(&CALL_LOG, "duration");
pub const OUTCOME: Col<String> = col(&CALL_LOG, "outcome");
pub const FROM: Col<String> = col(&CALL_LOG, "from_phone_number");
pub const TO: Col<String> = col(&CALL_LOG, "to_phone_number");
pub const START: Col<Time> = col(&CALL_LOG, "start_time");
pub const END: Col<Time> = col(&CALL_LOG, "end_time");
pub const NOTE: Col<String> = col(&CALL_LOG, "note");
pub const RECORDING: Col<String> = col(&CALL_LOG, "recording");
pub const IS_DELETED: Col<bool> = col(&CALL_LOG, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&CALL_LOG, "delete_time");
pub const ADD_TIME: Col<Time> = col(&CALL_LOG, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&CALL_LOG, "update_time");
