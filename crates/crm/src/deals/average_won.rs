//! How long the deals of a pipeline take until they are won, on average.

use super::DEAL;
use crate::call::Call;
use crate::error::ApiResult;
use crate::select;
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, Weight};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An average of so many deals is hardly moved by one more.
const MANY: i64 = 1_000;
/// How long such an average is used.
const MILLIS: i64 = 60_000;
/// How many averages are remembered.
const MOST: usize = 10_000;

/// Whose average of which pipeline: users see different deals.
type Key = (CompanyId, UserId, i64);

/// Averages of many deals. To read all of them for each deal that is shown took most of its time.
#[derive(Debug, Default)]
pub struct Averages(Mutex<HashMap<Key, (Time, i64)>>);

impl Averages {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, (Time, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, key: Key, now: Time) -> Option<i64> {
        let (found, average) = *self.lock().get(&key)?;
        let age = now.millis() - found.millis();
        (0..MILLIS).contains(&age).then_some(average)
    }

    fn remember(&self, key: Key, now: Time, average: i64) {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, (now, average));
    }
}

/// The average of the won deals of a pipeline that the caller sees, in seconds; 0 without any. Up to a minute old where they are many.
pub async fn seconds(call: &Call, pipeline: i64) -> ApiResult<i64> {
    let (known, key) = (&call.app.averages_to_won, (call.company(), call.principal.user, pipeline));
    if let Some(average) = known.recall(key, call.now) {
        return Ok(average);
    }
    let mut sql = Sql::new("SELECT CAST(AVG(t.won_time - t.add_time) AS BIGINT), COUNT(*) FROM deals t");
    select::scope_of_many(&mut sql, call, &DEAL);
    sql.push(" AND t.status = 'won' AND t.pipeline_id = ").bind(pipeline);
    let read = |read: &mut (i64, i64), row: &dyn Row| {
        *read = (row.int(0).unwrap_or_default() / 1000, row.int(1).unwrap_or_default());
    };
    let (average, count) = call.store().read(sql, Weight::Heavy, (0, 0), read).await?;
    if count >= MANY {
        known.remember(key, call.now, average);
    }
    Ok(average)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_for_one_user_and_one_minute() {
        let averages = Averages::default();
        let key = (CompanyId(1), UserId(2), 3);
        let at = Time::from_millis;
        averages.remember(key, at(1_000), 7);
        assert_eq!(averages.recall(key, at(1_000)), Some(7));
        assert_eq!(averages.recall(key, at(60_999)), Some(7));
        assert_eq!(averages.recall(key, at(61_000)), None);
        // A clock that goes back makes nothing last longer.
        assert_eq!(averages.recall(key, at(999)), None);
        for other in [(CompanyId(2), UserId(2), 3), (CompanyId(1), UserId(3), 3), (CompanyId(1), UserId(2), 4)] {
            assert_eq!(averages.recall(other, at(1_000)), None);
        }
    }
}
