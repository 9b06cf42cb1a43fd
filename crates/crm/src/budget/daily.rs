//! The tokens of a company in one day.
//!
//! Where a plan is kept to, the day's sum is a row that all nodes share. A node takes tokens from it in blocks and spends
//! those in memory: one write for many requests, and never more tokens than there are. The node whose write takes the company
//! over a share of which administrators are to be told tells them, in the same transaction.

use super::Demand;
use super::notices::{self, ALL};
use crate::error::ApiResult;
use penstock_model::CompanyId;
use penstock_store::{Sql, Statement, Store, StoreError, Weight};

pub const DAY_MILLIS: i64 = 86_400_000;
/// A block is this part of what is left, so that what a node has taken and not spent is never much.
const PARTS: i64 = 100;
const LARGEST_BLOCK: i64 = 2_000;
/// How often a node tries to take a block while others do.
const MOST_TRIES: usize = 20;

/// What this process knows of a day.
#[derive(Debug, Clone, Copy, Default)]
pub struct Day {
    /// Days since 1970, in UTC.
    pub number: i64,
    /// What is taken of the day's tokens by all nodes, as far as this one knows.
    pub taken: i64,
    /// What this node has taken and not spent.
    pub block: i64,
    /// The largest share in percent of which administrators were told, as far as this node knows.
    pub told: i64,
}

impl Day {
    /// Nothing taken yet on the day of a time.
    pub fn of(millis: i64) -> Self {
        Day { number: millis.div_euclid(DAY_MILLIS), ..Day::default() }
    }

    /// Whether the store may have tokens for a request of this cost, or is to be told that there are too few.
    pub fn may_take(&self, limit: i64, cost: i64) -> bool {
        limit - self.taken >= cost || self.told < ALL
    }

    /// What is left of `limit` tokens.
    pub fn left(&self, limit: i64) -> i64 {
        (limit - self.taken).max(0) + self.block
    }
}

/// The row of a day.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    taken: i64,
    told: i64,
}

/// Takes at least what a request costs from the row that all nodes share, or nothing where there is not as much any more;
/// answers the day as it then is to a node that had nothing left.
pub async fn take_block(store: &Store, demand: &Demand, limit: i64) -> ApiResult<Day> {
    let (company, cost) = (demand.who.company, demand.cost);
    let number = Day::of(demand.time.millis()).number;
    for _ in 0..MOST_TRIES {
        let row = shared(store, company, number).await?;
        let before = row.unwrap_or_default();
        let left = limit - before.taken;
        let block = if left < cost { 0 } else { (left / PARTS).clamp(cost, LARGEST_BLOCK.max(cost)) };
        let after = Shared { taken: before.taken + block, told: notices::share(before.taken + block, limit, block == 0).max(before.told) };
        let day = Day { number, taken: after.taken, block, told: after.told };
        if block == 0 && after.told == before.told {
            return Ok(day);
        }
        let mut statements = match row {
            Some(_) => vec![raise(company, number, before, after)],
            None => vec![begin(company, number, after), forget(company, number)],
        };
        let news = notices::between(before.told, after.told);
        for share in &news {
            statements.push(notices::entry(demand, *share, limit)?);
        }
        match store.execute(statements).await {
            Ok(()) => {
                news.iter().for_each(|share| notices::log(demand, *share, limit));
                return Ok(day);
            }
            // Another node was faster.
            Err(StoreError::Conflict | StoreError::Taken(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Unavailable("the token budget changes too fast".to_owned()).into())
}

async fn shared(store: &Store, company: CompanyId, day: i64) -> Result<Option<Shared>, StoreError> {
    let mut sql = Sql::new("SELECT taken, told FROM token_budgets WHERE company_id = ");
    sql.bind(company).push(" AND day = ").bind(day);
    let row = store.rows(sql, Weight::Light, 2).await?.pop();
    Ok(row.and_then(|row| Some(Shared { taken: row[0].as_int()?, told: row[1].as_int()? })))
}

fn raise(company: CompanyId, day: i64, before: Shared, after: Shared) -> Statement {
    Statement::one_row(
        "UPDATE token_budgets SET taken = $1, told = $2 WHERE company_id = $3 AND day = $4 AND taken = $5 AND told = $6",
        vec![after.taken.into(), after.told.into(), company.into(), day.into(), before.taken.into(), before.told.into()],
    )
}

fn begin(company: CompanyId, day: i64, first: Shared) -> Statement {
    Statement::new(
        "INSERT INTO token_budgets (company_id, day, taken, told) VALUES ($1, $2, $3, $4)",
        vec![company.into(), day.into(), first.taken.into(), first.told.into()],
    )
}

/// Days that are over are of no use.
fn forget(company: CompanyId, day: i64) -> Statement {
    Statement::new("DELETE FROM token_budgets WHERE company_id = $1 AND day < $2", vec![company.into(), day.into()])
}
