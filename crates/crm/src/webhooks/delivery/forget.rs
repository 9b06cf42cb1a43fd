//! The event log and the deliveries go with the outbox that they are about.

use crate::app::App;
use penstock_model::{CompanyId, Time};
use penstock_store::{Sql, Statement, StoreError, Weight};

/// Rows that go in one write.
const CHUNK: i64 = 1_000;

impl App {
    /// Removes the beginning of the event log, as far as its events happened before `limit`, and their deliveries. Answers how
    /// many places of the log.
    pub(crate) async fn forget_events(&self, company: CompanyId, limit: Time) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            let mut sql = Sql::new("SELECT seq, time FROM event_log WHERE company_id = ");
            sql.bind(company).push(" ORDER BY seq LIMIT ").bind(CHUNK);
            let first = self.store().rows(sql, Weight::Heavy, 2).await?;
            let old: Vec<i64> =
                first.iter().take_while(|row| row[1].as_int() < Some(limit.millis())).filter_map(|row| row[0].as_int()).collect();
            let Some(last) = old.last() else { return Ok(removed) };
            for hook in self.hooks_with_deliveries(company).await? {
                let text = "DELETE FROM webhook_deliveries WHERE company_id = $1 AND hook_id = $2 AND seq <= $3";
                self.store().execute(vec![Statement::new(text, vec![company.into(), hook.into(), (*last).into()])]).await?;
            }
            let text = "DELETE FROM event_log WHERE company_id = $1 AND seq <= $2";
            self.store().execute(vec![Statement::new(text, vec![company.into(), (*last).into()])]).await?;
            removed += old.len();
        }
    }

    /// One look along the key for each subscription, also for those that are removed.
    async fn hooks_with_deliveries(&self, company: CompanyId) -> Result<Vec<i64>, StoreError> {
        let mut hooks = Vec::new();
        loop {
            let mut sql = Sql::new("SELECT hook_id FROM webhook_deliveries WHERE company_id = ");
            sql.bind(company).push(" AND hook_id > ").bind(hooks.last().copied().unwrap_or(0));
            sql.push(" ORDER BY hook_id LIMIT 1");
            let next = self.store().rows(sql, Weight::Light, 1).await?;
            let Some(hook) = next.first().and_then(|row| row[0].as_int()) else { return Ok(hooks) };
            hooks.push(hook);
        }
    }
}
