//! The field table of organizations.

use penstock_model::{Col, Entity, Field, Kind, Show, Time, UserId, col};

pub static ORGANIZATION: Entity = Entity {
    name: "organization",
    title: "Organization",
    table: "organizations",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: true,
    has_history: true,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "name", "Name", Kind::Text(255)).writable().required().searchable(),
    Field::new(3, "owner_id", "Owner", Kind::User).writable().not_null(),
    Field::new(4, "add_time", "Organization created", Kind::Time).on_create().not_null().sort_v2(),
    Field::new(5, "update_time", "Update time", Kind::Time).not_null().sort_v2(),
    Field::new(6, "address", "Address", Kind::Address).writable().searchable(),
    Field::new(7, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null().unlisted(),
    Field::new(8, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::new(9, "label_ids", "Label", Kind::Labels).writable(),
    Field::new(10, "website", "Website", Kind::Text(255)).writable(),
    Field::new(11, "linkedin", "LinkedIn profile", Kind::Text(255)).writable(),
    Field::new(12, "industry", "Industry", Kind::Choosable).writable(),
    Field::new(13, "annual_revenue", "Annual revenue", Kind::Int).writable().reports("double"),
    Field::new(14, "employee_count", "Number of employees", Kind::Int).writable().reports("double"),
    Field::new(15, "picture_id", "Picture", Kind::Picture).show_v2(Show::Never),
    Field::new(16, "country_code", "Country code", Kind::Text(2)).show_v2(Show::Never).unlisted(),
    Field::total(17, "next_activity_id", "Next activity", Kind::Int).reports("activity"),
    Field::total(18, "last_activity_id", "Last activity", Kind::Int).reports("activity"),
    Field::total(19, "next_activity_date", "Next activity date", Kind::Date).show_v2(Show::Never),
    Field::total(20, "next_activity_time", "Next activity time", Kind::Text(8)).show_v2(Show::Never).unlisted(),
    Field::total(21, "last_activity_date", "Last activity date", Kind::Date).show_v2(Show::Never),
    Field::total(22, "open_deals_count", "Open deals", Kind::Count),
    Field::related(23, "related_open_deals_count", "Related open deals", "open_deals_count"),
    Field::total(24, "closed_deals_count", "Closed deals", Kind::Count),
    Field::related(25, "related_closed_deals_count", "Related closed deals", "closed_deals_count"),
    Field::total(26, "email_messages_count", "Email messages", Kind::Count),
    Field::total(27, "people_count", "People", Kind::Count),
    Field::total(28, "activities_count", "Total activities", Kind::Count),
    Field::total(29, "done_activities_count", "Done activities", Kind::Count),
    Field::total(30, "undone_activities_count", "Activities to do", Kind::Count),
    Field::total(31, "files_count", "Files", Kind::Count),
    Field::total(32, "notes_count", "Notes", Kind::Count),
    Field::total(33, "followers_count", "Followers", Kind::Count),
    Field::total(34, "won_deals_count", "Won deals", Kind::Count),
    Field::related(35, "related_won_deals_count", "Related won deals", "won_deals_count"),
    Field::total(36, "lost_deals_count", "Lost deals", Kind::Count),
    Field::related(37, "related_lost_deals_count", "Related lost deals", "lost_deals_count"),
    Field::computed(38, "smart_bcc_email", "Smart BCC email", Kind::SmartBcc, "id")
        .v1_key("cc_email")
        .show_v2(Show::OnRequest)
        .listed(false, true),
    Field::new(39, "first_char", "First letter", Kind::Text(4)).show_v2(Show::Never).unlisted(),
    Field::new(40, "delete_time", "Deletion time", Kind::Time).show_v2(Show::Never).unlisted(),
    // The published v2 rows repeat the id.
    Field::computed(42, "org_id", "ID", Kind::Int, "id").show_v1(Show::Never).unlisted(),
    Field::new(41, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
];

pub const NAME: Col<String> = col(&ORGANIZATION, "name");
pub const FIRST_CHAR: Col<String> = col(&ORGANIZATION, "first_char");
pub const OWNER: Col<UserId> = col(&ORGANIZATION, "owner_id");
pub const ADDRESS: Col<String> = col(&ORGANIZATION, "address");
pub const WEBSITE: Col<String> = col(&ORGANIZATION, "website");
pub const INDUSTRY: Col<i64> = col(&ORGANIZATION, "industry");
pub const ANNUAL_REVENUE: Col<i64> = col(&ORGANIZATION, "annual_revenue");
pub const EMPLOYEE_COUNT: Col<i64> = col(&ORGANIZATION, "employee_count");
pub const LABELS: Col<String> = col(&ORGANIZATION, "label_ids");
pub const VISIBLE_TO: Col<i64> = col(&ORGANIZATION, "visible_to");
pub const ADD_TIME: Col<Time> = col(&ORGANIZATION, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&ORGANIZATION, "update_time");
pub const IS_DELETED: Col<bool> = col(&ORGANIZATION, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&ORGANIZATION, "delete_time");
pub const NEXT_ACTIVITY: Col<i64> = col(&ORGANIZATION, "next_activity_id");
pub const LAST_ACTIVITY: Col<i64> = col(&ORGANIZATION, "last_activity_id");
pub const CUSTOM_FIELDS: Col<String> = col(&ORGANIZATION, "custom_fields");
