//! The field tables of what hangs on a deal: its rows of products, its additional discounts, its installments.
//!
//! None of them is a record of its own: no history, no owner. Who sees the deal sees them.

use crate::products::BILLING_FREQUENCIES;
use penstock_model::{Col, Date, Entity, Field, Kind, Money, Time, UserId, col};

const fn part_of_deal(name: &'static str, title: &'static str, table: &'static str, fields: &'static [Field]) -> Entity {
    Entity {
        name,
        title,
        table,
        fields,
        owned: false,
        hides_by_403: false,
        has_totals: false,
        has_history: false,
        in_directory: false,
        counts: &[],
    }
}

pub const TAX_METHODS: &[&str] = &["exclusive", "inclusive", "none"];
/// What a discount is counted in.
pub const DISCOUNT_TYPES: &[&str] = &["percentage", "amount"];

/// A product that is attached to a deal. Name and currency are those of the product and of the deal, and the sum
/// follows from the rest (semantics.md 17.2).
pub static DEAL_PRODUCT: Entity = part_of_deal("deal_product", "Deal product", "deal_products", DEAL_PRODUCT_FIELDS);

const DEAL_PRODUCT_FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "deal_id", "Deal", Kind::Deal).not_null().sort_v2(),
    Field::new(3, "product_id", "Product", Kind::Product).writable().required(),
    Field::new(4, "product_variation_id", "Product variation", Kind::Int).writable(),
    Field::new(5, "order_nr", "Order", Kind::Int).not_null().sort_v2(),
    Field::new(6, "item_price", "Price", Kind::Money).writable().required().reports("double"),
    Field::new(7, "quantity", "Quantity", Kind::Money).writable().required().reports("double"),
    Field::new(8, "discount", "Discount", Kind::Money).writable().not_null().reports("double"),
    Field::new(9, "discount_type", "Discount type", Kind::Choice(DISCOUNT_TYPES)).writable().not_null(),
    Field::new(10, "tax", "Tax", Kind::Money).writable().not_null().reports("double"),
    Field::new(11, "tax_method", "Tax method", Kind::Choice(TAX_METHODS)).writable().not_null(),
    Field::new(12, "is_enabled", "Enabled", Kind::Bool).v1_key("enabled_flag").writable().not_null(),
    Field::new(13, "comments", "Comments", Kind::Text(65_535)).writable(),
    Field::new(14, "billing_frequency", "Billing frequency", Kind::Choice(BILLING_FREQUENCIES)).writable().not_null(),
    Field::new(15, "billing_frequency_cycles", "Billing frequency cycles", Kind::Int).writable(),
    Field::new(16, "billing_start_date", "Billing start date", Kind::Date).writable(),
    Field::new(17, "add_time", "Added", Kind::Time).not_null().sort_v2(),
    Field::new(18, "update_time", "Updated", Kind::Time).v1_key("last_edit").not_null().sort_v2(),
];

pub const DEAL: Col<i64> = col(&DEAL_PRODUCT, "deal_id");
pub const PRODUCT: Col<i64> = col(&DEAL_PRODUCT, "product_id");
pub const VARIATION: Col<i64> = col(&DEAL_PRODUCT, "product_variation_id");
pub const ORDER_NR: Col<i64> = col(&DEAL_PRODUCT, "order_nr");
pub const ITEM_PRICE: Col<Money> = col(&DEAL_PRODUCT, "item_price");
/// A number of pieces, which may have decimals.
pub const QUANTITY: Col<Money> = col(&DEAL_PRODUCT, "quantity");
pub const DISCOUNT: Col<Money> = col(&DEAL_PRODUCT, "discount");
pub const DISCOUNT_TYPE: Col<String> = col(&DEAL_PRODUCT, "discount_type");
/// Percent.
pub const TAX: Col<Money> = col(&DEAL_PRODUCT, "tax");
pub const TAX_METHOD: Col<String> = col(&DEAL_PRODUCT, "tax_method");
pub const IS_ENABLED: Col<bool> = col(&DEAL_PRODUCT, "is_enabled");
pub const COMMENTS: Col<String> = col(&DEAL_PRODUCT, "comments");
pub const FREQUENCY: Col<String> = col(&DEAL_PRODUCT, "billing_frequency");
pub const CYCLES: Col<i64> = col(&DEAL_PRODUCT, "billing_frequency_cycles");
pub const START_DATE: Col<Date> = col(&DEAL_PRODUCT, "billing_start_date");
pub const ADD_TIME: Col<Time> = col(&DEAL_PRODUCT, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&DEAL_PRODUCT, "update_time");

