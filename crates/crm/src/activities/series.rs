//! Recurring activities: when a series happens, by the rules of RFC 5545 (semantics.md 20; `rec_rule` of the schema).
//!
//! Times are UTC. A series with a time of day repeats in its `source_timezone`, so that it keeps its hour when clocks change.

use super::fields::*;
use jiff::tz::TimeZone;
use penstock_model::{Record, Time};
use rrule::{Frequency, RRuleSet};
use std::fmt::Write;

/// At most so many instances are counted from the beginning of a series: of a daily one those of eleven years.
const MOST_STEPS: usize = 4_000;
/// At most so many lines of exceptions and further rules.
const MOST_LINES: usize = 20;
/// Nothing recurs after the year 9998: the last days of the next one are no times any more.
const LATEST: Time = Time::from_millis(253_370_764_799_000);
const EXTENSIONS: [&str; 3] = ["RRULE", "RDATE", "EXDATE"];

/// A rule that was refused.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub key: &'static str,
    pub text: String,
}

/// When a recurring activity happens.
pub struct Series(RRuleSet);

impl Series {
    /// The series of an activity; `None` where it happens once.
    pub fn of(activity: &Record) -> Result<Option<Self>, Problem> {
        let refuse = |key, text: String| Err(Problem { key, text });
        let extension = activity.text(RULE_EXTENSION_TEXT);
        let zone = match activity.text(SOURCE_TIMEZONE) {
            None => None,
            Some(name) => match TimeZone::get(name) {
                Ok(zone) => Some((name, zone)),
                Err(_) => return refuse("source_timezone", "is not a known time zone".to_owned()),
            },
        };
        let Some(rule) = activity.text(RULE_TEXT).map(str::trim) else {
            return if extension.is_some() { refuse("rec_rule_extension", "needs a rec_rule".to_owned()) } else { Ok(None) };
        };
        if rule.lines().count() > 1 {
            return refuse("rec_rule", "must be one line".to_owned());
        }
        let mut text = start_line(activity, zone.as_ref().map(|(name, zone)| (*name, zone)));
        text.push_str(if rule.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("RRULE:")) { "\n" } else { "\nRRULE:" });
        text.push_str(rule);
        parse(&text).map_err(|text| Problem { key: "rec_rule", text })?;
        if let Some(extension) = extension {
            let lines: Vec<_> = extension.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let is_known = |line: &&str| line.split([':', ';']).next().is_some_and(|name| EXTENSIONS.contains(&name));
            if lines.len() > MOST_LINES || !lines.iter().all(is_known) {
                let text = format!("must be at most {MOST_LINES} lines that begin with {}", EXTENSIONS.join(", "));
                return refuse("rec_rule_extension", text);
            }
            for line in lines {
                text.push('\n');
                text.push_str(line);
            }
        }
        parse(&text).map(|set| Some(Series(set))).map_err(|text| Problem { key: "rec_rule_extension", text })
    }

    /// The instances from `from` to `until`, both included, at most `most` of them.
    pub fn between(&self, from: Time, until: Option<Time>, most: usize) -> Vec<Time> {
        let times = self.times().skip_while(|time| *time < from);
        times.take_while(|time| until.is_none_or(|until| *time <= until)).take(most).collect()
    }

    /// The last instance; `None` of a series without end, or one that is longer than is counted.
    pub fn end(&self) -> Option<Time> {
        if self.0.get_rrule().iter().any(|rule| rule.get_count().is_none() && rule.get_until().is_none()) {
            return None;
        }
        let times: Vec<_> = self.times().collect();
        times.last().copied().filter(|_| times.len() < MOST_STEPS)
    }

    /// Whether an instance begins at this moment.
    pub fn has(&self, start: Time) -> bool {
        self.between(start, Some(start), 1) == [start]
    }

    fn times(&self) -> impl Iterator<Item = Time> {
        let set = self.0.clone().limit();
        let times = (&set).into_iter().take(MOST_STEPS).map(|instance| Time::from_millis(instance.timestamp_millis()));
        times.take_while(|time| *time <= LATEST)
    }
}

