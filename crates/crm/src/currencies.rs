//! Currencies and how amounts of them are printed (semantics.md 18).

use iso_currency::Currency;
use penstock_model::Money;

/// Whether this is the code of a currency.
pub fn is_known(code: &str) -> bool {
    Currency::from_code(code).is_some()
}

/// The decimals of a currency; 2 for an unknown one.
pub fn decimals(code: &str) -> u32 {
    Currency::from_code(code).and_then(Currency::exponent).map_or(2, u32::from)
}

/// An amount as people of a locale read it.
pub fn format(amount: Money, code: &str, _locale: &str) -> String {
    let symbol = Currency::from_code(code).map_or_else(|| code.to_owned(), |currency| currency.symbol().to_string());
    format!("{symbol}{amount}")
}

/// The amount in another currency; `None` where there is no rate. No rates are kept, so that an amount goes only
/// into the currency it is in.
pub fn convert(amount: Money, from: &str, to: &str) -> Option<Money> {
    (from == to).then_some(amount)
}
