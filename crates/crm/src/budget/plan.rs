//! The hosted plans, as far as they limit the API.

use std::fmt;
use std::str::FromStr;

/// What a hosted plan allows (semantics.md 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    Lite,
    Growth,
    Premium,
    Ultimate,
}

/// Tokens of one seat in one day on the smallest plan.
const DAILY_TOKENS: i64 = 30_000;

impl Plan {
    pub const ALL: [Plan; 4] = [Plan::Lite, Plan::Growth, Plan::Premium, Plan::Ultimate];

    pub fn name(self) -> &'static str {
        match self {
            Plan::Lite => "lite",
            Plan::Growth => "growth",
            Plan::Premium => "premium",
            Plan::Ultimate => "ultimate",
        }
    }

    /// The tokens of a company with so many seats in one day.
    pub fn daily_tokens(self, seats: usize) -> i64 {
        let multiplier = match self {
            Plan::Lite => 1,
            Plan::Growth => 2,
            Plan::Premium => 5,
            Plan::Ultimate => 7,
        };
        DAILY_TOKENS * multiplier * seats.max(1) as i64
    }

    /// The requests of one API token in two seconds.
    pub fn burst_of_token(self) -> u32 {
        match self {
            Plan::Lite => 20,
            Plan::Growth => 40,
            Plan::Premium => 100,
            Plan::Ultimate => 120,
        }
    }

    /// The requests that one app makes for one user in two seconds.
    pub fn burst_of_app(self) -> u32 {
        self.burst_of_token() * 4
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let plan = Plan::ALL.into_iter().find(|plan| plan.name() == name);
        plan.ok_or_else(|| format!("{name:?} is not lite, growth, premium or ultimate"))
    }
}
