//! Work that nobody asks for: rows that have served their time go.

use crate::app::App;
use crate::setup;
use penstock_model::{CompanyId, Value};
use penstock_store::{Sql, Statement, StoreError, Weight};

/// Events older than this are of no use to anybody who listens.
const OUTBOX_DAYS: i64 = 7;
/// Rows that go in one write, so that none holds up the others for long.
const CHUNK: i64 = 1_000;

impl App {
    /// Removes old rows of the outbox, jobs that ended long ago, and records whose time after deletion is over. Answers how
    /// many rows of the outbox and records. Safe to run at any time and from several nodes at once.
    pub async fn keep_house(&self) -> Result<usize, StoreError> {
        let mut removed = 0;
        for (company, _) in setup::companies(self.store()).await? {
            self.forget_jobs(company).await?;
            removed += self.purge(company).await?;
            loop {
                let ids = self.old_events(company).await?;
                removed += ids.len();
                let Some(last) = ids.last() else { break };
                let values = vec![company.into(), ids[0].into(), (*last).into(), self.outbox_limit()];
                let text = "DELETE FROM outbox WHERE company_id = $1 AND id >= $2 AND id <= $3 AND time < $4";
                self.store().execute(vec![Statement::new(text, values)]).await?;
            }
        }
        Ok(removed)
    }

    async fn old_events(&self, company: CompanyId) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM outbox WHERE company_id = ");
        sql.bind(company).push(" AND time < ").bind(self.outbox_limit()).push(" ORDER BY id LIMIT ").bind(CHUNK);
        self.store().read(sql, Weight::Heavy, Vec::new(), |ids, row| ids.extend(row.int(0))).await
    }

    fn outbox_limit(&self) -> Value {
        self.clock.now().plus_days(-OUTBOX_DAYS).into()
    }
}
