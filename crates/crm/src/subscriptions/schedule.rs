//! Subscriptions and the payments that follow from them. What a subscription pays and when is never stored payment by
//! payment: it follows from its beginning, its cadence, the amounts that hold from certain days on, and its end.

use penstock_model::{Date, Money, Time, UserId};
use rust_decimal::Decimal;

/// How often a recurring subscription is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    Weekly,
    Monthly,
    Quarterly,
    Yearly,
}

pub const CADENCES: &[&str] = &["weekly", "monthly", "quarterly", "yearly"];

/// Endless subscriptions show the payments of so many months from today on.
const HORIZON_MONTHS: i64 = 12;
/// No subscription ever shows more payments than that.
const MOST_PAYMENTS: i64 = 5_000;

/// Fixed intervals of time, or payments of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurring {
    pub cadence: Cadence,
    /// `None` for endlessly.
    pub cycles: Option<i64>,
    pub start: Date,
    /// From which day on each payment is how much; by day, the first from the start.
    pub amounts: Vec<(Date, Money)>,
}

/// A payment that somebody has entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    pub amount: Money,
    pub description: String,
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: i64,
    pub deal: i64,
    pub user: UserId,
    pub description: Option<String>,
    pub currency: String,
    /// `None` for a subscription that consists of entered payments only.
    pub recurring: Option<Recurring>,
    pub entered: Vec<Entered>,
    /// No payment is due after this day.
    pub cancelled: Option<Date>,
    pub add_time: Time,
    pub update_time: Time,
}

/// What kind of payment one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Recurring,
    Additional,
    Installment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its place among those of its sort, from 0.
    pub number: i64,
    pub sort: Sort,
    pub amount: Money,
    /// By how much it is more than the one before.
    pub change: Money,
    pub due: Date,
    pub movement: &'static str,
    pub description: Option<String>,
}

impl Cadence {
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "weekly" => Cadence::Weekly,
            "monthly" => Cadence::Monthly,
            "quarterly" => Cadence::Quarterly,
            "yearly" => Cadence::Yearly,
            _ => return None,
        })
    }

    pub fn word(self) -> &'static str {
        match self {
            Cadence::Weekly => "weekly",
            Cadence::Monthly => "monthly",
            Cadence::Quarterly => "quarterly",
            Cadence::Yearly => "yearly",
        }
    }

    pub fn periods_per_year(self) -> i64 {
        match self {
            Cadence::Weekly => 52,
            Cadence::Monthly => 12,
            Cadence::Quarterly => 4,
            Cadence::Yearly => 1,
        }
    }

    /// The day of the `number`th payment, counted from 0. Months are counted from the start, so that a subscription of the
    /// 31st is paid on the last day of shorter months and on the 31st again.
    fn due(self, start: Date, number: i64) -> Date {
        match self {
            Cadence::Weekly => start.plus_days(7 * number),
            Cadence::Monthly => start.plus_months(number),
            Cadence::Quarterly => start.plus_months(3 * number),
            Cadence::Yearly => start.plus_months(12 * number),
        }
    }
}

impl Recurring {
    /// What a payment that is due on this day comes to.
    pub fn amount_on(&self, day: Date) -> Money {
        self.amounts.iter().rev().find(|(from, _)| *from <= day).or(self.amounts.first()).map_or(Money::ZERO, |(_, amount)| *amount)
    }

    /// The amount that holds from the last change on.
    pub fn latest_amount(&self) -> Money {
        self.amounts.last().map_or(Money::ZERO, |(_, amount)| *amount)
    }

    /// Lets payments be this much from a day on.
    pub fn set_amount(&mut self, from: Date, amount: Money) {
        self.amounts.retain(|(day, _)| *day < from);
        // Before the first payment there is nothing to keep.
        let from = if from <= self.start { self.start } else { from };
        self.amounts.push((from, amount));
    }

    /// The days of the payments, cancelled ones left out.
    fn days(&self, cancelled: Option<Date>, today: Date) -> Vec<Date> {
        let horizon = today.max(self.start).plus_months(HORIZON_MONTHS);
        let last = cancelled.map_or(horizon, |day| if self.cycles.is_some() { day } else { day.min(horizon) });
        let bounded = self.cycles.is_some() && cancelled.is_none();
        let days = (0..self.cycles.unwrap_or(MOST_PAYMENTS).min(MOST_PAYMENTS)).map(|number| self.cadence.due(self.start, number));
        days.take_while(|day| bounded || *day <= last).collect()
    }

