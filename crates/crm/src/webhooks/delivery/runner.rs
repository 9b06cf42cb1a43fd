//! Has events told and deliveries sent at the right time.

use super::worker::{Work, work};
use super::{fan_out, sender};
use crate::app::App;
use crate::error::ApiResult;
use penstock_model::CompanyId;
use penstock_store::{Dialect, Sql, StoreError, Weight};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often the store is asked for what other processes have left, and for what is due.
const POLL: Duration = Duration::from_secs(1);
/// How long a wake-up waits for others, so that writes in a row are told together.
const GATHER: Duration = Duration::from_millis(10);
/// How long a worker stays when nothing is left to send.
const LINGER: Duration = Duration::from_secs(2);

/// A company, and whether anybody is told and anything waits.
struct Asked {
    company: CompanyId,
    has_hooks: bool,
    has_waiting: bool,
}

impl App {
    /// Tells receivers what happens until [`App::stop_webhooks`]. Answers once every attempt on its way has ended or was
    /// given back.
    pub async fn run_webhooks(self: Arc<Self>) {
        let mut stop = self.webhooks.stop.subscribe();
        let mut workers = JoinSet::new();
        let mut hooked = Vec::new();
        if let Err(error) = self.begin_webhooks().await {
            tracing::warn!(%error, "the leases of a former process stay until they end");
        }
        let mut poll_at = Instant::now();
        while !self.webhooks.is_stopping() {
            let is_poll = Instant::now() >= poll_at;
            if is_poll {
                poll_at = Instant::now() + POLL;
            }
            if let Err(error) = self.tell(is_poll, &mut hooked).await {
                tracing::warn!(?error, "events cannot be told for now");
            }
            match self.due_hooks(&hooked).await {
                Ok(due) => due.into_iter().for_each(|(company, hook)| self.send_for(company, hook, LINGER, &mut workers)),
                Err(error) => tracing::warn!(%error, "deliveries cannot be sent for now"),
            }
            while workers.try_join_next().is_some() {}
            tokio::select! {
                () = self.webhooks.woken.notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep_until(poll_at) => {}
                _ = stop.changed() => {}
            }
        }
        while workers.join_next().await.is_some() {}
    }

    /// Makes [`App::run_webhooks`] end.
    pub fn stop_webhooks(&self) {
        self.webhooks.stop.send_replace(true);
    }

    /// Does all that can be done at this moment, and answers how many events were taken from the outbox. Safe to run beside
    /// [`App::run_webhooks`] of other processes.
    pub async fn deliver_webhooks(self: &Arc<Self>) -> ApiResult<usize> {
        let (mut events, mut hooked) = (0, Vec::new());
        loop {
            let told = self.tell(true, &mut hooked).await?;
            events += told;
            let due = self.due_hooks(&hooked).await?;
            let mut workers = JoinSet::new();
            due.into_iter().for_each(|(company, hook)| self.send_for(company, hook, Duration::ZERO, &mut workers));
            let sent = workers.len();
            while workers.join_next().await.is_some() {}
            if told == 0 && (sent == 0 || self.due_hooks(&hooked).await?.is_empty()) {
                return Ok(events);
            }
            // Others may hold what is due.
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn begin_webhooks(&self) -> Result<(), StoreError> {
        if self.store().dialect() != Dialect::Sqlite {
            return Ok(());
        }
        let companies = self.ask().await?;
        let leases = companies.iter().flat_map(|asked| sender::end_leases(asked.company));
        self.store().execute(leases.collect()).await
    }

    /// Takes events from the outboxes. Where nobody is told or listens that can wait for the next poll, and costs writes nothing.
    async fn tell(self: &Arc<Self>, is_poll: bool, hooked: &mut Vec<CompanyId>) -> ApiResult<usize> {
        let mut companies = self.live.companies();
        companies.retain(|company| !hooked.contains(company));
        companies.extend_from_slice(hooked);
        if is_poll {
            let asked = self.ask().await?;
            *hooked = asked.iter().filter(|asked| asked.has_hooks).map(|asked| asked.company).collect();
            companies = asked.iter().filter(|asked| asked.has_waiting).map(|asked| asked.company).collect();
        }
        let mut events = 0;
        for company in companies {
            match fan_out::run(self, company).await {
                Ok(told) => events += told,
                Err(error) => tracing::warn!(company = company.0, ?error, "the events of a company cannot be told for now"),
            }
        }
        Ok(events)
    }

    async fn ask(&self) -> Result<Vec<Asked>, StoreError> {
        let sql = Sql::new(
            "SELECT c.id, EXISTS (SELECT 1 FROM webhooks h WHERE h.company_id = c.id AND h.is_active = 1),
                 EXISTS (SELECT 1 FROM outbox_waiting w WHERE w.company_id = c.id)
             FROM companies c ORDER BY c.id",
        );
        let asked = |asked: &mut Vec<Asked>, row: &dyn penstock_store::Row| {
            let company = CompanyId(row.int(0).unwrap_or_default());
            asked.push(Asked { company, has_hooks: row.int(1) == Some(1), has_waiting: row.int(2) == Some(1) });
        };
        self.store().read(sql, Weight::Light, Vec::new(), asked).await
    }

    /// The subscriptions for which something may be sent now.
    async fn due_hooks(&self, companies: &[CompanyId]) -> Result<Vec<(CompanyId, i64)>, StoreError> {
        let mut due = Vec::new();
        for company in companies {
            let mut sql = Sql::new(
                "SELECT h.id FROM webhooks h WHERE EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.state = 'waiting'
                     AND d.company_id = h.company_id AND d.hook_id = h.id AND d.next_time <= ",
            );
            sql.bind(self.clock.now()).push(") AND h.company_id = ").bind(*company).push(" ORDER BY h.id");
            let hooks = self.store().read(sql, Weight::Light, Vec::new(), |hooks, row| hooks.extend(row.int(0))).await?;
            due.extend(hooks.into_iter().map(|hook: i64| (*company, hook)));
        }
        Ok(due)
    }

    /// Wakes the worker of a subscription, or starts it.
    fn send_for(self: &Arc<Self>, company: CompanyId, hook: i64, linger: Duration, workers: &mut JoinSet<()>) {
        let key = (company, hook);
        let woken = Arc::new(Notify::new());
        {
            let mut known = self.webhooks.lock_workers();
            if let Some(woken) = known.get(&key) {
                return woken.notify_one();
            }
            known.insert(key, Arc::clone(&woken));
        }
        let app = Arc::clone(self);
        let stop = self.webhooks.stop.subscribe();
        // Forgotten also if the worker panics, or is given up before it has begun.
        let working = Working { app: Arc::clone(self), key };
        workers.spawn(async move {
            let _working = working;
            if let Err(error) = work(Arc::clone(&app), Work { company, hook, woken, stop, linger }).await {
                tracing::warn!(company = company.0, hook, ?error, "the events of a subscription cannot be sent for now");
            }
        });
    }
}

/// A subscription with a worker, for as long as it lives.
struct Working {
    app: Arc<App>,
    key: (CompanyId, i64),
}

impl Drop for Working {
    fn drop(&mut self) {
        self.app.webhooks.lock_workers().remove(&self.key);
    }
}
