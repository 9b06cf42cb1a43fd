//! What conditions mean, as plainly as it can be said.

use jiff::civil::Date;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A Wednesday.
pub const TODAY: &str = "2026-03-25";

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Title,
    Value,
    Status,
    Closing,
    Labels,
    Text,
    Number,
    Amount,
    Date,
    Range,
    Choice,
    Set,
    PersonName,
    PersonNumber,
}

impl Place {
    pub const ALL: [Place; 14] = [
        Place::Title,
        Place::Value,
        Place::Status,
        Place::Closing,
        Place::Labels,
        Place::Text,
        Place::Number,
        Place::Amount,
        Place::Date,
        Place::Range,
        Place::Choice,
        Place::Set,
        Place::PersonName,
        Place::PersonNumber,
    ];

    pub fn is_custom(self) -> bool {
        self >= Place::Text && self != Place::PersonName
    }
}

#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub number: Option<f64>,
}

pub type Amount = (f64, &'static str);

#[derive(Debug, Clone)]
pub struct Deal {
    pub title: String,
    pub value: Amount,
    pub status: &'static str,
    pub closing: Option<String>,
    pub labels: BTreeSet<usize>,
    pub text: Option<String>,
    pub number: Option<f64>,
    pub amount: Option<Amount>,
    pub date: Option<String>,
    pub range: Option<(String, Option<String>)>,
    pub choice: Option<usize>,
    pub set: BTreeSet<usize>,
    pub person: Option<usize>,
}

/// One condition.
#[derive(Debug, Clone)]
pub struct Asked {
    pub place: Place,
    pub operator: &'static str,
    pub value: Option<String>,
    pub currency: Option<&'static str>,
    pub options: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
pub struct Filter {
    pub all: Vec<Asked>,
    pub any: Vec<Asked>,
}

impl Filter {
    pub fn holds(&self, deal: &Deal, persons: &[Person]) -> bool {
        let holds = |asked: &Asked| asked.holds(deal, persons);
        self.all.iter().all(holds) && (self.any.is_empty() || self.any.iter().any(holds))
    }
}

impl Asked {
    fn holds(&self, deal: &Deal, persons: &[Person]) -> bool {
        let person = deal.person.map(|nth| &persons[nth]);
        match self.place {
            Place::Title => self.text(Some(&deal.title)),
            Place::Text => self.text(deal.text.as_deref()),
            Place::PersonName => person.is_some_and(|person| self.text(Some(&person.name))),
            Place::PersonNumber => person.is_some_and(|person| self.number(person.number)),
            Place::Number => self.number(deal.number),
            Place::Value => self.amount(Some(deal.value)),
            Place::Amount => self.amount(deal.amount),
            Place::Status => self.same(Some(deal.status), self.value.as_deref()),
            Place::Choice => self.same(deal.choice, self.options.first().copied()),
            Place::Closing => self.date(deal.closing.as_deref()),
            Place::Date => self.date(deal.date.as_deref()),
            Place::Range => self.range(deal.range.as_ref()),
            Place::Labels => self.set(&deal.labels),
            Place::Set => self.set(&deal.set),
        }
    }

    fn value(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    fn text(&self, text: Option<&str>) -> bool {
        let small = |text: &str| text.to_lowercase();
        let (text, value) = (text.map(small), small(self.value()));
        let has = |test: fn(&str, &str) -> bool| text.as_deref().is_some_and(|text| test(text, &value));
        match self.operator {
            "=" => has(|text, value| text == value),
            "!=" => !has(|text, value| text == value),
            "LIKE '$%'" => has(|text, value| text.starts_with(value)),
            "NOT LIKE '$%'" => !has(|text, value| text.starts_with(value)),
            "LIKE '%$%'" => has(|text, value| text.contains(value)),
            "NOT LIKE '%$%'" => !has(|text, value| text.contains(value)),
            "LIKE '%$'" => has(|text, value| text.ends_with(value)),
            "NOT LIKE '%$'" => !has(|text, value| text.ends_with(value)),
            "IS NULL" => text.is_none(),
            other => other == "IS NOT NULL" && text.is_some(),
        }
    }

    fn number(&self, number: Option<f64>) -> bool {
        let value = self.value().parse::<f64>().unwrap_or_default();
        self.order(number.and_then(|number| number.partial_cmp(&value)), number.is_some())
    }

    fn amount(&self, amount: Option<Amount>) -> bool {
        let value = self.value().parse::<f64>().unwrap_or_default();
        let fits = amount.filter(|(_, currency)| self.currency.is_none_or(|wanted| wanted == *currency));
        self.order(fits.and_then(|(amount, _)| amount.partial_cmp(&value)), amount.is_some())
    }

    /// By how a value lies to the asked one; nothing where it cannot be compared.
    fn order(&self, order: Option<Ordering>, is_set: bool) -> bool {
        ordered(self.operator, order).unwrap_or(match self.operator {
            "IS NULL" => !is_set,
            _ => is_set,
        })
    }

    fn same<T: PartialEq>(&self, value: Option<T>, wanted: Option<T>) -> bool {
        match self.operator {
            "=" => value == wanted,
            "!=" => value != wanted,
            "IS NULL" => value.is_none(),
            _ => value.is_some(),
        }
    }

    fn date(&self, date: Option<&str>) -> bool {
        self.order(date.and_then(|date| lies(date, self.value())), date.is_some())
    }

    fn range(&self, range: Option<&(String, Option<String>)>) -> bool {
        let start = range.and_then(|(start, _)| lies(start, self.value()));
        let end = range.and_then(|(_, end)| lies(end.as_deref()?, self.value()));
        match self.operator {
            "ends_at" => end == Some(Ordering::Equal),
            "does_not_end_at" => end != Some(Ordering::Equal),
            "ends_before" => end == Some(Ordering::Less),
            "ends_e_before" => end.is_some_and(Ordering::is_le),
            "ends_after" => end == Some(Ordering::Greater),
            "ends_e_after" => end.is_some_and(Ordering::is_ge),
            "includes" => start.is_some_and(Ordering::is_le) && end.or(start).is_some_and(Ordering::is_ge),
            _ => self.order(start, range.is_some()),
        }
    }

    fn set(&self, chosen: &BTreeSet<usize>) -> bool {
        match self.operator {
            "=" => *chosen == self.options,
            "!=" => *chosen != self.options,
            "contains" => self.options.is_subset(chosen),
            "not_contains" => self.options.is_disjoint(chosen),
            "IS NULL" => chosen.is_empty(),
            _ => !chosen.is_empty(),
        }
    }
}

fn ordered(operator: &str, order: Option<Ordering>) -> Option<bool> {
    Some(match operator {
        "=" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => order.is_some_and(Ordering::is_le),
        ">" => order == Some(Ordering::Greater),
        ">=" => order.is_some_and(Ordering::is_ge),
        _ => return None,
    })
}

/// The words for intervals that are tried beside plain days.
pub const WORDS: [&str; 9] =
    ["last_week", "this_week", "next_week", "last_month", "this_month", "next_month", "last_quarter", "this_quarter", "today"];

/// How a day lies to a day or to an interval, all of which counts as one.
fn lies(date: &str, to: &str) -> Option<Ordering> {
    let read = |text: &str| text.parse::<Date>().ok();
    let (date, today) = (read(date)?, read(TODAY)?);
    let weeks = |date: Date| (date - jiff::civil::date(1970, 1, 5)).get_days().div_euclid(7);
    let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
    let quarters = |date: Date| months(date) / 3;
    let by = |count: &dyn Fn(Date) -> i32, from_now: i32| count(date).cmp(&(count(today) + from_now));
    Some(match to {
        "last_week" => by(&weeks, -1),
        "this_week" => by(&weeks, 0),
        "next_week" => by(&weeks, 1),
        "last_month" => by(&months, -1),
        "this_month" => by(&months, 0),
        "next_month" => by(&months, 1),
        "last_quarter" => by(&quarters, -1),
        "this_quarter" => by(&quarters, 0),
        "today" => date.cmp(&today),
        day => date.cmp(&read(day)?),
    })
}