    /// The day on which the next payment would be due after all there are; `None` where there is no end.
    fn end(&self, cancelled: Option<Date>, today: Date) -> Option<Date> {
        if self.cycles.is_none() && cancelled.is_none() {
            return None;
        }
        let paid = self.days(cancelled, today).len() as i64;
        Some(self.cadence.due(self.start, paid))
    }
}

impl Subscription {
    /// The payments by the day on which they are due.
    pub fn payments(&self, today: Date) -> Vec<Payment> {
        let mut payments: Vec<Payment> = self.recurring.iter().flat_map(|recurring| self.recurring_payments(recurring, today)).collect();
        let sort = if self.recurring.is_some() { Sort::Additional } else { Sort::Installment };
        for (number, entered) in (0..).zip(&self.entered) {
            if self.cancelled.is_some_and(|day| entered.due > day) {
                continue;
            }
            payments.push(Payment {
                number,
                sort,
                amount: entered.amount,
                change: Money::ZERO,
                due: entered.due,
                movement: "none",
                description: Some(entered.description.clone()),
            });
        }
        payments.sort_by_key(|payment| (payment.due, payment.sort != Sort::Recurring, payment.number));
        payments
    }

    fn recurring_payments(&self, recurring: &Recurring, today: Date) -> Vec<Payment> {
        let days = recurring.days(self.cancelled, today);
        let ends = recurring.cycles.is_some() || self.cancelled.is_some();
        let mut before = None;
        let mut payments = Vec::with_capacity(days.len());
        for (number, due) in (0..).zip(&days) {
            let amount = recurring.amount_on(*due);
            let movement = match before {
                None => "new",
                Some(_) if ends && number + 1 == days.len() as i64 => "churn",
                Some(before) if amount > before => "expansion",
                Some(before) if amount < before => "contraction",
                Some(_) => "recurring",
            };
            payments.push(Payment {
                number,
                sort: Sort::Recurring,
                amount,
                change: less(amount, before.unwrap_or_default()),
                due: *due,
                movement,
                description: self.description.clone(),
            });
            before = Some(amount);
        }
        payments
    }

    pub fn start(&self) -> Option<Date> {
        match &self.recurring {
            Some(recurring) => Some(recurring.start),
            None => self.entered.iter().map(|payment| payment.due).min(),
        }
    }

    pub fn end(&self, today: Date) -> Option<Date> {
        match &self.recurring {
            Some(recurring) => recurring.end(self.cancelled, today),
            None => self.entered.iter().map(|payment| payment.due).max(),
        }
    }

    /// Whether something is still to come, and nobody has cancelled it.
    pub fn is_active(&self, today: Date) -> bool {
        self.cancelled.is_none_or(|day| day > today) && self.end(today).is_none_or(|end| end >= today)
    }

    pub fn final_status(&self, today: Date) -> Option<&'static str> {
        match (self.is_active(today), self.cancelled) {
            (true, _) => None,
            (false, Some(_)) => Some("canceled"),
            (false, None) => Some("completed"),
        }
    }

    /// What all payments come to.
    pub fn total(&self, today: Date) -> Money {
        self.payments(today).iter().fold(Money::ZERO, |sum, payment| plus(sum, payment.amount))
    }

    /// The monthly revenue of the latest amount, in the decimals of the currency.
    pub fn monthly(&self, decimals: u32) -> Money {
        let Some(recurring) = &self.recurring else { return Money::ZERO };
        let amount = recurring.latest_amount();
        let yearly = amount.to_decimal().checked_mul(Decimal::from(recurring.cadence.periods_per_year()));
        let monthly = yearly.and_then(|yearly| Money::from_decimal(yearly / Decimal::from(12)).ok());
        monthly.unwrap_or(amount).round(decimals)
    }
}

fn plus(one: Money, other: Money) -> Money {
    Money::from_ten_thousandths(one.ten_thousandths().saturating_add(other.ten_thousandths()))
}

