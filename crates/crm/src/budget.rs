//! How much of its allowance a caller has used, as the rate limit headers tell it (semantics.md 6).
//!
//! Nothing is refused: a self-hosted company has no plan to outgrow. Clients read the headers to pace
//! themselves, so the counts are true; they are kept in memory and begin anew with the process.

use penstock_model::{CompanyId, Time, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Requests of one API token in one window, as on the largest hosted plan.
const BURST_LIMIT: i64 = 120;
const WINDOW_MILLIS: i64 = 2_000;
/// Tokens of one seat in one day, as on the largest hosted plan.
const DAILY_TOKENS_PER_SEAT: i64 = 30_000 * 7;
const DAY_MILLIS: i64 = 86_400_000;

/// What has been used, by user and by company.
#[derive(Debug, Default)]
pub struct Budget {
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    bursts: HashMap<(CompanyId, UserId), Spent>,
    days: HashMap<CompanyId, Spent>,
}

/// An amount in the window that began at a time.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    window: i64,
    amount: i64,
}

impl Spent {
    fn add(&mut self, window: i64, amount: i64) -> i64 {
        if self.window != window {
            *self = Spent { window, amount: 0 };
        }
        self.amount += amount;
        self.amount
    }
}

/// What is left after a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    pub burst_limit: i64,
    pub burst: i64,
    /// Whole seconds until the burst window is new.
    pub reset: i64,
    pub daily_limit: i64,
    pub daily: i64,
}

impl Budget {
    /// Counts one request of `cost` tokens by a user of a company with so many seats.
    pub fn spend(&self, company: CompanyId, user: UserId, seats: usize, cost: u32, now: Time) -> Left {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let window = now.millis().div_euclid(WINDOW_MILLIS);
        let requests = used.bursts.entry((company, user)).or_default().add(window, 1);
        let tokens = used.days.entry(company).or_default().add(now.millis().div_euclid(DAY_MILLIS), i64::from(cost));
        let daily_limit = DAILY_TOKENS_PER_SEAT * seats.max(1) as i64;
        Left {
            burst_limit: BURST_LIMIT,
            burst: (BURST_LIMIT - requests).max(0),
            reset: (WINDOW_MILLIS - now.millis().rem_euclid(WINDOW_MILLIS) + 999).div_euclid(1000),
            daily_limit,
            daily: (daily_limit - tokens).max(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_window_gives_the_burst_back_and_a_new_day_the_tokens() {
        let budget = Budget::default();
        let spend = |millis| budget.spend(CompanyId(1), UserId(1), 2, 10, Time::from_millis(millis));
        let first = spend(0);
        assert_eq!((first.burst, first.reset, first.daily), (119, 2, 419_990));
        assert_eq!(spend(1_500).burst, 118);
        assert_eq!(spend(2_000).burst, 119);
        assert_eq!(spend(DAY_MILLIS).daily, 419_990);
    }
}
