//! Deliveries as the store keeps them.

use super::client::Answer;
use super::lines::Key;
use penstock_model::{CompanyId, Time, Value};
use penstock_store::{Row, Sql, Statement, Store, StoreError, Weight};
use serde_json::json;

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Delivered,
    /// The receiver has refused it for as long as the schedule goes.
    GivenUp,
    /// It fell into a ban.
    Lost,
    /// Its subscription was removed, or the user of it switched off.
    Dropped,
    /// There was nothing to tell: the event has no payload of this version.
    Skipped,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Delivered => "delivered",
            State::GivenUp => "given_up",
            State::Lost => "lost",
            State::Dropped => "dropped",
            State::Skipped => "skipped",
        }
    }
}

/// Attempts of a delivery that are kept: more than the longest schedule has.
const ATTEMPTS_KEPT: usize = 30;

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The place of the event in the event log.
    pub seq: i64,
    pub event: i64,
    pub entity: String,
    pub record: i64,
    /// Attempts that were made.
    pub attempt_count: u32,
    pub first_time: Option<Time>,
    /// The attempts as a JSON list.
    pub attempts: String,
}

impl Delivery {
    pub fn key(&self) -> Key {
        (self.entity.clone(), self.record)
    }
}

/// What came of an attempt, for the store.
#[derive(Debug)]
pub struct Outcome {
    pub delivery: Delivery,
    pub state: State,
    pub next_time: Option<Time>,
}

impl Outcome {
    /// The delivery after an attempt that began at `time`.
    pub fn of_attempt(mut delivery: Delivery, answer: &Answer, time: Time, state: State, next_time: Option<Time>) -> Self {
        let attempt = json!({
            "time": time.millis(),
            "status": answer.status,
            "error": answer.error,
            "millis": i64::try_from(answer.took.as_millis()).unwrap_or(i64::MAX),
        });
        let mut attempts: Vec<serde_json::Value> = serde_json::from_str(&delivery.attempts).unwrap_or_default();
        attempts.push(attempt);
        let surplus = attempts.len().saturating_sub(ATTEMPTS_KEPT);
        attempts.drain(..surplus);
        delivery.attempts = serde_json::Value::Array(attempts).to_string();
        delivery.attempt_count += 1;
        delivery.first_time.get_or_insert(time);
        Outcome { delivery, state, next_time }
    }

    pub fn statement(self, company: CompanyId, hook: i64) -> Statement {
        // Only one that still waits: another process may have sent it after a pause of this one.
        Statement::new(
            "UPDATE webhook_deliveries SET state = $1, next_time = $2, attempt_count = $3, first_time = $4, attempts = $5
             WHERE company_id = $6 AND hook_id = $7 AND seq = $8 AND state = 'waiting'",
            vec![
                self.state.word().into(),
                self.next_time.into(),
                i64::from(self.delivery.attempt_count).into(),
                self.delivery.first_time.into(),
                self.delivery.attempts.into(),
                company.into(),
                hook.into(),
                self.delivery.seq.into(),
            ],
        )
    }
}

/// The beginning of the statement that adds deliveries; the order of [`new_row`].
pub const INSERT: &str = "INSERT INTO webhook_deliveries (company_id, hook_id, seq, event_id, entity, record_id, action, event_time,
    state, next_time, attempt_count, attempts) VALUES ";

/// The next deliveries of a subscription that may be sent now, at most `limit`, in the order of the event log. One is left out
/// while an earlier one of its record has to wait.
pub async fn due(store: &Store, company: CompanyId, hook: i64, now: Time, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    let mut sql = Sql::new(
        "SELECT d.seq, d.event_id, d.entity, d.record_id, d.attempt_count, d.first_time, d.attempts FROM webhook_deliveries d
         WHERE d.state = 'waiting' AND d.company_id = ",
    );
    sql.bind(company).push(" AND d.hook_id = ").bind(hook);
    // The sign keeps the engines from the index by time, whose rows they would have to sort.
    sql.push(" AND +d.next_time <= ").bind(now);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.state = 'waiting' AND e.company_id = d.company_id
             AND e.hook_id = d.hook_id AND e.record_id = d.record_id AND e.entity = d.entity AND e.seq < d.seq AND e.next_time > ",
    );
    sql.bind(now).push(") ORDER BY d.seq LIMIT ").bind(limit);
    store.read(sql, Weight::Light, Vec::new(), |deliveries, row| deliveries.extend(delivery(row))).await
}

/// Whether anything of a subscription is due by its time, although it may have to wait for an earlier event of its record.
pub async fn any_due(store: &Store, company: CompanyId, hook: i64, now: Time) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM webhook_deliveries WHERE state = 'waiting' AND company_id = ");
    sql.bind(company).push(" AND hook_id = ").bind(hook).push(" AND next_time <= ").bind(now).push(" LIMIT 1");
    Ok(!store.rows(sql, Weight::Light, 1).await?.is_empty())
}

/// Lets what has to wait for an earlier event of its record rest as long as that one does, so that nobody takes it for due.
pub fn rest_behind(company: CompanyId, hook: i64, now: Time) -> Statement {
    Statement::new(
        "UPDATE webhook_deliveries AS d SET next_time = (SELECT MAX(e.next_time) FROM webhook_deliveries e WHERE e.state = 'waiting'
             AND e.company_id = d.company_id AND e.hook_id = d.hook_id AND e.record_id = d.record_id AND e.entity = d.entity
             AND e.seq < d.seq)
         WHERE d.state = 'waiting' AND d.company_id = $1 AND d.hook_id = $2 AND d.next_time <= $3
             AND EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.state = 'waiting' AND e.company_id = d.company_id
             AND e.hook_id = d.hook_id AND e.record_id = d.record_id AND e.entity = d.entity AND e.seq < d.seq AND e.next_time > $3)",
        vec![company.into(), hook.into(), now.into()],
    )
}

fn delivery(row: &dyn Row) -> Option<Delivery> {
    Some(Delivery {
        seq: row.int(0)?,
        event: row.int(1)?,
        entity: row.text(2)?.to_owned(),
        record: row.int(3)?,
        attempt_count: u32::try_from(row.int(4)?).ok()?,
        first_time: row.int(5).map(Time::from_millis),
        attempts: row.text(6)?.to_owned(),
    })
}

/// Ends what waits for a subscription; only what was never tried, or all of it.
pub fn end_waiting(company: CompanyId, hook: i64, state: State, only_new: bool) -> Statement {
    let text = "UPDATE webhook_deliveries SET state = $1, next_time = NULL WHERE company_id = $2 AND hook_id = $3 AND state = 'waiting'";
    let values: Vec<Value> = vec![state.word().into(), company.into(), hook.into()];
    if only_new { Statement::new(format!("{text} AND attempt_count = 0"), values) } else { Statement::new(text, values) }
}
