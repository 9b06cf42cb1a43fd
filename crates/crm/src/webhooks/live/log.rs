//! Reads the event log by its numbers.

use crate::app::App;
use crate::webhooks::delivery::Told;
use penstock_model::CompanyId;
use penstock_store::{Sql, Store, StoreError, Weight};
use std::sync::Arc;

/// Rows of one read.
pub const CHUNK: usize = 100;

/// A place of the log.
#[derive(Clone)]
pub struct Entry {
    pub seq: i64,
    /// What happened; nothing where it concerns nobody outside.
    pub told: Option<Arc<Told>>,
}

/// How far the log of a company reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The first place that is kept; the one after `last` where none is.
    pub first: i64,
    /// The last place that was given; 0 before the first event.
    pub last: i64,
}

/// How far the log reaches at this moment.
pub async fn reach(store: &Store, company: CompanyId) -> Result<Reach, StoreError> {
    let mut sql = Sql::new(
        "SELECT e.next_seq, (SELECT MIN(l.seq) FROM event_log l WHERE l.company_id = e.company_id)
         FROM event_log_ends e WHERE e.company_id = ",
    );
    sql.bind(company);
    let nothing = Reach { first: 1, last: 0 };
    store
        .read(sql, Weight::Light, nothing, |reach, row| {
            let next = row.int(0).unwrap_or(1);
            *reach = Reach { first: row.int(1).unwrap_or(next), last: next - 1 };
        })
        .await
}

/// The first places behind one, at most [`CHUNK`].
pub async fn after(app: &App, company: CompanyId, seq: i64) -> Result<Vec<Entry>, StoreError> {
    let mut sql = Sql::new("SELECT seq, event_id FROM event_log WHERE company_id = ");
    sql.bind(company).push(" AND seq > ").bind(seq).push(" ORDER BY seq LIMIT ").bind(CHUNK as i64);
    let places: Vec<(i64, i64)> =
        app.store().read(sql, Weight::Light, Vec::new(), |places, row| places.extend(row.int(0).zip(row.int(1)))).await?;
    let ids: Vec<i64> = places.iter().map(|(_, event)| *event).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let told = app.webhooks.told(app.store(), company, &ids).await?;
    Ok(places.into_iter().map(|(seq, event)| Entry { seq, told: told.get(&event).cloned() }).collect())
}
