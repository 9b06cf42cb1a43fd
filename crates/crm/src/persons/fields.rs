//! The field table of persons.

use penstock_model::{Col, Count, Entity, Field, Kind, Record, Show, Time, UserId, col};

pub const MARKETING_STATUSES: &[&str] = &["no_consent", "unsubscribed", "subscribed", "archived"];

pub static PERSON: Entity = Entity {
    name: "person",
    title: "Person",
    table: "persons",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: true,
    has_history: true,
    in_directory: false,
    counts: COUNTS,
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "name", "Name", Kind::Text(255)).writable().searchable(),
    Field::new(3, "first_name", "First name", Kind::Text(255)).writable(),
    Field::new(4, "last_name", "Last name", Kind::Text(255)).writable(),
    Field::new(5, "owner_id", "Owner", Kind::User).writable().not_null(),
    Field::new(6, "org_id", "Organization", Kind::Organization).writable(),
    Field::new(7, "add_time", "Person created", Kind::Time).on_create().not_null().sort_v2(),
    Field::new(8, "update_time", "Update time", Kind::Time).not_null().sort_v2(),
    Field::new(9, "emails", "Email", Kind::Contacts).v1_key("email").reports("varchar").writable().searchable(),
    Field::new(10, "phones", "Phone", Kind::Contacts).v1_key("phone").writable().searchable(),
    Field::new(11, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null().unlisted(),
    Field::new(12, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::new(13, "label_ids", "Label", Kind::Labels).writable(),
    Field::new(14, "picture_id", "Picture", Kind::Picture),
    Field::new(15, "marketing_status", "Marketing status", Kind::Choice(MARKETING_STATUSES))
        .writable()
        .show_v2(Show::OnRequest)
        .reports("varchar"),
    Field::new(16, "doi_status", "Double opt-in status", Kind::Int).show_v1(Show::Never).show_v2(Show::OnRequest),
    Field::total(17, "next_activity_id", "Next activity", Kind::Int).reports("activity"),
    Field::total(18, "last_activity_id", "Last activity", Kind::Int).reports("activity"),
    Field::total(19, "next_activity_date", "Next activity date", Kind::Date).show_v2(Show::Never),
    Field::total(20, "next_activity_time", "Next activity time", Kind::Text(8)).show_v2(Show::Never).unlisted(),
    Field::total(21, "last_activity_date", "Last activity date", Kind::Date).show_v2(Show::Never),
    Field::total(22, "open_deals_count", "Open deals", Kind::Count),
    Field::related(23, "related_open_deals_count", "Related open deals", "open_deals_count"),
    Field::total(24, "closed_deals_count", "Closed deals", Kind::Count),
    Field::related(25, "related_closed_deals_count", "Related closed deals", "closed_deals_count"),
    Field::total(26, "participant_open_deals_count", "Open deals as participant", Kind::Count),
    Field::total(27, "participant_closed_deals_count", "Closed deals as participant", Kind::Count),
    Field::total(28, "email_messages_count", "Email messages", Kind::Count),
    Field::total(29, "activities_count", "Total activities", Kind::Count),
    Field::total(30, "done_activities_count", "Done activities", Kind::Count),
    Field::total(31, "undone_activities_count", "Activities to do", Kind::Count),
    Field::total(32, "files_count", "Files", Kind::Count),
    Field::total(33, "notes_count", "Notes", Kind::Count),
    Field::total(34, "followers_count", "Followers", Kind::Count),
    Field::total(35, "won_deals_count", "Won deals", Kind::Count),
    Field::related(36, "related_won_deals_count", "Related won deals", "won_deals_count"),
    Field::total(37, "lost_deals_count", "Lost deals", Kind::Count),
    Field::related(38, "related_lost_deals_count", "Related lost deals", "lost_deals_count"),
    Field::total(39, "last_incoming_mail_time", "Last email received", Kind::Time),
    Field::total(40, "last_outgoing_mail_time", "Last email sent", Kind::Time),
    Field::computed(41, "smart_bcc_email", "Smart BCC email", Kind::SmartBcc, "id")
        .v1_key("cc_email")
        .show_v2(Show::OnRequest)
        .listed(false, true),
    Field::new(42, "first_char", "First letter", Kind::Text(4)).show_v2(Show::Never).unlisted(),
    Field::new(43, "delete_time", "Deletion time", Kind::Time).show_v2(Show::Never).unlisted(),
    Field::new(44, "marketing_status_changed", "Marketing status was changed", Kind::Bool).hidden(),
    Field::empty(46, "notes", "Notes", Kind::Text(10_000)),
    Field::empty(47, "im", "Instant messenger", Kind::Contacts),
    Field::empty(48, "ims", "Instant messenger", Kind::Contacts),
    Field::empty(49, "birthday", "Birthday", Kind::Date),
    Field::empty(50, "job_title", "Job title", Kind::Text(255)),
    Field::empty(51, "postal_address", "Postal address", Kind::Address),
    Field::new(45, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];

pub const NAME: Col<String> = col(&PERSON, "name");
pub const FIRST_NAME: Col<String> = col(&PERSON, "first_name");
pub const LAST_NAME: Col<String> = col(&PERSON, "last_name");
pub const FIRST_CHAR: Col<String> = col(&PERSON, "first_char");
pub const OWNER: Col<UserId> = col(&PERSON, "owner_id");
pub const ORGANIZATION: Col<i64> = col(&PERSON, "org_id");
pub const EMAILS: Col<String> = col(&PERSON, "emails");
pub const PHONES: Col<String> = col(&PERSON, "phones");
pub const LABELS: Col<String> = col(&PERSON, "label_ids");
pub const PICTURE: Col<i64> = col(&PERSON, "picture_id");
pub const VISIBLE_TO: Col<i64> = col(&PERSON, "visible_to");
pub const MARKETING_STATUS: Col<String> = col(&PERSON, "marketing_status");
pub const MARKETING_STATUS_CHANGED: Col<bool> = col(&PERSON, "marketing_status_changed");
pub const ADD_TIME: Col<Time> = col(&PERSON, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&PERSON, "update_time");
pub const IS_DELETED: Col<bool> = col(&PERSON, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&PERSON, "delete_time");
pub const NEXT_ACTIVITY: Col<i64> = col(&PERSON, "next_activity_id");
pub const LAST_ACTIVITY: Col<i64> = col(&PERSON, "last_activity_id");
pub const CUSTOM_FIELDS: Col<String> = col(&PERSON, "custom_fields");

const COUNTS: &[Count] = &[Count { of: "organization", link: "org_id", total: "people_count", when: is_live }];

fn is_live(person: &Record) -> bool {
    !person.is(IS_DELETED)
}

/// Fields of synchronised contacts. They are refused, because Penstock has no contact sync (semantics.md 4.1, 9.1).
pub const CONTACT_SYNC_KEYS: &[&str] = &["im", "ims", "postal_address", "notes", "birthday", "job_title"];
