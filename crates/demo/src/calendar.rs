//! Working time: everything in a company happens on weekdays between morning and evening.

use penstock_model::{Date, Time};

/// How many days the company is old.
const AGE: i64 = 3 * 365;
/// The first and the last hour of work, UTC.
const OPENS: i64 = 7;
const CLOSES: i64 = 18;
/// Seconds of work in a day.
pub const WORKDAY: i64 = (CLOSES - OPENS) * 3600;
/// 1970 began on a Thursday; days are counted from Monday.
const FIRST_WEEKDAY: i64 = 3;
const DAY_MILLIS: i64 = 86_400_000;

/// Seconds of work since the company was founded: a time axis without nights and weekends.
pub type Moment = i64;

/// The working days of the company up to now.
#[derive(Debug)]
pub struct Calendar {
    /// Midnight of each working day, in milliseconds since 1970.
    days: Vec<i64>,
}

impl Calendar {
    /// The days of the three years before a day.
    pub fn before(today: Date) -> Self {
        let today = today.start().millis() / DAY_MILLIS;
        let is_weekday = |day: &i64| (day + FIRST_WEEKDAY).rem_euclid(7) < 5;
        Calendar { days: (today - AGE..today).filter(is_weekday).map(|day| day * DAY_MILLIS).collect() }
    }

    /// The present: nothing happens from here on.
    pub fn end(&self) -> Moment {
        i64::try_from(self.days.len()).unwrap_or(0) * WORKDAY
    }

    /// The clock time of a moment; of one beyond the present, that of the last second before it.
    pub fn time(&self, moment: Moment) -> Time {
        let moment = moment.clamp(0, (self.end() - 1).max(0));
        let day = usize::try_from(moment / WORKDAY).ok().and_then(|day| self.days.get(day)).copied().unwrap_or(0);
        Time::from_millis(day + (OPENS * 3600 + moment % WORKDAY) * 1000)
    }

    /// The moment of a clock time; of one outside the hours of work, the next in them.
    pub fn moment(&self, time: Time) -> Moment {
        let day = self.days.partition_point(|day| day + DAY_MILLIS <= time.millis());
        let start = self.days.get(day).copied().unwrap_or(time.millis());
        let worked = (time.millis() - start) / 1000 - OPENS * 3600;
        i64::try_from(day).unwrap_or(0) * WORKDAY + worked.clamp(0, WORKDAY)
    }

    /// The moment at which the one numbered `index` of `count` things in a row came to be. A growing company makes
    /// more of them every year; `jitter` from 0 to 999 shifts it on its way to the next one.
    pub fn spread(&self, index: usize, count: usize, jitter: i64) -> Moment {
        let share = (index as f64 + jitter as f64 / 1000.0) / count.max(1) as f64;
        // Only operations that IEEE 754 defines to the last bit: every machine finds the same moment.
        let grown = 0.4 * share + 0.6 * share.sqrt();
        ((grown * self.end() as f64) as i64).min(self.end() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_works_at_night_or_on_weekends() {
        // A Sunday: the last working day before it is Friday.
        let calendar = Calendar::before(Date::parse("2026-03-01").unwrap());
        assert_eq!(calendar.time(calendar.end() - 1).to_v1(), "2026-02-27 17:59:59");
        assert_eq!(calendar.time(calendar.end() + 5), calendar.time(calendar.end() - 1));
        assert_eq!(calendar.time(calendar.end() - WORKDAY).to_v1(), "2026-02-27 07:00:00");
        assert_eq!(calendar.time(calendar.end() - WORKDAY - 1).to_v1(), "2026-02-26 17:59:59");
        assert_eq!(calendar.time(0).to_v1(), "2023-03-02 07:00:00");
    }

    #[test]
    fn moments_lead_back_to_their_times() {
        let calendar = Calendar::before(Date::parse("2026-03-01").unwrap());
        for moment in [0, 1, WORKDAY - 1, WORKDAY, 7 * WORKDAY + 5, calendar.end() - 1] {
            assert_eq!(calendar.moment(calendar.time(moment)), moment);
        }
        let saturday = Date::parse("2026-02-21").unwrap().start();
        assert_eq!(calendar.time(calendar.moment(saturday)).to_v1(), "2026-02-23 07:00:00");
        assert!(calendar.moment(Date::parse("2026-03-05").unwrap().start()) >= calendar.end());
    }

    #[test]
    fn things_in_a_row_come_one_after_the_other_and_ever_faster() {
        let calendar = Calendar::before(Date::parse("2026-03-01").unwrap());
        let moments: Vec<_> = (0..1000).map(|index| calendar.spread(index, 1000, 500)).collect();
        assert!(moments.is_sorted());
        assert!(moments[999] < calendar.end());
        assert!(calendar.end() - moments[500] < moments[500]);
    }
}
