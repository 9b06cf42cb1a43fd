//! The field table of leads. They exist only in v1, and take the custom fields of deals (semantics.md 11.1, 21).

use penstock_model::{Entity, Field, Kind, Show};

pub static LEAD: Entity = Entity {
    name: "lead",
    title: "Lead",
    table: "leads",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
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
    Field::new(13, "is_archived", "Archived", Kind::Bool).writable().not_null(),
    Field::new(14, "archive_time", "Archive time", Kind::Time),
    Field::new(15, "was_seen", "Seen", Kind::Bool).writable().not_null(),
    Field::new(16, "value", "Value", Kind::Money).writable(),
    Field::new(17, "currency", "Currency", Kind::Currency).show_v1(Show::Never),
    Field::new(18, "expected_close_date", "Expected close date", Kind::Date).writable(),
    Field::new(19, "next_activity_id", "Next activity", Kind::Activity),
    Field::new(20, "source_deal_id", "Source deal", Kind::Deal),
    Field::new(21, "add_time", "Lead created", Kind::Time).not_null(),
    Field::new(22, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(23, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::computed(24, "smart_bcc_email", "Smart BCC email", Kind::SmartBcc, "id").v1_key("cc_email").listed(false, false),
    Field::new(25, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(26, "delete_time", "Deletion time", Kind::Time).hidden(),
    Field::new(27, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];
