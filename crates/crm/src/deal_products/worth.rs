//! What the products of a deal make it worth: the one rule of docs/DEAL-VALUE.md (semantics.md 17.3).
//!
//! All arithmetic is decimal. An amount is rounded half up to the decimals of its currency as soon as it is an amount
//! of money that somebody reads: the sum of a row, its tax, each additional discount, the monthly revenue.

use super::fields::*;
use penstock_model::{Money, Record};
use rust_decimal::{Decimal, RoundingStrategy};

/// A row of products, as far as its worth goes.
#[derive(Debug, Clone)]
pub struct Row {
    pub quantity: Decimal,
    pub item_price: Decimal,
    pub discount: Cut,
    /// The percentage that comes on top of the sum; zero where the price holds the tax already.
    pub added_tax: Decimal,
    pub is_enabled: bool,
    /// `None` where it is billed once.
    pub billing: Option<Billing>,
}

/// How a row is billed again and again.
#[derive(Debug, Clone, Copy)]
pub struct Billing {
    pub periods_per_year: i64,
    /// How often; `None` for endlessly.
    pub cycles: Option<i64>,
}

/// What a discount takes off.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    Percentage(Decimal),
    Amount(Decimal),
}

/// What a deal is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    pub value: Money,
    /// Of the first twelve months.
    pub acv: Money,
    pub arr: Money,
    pub mrr: Money,
}

/// An amount that is too large to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amounts are too large")]
pub struct TooLarge;

/// How often in a year something is billed; `None` for once.
pub fn periods_per_year(frequency: &str) -> Option<i64> {
    match frequency {
        "weekly" => Some(52),
        "monthly" => Some(12),
        "quarterly" => Some(4),
        "semi-annually" => Some(2),
        "annually" => Some(1),
        _ => None,
    }
}

impl Row {
    pub fn of(record: &Record) -> Self {
        let decimal = |col| record.get::<Money>(col).unwrap_or_default().to_decimal();
        let is_exclusive = record.text(TAX_METHOD) == Some("exclusive");
        let periods = record.text(FREQUENCY).and_then(periods_per_year);
        Row {
            quantity: decimal(QUANTITY),
            item_price: decimal(ITEM_PRICE),
            discount: cut(record.text(DISCOUNT_TYPE), decimal(DISCOUNT)),
            added_tax: if is_exclusive { decimal(TAX) } else { Decimal::ZERO },
            is_enabled: record.is(IS_ENABLED),
            billing: periods.map(|periods_per_year| Billing { periods_per_year, cycles: record.get(CYCLES) }),
        }
    }

    /// What one bill of the row comes to, without tax on top: the `sum` of the API.
    pub fn sum(&self, decimals: u32) -> Result<Money, TooLarge> {
        money(self.net(decimals)?)
    }

    fn net(&self, decimals: u32) -> Result<Decimal, TooLarge> {
        self.discount.off(self.quantity.checked_mul(self.item_price).ok_or(TooLarge)?, decimals)
    }

    /// The sum with the tax that is not in it yet.
    fn bill(&self, decimals: u32) -> Result<Decimal, TooLarge> {
        let net = self.net(decimals)?;
        let tax = percent(net, self.added_tax)?;
        Ok(round(net.checked_add(tax).ok_or(TooLarge)?, decimals))
    }
}

impl Cut {
    pub fn of(discount: &Record) -> Self {
        let amount = discount.get(discount::AMOUNT).unwrap_or_default().to_decimal();
        cut(discount.text(discount::TYPE), amount)
    }

    /// What is left of an amount, at least nothing.
    fn off(self, amount: Decimal, decimals: u32) -> Result<Decimal, TooLarge> {
        let off = match self {
            Cut::Percentage(share) => percent(amount, share)?,
            Cut::Amount(off) => off,
        };
        Ok(round(amount.checked_sub(off).ok_or(TooLarge)?.max(Decimal::ZERO), decimals))
    }
}

fn cut(discount_type: Option<&str>, amount: Decimal) -> Cut {
    if discount_type == Some("amount") { Cut::Amount(amount) } else { Cut::Percentage(amount) }
}

