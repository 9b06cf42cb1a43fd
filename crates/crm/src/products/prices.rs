//! Prices of products and of their variations: one per currency, replaced as a whole (semantics.md 9.1, 17.1).
//!
//! They stand in the row of their product as v2 shows them, for nothing ever reads them without it.

use crate::body;
use crate::call::Call;
use crate::currencies;
use crate::json::Json;
use crate::parse;
use crate::view::write_money;
use penstock_model::{Money, Value};
use serde_json::{Map, Value as JsonValue};

/// The longest note, in characters.
const LONGEST_NOTE: usize = 1_000;
/// Numbers of currencies have at most three digits (ISO 4217).
const CURRENCY_NUMBERS: i64 = 1_000;
/// The keys of a row; clients send rows back as they read them, so those of its owner are taken, too.
const KEYS: &[&str] = &["currency", "price", "cost", "direct_cost", "notes", "product_id", "product_variation_id"];

/// What one of a product costs in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// Empty in a request of v1 that leaves it out.
    pub currency: String,
    pub price: Money,
    pub cost: Money,
    pub direct_cost: Money,
    pub notes: String,
}

/// Whose prices they are: the key that names it in a row, and its id.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    Product(i64),
    Variation(i64),
}

impl Price {
    fn nothing(currency: &str) -> Self {
        Price { currency: currency.to_owned(), price: Money::ZERO, cost: Money::ZERO, direct_cost: Money::ZERO, notes: String::new() }
    }
}

/// Reads prices from a request. They are kept without their owner; [`complete`] names it.
pub fn read(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let prices = parsed(strict, given)?;
    Ok(Value::from(kept(&prices, None)))
}

/// The prices of a request.
pub fn parsed(strict: bool, given: &JsonValue) -> Result<Vec<Price>, String> {
    let rows: &[JsonValue] = match given {
        JsonValue::Array(rows) => rows,
        single @ JsonValue::Object(_) if !strict => std::slice::from_ref(single),
        _ => return Err("The value is not a valid 'array'".to_owned()),
    };
    let mut prices: Vec<Price> = Vec::new();
    for row in rows {
        let price = one(strict, row.as_object().ok_or("The value is not a valid 'object'")?)?;
        if prices.iter().any(|known| known.currency == price.currency) {
            return Err(format!("there can be only one price in {}", price.currency));
        }
        prices.push(price);
    }
    Ok(prices)
}

fn one(strict: bool, row: &Map<String, JsonValue>) -> Result<Price, String> {
    if let Some(unknown) = row.keys().find(|key| strict && !KEYS.contains(&key.as_str())) {
        return Err(format!("{unknown} is not allowed"));
    }
    let given = |key: &str| row.get(key).filter(|value| !value.is_null());
    let currency = match given("currency") {
        Some(JsonValue::String(code)) => code.to_ascii_uppercase(),
        Some(_) => return Err("currency: The value is not a valid 'string'".to_owned()),
        None if strict => return Err("currency: is required".to_owned()),
        None => String::new(),
    };
    if !(currencies::is_known(&currency) || (currency.is_empty() && !strict)) {
        return Err("currency: unknown currency".to_owned());
    }
    let amount = |key: &str| match given(key) {
        None => Ok(Money::ZERO),
        Some(blank) if !strict && blank.as_str() == Some("") => Ok(Money::ZERO),
        Some(value) => amount(strict, value).map_err(|problem| format!("{key}: {problem}")),
    };
    let direct_cost = if !strict && given("overhead_cost").is_some() { "overhead_cost" } else { "direct_cost" };
    let notes = match given("notes") {
        None => String::new(),
        Some(JsonValue::String(notes)) if notes.chars().count() <= LONGEST_NOTE => notes.clone(),
        Some(JsonValue::String(_)) => return Err(format!("notes: must not be longer than {LONGEST_NOTE} characters")),
        Some(_) => return Err("notes: The value is not a valid 'string'".to_owned()),
    };
    Ok(Price { currency, price: amount("price")?, cost: amount("cost")?, direct_cost: amount(direct_cost)?, notes })
}

/// An amount that is not negative.
fn amount(strict: bool, given: &JsonValue) -> Result<Money, String> {
    let amount = parse::money(strict, given)?.as_int().map(Money::from_ten_thousandths).unwrap_or_default();
    if amount < Money::ZERO { Err("must not be negative".to_owned()) } else { Ok(amount) }
}

/// The prices as they are kept, with their owner; without any there is one of nothing in `currency`.
pub fn complete(mut prices: Vec<Price>, of: Of, currency: &str) -> Result<String, String> {
    for price in prices.iter_mut().filter(|price| price.currency.is_empty()) {
        price.currency = currency.to_owned();
    }
    if prices.is_empty() {
        prices.push(Price::nothing(currency));
    }
    if let Some((place, price)) = prices.iter().enumerate().find(|(place, price)| {
        let same = |other: &Price| other.currency == price.currency;
        prices[..*place].iter().any(same)
    }) {
        return Err(format!("there can be only one price in {} (row {})", price.currency, place + 1));
    }
    Ok(kept(&prices, Some(of)))
}

