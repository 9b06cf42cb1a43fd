//! The days that a condition on a date names: one day, or a word that goes by the day of the caller (semantics.md 13.2).

use super::operators::Operator;
use penstock_model::Date;

/// What the value of a condition on a date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From the first day up to, not including, the last.
    Days(Date, Date),
    /// This instant.
    Now,
    /// The moment at which a deal begins to rot.
    Rotten,
}

/// Reads a value, and the operator that holds in place of the given one: some words bring their own. `None` where it is
/// neither a day nor one of the words.
pub fn read(text: &str, today: Date, operator: Operator) -> Option<(When, Operator)> {
    let day = |date: Date| When::Days(date, date.plus_days(1));
    let from_today = |days: i64| day(today.plus_days(days));
    let when = match text {
        "now" => When::Now,
        "rotten_time" => When::Rotten,
        "before_today" => return Some((from_today(0), Operator::Less)),
        "later_or_today" => return Some((from_today(0), Operator::GreaterOrEqual)),
        "before_tomorrow" => return Some((from_today(1), Operator::Less)),
        "later_or_tomorrow" => return Some((from_today(1), Operator::GreaterOrEqual)),
        "yesterday" => from_today(-1),
        "today" => from_today(0),
        "tomorrow" => from_today(1),
        "last_week" => weeks(today, -1),
        "this_week" => weeks(today, 0),
        "next_week" => weeks(today, 1),
        "last_month" => months(today, -1, 1),
        "this_month" => months(today, 0, 1),
        "next_month" => months(today, 1, 1),
        "last_quarter" => months(today, -month_of_quarter(today) - 3, 3),
        "this_quarter" => months(today, -month_of_quarter(today), 3),
        other => match distance(other) {
            Some(Distance::Weeks(weeks)) => from_today(7 * weeks),
            Some(Distance::Months(months)) => day(today.plus_months(months)),
            None => day(Date::parse(other).ok()?),
        },
    };
    Some((when, operator))
}

enum Distance {
    Weeks(i64),
    Months(i64),
}

/// Reads `3_weeks_ago`, `in_1_month` and the like, as far as the helpers list them.
fn distance(text: &str) -> Option<Distance> {
    let (span, sign) = match text.strip_prefix("in_") {
        Some(span) => (span, 1),
        None => (text.strip_suffix("_ago")?, -1),
    };
    let (number, unit) = span.split_once('_')?;
    let number: i64 = number.parse().ok().filter(|_| number.len() == 1)?;
    match unit {
        "week" | "weeks" if (1..=3).contains(&number) => Some(Distance::Weeks(sign * number)),
        "month" | "months" if (1..=6).contains(&number) => Some(Distance::Months(sign * number)),
        _ => None,
    }
}

/// The week, Monday to Sunday, so many weeks from this one.
fn weeks(today: Date, from_now: i64) -> When {
    let monday = today.plus_days(7 * from_now - i64::from(today.0.weekday().to_monday_zero_offset()));
    When::Days(monday, monday.plus_days(7))
}

/// `count` calendar months, beginning so many months from this one.
fn months(today: Date, from_now: i64, count: i64) -> When {
    let first = Date(today.0.first_of_month()).plus_months(from_now);
    When::Days(first, first.plus_months(count))
}

/// How many months of the quarter are over: 0 to 2.
fn month_of_quarter(today: Date) -> i64 {
    i64::from(today.0.month() - 1) % 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn days(today: &str, text: &str) -> (String, String, Operator) {
        let (when, operator) = read(text, Date::parse(today).unwrap(), Operator::Equal).unwrap();
        let When::Days(start, end) = when else { panic!("{when:?}") };
        (start.to_string(), end.to_string(), operator)
    }

    #[test]
    fn words_go_by_the_day_of_the_caller() {
        // A Wednesday.
        let cases = [
            ("last_quarter", "2025-10-01", "2026-01-01"),
            ("this_quarter", "2026-01-01", "2026-04-01"),
            ("last_month", "2026-02-01", "2026-03-01"),
            ("this_month", "2026-03-01", "2026-04-01"),
            ("next_month", "2026-04-01", "2026-05-01"),
            ("last_week", "2026-03-16", "2026-03-23"),
            ("this_week", "2026-03-23", "2026-03-30"),
            ("next_week", "2026-03-30", "2026-04-06"),
            ("3_weeks_ago", "2026-03-04", "2026-03-05"),
            ("1_week_ago", "2026-03-18", "2026-03-19"),
            ("1_months_ago", "2026-02-25", "2026-02-26"),
            ("6_months_ago", "2025-09-25", "2025-09-26"),
            ("yesterday", "2026-03-24", "2026-03-25"),
            ("today", "2026-03-25", "2026-03-26"),
            ("tomorrow", "2026-03-26", "2026-03-27"),
            ("in_1_week", "2026-04-01", "2026-04-02"),
            ("in_1_month", "2026-04-25", "2026-04-26"),
            ("in_6_months", "2026-09-25", "2026-09-26"),
            ("2024-02-29", "2024-02-29", "2024-03-01"),
        ];
        for (text, start, end) in cases {
            assert_eq!(days("2026-03-25", text), (start.to_owned(), end.to_owned(), Operator::Equal), "{text}");
        }
    }

    #[test]
    fn edges_of_the_calendar() {
        assert_eq!(days("2026-03-31", "1_months_ago").0, "2026-02-28", "clamped to the last day");
        assert_eq!(days("2026-08-31", "in_6_months").0, "2027-02-28");
        assert_eq!(days("2026-03-29", "this_week").0, "2026-03-23", "Sunday ends a week");
        assert_eq!(days("2026-03-30", "this_week").0, "2026-03-30", "Monday begins one");
        assert_eq!(days("2026-01-01", "last_quarter").0, "2025-10-01");
        assert_eq!(days("2026-12-31", "next_month").0, "2027-01-01");
    }

    #[test]
    fn some_words_bring_their_operator() {
        for (text, start, operator) in [
            ("before_today", "2026-03-25", Operator::Less),
            ("later_or_today", "2026-03-25", Operator::GreaterOrEqual),
            ("before_tomorrow", "2026-03-26", Operator::Less),
            ("later_or_tomorrow", "2026-03-26", Operator::GreaterOrEqual),
        ] {
            let (from, _, found) = days("2026-03-25", text);
            assert_eq!((from.as_str(), found), (start, operator), "{text}");
        }
    }

    #[test]
    fn every_word_of_the_helpers_is_known() {
        let helpers: Value = serde_json::from_str(super::super::HELPERS).unwrap();
        let today = Date::parse("2026-03-25").unwrap();
        for (word, _) in helpers["data"]["relative_dates"].as_object().unwrap().values().flat_map(|words| words.as_object().unwrap()) {
            assert!(read(word, today, Operator::Equal).is_some(), "{word}");
        }
        for unknown in
            ["", "soon", "7_months_ago", "4_weeks_ago", "in_0_weeks", "in_1_day", "2026-3-25", "2026-03-25 10:00:00", "25.03.2026"]
        {
            assert_eq!(read(unknown, today, Operator::Equal), None, "{unknown}");
        }
    }
}
