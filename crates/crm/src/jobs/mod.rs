//! Work that goes on after its request was answered: rows that any process of the server takes up, one at a time.
//!
//! A process that takes a job up holds it for a while. What the job does and its end are one transaction, which only the
//! last holder can commit: whatever crashes or hangs, nothing is lost and nothing happens twice.

mod purge;
mod runner;
#[cfg(test)]
mod tests;
pub mod ties;

pub use runner::Outcome;

use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Area, CompanyId, Time, UserId, Value};
use penstock_store::{Sql, Statement, Store, StoreError, Weight};
use uuid::Uuid;

/// How far a job has come, in the words of the API for conversions (semantics.md 21).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    NotStarted,
    Running,
    Completed,
    /// It could not be done for reasons that have nothing to do with what was asked for.
    Failed,
    /// What was asked for cannot be done.
    Rejected,
}

const STATUSES: &[(Status, &str)] = &[
    (Status::NotStarted, "not_started"),
    (Status::Running, "running"),
    (Status::Completed, "completed"),
    (Status::Failed, "failed"),
    (Status::Rejected, "rejected"),
];

impl Status {
    pub fn word(self) -> &'static str {
        STATUSES.iter().find(|(status, _)| *status == self).map_or("failed", |(_, word)| word)
    }

    fn parse(word: &str) -> Self {
        STATUSES.iter().find(|(_, known)| *known == word).map_or(Status::Failed, |(status, _)| *status)
    }
}

/// A job as it stands in the store.
#[derive(Debug, Clone)]
pub struct Job {
    pub company: CompanyId,
    /// A UUID.
    pub id: String,
    /// What is to be done: a name of [`runner::KINDS`].
    pub kind: String,
    /// What it is to be done with, as the kind understands it.
    pub payload: serde_json::Value,
    pub status: Status,
    /// What came of it: the outcome of a completed job, the reason of one that did not come to a good end.
    pub result: serde_json::Value,
    /// On whose behalf.
    pub user: UserId,
    /// How often it was taken up. Names the holder: only who has taken it up last can end it.
    attempts: i64,
}

/// A new job on behalf of the caller: its id, and the statement that adds it. Call [`crate::App::wake_jobs`] once it is
/// written.
pub fn new(call: &Call, kind: &str, payload: &serde_json::Value) -> (String, Statement) {
    let id = Uuid::new_v4().to_string();
    let statement = Statement::new(
        "INSERT INTO jobs (company_id, id, kind, payload, status, attempts, user_id, add_time, update_time)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7)",
        vec![
            call.company().into(),
            id.as_str().into(),
            kind.into(),
            payload.to_string().into(),
            Status::NotStarted.word().into(),
            call.principal.user.into(),
            call.now.into(),
        ],
    );
    (id, statement)
}

/// The job of this id that the caller has started; administrators see those of everybody.
pub async fn find(call: &Call, id: &str) -> ApiResult<Option<Job>> {
    let job = read(call.store(), call.company(), id).await?;
    Ok(job.filter(|job| call.principal.administers(Area::Deals) || job.user == call.principal.user))
}

async fn read(store: &Store, company: CompanyId, id: &str) -> Result<Option<Job>, StoreError> {
    let mut sql = Sql::new("SELECT kind, payload, status, result, user_id, attempts FROM jobs WHERE company_id = ");
    sql.bind(company).push(" AND id = ").bind(id);
    let row = store.rows(sql, Weight::Light, 6).await?.pop();
    let json = |value: &Value| value.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    Ok(row.map(|row| Job {
        company,
        id: id.to_owned(),
        kind: row[0].as_text().unwrap_or_default().to_owned(),
        payload: json(&row[1]),
        status: Status::parse(row[2].as_text().unwrap_or_default()),
        result: json(&row[3]),
        user: UserId(row[4].as_int().unwrap_or_default()),
        attempts: row[5].as_int().unwrap_or_default(),
    }))
}

impl Job {
    /// Ends the job, if it is still this process that holds it.
    fn end(&self, status: Status, result: &serde_json::Value, now: Time) -> Statement {
        Statement::one_row(
            "UPDATE jobs SET status = $1, result = $2, lease_until = NULL, update_time = $3
             WHERE company_id = $4 AND id = $5 AND status = 'running' AND attempts = $6",
            vec![
                status.word().into(),
                result.to_string().into(),
                now.into(),
                self.company.into(),
                self.id.as_str().into(),
                self.attempts.into(),
            ],
        )
    }

    /// Takes the job up until `until`, if nobody holds it.
    fn take(&self, until: Time, now: Time) -> Statement {
        Statement::one_row(
            "UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_until = $1, update_time = $2
             WHERE company_id = $3 AND id = $4 AND attempts = $5
             AND (status = 'not_started' OR (status = 'running' AND lease_until <= $2))",
            vec![until.into(), now.into(), self.company.into(), self.id.as_str().into(), self.attempts.into()],
        )
    }

    /// Lets the job rest until `until`, if it is still this process that holds it.
    fn rest(&self, until: Time, now: Time) -> Statement {
        Statement::one_row(
            "UPDATE jobs SET lease_until = $1, update_time = $2
             WHERE company_id = $3 AND id = $4 AND status = 'running' AND attempts = $5",
            vec![until.into(), now.into(), self.company.into(), self.id.as_str().into(), self.attempts.into()],
        )
    }
}
