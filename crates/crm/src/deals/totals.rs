//! Exact sums of amounts, one per currency.

use crate::call::Call;
use crate::currencies;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::view::write_money;
use penstock_model::Money;
use std::collections::BTreeMap;

/// What amounts add up to, by currency. Only the finished sum is held to the range of [`Money`].
#[derive(Debug, Clone, Default)]
pub struct Sums(BTreeMap<String, i128>);

impl Sums {
    pub fn add(&mut self, currency: &str, amount: Money) {
        self.add_many(currency, amount, 1);
    }

    /// Adds the same amount so many times.
    pub fn add_many(&mut self, currency: &str, amount: Money, times: i64) {
        let more = i128::from(amount.ten_thousandths()) * i128::from(times);
        match self.0.get_mut(currency) {
            Some(sum) => *sum += more,
            None => {
                self.0.insert(currency.to_owned(), more);
            }
        }
    }

    /// The sums in the order of the currency codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Money)> {
        self.0.iter().map(|(currency, sum)| (currency.as_str(), money(*sum)))
    }

    /// Everything in one currency. Sums without a rate are left out (semantics.md 9.1).
    pub fn converted(&self, to: &str) -> Money {
        let sums = self.iter().filter_map(|(currency, sum)| currencies::convert(sum, currency, to));
        money(sums.map(|sum| i128::from(sum.ten_thousandths())).sum())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `{"EUR":100,"USD":220}`
    pub fn write(&self, json: &mut Json) {
        self.write_each(json, |json, _, sum| write_money(json, sum));
    }

    /// `{"EUR":"€100","USD":"$220"}`
    pub fn write_formatted(&self, json: &mut Json, locale: &str) {
        self.write_each(json, |json, currency, sum| json.string(&currencies::format(sum, currency, locale)));
    }

    fn write_each(&self, json: &mut Json, write: impl Fn(&mut Json, &str, Money)) {
        json.begin_object();
        for (currency, sum) in self.iter() {
            json.key(currency);
            write(json, currency, sum);
        }
        json.end_object();
    }
}

/// The currency into which totals are converted, where the request asks for it.
pub fn convert_to(call: &Call) -> ApiResult<Option<String>> {
    let Some(asked) = call.args.text("totals_convert_currency") else {
        return Ok(None);
    };
    if asked.eq_ignore_ascii_case("default_currency") {
        return Ok(Some(call.currency().to_owned()));
    }
    let code = asked.to_ascii_uppercase();
    if !currencies::is_known(&code) {
        return Err(ApiError::invalid_key("totals_convert_currency", "unknown currency"));
    }
    Ok(Some(code))
}

fn money(ten_thousandths: i128) -> Money {
    let clamped = ten_thousandths.clamp(i64::MIN.into(), i64::MAX.into());
    Money::from_ten_thousandths(i64::try_from(clamped).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_exactly_and_stays_within_money() {
        let mut sums = Sums::default();
        for _ in 0..10 {
            sums.add("EUR", "0.1".parse().unwrap());
        }
        sums.add_many("USD", "99999999999999.99".parse().unwrap(), 20);
        sums.add_many("USD", "-99999999999999.99".parse().unwrap(), 19);
        let shown: Vec<_> = sums.iter().map(|(currency, sum)| format!("{currency} {sum}")).collect();
        assert_eq!(shown, ["EUR 1", "USD 99999999999999.99"]);
        assert_eq!(sums.converted("EUR").to_string(), "1", "there is no rate for the dollars");

        sums.add_many("USD", "99999999999999.99".parse().unwrap(), 1_000);
        assert_eq!(sums.converted("USD"), Money::from_ten_thousandths(i64::MAX));
    }
}
