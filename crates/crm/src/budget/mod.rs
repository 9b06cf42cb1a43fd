//! How much of its allowance a caller has used, and when it is refused more (semantics.md 6).
//!
//! A self-hosted company has no plan to outgrow: unless the operator sets one, nothing is refused, and the headers by which
//! clients pace themselves count as on the largest plan.

mod burst;
mod daily;
mod notices;
mod plan;

pub use plan::Plan;

use crate::error::ApiResult;
use burst::Burst;
use daily::{DAY_MILLIS, Day};
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::Store;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Search requests in two seconds, on every plan.
const SEARCH_BURST: u32 = 10;
/// When the requests of more tokens than these are remembered, those that rest are forgotten.
const MOST_BURSTS: usize = 10_000;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spender {
    pub company: CompanyId,
    pub user: UserId,
    /// The app that calls for the user, if it is one.
    pub app: Option<i64>,
}

/// One request, as far as budgets are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    pub who: Spender,
    /// The seats of the company.
    pub seats: usize,
    /// In tokens.
    pub cost: i64,
    pub is_search: bool,
    pub time: Time,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub burst_limit: i64,
    pub burst: i64,
    /// Whole seconds until more of the burst is back.
    pub reset: i64,
    pub daily_limit: i64,
    pub daily: i64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    pub left: Left,
    /// Where the request is refused: in how many seconds another one may be made.
    pub wait: Option<i64>,
}

/// What has been used.
#[derive(Debug, Default)]
pub struct Budget {
    /// The plan that is kept to; none refuses nothing.
    plan: Option<Plan>,
    used: Mutex<Used>,
    /// Held by the one request that takes tokens for all that wait.
    taking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Used {
    /// By spender, and whether it is searches that are counted.
    bursts: HashMap<(Spender, bool), Burst>,
    days: HashMap<CompanyId, Day>,
}

impl Used {
    /// What is known of the day of a request.
    fn day(&mut self, demand: &Demand) -> &mut Day {
        let day = self.days.entry(demand.who.company).or_default();
        let today = Day::of(demand.time.millis());
        if day.number != today.number {
            *day = today;
        }
        day
    }

    fn burst(&mut self, demand: &Demand, is_search: bool) -> &mut Burst {
        if self.bursts.len() > MOST_BURSTS {
            self.bursts.retain(|_, burst| !burst.is_idle(demand.time.millis()));
        }
        self.bursts.entry((demand.who, is_search)).or_default()
    }
}

impl Budget {
    pub fn new(plan: Option<Plan>) -> Self {
        Budget { plan, ..Budget::default() }
    }

    /// Counts a request, or finds that there is no room for it. Errors: those of the store where the tokens of this process are
    /// used up and others must be taken from the company's.
    pub async fn spend(&self, store: &Store, demand: &Demand) -> ApiResult<Spent> {
        let mut spent = self.count(demand);
        if spent.wait.is_none() && !self.take_tokens(demand, &mut spent) {
            // Boxed, as everything that few requests do.
            Box::pin(self.refill(store, demand, &mut spent)).await?;
        }
        Ok(spent)
    }

    /// Counts the request in its burst window. What it says of the day comes later.
    fn count(&self, demand: &Demand) -> Spent {
        let plan = self.plan.unwrap_or(Plan::Ultimate);
        let limit = match demand.who.app {
            None => plan.burst_of_token(),
            Some(_) => plan.burst_of_app(),
        };
        let keeps = |limit: u32| if self.plan.is_some() { limit } else { u32::MAX };
        let searches = demand.is_search && self.plan.is_some();
        let mut used = self.used();
        let mut spent = count_in(used.burst(demand, false), demand, limit, keeps(limit));
        if searches && spent.wait.is_none() {
            spent = count_in(used.burst(demand, true), demand, SEARCH_BURST, SEARCH_BURST);
        }
        spent.left.daily_limit = plan.daily_tokens(demand.seats);
        spent.left.daily = used.day(demand).left(spent.left.daily_limit);
        spent
    }

    /// Pays for the request; false where the tokens that this process has taken are not enough and the company may have more.
    fn take_tokens(&self, demand: &Demand, spent: &mut Spent) -> bool {
        let mut used = self.used();
        let day = used.day(demand);
        let limit = spent.left.daily_limit;
        if self.plan.is_none() {
            day.taken += demand.cost;
        } else if day.block >= demand.cost {
            day.block -= demand.cost;
        } else if day.may_take(limit, demand.cost) {
            return false;
        } else {
            let until_midnight = DAY_MILLIS - demand.time.millis().rem_euclid(DAY_MILLIS);
            spent.wait = Some(seconds(until_midnight));
        }
        spent.left.daily = day.left(limit);
        true
    }

    /// Takes tokens of the company's, unless another request has just done so, and pays.
    async fn refill(&self, store: &Store, demand: &Demand, spent: &mut Spent) -> ApiResult<()> {
        let _taking = self.taking.lock().await;
        while !self.take_tokens(demand, spent) {
            let taken = daily::take_block(store, demand, spent.left.daily_limit).await?;
            let mut used = self.used();
            let day = used.day(demand);
            *day = Day { block: day.block + taken.block, ..taken };
        }
        Ok(())
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a request in a window that shows `limit` and lets `most` pass.
fn count_in(burst: &mut Burst, demand: &Demand, limit: u32, most: u32) -> Spent {
    let millis = demand.time.millis();
    let taken = burst.take(millis, most);
    let reset = seconds(burst.wait(millis));
    let left =
        Left { burst_limit: i64::from(limit), burst: i64::from(limit.saturating_sub(burst.total())), reset, daily_limit: 0, daily: 0 };
    Spent { left, wait: (!taken).then_some(reset) }
}

/// Whole seconds after which so many milliseconds are over; at least one.
fn seconds(millis: i64) -> i64 {
    (millis + 999).div_euclid(1000).max(1)
}
