use jiff::civil;
use jiff::tz::TimeZone;
use std::fmt;

/// An instant in milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a time")]
pub struct TimeError;

const DAY: i64 = 86_400_000;

impl Time {
    pub const fn from_millis(millis: i64) -> Self {
        Time(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same instant with the fraction of its second cut off.
    pub const fn whole_seconds(self) -> Self {
        Time(self.0 - self.0.rem_euclid(1000))
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Time(self.0.saturating_add(millis))
    }

    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(DAY))
    }

    /// Reads RFC 3339 (`2024-02-03T04:05:06Z`, any offset, optional fraction).
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        let stamp: jiff::Timestamp = text.parse().map_err(|_| TimeError)?;
        Ok(Time(stamp.as_millisecond()))
    }

    /// Reads what v1 takes: `2024-02-03 04:05:06`, the same with `T`, RFC 3339, or a bare date (semantics.md 7).
    pub fn parse_lenient(text: &str) -> Result<Self, TimeError> {
        if let Ok(time) = Self::parse_rfc3339(text) {
            return Ok(time);
        }
        let clock: civil::DateTime = text.parse().map_err(|_| TimeError)?;
        let zoned = clock.to_zoned(TimeZone::UTC).map_err(|_| TimeError)?;
        Ok(Time(zoned.timestamp().as_millisecond()))
    }

    /// The calendar day of this instant in a zone.
    pub fn date_in(self, zone: &TimeZone) -> Date {
        Date(self.stamp().to_zoned(zone.clone()).date())
    }

    pub fn date(self) -> Date {
        Date(self.civil().date())
    }

    fn stamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    fn civil(self) -> civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(self.stamp())
    }

    /// Appends `2024-02-03 04:05:06`, the form of v1.
    pub fn write_v1(self, out: &mut Vec<u8>) {
        self.write_digits(out, b' ');
    }

    /// Appends `2024-02-03T04:05:06Z`, the form of v2.
    pub fn write_v2(self, out: &mut Vec<u8>) {
        self.write_digits(out, b'T');
        out.push(b'Z');
    }

    /// Appends `2024-02-03T04:05:06.789Z`.
    pub fn write_millis(self, out: &mut Vec<u8>) {
        self.write_digits(out, b'T');
        self.write_fraction(out);
        out.push(b'Z');
    }

    /// Appends `2024-02-03 04:05:06.789`, the form of v1 for projects and tasks.
    pub fn write_v1_millis(self, out: &mut Vec<u8>) {
        self.write_digits(out, b' ');
        self.write_fraction(out);
    }

    fn write_fraction(self, out: &mut Vec<u8>) {
        let millis = self.0.rem_euclid(1000);
        out.push(b'.');
        out.push(b'0' + (millis / 100) as u8);
        out.extend_from_slice(&two_digits(millis % 100));
    }

    pub fn to_v1(self) -> String {
        let mut out = Vec::with_capacity(19);
        self.write_v1(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    pub fn to_v2(self) -> String {
        let mut out = Vec::with_capacity(20);
        self.write_v2(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Rows hold times by the thousand, hence no calendar library: this takes a fifth of its instructions.
    fn write_digits(self, out: &mut Vec<u8>, between: u8) {
        let seconds = self.stamp().as_millisecond().div_euclid(1_000);
        let (year, month, day) = civil_day(seconds.div_euclid(86_400));
        let second = seconds.rem_euclid(86_400);
        let year = year.max(0);
        let [century, year, month, day] = [year / 100, year % 100, month, day].map(two_digits);
        let [hour, minute, second] = [second / 3600, second / 60 % 60, second % 60].map(two_digits);
        out.extend_from_slice(&[
            century[0], century[1], year[0], year[1], b'-', month[0], month[1], b'-', day[0], day[1], between, hour[0], hour[1], b':',
            minute[0], minute[1], b':', second[0], second[1],
        ]);
    }
}

/// Year, month and day of a day counted from 1970. The year of this reckoning begins with March, so that leap days come
/// last: 146,097 days are 400 years, 153 days five months.
fn civil_day(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (year + 400 * era, month, day)
}

fn two_digits(number: i64) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

impl Date {
    /// Reads `2024-02-03`.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if text.len() != 10 {
            return Err(TimeError);
        }
        text.parse().map(Date).map_err(|_| TimeError)
    }

    /// Midnight of this day, UTC.
    pub fn start(self) -> Time {
        self.start_in(&TimeZone::UTC)
    }

    /// Midnight of this day in a zone (or the first instant after it, where midnight does not exist).
    pub fn start_in(self, zone: &TimeZone) -> Time {
        self.0.to_zoned(zone.clone()).map_or(Time(0), |zoned| Time(zoned.timestamp().as_millisecond()))
    }

    pub fn plus_days(self, days: i64) -> Self {
        Date(self.0.saturating_add(jiff::Span::new().days(days.clamp(-3_000_000, 3_000_000))))
    }

    pub fn plus_months(self, months: i64) -> Self {
        Date(self.0.saturating_add(jiff::Span::new().months(months.clamp(-100_000, 100_000))))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_both_forms() {
        let time = Time::parse_rfc3339("2024-02-03T04:05:06.789Z").unwrap();
        assert_eq!(time.to_v1(), "2024-02-03 04:05:06");
        assert_eq!(time.to_v2(), "2024-02-03T04:05:06Z");
        let mut out = Vec::new();
        time.write_millis(&mut out);
        assert_eq!(out, b"2024-02-03T04:05:06.789Z");
    }

    #[test]
    fn reckons_days_as_the_calendar_does() {
        let first = civil::date(1970, 1, 1);
        for day in (-800_000..2_900_000).step_by(37).chain(-1_000..60_000) {
            let date = first + jiff::Span::new().days(day);
            assert_eq!(civil_day(day), (date.year().into(), date.month().into(), date.day().into()), "{day}");
        }
        assert_eq!(Time::from_millis(-1).to_v1(), "1969-12-31 23:59:59");
    }

    #[test]
    fn reads_the_forms_of_v1() {
        let expected = Time::parse_rfc3339("2024-02-03T04:05:06Z").unwrap();
        for text in ["2024-02-03 04:05:06", "2024-02-03T04:05:06", "2024-02-03T06:05:06+02:00"] {
            assert_eq!(Time::parse_lenient(text), Ok(expected), "{text}");
        }
        assert_eq!(Time::parse_lenient("2024-02-03"), Ok(Date::parse("2024-02-03").unwrap().start()));
        assert_eq!(Time::parse_lenient("soon"), Err(TimeError));
    }
}
