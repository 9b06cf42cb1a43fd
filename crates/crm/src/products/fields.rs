//! The field table of products.

use penstock_model::{Col, Entity, Field, Kind, Money, Show, Time, UserId, col};

/// How often a product is billed (semantics.md 17.2).
pub const BILLING_FREQUENCIES: &[&str] = &["one-time", "annually", "semi-annually", "quarterly", "monthly", "weekly"];

pub static PRODUCT: Entity = Entity {
    name: "product",
    title: "Product",
    table: "products",
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
    Field::new(2, "name", "Name", Kind::Text(255)).writable().required().searchable().sort_v2(),
    Field::new(3, "code", "Product code", Kind::Text(255)).writable().searchable(),
    Field::new(4, "description", "Description", Kind::Text(65_535)).writable(),
    Field::new(5, "unit", "Unit", Kind::Text(255)).writable(),
    Field::new(6, "tax", "Tax", Kind::Money).writable().not_null().reports("double"),
    Field::new(7, "category", "Category", Kind::Category).writable(),
    Field::new(8, "owner_id", "Owner", Kind::User).writable().not_null(),
    Field::new(9, "is_linkable", "Active", Kind::Bool).v1_key("selectable").writable().not_null(),
    Field::new(10, "is_deleted", "Deleted", Kind::Bool).show_v1(Show::Never).not_null().unlisted(),
    Field::new(11, "visible_to", "Visible to", Kind::Visibility).writable().not_null(),
    Field::new(12, "add_time", "Product created", Kind::Time).not_null().sort_v2(),
    Field::new(13, "update_time", "Update time", Kind::Time).not_null().sort_v2(),
    Field::new(14, "billing_frequency", "Billing frequency", Kind::Choice(BILLING_FREQUENCIES))
        .writable()
        .not_null()
        .reports("billing_frequency"),
    Field::new(15, "billing_frequency_cycles", "Billing frequency cycles", Kind::Int).writable(),
    Field::new(16, "prices", "Unit prices", Kind::Prices).writable().reports("price_list"),
    Field::total(17, "files_count", "Files", Kind::Count).show_v2(Show::Never),
    Field::total(18, "followers_count", "Followers", Kind::Count).show_v2(Show::Never),
    Field::new(19, "first_char", "First letter", Kind::Text(4)).show_v2(Show::Never).unlisted(),
    Field::new(20, "delete_time", "Deletion time", Kind::Time).hidden(),
    Field::new(21, "custom_fields", "Custom fields", Kind::Custom).unlisted(),
    // As v2 lists them (semantics.md 10): `[{id, name, product_id, prices}]`.
    Field::new(22, "variations", "Variations", Kind::Json).hidden(),
];

pub const NAME: Col<String> = col(&PRODUCT, "name");
pub const CODE: Col<String> = col(&PRODUCT, "code");
pub const DESCRIPTION: Col<String> = col(&PRODUCT, "description");
pub const UNIT: Col<String> = col(&PRODUCT, "unit");
pub const TAX: Col<Money> = col(&PRODUCT, "tax");
pub const CATEGORY: Col<i64> = col(&PRODUCT, "category");
pub const OWNER: Col<UserId> = col(&PRODUCT, "owner_id");
pub const IS_LINKABLE: Col<bool> = col(&PRODUCT, "is_linkable");
pub const IS_DELETED: Col<bool> = col(&PRODUCT, "is_deleted");
pub const VISIBLE_TO: Col<i64> = col(&PRODUCT, "visible_to");
pub const ADD_TIME: Col<Time> = col(&PRODUCT, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&PRODUCT, "update_time");
pub const BILLING_FREQUENCY: Col<String> = col(&PRODUCT, "billing_frequency");
pub const BILLING_CYCLES: Col<i64> = col(&PRODUCT, "billing_frequency_cycles");
pub const PRICES: Col<String> = col(&PRODUCT, "prices");
pub const FIRST_CHAR: Col<String> = col(&PRODUCT, "first_char");
pub const DELETE_TIME: Col<Time> = col(&PRODUCT, "delete_time");
pub const CUSTOM_FIELDS: Col<String> = col(&PRODUCT, "custom_fields");
pub const VARIATIONS: Col<String> = col(&PRODUCT, "variations");