fn less(one: Money, other: Money) -> Money {
    Money::from_ten_thousandths(one.ten_thousandths().saturating_sub(other.ten_thousandths()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn subscription(cadence: Cadence, cycles: Option<i64>, start: &str, amount: &str) -> Subscription {
        let start = day(start);
        Subscription {
            id: 1,
            deal: 1,
            user: UserId(1),
            description: None,
            currency: "EUR".to_owned(),
            recurring: Some(Recurring { cadence, cycles, start, amounts: vec![(start, money(amount))] }),
            entered: Vec::new(),
            cancelled: None,
            add_time: Time::from_millis(0),
            update_time: Time::from_millis(0),
        }
    }

    fn told(subscription: &Subscription, today: &str) -> Vec<String> {
        let payments = subscription.payments(day(today));
        payments.iter().map(|payment| format!("{} {} {} {}", payment.due, payment.amount, payment.change, payment.movement)).collect()
    }

    #[test]
    fn payments_follow_from_beginning_cadence_and_amounts() {
        let mut monthly = subscription(Cadence::Monthly, Some(4), "2026-01-31", "10");
        monthly.recurring.as_mut().unwrap().set_amount(day("2026-03-01"), money("12.5"));
        let expected = ["2026-01-31 10 10 new", "2026-02-28 10 0 recurring", "2026-03-31 12.5 2.5 expansion", "2026-04-30 12.5 0 churn"];
        assert_eq!(told(&monthly, "2026-01-01"), expected);
        assert_eq!((monthly.total(day("2026-01-01")), monthly.end(day("2026-01-01"))), (money("45"), Some(day("2026-05-31"))));
        assert_eq!((monthly.is_active(day("2026-05-31")), monthly.final_status(day("2026-06-01"))), (true, Some("completed")));
    }

    #[test]
    fn endless_ones_show_the_payments_of_a_year() {
        let weekly = subscription(Cadence::Weekly, None, "2026-01-01", "1");
        assert_eq!(weekly.payments(day("2026-01-01")).len(), 53);
        assert_eq!(weekly.payments(day("2025-01-01")).len(), 53, "a year from its start");
        assert_eq!((weekly.end(day("2030-01-01")), weekly.is_active(day("2030-01-01"))), (None, true));
        let quarterly = subscription(Cadence::Quarterly, None, "2026-01-01", "1");
        assert_eq!(quarterly.payments(day("2026-01-01")).len(), 5);
    }

    #[test]
    fn a_cancelled_one_ends_with_the_payment_that_would_follow() {
        for cycles in [None, Some(12)] {
            let mut monthly = subscription(Cadence::Monthly, cycles, "2026-01-15", "10");
            monthly.entered.push(Entered { amount: money("99"), description: "Late".to_owned(), due: day("2026-06-01") });
            monthly.cancelled = Some(day("2026-03-20"));
            let expected = ["2026-01-15 10 10 new", "2026-02-15 10 0 recurring", "2026-03-15 10 0 churn"];
            assert_eq!(told(&monthly, "2026-02-01"), expected);
            assert_eq!(monthly.end(day("2026-02-01")), Some(day("2026-04-15")));
            assert_eq!((monthly.is_active(day("2026-02-01")), monthly.is_active(day("2026-03-20"))), (true, false));
            assert_eq!(monthly.final_status(day("2026-03-20")), Some("canceled"));
        }
    }

    #[test]
    fn monthly_revenue_is_a_twelfth_of_a_year() {
        for (cadence, expected) in
            [(Cadence::Weekly, "43.33"), (Cadence::Monthly, "10"), (Cadence::Quarterly, "3.33"), (Cadence::Yearly, "0.83")]
        {
            assert_eq!(subscription(cadence, None, "2026-01-01", "10").monthly(2), money(expected));
        }
    }

    #[test]
    fn entered_payments_stand_alone() {
        let mut parts = subscription(Cadence::Monthly, None, "2026-01-01", "10");
        parts.recurring = None;
        for (due, amount) in [("2026-03-01", "20"), ("2026-02-01", "10")] {
            parts.entered.push(Entered { amount: money(amount), description: "Part".to_owned(), due: day(due) });
        }
        assert_eq!(told(&parts, "2026-01-01"), ["2026-02-01 10 0 none", "2026-03-01 20 0 none"]);
        assert_eq!((parts.start(), parts.end(day("2026-01-01"))), (Some(day("2026-02-01")), Some(day("2026-03-01"))));
        assert_eq!(parts.total(day("2026-01-01")), money("30"));
    }
}
