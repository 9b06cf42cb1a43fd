//! What the bodies of operations on subscriptions hold.

use super::schedule::Entered;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::parse;
use penstock_model::{Date, Money};
use serde_json::Value;

/// At most so many payments are entered by hand.
const MOST_ENTERED: usize = 100;
const LONGEST_DESCRIPTION: usize = 255;

/// A day of the body.
pub fn day(call: &Call, key: &str) -> ApiResult<Option<Date>> {
    let Some(text) = call.body.text(key).filter(|text| !text.is_empty()) else { return Ok(None) };
    parse_day(text).map(Some).ok_or_else(|| ApiError::invalid_key(key, "must be a date in the form YYYY-MM-DD"))
}

fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text.get(..10).unwrap_or(text)).ok()
}

/// What each payment shall be.
pub fn cycle_amount(call: &Call) -> ApiResult<Option<Money>> {
    call.body.get("cycle_amount").map(|given| amount(given).map_err(|problem| ApiError::invalid_key("cycle_amount", &problem))).transpose()
}

/// An amount that is more than nothing.
fn amount(given: &Value) -> Result<Money, String> {
    let amount = parse::money(false, given)?.as_int().map(Money::from_ten_thousandths).unwrap_or_default();
    if amount > Money::ZERO { Ok(amount) } else { Err("must be a positive number".to_owned()) }
}

pub fn description(call: &Call) -> ApiResult<Option<String>> {
    let text = call.body.text("description").map(str::to_owned);
    match &text {
        Some(text) if text.chars().count() > LONGEST_DESCRIPTION => {
            Err(ApiError::invalid_key("description", &format!("must not be longer than {LONGEST_DESCRIPTION} characters")))
        }
        _ => Ok(text),
    }
}

/// The payments of a body that must have some.
pub fn installments(call: &Call) -> ApiResult<Vec<Entered>> {
    let entered = entered(call)?.filter(|payments| !payments.is_empty());
    entered.ok_or_else(|| ApiError::invalid_key("payments", "must have at least one payment"))
}

/// The payments of the body.
pub fn entered(call: &Call) -> ApiResult<Option<Vec<Entered>>> {
    let Some(given) = call.body.get("payments") else { return Ok(None) };
    let refuse = |problem: &str| ApiError::invalid_key("payments", problem);
    let rows = given.as_array().ok_or_else(|| refuse("The value is not a valid 'array'"))?;
    if rows.len() > MOST_ENTERED {
        return Err(refuse(&format!("must not have more than {MOST_ENTERED} items")));
    }
    let payments: Result<Vec<_>, String> = rows.iter().map(entered_one).collect();
    payments.map(Some).map_err(|problem| refuse(&problem))
}

fn entered_one(row: &Value) -> Result<Entered, String> {
    let row = row.as_object().ok_or("The value is not a valid 'object'")?;
    let amount = row.get("amount").ok_or("amount is required").map_err(str::to_owned).and_then(amount)?;
    let due = row.get("due_at").and_then(Value::as_str).and_then(parse_day);
    let due = due.ok_or("due_at must be a date in the form YYYY-MM-DD")?;
    let description = match row.get("description") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.chars().count() <= LONGEST_DESCRIPTION => text.clone(),
        Some(_) => return Err(format!("description must be a text of at most {LONGEST_DESCRIPTION} characters")),
    };
    Ok(Entered { amount, description, due })
}
