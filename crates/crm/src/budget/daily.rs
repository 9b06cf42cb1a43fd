//! The tokens of a company in one day.
//!
//! Where a plan is kept to, the day's sum is a row that all nodes share. A node takes tokens from it in blocks and spends
//! those in memory: one write for many requests, and never more tokens than there are.

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
}

impl Day {
    /// Nothing taken yet on the day of a time.
    pub fn of(millis: i64) -> Self {
        Day { number: millis.div_euclid(DAY_MILLIS), ..Day::default() }
    }

    /// What is left of `limit` tokens.
    pub fn left(&self, limit: i64) -> i64 {
        (limit - self.taken).max(0) + self.block
    }
}

/// Takes at least `cost` tokens of a day from the row that all nodes share, or none where there are not as many any more;
/// answers the day as it then is to a node that had nothing left.
pub async fn take_block(store: &Store, company: CompanyId, day: i64, limit: i64, cost: i64) -> Result<Day, StoreError> {
    for _ in 0..MOST_TRIES {
        let row = taken(store, company, day).await?;
        let before = row.unwrap_or(0);
        let left = limit - before;
        if left < cost {
            return Ok(Day { number: day, taken: before, block: 0 });
        }
        let block = (left / PARTS).clamp(cost, LARGEST_BLOCK.max(cost));
        let statements = match row {
            Some(_) => vec![raise(company, day, before, block)],
            None => vec![begin(company, day, block), forget(company, day)],
        };
        match store.execute(statements).await {
            Ok(()) => return Ok(Day { number: day, taken: before + block, block }),
            // Another node was faster.
            Err(StoreError::Conflict | StoreError::Taken(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Unavailable("the token budget changes too fast".to_owned()))
}

async fn taken(store: &Store, company: CompanyId, day: i64) -> Result<Option<i64>, StoreError> {
    let mut sql = Sql::new("SELECT taken FROM token_budgets WHERE company_id = ");
    sql.bind(company).push(" AND day = ").bind(day);
    let row = store.rows(sql, Weight::Light, 1).await?.pop();
    Ok(row.and_then(|row| row[0].as_int()))
}

fn raise(company: CompanyId, day: i64, before: i64, block: i64) -> Statement {
    Statement::one_row(
        "UPDATE token_budgets SET taken = taken + $1 WHERE company_id = $2 AND day = $3 AND taken = $4",
        vec![block.into(), company.into(), day.into(), before.into()],
    )
}

fn begin(company: CompanyId, day: i64, block: i64) -> Statement {
    Statement::new("INSERT INTO token_budgets (company_id, day, taken) VALUES ($1, $2, $3)", vec![company.into(), day.into(), block.into()])
}

/// Days that are over are of no use.
fn forget(company: CompanyId, day: i64) -> Statement {
    Statement::new("DELETE FROM token_budgets WHERE company_id = $1 AND day < $2", vec![company.into(), day.into()])
}
