//! Currencies: which there are, how exact they are, and how amounts of them are printed (semantics.md 18).

mod format;
mod ops;

pub use format::format;
pub use ops::OPS;

use iso_currency::Currency;
use penstock_model::Money;

/// The currency of an ISO 4217 code. Metals, units of account and test codes are none.
fn find(code: &str) -> Option<Currency> {
    Currency::from_code(code).filter(|currency| !currency.is_special())
}

/// Whether this is the code of a currency.
pub fn is_known(code: &str) -> bool {
    find(code).is_some()
}

/// The number that ISO 4217 gives a currency; 0 for an unknown one.
pub fn number(code: &str) -> i64 {
    find(code).map_or(0, |currency| i64::from(currency.numeric()))
}

/// The decimals of a currency; 2 for an unknown one.
pub fn decimals(code: &str) -> u32 {
    find(code).map_or(2, exponent)
}

fn exponent(currency: Currency) -> u32 {
    currency.exponent().map_or(2, u32::from)
}

/// The sign that people in the currency's own country write; its code where there is none.
fn symbol(currency: Currency) -> String {
    let symbol = currency.symbol().symbol;
    // The data gives the generic sign where it knows none, and one to the Swiss franc that nobody there writes.
    if symbol == "¤" || currency == Currency::CHF { currency.code().to_owned() } else { symbol }
}

/// An amount in another currency; `None` where no rate is known. Penstock keeps no rates, so only an amount
/// that is in the wanted currency already can be had; sums leave the others out (semantics.md 9.1).
pub fn convert(amount: Money, from: &str, to: &str) -> Option<Money> {
    (from == to).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_money_and_its_decimals() {
        for (code, wanted) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("HRK", 2), ("nonsense", 2)] {
            assert_eq!(decimals(code), wanted, "{code}");
        }
        for code in ["XAU", "XXX", "XTS", "eur", ""] {
            assert!(!is_known(code), "{code}");
        }
    }

    #[test]
    fn converts_only_what_needs_no_rate() {
        let amount: Money = "12.5".parse().unwrap();
        assert_eq!(convert(amount, "EUR", "EUR"), Some(amount));
        assert_eq!(convert(amount, "EUR", "USD"), None);
    }
}
