//! The rules of products: defaults, prices, and how often they are billed (semantics.md 17).

use super::fields::*;
use super::prices::{self, Of};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::persons::rules::first_char;
use crate::records;
use crate::rights;
use crate::write::Given;
use penstock_model::{Change, Money, Record, Time};

/// How often something is billed at the most (semantics.md 17.2).
pub const MOST_CYCLES: i64 = 208;
pub const ONE_TIME: &str = "one-time";

/// Completes and checks a new product whose sent fields are in `change.after`.
pub fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let product = &mut change.after;
    if product.get(OWNER).is_none() {
        product.set(OWNER, call.principal.user);
    }
    if product.get(VISIBLE_TO).is_none() {
        product.set(VISIBLE_TO, call.directory.default_visibility(call.principal.user, "product"));
    }
    if product.get(TAX).is_none() {
        product.set(TAX, Money::ZERO);
    }
    if product.get(IS_LINKABLE).is_none() {
        product.set(IS_LINKABLE, true);
    }
    if product.text(BILLING_FREQUENCY).is_none() {
        product.set(BILLING_FREQUENCY, ONE_TIME);
    }
    if product.text(CUSTOM_FIELDS).is_none() {
        product.set(CUSTOM_FIELDS, "{}");
    }
    product.set(VARIATIONS, "[]");
    product.set(ADD_TIME, call.now);
    product.set(UPDATE_TIME, call.now);
    product.set(IS_DELETED, false);
    complete(call, change, given)
}

/// Completes and checks the change of a product. v1 deletes and restores by `active_flag`.
pub fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    records::restore_or_refuse(call, change)?;
    complete(call, change, given)?;
    if call.version() == Version::V1 && call.body.flag("active_flag") == Some(false) {
        rights::may_remove_shared(call)?;
        on_delete(&mut change.after, call.now);
    }
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
    }
    Ok(())
}

fn complete(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let product = &mut change.after;
    let name = product.text(NAME).unwrap_or_default().trim().to_owned();
    records::require_name(call, Some(&name))?;
    product.set(FIRST_CHAR, first_char(&name));
    product.set(NAME, name);
    // Real products have empty texts where nothing was given (semantics.md 31.9).
    for col in [CODE, DESCRIPTION, UNIT] {
        if product.text(col).is_none() {
            product.set(col, "");
        }
    }
    if product.get(TAX).is_some_and(|tax| tax < Money::ZERO) {
        return Err(ApiError::invalid_key("tax", "must not be negative"));
    }
    check_cycles(call, product, given)?;
    let prices = prices::from_kept(product.text(PRICES).unwrap_or("[]"));
    let currency = &call.directory.company.currency;
    let prices = prices::complete(prices, Of::Product(product.id), currency);
    product.set(PRICES, prices.map_err(|problem| ApiError::invalid_key("prices", &problem))?);
    Ok(())
}

/// A product that is billed once has no cycles. v2 wants a number of them for weekly bills; real v1 products lack it.
fn check_cycles(call: &Call, product: &mut Record, given: &Given) -> ApiResult<()> {
    let sent = given.has(BILLING_CYCLES) && product.get(BILLING_CYCLES).is_some();
    let is_new = given.has(BILLING_FREQUENCY) || given.has(BILLING_CYCLES);
    let frequency = product.text(BILLING_FREQUENCY).unwrap_or(ONE_TIME).to_owned();
    if !sent && frequency == ONE_TIME {
        product.clear(BILLING_CYCLES);
    }
    let needs_number = is_new && call.version() == Version::V2;
    check_billing(&frequency, product.get(BILLING_CYCLES), needs_number)
}

/// Checks how often something is billed against for how long; weekly bills may need a number (semantics.md 17.2).
pub fn check_billing(frequency: &str, cycles: Option<i64>, weekly_needs_number: bool) -> ApiResult<()> {
    let refuse = |text: &str| Err(ApiError::invalid_key("billing_frequency_cycles", text));
    match cycles {
        Some(_) if frequency == ONE_TIME => refuse("must be null where the billing frequency is one-time"),
        Some(cycles) if !(1..=MOST_CYCLES).contains(&cycles) => refuse(&format!("must be from 1 to {MOST_CYCLES}")),
        None if frequency == "weekly" && weekly_needs_number => refuse("is required where the billing frequency is weekly"),
        _ => Ok(()),
    }
}

pub fn on_delete(product: &mut Record, now: Time) {
    product.set(IS_DELETED, true);
    product.set(DELETE_TIME, now);
    product.set(UPDATE_TIME, now);
}