/// What rows are worth together with the additional discounts in the order in which they were given. Disabled rows do
/// not count; the discounts cut what is billed once.
pub fn worth(rows: &[Row], discounts: &[Cut], decimals: u32) -> Result<Worth, TooLarge> {
    let (mut once, mut whole_term, mut first_year, mut yearly) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for row in rows.iter().filter(|row| row.is_enabled) {
        let bill = row.bill(decimals)?;
        match row.billing {
            None => add(&mut once, bill, 1)?,
            Some(Billing { periods_per_year, cycles }) => {
                add(&mut whole_term, bill, cycles.unwrap_or(periods_per_year))?;
                add(&mut first_year, bill, cycles.map_or(periods_per_year, |cycles| cycles.min(periods_per_year)))?;
                add(&mut yearly, bill, periods_per_year)?;
            }
        }
    }
    for discount in discounts {
        once = discount.off(once, decimals)?;
    }
    add(&mut whole_term, once, 1)?;
    add(&mut first_year, once, 1)?;
    let monthly = round(yearly / Decimal::from(12), decimals);
    Ok(Worth { value: money(whole_term)?, acv: money(first_year)?, arr: money(yearly)?, mrr: money(monthly)? })
}

fn add(total: &mut Decimal, amount: Decimal, times: i64) -> Result<(), TooLarge> {
    let more = amount.checked_mul(Decimal::from(times)).ok_or(TooLarge)?;
    *total = total.checked_add(more).ok_or(TooLarge)?;
    Ok(())
}

fn percent(amount: Decimal, share: Decimal) -> Result<Decimal, TooLarge> {
    // Dividing first could lose digits only of a share, which has few.
    amount.checked_mul(share / Decimal::ONE_HUNDRED).ok_or(TooLarge)
}

