//! Takes jobs up and does them.

use super::{Job, Status, read};
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::leads::conversion;
use crate::oauth;
use crate::setup;
use crate::write;
use penstock_model::{CompanyId, Time};
use penstock_store::{Batch, Sql, Statement, StoreError, Weight};
use serde_json::json;
use std::pin::Pin;
use std::sync::Arc;

/// A process that has not ended a job for so long is taken for dead, and somebody else takes the job up.
pub(super) const LEASE_MILLIS: i64 = 60_000;
/// How long a job rests after a failure that may pass.
pub(super) const REST_MILLIS: i64 = 10_000;
/// How often a job is taken up at the most.
pub(super) const MAX_ATTEMPTS: i64 = 5;
/// Jobs of one company that are looked up at a time.
const CHUNK: i64 = 100;
/// Ended jobs are kept for so long, for those who ask how they ended.
const KEPT_DAYS: i64 = 3;

/// What a job writes, and what came of it.
pub type Outcome = (Batch, serde_json::Value);

/// The making of it. An error that says what is wrong with the job itself rejects the job for good.
pub type Plan = for<'a> fn(&'a Call, &'a Job) -> Pin<Box<dyn Future<Output = ApiResult<Outcome>> + Send + 'a>>;

/// All sorts of jobs.
const KINDS: &[Kind] = &[
    Kind { name: conversion::TO_DEAL, plan: |call, job| Box::pin(conversion::to_deal(call, job)) },
    Kind { name: conversion::TO_LEAD, plan: |call, job| Box::pin(conversion::to_lead(call, job)) },
    Kind { name: oauth::UNINSTALL, plan: |call, job| Box::pin(oauth::call_back(call, job)) },
];

struct Kind {
    name: &'static str,
    plan: Plan,
}

impl App {
    /// Wakes whoever waits in [`App::job_added`].
    pub(crate) fn wake_jobs(&self) {
        self.job_added.notify_one();
    }

    /// Waits until this process adds a job.
    pub async fn job_added(&self) {
        self.job_added.notified().await;
    }

    /// Does all jobs that wait, and those whose holder has died. Answers how many were taken up. Safe to run at any
    /// time and from several processes at once.
    pub async fn run_jobs(self: &Arc<Self>) -> Result<usize, StoreError> {
        let mut taken = 0;
        for (company, _) in setup::companies(self.store()).await? {
            loop {
                let waiting = self.waiting_jobs(company).await?;
                for id in &waiting {
                    taken += usize::from(self.run_job(company, id).await?);
                }
                if (waiting.len() as i64) < CHUNK {
                    break;
                }
            }
        }
        Ok(taken)
    }

    async fn waiting_jobs(&self, company: CompanyId) -> Result<Vec<String>, StoreError> {
        let mut ids = Vec::new();
        for (status, expired) in [(Status::NotStarted, false), (Status::Running, true)] {
            let mut sql = Sql::new("SELECT id FROM jobs WHERE company_id = ");
            sql.bind(company).push(" AND status = ").bind(status.word());
            if expired {
                sql.push(" AND lease_until <= ").bind(self.clock.now());
            }
            sql.push(" ORDER BY add_time, id LIMIT ").bind(CHUNK);
            let rows = self.store().rows(sql, Weight::Light, 1).await?;
            ids.extend(rows.iter().filter_map(|row| Some(row[0].as_text()?.to_owned())));
        }
        ids.truncate(CHUNK as usize);
        Ok(ids)
    }

    /// Takes one job up and does it; false where somebody else was faster.
    async fn run_job(self: &Arc<Self>, company: CompanyId, id: &str) -> Result<bool, StoreError> {
        let Some(job) = self.take_job(company, id).await? else { return Ok(false) };
        let end = match self.do_job(&job).await {
            Ok(()) => return Ok(true),
            Err(error) => self.after(&job, &error),
        };
        match self.store().execute(vec![end]).await {
            // Somebody else holds it by now.
            Ok(()) | Err(StoreError::Conflict) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Holds the job for this process.
    pub(super) async fn take_job(&self, company: CompanyId, id: &str) -> Result<Option<Job>, StoreError> {
        let now = self.clock.now();
        let Some(mut job) = read(self.store(), company, id).await? else { return Ok(None) };
        match self.store().execute(vec![job.take(now.plus_millis(LEASE_MILLIS), now)]).await {
            Ok(()) => {
                job.attempts += 1;
                Ok(Some(job))
            }
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Does a job that this process holds, and ends it with the same commit.
    pub(super) async fn do_job(self: &Arc<Self>, job: &Job) -> ApiResult<()> {
        let kind = KINDS.iter().find(|kind| kind.name == job.kind);
        let plan = kind.ok_or_else(|| ApiError::invalid(format!("there is no work called {}", job.kind)))?.plan;
        let call = Call::on_behalf(self, self.directory(job.company).await?, job.user)?;
        write::commit(&call, || {
            Box::pin(async {
                let held = read(call.store(), job.company, &job.id).await?;
                if !held.is_some_and(|held| held.status == Status::Running && held.attempts == job.attempts) {
                    tracing::warn!(job = job.id, "a job was taken over by another process");
                    return Ok((call.batch(), ()));
                }
                let (mut batch, result) = plan(&call, job).await?;
                batch.run(job.end(Status::Completed, &result, call.now));
                Ok((batch, ()))
            })
        })
        .await
    }

    /// What becomes of a job that could not be done.
    pub(super) fn after(&self, job: &Job, error: &ApiError) -> Statement {
        let now = self.clock.now();
        let reason = json!({"error": String::from_utf8_lossy(&error.body(crate::op::Version::V2))});
        if error.status() < 500 && error.status() != 409 {
            tracing::info!(job = job.id, ?error, "a job was rejected");
            return job.end(Status::Rejected, &reason, now);
        }
        tracing::warn!(job = job.id, attempts = job.attempts, ?error, "a job has failed");
        if job.attempts < MAX_ATTEMPTS { job.rest(now.plus_millis(REST_MILLIS), now) } else { job.end(Status::Failed, &reason, now) }
    }

    /// Removes jobs that ended long ago. Answers whether there were any.
    pub(crate) async fn forget_jobs(&self, company: CompanyId) -> Result<(), StoreError> {
        let limit: Time = self.clock.now().plus_days(-KEPT_DAYS);
        let text = "DELETE FROM jobs WHERE company_id = $1 AND status IN ('completed', 'failed', 'rejected') AND update_time < $2";
        self.store().execute(vec![Statement::new(text, vec![company.into(), limit.into()])]).await
    }
}
