//! Who sends for a subscription. One process at a time does, under a lease that it renews with everything it writes.

use super::schedule::Health;
use crate::app::App;
use penstock_model::{CompanyId, Time};
use penstock_store::{Sql, Statement, StoreError, Weight};

/// A process that has not written for so long is taken for dead.
pub const LEASE_MILLIS: i64 = 15_000;

/// The sender of a subscription, held by this process.
#[derive(Debug)]
pub struct Sender {
    company: CompanyId,
    hook: i64,
    holder: String,
    pub lease_until: Time,
    pub health: Health,
}

impl Sender {
    /// Takes the lease; `None` while another process holds it.
    pub async fn take(app: &App, company: CompanyId, hook: i64) -> Result<Option<Self>, StoreError> {
        let now = app.clock.now();
        let holder = app.webhooks.holder.clone();
        let lease_until = now.plus_millis(LEASE_MILLIS);
        let take = Statement::one_row(
            "INSERT INTO webhook_senders (company_id, hook_id, holder, lease_until, failed_count) VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT (company_id, hook_id) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
             WHERE webhook_senders.lease_until <= $5 OR webhook_senders.holder = excluded.holder",
            vec![company.into(), hook.into(), holder.as_str().into(), lease_until.into(), now.into()],
        );
        match app.store().execute(vec![take]).await {
            Ok(()) => {}
            Err(StoreError::Conflict) => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut sql = Sql::new("SELECT failed_count, banned_until, failing_since FROM webhook_senders WHERE company_id = ");
        sql.bind(company).push(" AND hook_id = ").bind(hook);
        let health = app.store().read(sql, Weight::Light, Health::default(), |health, row| {
            *health = Health {
                failed_count: row.int(0).unwrap_or_default(),
                banned_until: row.int(1).map(Time::from_millis),
                failing_since: row.int(2).map(Time::from_millis),
            };
        });
        Ok(Some(Sender { company, hook, holder, lease_until, health: health.await? }))
    }

    /// Keeps the lease until `until`, and what is known of the receiver. Fails with [`StoreError::Conflict`], and with it all
    /// that is written together, once another process has taken over.
    pub fn keep(&self, until: Time) -> Statement {
        Statement::one_row(
            "UPDATE webhook_senders SET lease_until = $1, failed_count = $2, banned_until = $3, failing_since = $4
             WHERE company_id = $5 AND hook_id = $6 AND holder = $7",
            vec![
                until.into(),
                self.health.failed_count.into(),
                self.health.banned_until.into(),
                self.health.failing_since.into(),
                self.company.into(),
                self.hook.into(),
                self.holder.as_str().into(),
            ],
        )
    }

    /// Gives the lease back.
    pub fn release(&self) -> Statement {
        self.keep(Time::from_millis(0))
    }
}

/// The subscriptions of a company that are banned at this moment.
pub async fn banned(app: &App, company: CompanyId) -> Result<Vec<i64>, StoreError> {
    let mut sql = Sql::new("SELECT hook_id FROM webhook_senders WHERE company_id = ");
    sql.bind(company).push(" AND banned_until > ").bind(app.clock.now());
    app.store().read(sql, Weight::Light, Vec::new(), |hooks, row| hooks.extend(row.int(0))).await
}

/// Ends every lease of a company. For a store that only one process serves, where leases are those of a process that is dead.
pub fn end_leases(company: CompanyId) -> [Statement; 2] {
    ["UPDATE webhook_senders SET lease_until = 0 WHERE company_id = $1", "UPDATE event_log_ends SET lease_until = 0 WHERE company_id = $1"]
        .map(|text| Statement::new(text, vec![company.into()]))
}
