//! What receivers were not told yet.

use crate::app::App;
use penstock_store::{Sql, StoreError, Weight};
use std::time::Duration;

/// More are not counted: whoever watches the number knows enough by then.
pub const MOST_COUNTED: i64 = 10_000;

/// Deliveries that wait, for their first attempt or another one, in all companies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// At most [`MOST_COUNTED`].
    pub waiting: i64,
    /// How long ago the oldest of their events happened; nothing where none waits.
    pub age: Duration,
}

impl App {
    /// Counts the deliveries that wait, along the indexes that hold no others.
    pub async fn webhook_backlog(&self) -> Result<Backlog, StoreError> {
        let mut sql = Sql::new(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM companies c JOIN webhook_deliveries d ON d.company_id = c.id
                 WHERE d.state = 'waiting' LIMIT ",
        );
        sql.bind(MOST_COUNTED).push(") counted), ");
        // The first of each subscription; what is sent again keeps its place and its time.
        sql.push(
            "(SELECT MIN((SELECT d.event_time FROM webhook_deliveries d WHERE d.state = 'waiting' AND d.company_id = h.company_id
                 AND d.hook_id = h.id ORDER BY d.seq LIMIT 1)) FROM companies c JOIN webhooks h ON h.company_id = c.id WHERE h.is_active = 1)",
        );
        let now = self.clock.now().millis();
        let none = Backlog { waiting: 0, age: Duration::ZERO };
        let read = self.store().read(sql, Weight::Heavy, none, move |backlog, row| {
            let age = row.int(1).map_or(0, |oldest| now - oldest);
            *backlog = Backlog { waiting: row.int(0).unwrap_or_default(), age: Duration::from_millis(u64::try_from(age).unwrap_or(0)) };
        });
        read.await
    }
}
