//! The field table of users. The hash of the password is no field: fields go into the outbox, and from there
//! to whoever listens.

use penstock_model::{Col, Entity, Field, Kind, Time, col};

pub static USER: Entity = Entity {
    name: "user",
    title: "User",
    table: "users",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: true,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "name", "Name", Kind::Text(255)).not_null(),
    Field::new(3, "default_currency", "Default currency", Kind::Currency).not_null(),
    Field::new(4, "locale", "Date and number format", Kind::Text(16)).not_null(),
    Field::new(5, "lang", "Language", Kind::Int).not_null(),
    Field::new(6, "email", "Email", Kind::Text(255)).not_null(),
    Field::new(7, "phone", "Phone", Kind::Text(255)),
    Field::new(8, "activated", "Activated", Kind::Bool).not_null(),
    Field::new(9, "last_login", "Last login", Kind::Time),
    Field::new(10, "add_time", "Created", Kind::Time).v1_key("created").not_null(),
    Field::new(11, "update_time", "Modified", Kind::Time).v1_key("modified"),
    Field::new(12, "has_created_company", "Has created the company", Kind::Bool).not_null(),
    Field::new(13, "access", "Access", Kind::Json).not_null(),
    Field::new(14, "active_flag", "Active", Kind::Bool).not_null(),
    Field::new(15, "timezone_name", "Time zone", Kind::Text(64)).not_null(),
    Field::new(16, "role_id", "Role", Kind::Int).not_null(),
    Field::new(17, "icon_url", "Picture", Kind::Text(2048)),
    Field::new(18, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(19, "is_admin", "Administrator", Kind::Bool).not_null().hidden(),
    Field::new(20, "group_id", "Visibility group", Kind::Int).not_null().hidden(),
];

pub const NAME: Col<String> = col(&USER, "name");
pub const DEFAULT_CURRENCY: Col<String> = col(&USER, "default_currency");
pub const LOCALE: Col<String> = col(&USER, "locale");
pub const LANG: Col<i64> = col(&USER, "lang");
pub const EMAIL: Col<String> = col(&USER, "email");
pub const IS_ACTIVATED: Col<bool> = col(&USER, "activated");
pub const ADD_TIME: Col<Time> = col(&USER, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&USER, "update_time");
pub const HAS_CREATED_COMPANY: Col<bool> = col(&USER, "has_created_company");
pub const ACCESS: Col<String> = col(&USER, "access");
pub const IS_ACTIVE: Col<bool> = col(&USER, "active_flag");
pub const TIMEZONE_NAME: Col<String> = col(&USER, "timezone_name");
pub const ROLE: Col<i64> = col(&USER, "role_id");
pub const IS_DELETED: Col<bool> = col(&USER, "is_deleted");
pub const IS_ADMIN: Col<bool> = col(&USER, "is_admin");
pub const GROUP: Col<i64> = col(&USER, "group_id");