/// A discount on all that a deal sells once. The store numbers them as they come; the API knows them by their UUID.
pub static DISCOUNT_ENTITY: Entity = part_of_deal("deal_discount", "Discount", "deal_discounts", DISCOUNT_FIELDS);

const DISCOUNT_FIELDS: &[Field] = &[
    Field::new(1, "id", "Number", Kind::Id).hidden(),
    Field::new(2, "uuid", "ID", Kind::Text(36)).hidden(),
    Field::new(3, "description", "Description", Kind::Text(255)).writable().required(),
    Field::new(4, "amount", "Amount", Kind::Money).writable().required().reports("double"),
    Field::new(5, "type", "Type", Kind::Choice(DISCOUNT_TYPES)).writable().required(),
    Field::new(6, "deal_id", "Deal", Kind::Deal).not_null(),
    Field::new(7, "created_at", "Created", Kind::Time).not_null(),
    Field::new(8, "created_by", "Created by", Kind::User).not_null(),
    Field::new(9, "updated_at", "Updated", Kind::Time).not_null(),
    Field::new(10, "updated_by", "Updated by", Kind::User).not_null(),
];

pub mod discount {
    use super::{Col, DISCOUNT_ENTITY, Money, Time, UserId, col};

    pub const UUID: Col<String> = col(&DISCOUNT_ENTITY, "uuid");
    pub const DESCRIPTION: Col<String> = col(&DISCOUNT_ENTITY, "description");
    pub const AMOUNT: Col<Money> = col(&DISCOUNT_ENTITY, "amount");
    pub const TYPE: Col<String> = col(&DISCOUNT_ENTITY, "type");
    pub const DEAL: Col<i64> = col(&DISCOUNT_ENTITY, "deal_id");
    pub const CREATED_AT: Col<Time> = col(&DISCOUNT_ENTITY, "created_at");
    pub const CREATED_BY: Col<UserId> = col(&DISCOUNT_ENTITY, "created_by");
    pub const UPDATED_AT: Col<Time> = col(&DISCOUNT_ENTITY, "updated_at");
    pub const UPDATED_BY: Col<UserId> = col(&DISCOUNT_ENTITY, "updated_by");
}

/// A part of what a deal sells once, to be paid on a day of its own.
pub static INSTALLMENT: Entity = part_of_deal("deal_installment", "Installment", "deal_installments", INSTALLMENT_FIELDS);

const INSTALLMENT_FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id).sort_v2(),
    Field::new(2, "amount", "Amount", Kind::Money).writable().required().reports("double"),
    Field::new(3, "billing_date", "Billing date", Kind::Date).writable().required().sort_v2(),
    Field::new(4, "deal_id", "Deal", Kind::Deal).not_null().sort_v2(),
    Field::new(5, "description", "Description", Kind::Text(255)).writable().required(),
];

pub mod installment {
    use super::{Col, Date, INSTALLMENT, Money, col};

    pub const AMOUNT: Col<Money> = col(&INSTALLMENT, "amount");
    pub const BILLING_DATE: Col<Date> = col(&INSTALLMENT, "billing_date");
    pub const DEAL: Col<i64> = col(&INSTALLMENT, "deal_id");
    pub const DESCRIPTION: Col<String> = col(&INSTALLMENT, "description");
}
