//! The field table of deals.

use penstock_model::{Col, Count, Date, Entity, Field, Kind, Money, Record, Show, Time, UserId, Write, col};

/// The words of `status`; `deleted` stands in the row of a deleted deal (semantics.md 16).
pub const STATUSES: &[&str] = &["open", "won", "lost", "deleted"];

pub static DEAL: Entity = Entity {
    name: "deal",
    title: "Deal",
    table: "deals",
    fields: FIELDS,
    owned: true,
    hides_by_403: true,
    has_totals: true,
    has_history: true,
    in_directory: false,
    counts: COUNTS,
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "title", "Title", Kind::Text(255)).writable().required().searchable(),
    Field::new(3, "creator_user_id", "Creator", Kind::User).not_null(),
    Field::new(4, "owner_id", "Owner", Kind::User).v1_key("user_id").writable().not_null(),
    Field::new(5, "value", "Value", Kind::Money).writable(),
    Field::new(6, "currency", "Currency", Kind::Currency).writable().not_null().reports("varchar").listed(true, true),
    Field::new(7, "person_id", "Contact person", Kind::Person).writable(),
    Field::new(8, "org_id", "Organization", Kind::Organization).writable(),
    Field::new(9, "stage_id", "Stage", Kind::Stage).writable().not_null(),
    Field::new(10, "pipeline_id", "Pipeline", Kind::Pipeline).writable().not_null(),
    Field::new(11, "add_time", "Deal created", Kind::Time).write_v1(Write::OnCreate).not_null().sort_v2(),
    Field::new(12, "update_time", "Update time", Kind::Time).not_null().sort_v2(),
    Field::new(13, "stage_change_time", "Last stage change", Kind::Time),
    Field::new(14, "status", "Status", Kind::Choice(STATUSES)).writable().not_null().reports("status"),
    Field::new(15, "is_archived", "Archived", Kind::Bool).writable().not_null(),
    Field::new(16, "archive_time", "Archive time", Kind::Time).writable(),
    Field::new(17, "is_deleted", "Deleted", Kind::Bool)
        .v1_key("deleted")
        .not_null()
        .write_v1(Write::OnUpdate)
        .write_v2(Write::Always)
        .unlisted(),
    Field::new(18, "probability", "Probability", Kind::Percent).writable(),
    Field::new(19, "lost_reason", "Lost reason", Kind::Text(255)).writable().reports("varchar_options"),
    Field::new(20, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::new(21, "close_time", "Deal closed on", Kind::Time).writable(),
    Field::new(22, "won_time", "Won time", Kind::Time).writable(),
    Field::new(23, "lost_time", "Lost time", Kind::Time).writable(),
    Field::computed(24, "local_won_date", "Local won date", Kind::LocalDate, "won_time"),
    Field::computed(25, "local_lost_date", "Local lost date", Kind::LocalDate, "lost_time"),
    Field::computed(26, "local_close_date", "Local close date", Kind::LocalDate, "close_time"),
    Field::new(27, "expected_close_date", "Expected close date", Kind::Date).writable(),
    Field::new(28, "label_ids", "Label", Kind::Labels).writable(),
    Field::new(29, "origin", "Source origin", Kind::Text(255)).not_null(),
    Field::new(30, "origin_id", "Source origin ID", Kind::Text(255)).write_v1(Write::OnCreate),
    Field::new(31, "channel", "Source channel", Kind::Choosable).write_v1(Write::Always).logged(),
    Field::new(32, "channel_id", "Source channel ID", Kind::Text(255)).writable(),
    Field::new(33, "source_lead_id", "Source lead", Kind::Text(64)).reports("lead"),
    Field::new(34, "acv", "Annual contract value", Kind::Money),
    Field::new(35, "arr", "Annual recurring revenue", Kind::Money),
    Field::new(36, "mrr", "Monthly recurring revenue", Kind::Money),
    Field::total(37, "next_activity_id", "Next activity", Kind::Activity),
    Field::total(38, "last_activity_id", "Last activity", Kind::Int).reports("activity"),
    Field::total(39, "next_activity_date", "Next activity date", Kind::Date).show_v2(Show::Never),
    Field::total(40, "next_activity_time", "Next activity time", Kind::Text(8)).show_v2(Show::Never).unlisted(),
    Field::total(41, "last_activity_date", "Last activity date", Kind::Date).show_v2(Show::Never),
    Field::new(42, "first_won_time", "First won time", Kind::Time).show_v2(Show::OnRequest),
    Field::total(43, "products_count", "Product quantity", Kind::Count),
    Field::total(44, "files_count", "Files", Kind::Count),
    Field::total(45, "notes_count", "Notes", Kind::Count),
    Field::total(46, "followers_count", "Followers", Kind::Count),
    Field::total(47, "email_messages_count", "Email messages", Kind::Count),
    Field::total(48, "activities_count", "Total activities", Kind::Count),
    Field::total(49, "done_activities_count", "Done activities", Kind::Count),
    Field::total(50, "undone_activities_count", "Activities to do", Kind::Count),
    Field::total(51, "participants_count", "Participants", Kind::Count),
    Field::total(52, "last_incoming_mail_time", "Last email received", Kind::Time),
    Field::total(53, "last_outgoing_mail_time", "Last email sent", Kind::Time),
    Field::computed(54, "smart_bcc_email", "Smart BCC email", Kind::SmartBcc, "id")
        .v1_key("cc_email")
        .show_v2(Show::OnRequest)
        .listed(false, true),
    Field::new(55, "former_status", "Status before deletion", Kind::Text(16)).hidden(),
    Field::new(56, "delete_time", "Deletion time", Kind::Time).hidden(),
    Field::new(57, "rot_time", "Last sign of life", Kind::Time).hidden(),
    Field::new(58, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];

pub const TITLE: Col<String> = col(&DEAL, "title");
pub const CREATOR: Col<UserId> = col(&DEAL, "creator_user_id");
pub const OWNER: Col<UserId> = col(&DEAL, "owner_id");
pub const VALUE: Col<Money> = col(&DEAL, "value");
pub const CURRENCY: Col<String> = col(&DEAL, "currency");
pub const PERSON: Col<i64> = col(&DEAL, "person_id");
pub const ORGANIZATION: Col<i64> = col(&DEAL, "org_id");
pub const STAGE: Col<i64> = col(&DEAL, "stage_id");
pub const PIPELINE: Col<i64> = col(&DEAL, "pipeline_id");
pub const ADD_TIME: Col<Time> = col(&DEAL, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&DEAL, "update_time");
pub const STAGE_CHANGE_TIME: Col<Time> = col(&DEAL, "stage_change_time");
pub const STATUS: Col<String> = col(&DEAL, "status");
pub const FORMER_STATUS: Col<String> = col(&DEAL, "former_status");
pub const IS_ARCHIVED: Col<bool> = col(&DEAL, "is_archived");
pub const ARCHIVE_TIME: Col<Time> = col(&DEAL, "archive_time");
pub const IS_DELETED: Col<bool> = col(&DEAL, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&DEAL, "delete_time");
pub const PROBABILITY: Col<i64> = col(&DEAL, "probability");
pub const LOST_REASON: Col<String> = col(&DEAL, "lost_reason");
pub const VISIBLE_TO: Col<i64> = col(&DEAL, "visible_to");
pub const CLOSE_TIME: Col<Time> = col(&DEAL, "close_time");
pub const WON_TIME: Col<Time> = col(&DEAL, "won_time");
pub const FIRST_WON_TIME: Col<Time> = col(&DEAL, "first_won_time");
pub const LOST_TIME: Col<Time> = col(&DEAL, "lost_time");
pub const ROT_TIME: Col<Time> = col(&DEAL, "rot_time");
pub const EXPECTED_CLOSE_DATE: Col<Date> = col(&DEAL, "expected_close_date");
pub const LABELS: Col<String> = col(&DEAL, "label_ids");
pub const ORIGIN: Col<String> = col(&DEAL, "origin");
pub const CHANNEL: Col<i64> = col(&DEAL, "channel");
pub const CHANNEL_ID: Col<String> = col(&DEAL, "channel_id");
pub const ORIGIN_ID: Col<String> = col(&DEAL, "origin_id");
pub const SOURCE_LEAD: Col<String> = col(&DEAL, "source_lead_id");
pub const ACV: Col<Money> = col(&DEAL, "acv");
pub const ARR: Col<Money> = col(&DEAL, "arr");
pub const MRR: Col<Money> = col(&DEAL, "mrr");
pub const NEXT_ACTIVITY: Col<i64> = col(&DEAL, "next_activity_id");
pub const LAST_ACTIVITY: Col<i64> = col(&DEAL, "last_activity_id");
pub const CUSTOM_FIELDS: Col<String> = col(&DEAL, "custom_fields");

/// What a deal adds to the totals of its person and its organization. Deleted deals count nowhere, because
/// their status is `deleted`.
const COUNTS: &[Count] = &[
    Count { of: "person", link: "person_id", total: "open_deals_count", when: is_open },
    Count { of: "person", link: "person_id", total: "closed_deals_count", when: is_closed },
    Count { of: "person", link: "person_id", total: "won_deals_count", when: is_won },
    Count { of: "person", link: "person_id", total: "lost_deals_count", when: is_lost },
    Count { of: "organization", link: "org_id", total: "open_deals_count", when: is_open },
    Count { of: "organization", link: "org_id", total: "closed_deals_count", when: is_closed },
    Count { of: "organization", link: "org_id", total: "won_deals_count", when: is_won },
    Count { of: "organization", link: "org_id", total: "lost_deals_count", when: is_lost },
];

pub fn is_open(deal: &Record) -> bool {
    deal.text(STATUS) == Some("open")
}

pub fn is_won(deal: &Record) -> bool {
    deal.text(STATUS) == Some("won")
}

pub fn is_lost(deal: &Record) -> bool {
    deal.text(STATUS) == Some("lost")
}

pub fn is_closed(deal: &Record) -> bool {
    is_won(deal) || is_lost(deal)
}
