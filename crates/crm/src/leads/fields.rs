//! The field table of leads. They exist only in v1, and take the custom fields of deals (semantics.md 11.1, 21).

use penstock_model::{Col, Date, Entity, Field, Kind, Money, Show, Time, UserId, Write, col};

pub static LEAD: Entity = Entity {
    name: "lead",
    title: "Lead",
    table: "leads",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: true,
    has_history: true,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "title", "Title", Kind::Text(255)).writable().required().searchable(),
    Field::new(3, "owner_id", "Owner", Kind::User).writable().not_null(),
    Field::new(4, "creator_user_id", "Creator", Kind::User).v1_key("creator_id").not_null(),
    // Labels of leads are objects of their own with UUIDs (semantics.md 12).
    Field::new(5, "label_ids", "Labels", Kind::Json).writable().reports("set"),
    Field::new(6, "person_id", "Contact person", Kind::Person).writable(),
    Field::new(7, "org_id", "Organization", Kind::Organization).v1_key("organization_id").writable(),
    Field::new(8, "source_name", "Source", Kind::Text(255)).not_null(),
    Field::new(9, "origin", "Source origin", Kind::Text(255)).not_null(),
    Field::new(10, "origin_id", "Source origin ID", Kind::Text(255)).on_create(),
    Field::new(11, "channel", "Source channel", Kind::Choosable).writable(),
    Field::new(12, "channel_id", "Source channel ID", Kind::Text(255)).writable(),
    Field::new(13, "is_archived", "Archived", Kind::Bool).write_v1(Write::OnUpdate).not_null().logged(),
    Field::new(14, "archive_time", "Archive time", Kind::Time),
    Field::new(15, "was_seen", "Seen", Kind::Bool).writable().not_null(),
    Field::new(16, "value", "Value", Kind::Money).writable(),
    Field::new(17, "currency", "Currency", Kind::Currency).show_v1(Show::Never).logged(),
    Field::new(18, "expected_close_date", "Expected close date", Kind::Date).writable(),
    Field::total(19, "next_activity_id", "Next activity", Kind::Int).reports("activity"),
    // A memory, not a reference: it stays when the deal is gone for good.
    Field::new(20, "source_deal_id", "Source deal", Kind::Int).reports("deal"),
    Field::new(21, "add_time", "Lead created", Kind::Time).not_null(),
    Field::new(22, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(23, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::computed(24, "smart_bcc_email", "Smart BCC email", Kind::SmartBcc, "id").v1_key("cc_email").listed(false, false),
    Field::new(25, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(26, "delete_time", "Deletion time", Kind::Time).hidden(),
    // What the API calls the id.
    Field::new(28, "uuid", "UUID", Kind::Text(36)).not_null().hidden(),
    Field::new(27, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];

pub const UUID: Col<String> = col(&LEAD, "uuid");
pub const TITLE: Col<String> = col(&LEAD, "title");
pub const OWNER: Col<UserId> = col(&LEAD, "owner_id");
pub const CREATOR: Col<UserId> = col(&LEAD, "creator_user_id");
pub const LABELS: Col<String> = col(&LEAD, "label_ids");
pub const PERSON: Col<i64> = col(&LEAD, "person_id");
pub const ORGANIZATION: Col<i64> = col(&LEAD, "org_id");
pub const SOURCE_NAME: Col<String> = col(&LEAD, "source_name");
pub const ORIGIN: Col<String> = col(&LEAD, "origin");
pub const ORIGIN_ID: Col<String> = col(&LEAD, "origin_id");
pub const CHANNEL: Col<i64> = col(&LEAD, "channel");
pub const CHANNEL_ID: Col<String> = col(&LEAD, "channel_id");
pub const IS_ARCHIVED: Col<bool> = col(&LEAD, "is_archived");
pub const ARCHIVE_TIME: Col<Time> = col(&LEAD, "archive_time");
pub const WAS_SEEN: Col<bool> = col(&LEAD, "was_seen");
pub const VALUE: Col<Money> = col(&LEAD, "value");
pub const CURRENCY: Col<String> = col(&LEAD, "currency");
pub const EXPECTED_CLOSE_DATE: Col<Date> = col(&LEAD, "expected_close_date");
pub const NEXT_ACTIVITY: Col<i64> = col(&LEAD, "next_activity_id");
pub const SOURCE_DEAL: Col<i64> = col(&LEAD, "source_deal_id");
pub const ADD_TIME: Col<Time> = col(&LEAD, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&LEAD, "update_time");
pub const VISIBLE_TO: Col<i64> = col(&LEAD, "visible_to");
pub const IS_DELETED: Col<bool> = col(&LEAD, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&LEAD, "delete_time");
pub const CUSTOM_FIELDS: Col<String> = col(&LEAD, "custom_fields");