/// Half up; amounts are never negative here.
fn round(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

fn money(amount: Decimal) -> Result<Money, TooLarge> {
    Money::from_decimal(amount).map_err(|_| TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn row(quantity: &str, item_price: &str) -> Row {
        Row {
            quantity: decimal(quantity),
            item_price: decimal(item_price),
            discount: Cut::Percentage(Decimal::ZERO),
            added_tax: Decimal::ZERO,
            is_enabled: true,
            billing: None,
        }
    }

    fn billed(row: Row, frequency: &str, cycles: Option<i64>) -> Row {
        Row { billing: periods_per_year(frequency).map(|periods_per_year| Billing { periods_per_year, cycles }), ..row }
    }

    /// Value, ACV, ARR, MRR.
    #[track_caller]
    fn is_worth(rows: &[Row], discounts: &[Cut], decimals: u32, expected: [&str; 4]) {
        let worth = worth(rows, discounts, decimals).unwrap();
        assert_eq!([worth.value, worth.acv, worth.arr, worth.mrr].map(|amount| amount.to_string()), expected);
    }

    #[track_caller]
    fn sums_to(row: &Row, decimals: u32, expected: &str) {
        assert_eq!(row.sum(decimals).unwrap().to_string(), expected);
    }

    #[test]
    fn sums_are_those_of_real_answers() {
        sums_to(&Row { discount: Cut::Percentage(decimal("0.2")), ..row("5", "22") }, 2, "109.78");
        sums_to(&row("2", "30.23"), 2, "60.46");
        sums_to(&row("5", "99.99"), 2, "499.95");
        sums_to(&row("120", "20"), 2, "2400");
        sums_to(&Row { discount: Cut::Percentage(decimal("5")), ..row("10", "300") }, 2, "2850");
        sums_to(&row("1.5", "3.33"), 2, "5");
        sums_to(&row("1.5", "3.33"), 0, "5");
        sums_to(&row("0.5", "1.01"), 2, "0.51");
    }

    #[test]
    fn a_discount_never_takes_more_than_there_is() {
        sums_to(&Row { discount: Cut::Amount(decimal("15")), ..row("3", "40") }, 2, "105");
        sums_to(&Row { discount: Cut::Amount(decimal("150")), ..row("3", "40") }, 2, "0");
        sums_to(&Row { discount: Cut::Percentage(decimal("120")), ..row("3", "40") }, 2, "0");
    }

    /// The first worked example of docs/DEAL-VALUE.md.
    #[test]
    fn recurring_rows_count_for_their_whole_term() {
        let once = Row { discount: Cut::Percentage(decimal("10")), ..row("1", "1000") };
        let rows = [once.clone(), billed(row("2", "50"), "monthly", Some(24))];
        is_worth(&rows, &[], 2, ["3300", "2100", "1200", "100"]);
        let tenth = [Cut::Percentage(decimal("10"))];
        is_worth(&rows, &tenth, 2, ["3210", "2010", "1200", "100"]);
        let endless = [once, billed(row("2", "50"), "monthly", None)];
        is_worth(&endless, &[], 2, ["2100", "2100", "1200", "100"]);
        is_worth(&endless, &tenth, 2, ["2010", "2010", "1200", "100"]);
    }

    /// The second one.
    #[test]
    fn only_tax_on_top_adds_to_the_value() {
        let taxed = |added: &str| Row { discount: Cut::Amount(decimal("15")), added_tax: decimal(added), ..row("3", "40") };
        is_worth(&[taxed("0")], &[], 2, ["105", "105", "0", "0"]);
        is_worth(&[taxed("20")], &[], 2, ["126", "126", "0", "0"]);
    }

    /// The third one.
    #[test]
    fn additional_discounts_cut_what_is_billed_once_one_after_the_other() {
        let cuts = [Cut::Percentage(decimal("10")), Cut::Amount(decimal("50"))];
        is_worth(&[row("10", "10")], &cuts, 2, ["40", "40", "0", "0"]);
        let other_way = [Cut::Amount(decimal("50")), Cut::Percentage(decimal("10"))];
        is_worth(&[row("10", "10")], &other_way, 2, ["45", "45", "0", "0"]);
        is_worth(&[row("10", "10")], &[Cut::Amount(decimal("500"))], 2, ["0", "0", "0", "0"]);
        is_worth(&[billed(row("1", "10"), "annually", Some(3))], &cuts, 2, ["30", "10", "10", "0.83"]);
    }

    #[test]
    fn each_frequency_has_its_periods() {
        for (frequency, expected) in [
            ("weekly", ["1000", "520", "520", "43.33"]),
            ("monthly", ["1000", "120", "120", "10"]),
            ("quarterly", ["1000", "40", "40", "3.33"]),
            ("semi-annually", ["1000", "20", "20", "1.67"]),
            ("annually", ["1000", "10", "10", "0.83"]),
        ] {
            is_worth(&[billed(row("1", "10"), frequency, Some(100))], &[], 2, expected);
        }
        is_worth(&[billed(row("1", "10"), "weekly", Some(3))], &[], 2, ["30", "30", "520", "43.33"]);
    }

    #[test]
    fn disabled_rows_do_not_count() {
        let off = Row { is_enabled: false, ..row("9", "9") };
        is_worth(&[off.clone(), row("1", "2")], &[], 2, ["2", "2", "0", "0"]);
        is_worth(&[off], &[], 2, ["0", "0", "0", "0"]);
    }

    #[test]
    fn currencies_have_their_own_decimals() {
        let taxed = Row { added_tax: decimal("7.7"), ..row("3", "33.335") };
        is_worth(std::slice::from_ref(&taxed), &[], 2, ["107.71", "107.71", "0", "0"]);
        is_worth(std::slice::from_ref(&taxed), &[], 0, ["108", "108", "0", "0"]);
        is_worth(&[taxed], &[], 3, ["107.705", "107.705", "0", "0"]);
    }

    #[test]
    fn giants_are_refused() {
        let giant = "99999999999999.9999";
        assert_eq!(row(giant, giant).sum(2), Err(TooLarge));
        let rows = vec![row("1", "99999999999999"); 2];
        assert_eq!(worth(&rows, &[], 2), Err(TooLarge));
        assert_eq!(worth(&[billed(row("1", "99999999999999"), "weekly", Some(208))], &[], 2), Err(TooLarge));
        assert_eq!(worth(&[Row { added_tax: decimal(giant), ..row("1", "99999999999999") }], &[], 2), Err(TooLarge));
    }
}
