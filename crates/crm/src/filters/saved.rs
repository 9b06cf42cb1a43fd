//! A saved filter at work: read before the operation that names it, and turned into a condition of its statements.

use super::compile;
use super::entity::*;
use super::grammar::{Condition, Conditions};
use super::objects::{self, FilterType};
use super::question::Question;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::params::FILTER_ID;
use crate::select::{self, Depth};
use penstock_model::{Entity, Record, Time, Value};
use penstock_store::{Row, Sql, Statement, Weight};
use std::sync::Arc;

/// How exactly the time of the last use is kept. Finer would make a write of every read.
const USE_MILLIS: i64 = 60_000;

/// The filter that a request names.
#[derive(Debug)]
pub struct Saved {
    id: i64,
    of: &'static FilterType,
    conditions: Conditions,
    last_used: Option<Time>,
}

/// Reads the filters that are not deleted, that the caller may see, and that `narrow` lets through.
pub async fn read(call: &Call, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(&FILTER, Depth::Row);
    select::scope(&mut sql, call, &FILTER);
    sql.push(" AND t.is_deleted = 0");
    narrow(&mut sql);
    sql.push(" ORDER BY t.id");
    let add = |filters: &mut Vec<Record>, row: &dyn Row| filters.push(select::record(&FILTER, Depth::Row, row));
    Ok(call.store().read(sql, Weight::Light, Vec::new(), add).await?)
}

/// Reads the filter that the request names by `filter_id`, if there is one that the caller may see.
pub async fn named(call: &Call) -> ApiResult<Option<Arc<Saved>>> {
    let Some(id) = call.args.int(FILTER_ID.name) else { return Ok(None) };
    let found = read(call, |sql| {
        sql.push(" AND t.id = ").bind(id);
    });
    Ok(found.await?.pop().and_then(|filter| Saved::of(&filter)).map(Arc::new))
}

impl Saved {
    fn of(filter: &Record) -> Option<Self> {
        Some(Saved {
            id: filter.id,
            of: objects::by_name(filter.text(TYPE)?)?,
            conditions: Conditions::kept(filter.text(CONDITIONS)?),
            last_used: filter.get(LAST_USED_TIME),
        })
    }

    /// Appends the conditions of the filter on the rows of an entity, called `t`. Errors: 400 where it is a filter of others.
    pub fn narrow(&self, call: &Call, sql: &mut Sql, entity: &Entity) -> ApiResult<()> {
        if self.of.lists.name != entity.name {
            let problem = format!("is a filter of {}, not of this list", self.of.name);
            return Err(ApiError::invalid_key(FILTER_ID.name, &problem));
        }
        let all = self.understand(call, &self.conditions.all);
        let any = self.understand(call, &self.conditions.any);
        compile::narrow(sql, call, self.of, &all, &any);
        Ok(())
    }

    fn understand(&self, call: &Call, conditions: &[Condition]) -> Vec<Option<Question>> {
        conditions.iter().map(|condition| Question::of(call, self.of, condition).ok()).collect()
    }

    /// Whether it wants deleted deals, which other filters of deals leave out.
    pub fn wants_deleted(&self, call: &Call) -> bool {
        let questions = [&self.conditions.all, &self.conditions.any].map(|conditions| self.understand(call, conditions));
        questions
            .iter()
            .flatten()
            .flatten()
            .any(|question| question.object.name == self.of.lists.name && question.asks_for_status() == Some("deleted"))
    }

    /// Notes that the filter was used, which is no change of the filter.
    pub async fn used(&self, call: &Call) -> ApiResult<()> {
        if self.last_used.is_some_and(|last| call.now.millis() - last.millis() < USE_MILLIS) {
            return Ok(());
        }
        let values: Vec<Value> = vec![call.company().into(), self.id.into(), call.now.into()];
        let text = "UPDATE filters SET last_used_time = $3 WHERE company_id = $1 AND id = $2";
        Ok(call.store().execute(vec![Statement::new(text, values)]).await?)
    }
}
