//! Work that nobody asks for: rows that have served their time go.

use crate::app::App;
use crate::custom::FieldType;
use crate::oauth;
use crate::setup;
use crate::sign_in::sessions;
use crate::value_index::numbers_of_field;
use penstock_model::{CompanyId, Time};
use penstock_store::{Row, Sql, Statement, StoreError, Weight};

/// Events older than this are of no use to anybody who listens: receivers that fail are tried for three days.
const OUTBOX_DAYS: i64 = 7;
/// Rows that go in one write, so that none holds up the others for long.
const CHUNK: i64 = 1_000;

impl App {
    /// Removes old rows of the outbox with what was delivered of them, jobs, sessions and tokens of apps that ended, records whose
    /// time after deletion is over, and the values of deleted fields in their index. Answers how many rows, but for jobs, sessions
    /// and tokens. Safe to run at any time and from several nodes at once.
    pub async fn keep_house(&self) -> Result<usize, StoreError> {
        let mut removed = 0;
        for (company, _) in setup::companies(self.store()).await? {
            self.forget_jobs(company).await?;
            let now = self.clock.now();
            self.store().execute(oauth::forget(company, now).into_iter().chain([sessions::forget(company, now)]).collect()).await?;
            removed += self.purge(company).await?;
            removed += self.forget_events(company, self.outbox_limit()).await?;
            removed += self.remove_old_events(company).await?;
            for field in self.deleted_fields(company).await? {
                removed += self.remove_values(company, field).await?;
            }
        }
        Ok(removed)
    }

    async fn remove_old_events(&self, company: CompanyId) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            let ids = self.old_events(company).await?;
            removed += ids.len();
            let Some(last) = ids.last() else { return Ok(removed) };
            let values = vec![company.into(), ids[0].into(), (*last).into(), self.outbox_limit().into()];
            let text = "DELETE FROM outbox WHERE company_id = $1 AND id >= $2 AND id <= $3 AND time < $4";
            self.store().execute(vec![Statement::new(text, values)]).await?;
        }
    }

    async fn old_events(&self, company: CompanyId) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM outbox WHERE company_id = ");
        sql.bind(company).push(" AND time < ").bind(self.outbox_limit()).push(" ORDER BY id LIMIT ").bind(CHUNK);
        self.store().read(sql, Weight::Heavy, Vec::new(), |ids, row| ids.extend(row.int(0))).await
    }

    fn outbox_limit(&self) -> Time {
        self.clock.now().plus_days(-OUTBOX_DAYS)
    }

    /// The numbers under which the values of deleted fields stand in the index, those of their parts included. Leads have
    /// values of the fields of deals.
    async fn deleted_fields(&self, company: CompanyId) -> Result<Vec<i64>, StoreError> {
        let mut sql =
            Sql::new("SELECT entity, code, field_type FROM fields WHERE is_custom_field = 1 AND is_deleted = 1 AND company_id = ");
        sql.bind(company);
        let add = |numbers: &mut Vec<i64>, row: &dyn Row| {
            let text = |index| row.text(index).unwrap_or_default();
            let field_type = FieldType::parse(text(2)).unwrap_or(FieldType::Varchar);
            for entity in [text(0)].into_iter().chain((text(0) == "deal").then_some("lead")) {
                numbers.extend(numbers_of_field(entity, text(1), field_type));
            }
        };
        self.store().read(sql, Weight::Light, Vec::new(), add).await
    }

    async fn remove_values(&self, company: CompanyId, field: i64) -> Result<usize, StoreError> {
        let mut removed = 0;
        loop {
            let mut sql = Sql::new("SELECT record_id FROM field_values WHERE company_id = ");
            sql.bind(company).push(" AND field = ").bind(field).push(" LIMIT ").bind(CHUNK);
            let records = self.store().read(sql, Weight::Heavy, Vec::new(), |records, row| records.extend(row.int(0))).await?;
            if records.is_empty() {
                return Ok(removed);
            }
            removed += records.len();
            let mut sql = Sql::new("DELETE FROM field_values WHERE company_id = ");
            sql.bind(company).push(" AND field = ").bind(field).push(" AND ");
            self.store().dialect().among(&mut sql, "record_id", records);
            self.store().execute(vec![sql.into()]).await?;
        }
    }
}