/// `DTSTART:…`; activities without a time of day begin their days everywhere at once.
fn start_line(activity: &Record, zone: Option<(&str, &TimeZone)>) -> String {
    let start = due(activity);
    let mut line = "DTSTART".to_owned();
    // Writing to a text cannot fail.
    let _ = match zone.filter(|_| activity.text(DUE_TIME).is_some()) {
        Some((name, zone)) => {
            let stamp = jiff::Timestamp::from_millisecond(start.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            write!(line, ";TZID={name}:{}", stamp.to_zoned(zone.clone()).strftime("%Y%m%dT%H%M%S"))
        }
        None => {
            let stamp = jiff::Timestamp::from_millisecond(start.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            write!(line, ":{}", stamp.strftime("%Y%m%dT%H%M%SZ"))
        }
    };
    line
}

const NEVER: &str = "must recur at least once";

fn parse(text: &str) -> Result<RRuleSet, String> {
    let set: RRuleSet = text.parse().map_err(|error: rrule::RRuleError| format!("is not a recurrence rule: {error}"))?;
    let is_finer =
        |rule: &rrule::RRule| !matches!(rule.get_freq(), Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily);
    if set.get_rrule().iter().any(is_finer) {
        return Err("must not recur more often than daily".to_owned());
    }
    if set.get_rrule().iter().any(|rule| rule.get_interval() == 0 || rule.get_count() == Some(0)) {
        return Err(NEVER.to_owned());
    }
    // A rule such as every 30th of February is searched in vain, again and again.
    let happens = |rule: &rrule::RRule| {
        let alone = RRuleSet::new(*set.get_dt_start()).rrule(rule.clone()).limit();
        (&alone).into_iter().next().is_some()
    };
    if !set.get_rrule().iter().all(happens) {
        return Err(NEVER.to_owned());
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use penstock_model::Date;

    fn activity(day: &str, time: Option<&str>, rule: &str, extension: Option<&str>) -> Record {
        let mut activity = Record::blank(&ACTIVITY, 1);
        activity.set(DUE_DATE, Date::parse(day).unwrap());
        activity.set(DUE_TIME, time);
        activity.set(RULE_TEXT, rule);
        activity.set(RULE_EXTENSION_TEXT, extension);
        activity
    }

    fn times(activity: &Record, from: &str, until: &str) -> Vec<String> {
        let series = Series::of(activity).unwrap().unwrap();
        let bound = |text| Time::parse_lenient(text).unwrap();
        series.between(bound(from), Some(bound(until)), 100).into_iter().map(Time::to_v1).collect()
    }

    #[test]
    fn instances_follow_the_rule_and_its_exceptions() {
        let weekly = activity("2026-03-04", Some("10:00:00"), "RRULE:FREQ=WEEKLY;BYDAY=WE", Some("EXDATE:20260318T100000Z"));
        let expected = ["2026-03-11 10:00:00", "2026-03-25 10:00:00"];
        assert_eq!(times(&weekly, "2026-03-05", "2026-03-31"), expected);
        assert_eq!(Series::of(&weekly).unwrap().unwrap().end(), None);
        let days = activity("2026-03-30", None, "FREQ=DAILY;COUNT=3", None);
        assert_eq!(times(&days, "2026-01-01", "2026-12-31"), ["2026-03-30 00:00:00", "2026-03-31 00:00:00", "2026-04-01 00:00:00"]);
        let series = Series::of(&days).unwrap().unwrap();
        assert_eq!(series.end().map(Time::to_v1).as_deref(), Some("2026-04-01 00:00:00"));
        assert!(series.has(Time::parse_lenient("2026-03-31").unwrap()));
        assert!(!series.has(Time::parse_lenient("2026-03-31 00:00:01").unwrap()));
    }

    #[test]
    fn a_series_keeps_its_hour_when_clocks_change() {
        let mut weekly = activity("2026-03-25", Some("08:00:00"), "FREQ=WEEKLY", None);
        weekly.set(SOURCE_TIMEZONE, "Europe/Tallinn");
        assert_eq!(times(&weekly, "2026-03-01", "2026-04-02"), ["2026-03-25 08:00:00", "2026-04-01 07:00:00"]);
    }

    #[test]
    fn bad_rules_are_refused() {
        for wrong in [
            "",
            "weekly",
            "FREQ=SOMETIMES",
            "FREQ=HOURLY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=-1",
            "FREQ=DAILY\nFREQ=WEEKLY",
            "FREQ=MONTHLY;BYMONTHDAY=99",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "RDATE:20260301T000000Z",
        ] {
            let refused = Series::of(&activity("2026-03-04", None, wrong, None)).err();
            assert_eq!(refused.map(|problem| problem.key), Some("rec_rule"), "{wrong:?}");
        }
        for wrong in ["EXRULE:FREQ=DAILY", "EXDATE:never", "hello"] {
            let refused = Series::of(&activity("2026-03-04", None, "FREQ=DAILY", Some(wrong))).err();
            assert_eq!(refused.map(|problem| problem.key), Some("rec_rule_extension"), "{wrong:?}");
        }
    }

    #[test]
    fn time_ends() {
        let late = activity("9998-12-30", None, "FREQ=DAILY", None);
        assert_eq!(times(&late, "2026-01-01", "9999-06-30"), ["9998-12-30 00:00:00", "9998-12-31 00:00:00"]);
        let series = Series::of(&late).unwrap().unwrap();
        assert_eq!(series.between(Time::from_millis(0), None, 100).len(), 2);
    }
}