fn kept(prices: &[Price], of: Option<Of>) -> String {
    let mut json = Json::default();
    json.begin_array();
    for price in prices {
        json.begin_object();
        match of {
            Some(Of::Product(id)) => {
                json.key("product_id");
                json.int(id);
            }
            Some(Of::Variation(id)) => {
                json.key("product_variation_id");
                json.int(id);
            }
            None => {}
        }
        json.key("price");
        write_money(&mut json, price.price);
        json.key("currency");
        json.string(&price.currency);
        json.key("cost");
        write_money(&mut json, price.cost);
        json.key("direct_cost");
        write_money(&mut json, price.direct_cost);
        json.key("notes");
        json.string(&price.notes);
        json.end_object();
    }
    json.end_array();
    String::from_utf8(json.into_bytes()).unwrap_or_default()
}

/// Reads kept prices back.
pub fn from_kept(text: &str) -> Vec<Price> {
    let rows: Vec<Map<String, JsonValue>> = serde_json::from_str(text).unwrap_or_default();
    rows.iter().map(from_row).collect()
}

pub(super) fn from_row(row: &Map<String, JsonValue>) -> Price {
    let text = |key: &str| row.get(key).and_then(JsonValue::as_str).unwrap_or_default().to_owned();
    let money = |key: &str| row.get(key).and_then(|value| value.to_string().parse().ok()).unwrap_or_default();
    Price {
        currency: text("currency"),
        price: money("price"),
        cost: money("cost"),
        direct_cost: money("direct_cost"),
        notes: text("notes"),
    }
}

/// The prices of a product in their v1 form.
pub fn write_v1(json: &mut Json, call: &Call, kept: &str) {
    let rows: Vec<Map<String, JsonValue>> = serde_json::from_str(kept).unwrap_or_default();
    json.begin_array();
    for row in &rows {
        let product = row.get("product_id").and_then(body::int).unwrap_or_default();
        write_row_v1(json, call, &from_row(row), &[("product_id", product)], ("overhead_cost", "notes"));
    }
    json.end_array();
}

/// The prices of a variation as v1 knows them; it calls the notes a comment (semantics.md 10).
pub(super) fn write_variation_v1(json: &mut Json, call: &Call, product: i64, variation: i64, prices: &[Price]) {
    json.begin_array();
    for price in prices {
        write_row_v1(json, call, price, &[("product_id", product), ("product_variation_id", variation)], ("overhead_cost", "comment"));
    }
    json.end_array();
}

/// Only v1 gives prices ids. A product has one price in a currency, so that both together name it for good.
fn write_row_v1(json: &mut Json, call: &Call, price: &Price, of: &[(&str, i64)], (direct_cost, notes): (&str, &str)) {
    let owner = of.last().map_or(0, |(_, id)| *id);
    let locale = call.user().map_or("en_US", |user| user.locale.as_str());
    json.begin_object();
    json.key("id");
    json.int(owner.saturating_mul(CURRENCY_NUMBERS).saturating_add(currencies::id_of(&price.currency).unwrap_or_default()));
    for (key, id) in of {
        json.key(key);
        json.int(*id);
    }
    json.key("price");
    write_money(json, price.price);
    json.key("currency");
    json.string(&price.currency);
    json.key("cost");
    write_money(json, price.cost);
    json.key(direct_cost);
    write_money(json, price.direct_cost);
    json.key(notes);
    json.string(&price.notes);
    json.key("price_formatted");
    json.string(&currencies::format(price.price, &price.currency, locale));
    json.end_object();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prices_are_kept_as_v2_shows_them() {
        let given =
            json!([{"currency": "eur", "price": 22.5, "cost": 10, "direct_cost": 2, "notes": "list \"price\""}, {"currency": "USD"}]);
        let kept = complete(parsed(true, &given).unwrap(), Of::Product(7), "EUR").unwrap();
        let expected = r#"[{"product_id":7,"price":22.5,"currency":"EUR","cost":10,"direct_cost":2,"notes":"list \"price\""},{"product_id":7,"price":0,"currency":"USD","cost":0,"direct_cost":0,"notes":""}]"#;
        assert_eq!(kept, expected);
        assert_eq!(complete(from_kept(&kept), Of::Product(7), "EUR").unwrap(), kept, "kept prices stay as they are");
    }

    #[test]
    fn without_prices_there_is_one_of_nothing() {
        let kept = complete(Vec::new(), Of::Variation(3), "SEK").unwrap();
        assert_eq!(kept, r#"[{"product_variation_id":3,"price":0,"currency":"SEK","cost":0,"direct_cost":0,"notes":""}]"#);
    }

    #[test]
    fn v1_knows_other_names_and_forgives() {
        let given = json!({"currency": "EUR", "price": "7.25", "overhead_cost": "3", "cost": "", "id": 9, "price_formatted": "€7.25"});
        let [price] = <[Price; 1]>::try_from(parsed(false, &given).unwrap()).unwrap();
        assert_eq!((price.price.to_string(), price.direct_cost.to_string()), ("7.25".to_owned(), "3".to_owned()));
        let both = parsed(false, &json!([{"price": 1}, {"price": 2, "currency": "EUR"}])).unwrap();
        assert!(complete(both, Of::Product(1), "EUR").is_err(), "the default currency may be there already");
    }

    #[test]
    fn refuses_what_makes_no_price() {
        for given in [
            json!({}),
            json!([1]),
            json!([{"price": 1}]),
            json!([{"currency": "XXX"}]),
            json!([{"currency": "EUR", "price": "1"}]),
            json!([{"currency": "EUR", "price": -1}]),
            json!([{"currency": "EUR", "overhead_cost": 1}]),
            json!([{"currency": "EUR"}, {"currency": "eur"}]),
            json!([{"currency": "EUR", "notes": "x".repeat(1_001)}]),
        ] {
            assert!(read(true, &given).is_err(), "{given}");
        }
    }
}
