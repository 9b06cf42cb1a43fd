//! When a failed delivery is tried again.

use penstock_model::Time;
use std::str::FromStr;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The pauses of the API (semantics.md 28.4).
const PAUSES: [i64; 3] = [3 * SECOND, 30 * SECOND, 150 * SECOND];
/// The pauses after those; the last one repeats.
const LONG_PAUSES: [i64; 5] = [10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];
/// How long after its first attempt a delivery is still tried.
const PATIENCE_DAYS: i64 = 3;

/// Failed first attempts that bring a ban.
const BAN_AT: i64 = 10;
const BAN_MILLIS: i64 = 30 * MINUTE;
/// How long a receiver may take nothing before its subscription is removed.
const SILENCE_DAYS: i64 = 3;

/// What becomes of what a receiver does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retry {
    /// It is tried for three days, and no subscription is ever banned or removed.
    #[default]
    Steady,
    /// As the hosted service does: four attempts, bans, and in the end the removal of the subscription.
    Pipedrive,
}

impl FromStr for Retry {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "steady" => Ok(Retry::Steady),
            "pipedrive" => Ok(Retry::Pipedrive),
            _ => Err(format!("{word:?} is neither steady nor pipedrive")),
        }
    }
}

impl Retry {
    /// When to try again after the `attempt`th attempt, counted from 1, has failed; `None` when it was the last one.
    pub fn next(self, attempt: u32, first: Time, now: Time) -> Option<Time> {
        let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let pause = match (PAUSES.get(place), self) {
            (Some(pause), _) => *pause,
            (None, Retry::Pipedrive) => return None,
            (None, Retry::Steady) => LONG_PAUSES[(place - PAUSES.len()).min(LONG_PAUSES.len() - 1)],
        };
        let next = now.plus_millis(pause);
        (self == Retry::Pipedrive || next <= first.plus_days(PATIENCE_DAYS)).then_some(next)
    }
}

/// How a receiver fares, as far as the strict schedule needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// First attempts that have failed since the last ban.
    pub failed_count: i64,
    pub banned_until: Option<Time>,
    /// When an attempt failed for the first time since the last success.
    pub failing_since: Option<Time>,
}

/// What a failure means for the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentence {
    None,
    /// Events are lost until the end of the ban.
    Ban,
    Removal,
}

impl Health {
    pub fn succeeded(&mut self) {
        self.failing_since = None;
    }

    pub fn failed(&mut self, attempt: u32, now: Time) -> Sentence {
        let since = *self.failing_since.get_or_insert(now);
        if now >= since.plus_days(SILENCE_DAYS) {
            return Sentence::Removal;
        }
        if attempt > 1 {
            return Sentence::None;
        }
        self.failed_count += 1;
        if self.failed_count < BAN_AT {
            return Sentence::None;
        }
        self.failed_count = 0;
        self.banned_until = Some(now.plus_millis(BAN_MILLIS));
        Sentence::Ban
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_millis(1_700_000_000_000);

    /// The pauses in seconds of a delivery that is never taken.
    fn pauses(retry: Retry) -> Vec<i64> {
        let (mut pauses, mut now) = (Vec::new(), START);
        while let Some(next) = retry.next(pauses.len() as u32 + 1, START, now) {
            pauses.push((next.millis() - now.millis()) / 1000);
            now = next;
        }
        pauses
    }

    #[test]
    fn the_strict_schedule_ends_with_the_fourth_attempt() {
        assert_eq!(pauses(Retry::Pipedrive), [3, 30, 150]);
    }

    #[test]
    fn the_steady_schedule_goes_on_for_three_days() {
        let pauses = pauses(Retry::Steady);
        assert_eq!(pauses[..9], [3, 30, 150, 600, 1800, 3600, 10_800, 21_600, 21_600]);
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]), "{pauses:?}");
        let whole: i64 = pauses.iter().sum();
        assert!((66 * 3600..=72 * 3600).contains(&whole), "{whole} seconds");
    }

    #[test]
    fn ten_failed_first_attempts_bring_a_ban() {
        let mut health = Health::default();
        for count in 1..10 {
            assert_eq!(health.failed(1, START), Sentence::None);
            assert_eq!(health.failed(2, START), Sentence::None, "a retry does not count");
            assert_eq!(health.failed_count, count);
        }
        assert_eq!(health.banned_until, None);
        assert_eq!(health.failed(1, START), Sentence::Ban);
        assert_eq!(health.failed_count, 0);
        assert_eq!(health.banned_until, Some(START.plus_millis(BAN_MILLIS)));
    }

    #[test]
    fn three_days_without_a_success_end_a_subscription() {
        let mut health = Health::default();
        health.failed(1, START);
        assert_eq!(health.failed(4, START.plus_days(3).plus_millis(-1)), Sentence::None);
        assert_eq!(health.failed(2, START.plus_days(3)), Sentence::Removal);
        health.succeeded();
        assert_eq!(health.failed(2, START.plus_days(3)), Sentence::None, "a success begins the days anew");
    }
}
