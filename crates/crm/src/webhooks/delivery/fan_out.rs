//! Gives committed events their places in the event log, and each a delivery for every subscription that is to be told.
//!
//! What happens once happens in one transaction: the place in the log, the deliveries, and the end of the waiting. The number
//! of the next place is part of it, so that of two processes that have read the same rows only one can write.

use super::order::{self, Waiting};
use super::rows::{self, State};
use super::schedule::Retry;
use super::sender;
use crate::app::App;
use crate::error::ApiResult;
use crate::webhooks::event::{self, Action, Event};
use crate::webhooks::hook::{self, Hook};
use crate::webhooks::matching;
use penstock_model::{CompanyId, Time, UserId, Value};
use penstock_store::{Sql, Statement, Store, StoreError, Weight};
use std::collections::HashMap;
use std::sync::Arc;

/// Events of one transaction where nobody is told, and where somebody is.
const QUIET_CHUNK: usize = 1_000;
const CHUNK: usize = 100;
/// Deliveries of one transaction, more or less: it must not hold up the writes of the API for long.
const DELIVERIES: usize = 400;
/// A process that has not ended its pass by then is taken for dead.
const LEASE_MILLIS: i64 = 15_000;

/// One pass over what waits in a company.
struct Pass<'a> {
    app: &'a Arc<App>,
    company: CompanyId,
    /// The place of the next event.
    next_seq: i64,
}

/// Takes everything that waits. Answers how many events; 0 also where another process is at it.
pub async fn run(app: &Arc<App>, company: CompanyId) -> ApiResult<usize> {
    // The end of the log is read before what waits: a process that writes in between makes this pass fail.
    let Some(next_seq) = begin(app, company).await? else { return Ok(0) };
    let mut events = waiting(app.store(), company).await?;
    if events.is_empty() {
        return Ok(0);
    }
    order::sort(&mut events);
    let mut pass = Pass { app, company, next_seq };
    let hooks = hook::active(app.store(), company).await?;
    let done = if hooks.is_empty() { pass.log(&events).await } else { pass.tell(&events, &hooks).await };
    match done {
        Ok(()) => {
            app.live.wake(company);
            Ok(events.len())
        }
        // Somebody else has taken the same events.
        Err(crate::ApiError::Conflicting(_)) => Ok(0),
        Err(error) => Err(error),
    }
}

/// The end of the log, unless another process writes it.
async fn begin(app: &App, company: CompanyId) -> Result<Option<i64>, StoreError> {
    let mut sql = Sql::new("SELECT next_seq, holder, lease_until FROM event_log_ends WHERE company_id = ");
    sql.bind(company);
    let rows = app.store().rows(sql, Weight::Light, 3).await?;
    let Some(end) = rows.first() else {
        let text = "INSERT INTO event_log_ends (company_id, next_seq, holder, lease_until) VALUES ($1, 1, '', 0)
             ON CONFLICT (company_id) DO NOTHING";
        app.store().execute(vec![Statement::new(text, vec![company.into()])]).await?;
        return Ok(Some(1));
    };
    let is_held = end[2].as_int().is_some_and(|until| until > app.clock.now().millis());
    let is_ours = end[1].as_text() == Some(&app.webhooks.holder);
    Ok(end[0].as_int().filter(|_| is_ours || !is_held))
}

/// Everything that waits at this moment. Not a part of it: the earlier change of a record may have the higher id, and it must
/// not be left for later.
async fn waiting(store: &Store, company: CompanyId) -> Result<Vec<Waiting>, StoreError> {
    let mut sql = Sql::new(
        "SELECT w.id, o.time, o.entity, o.record_id, o.version FROM outbox_waiting w
         JOIN outbox o ON o.company_id = w.company_id AND o.id = w.id WHERE w.company_id = ",
    );
    sql.bind(company);
    store
        .read(sql, Weight::Heavy, Vec::new(), |events, row| {
            let event = || {
                Some(Waiting {
                    id: row.int(0)?,
                    time: Time::from_millis(row.int(1)?),
                    entity: row.text(2)?.to_owned(),
                    record: row.int(3)?,
                    version: row.int(4)?,
                })
            };
            events.extend(event());
        })
        .await
}

impl Pass<'_> {
    /// Events that nobody is told of only get their places.
    async fn log(&mut self, events: &[Waiting]) -> ApiResult<()> {
        let chunks = events.chunks(QUIET_CHUNK);
        let last = chunks.len();
        for (number, chunk) in chunks.enumerate() {
            self.write(chunk, Vec::new(), number + 1 == last).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, events: &[Waiting], hooks: &[Hook]) -> ApiResult<()> {
        let banned = match self.app.webhooks.options.retry {
            Retry::Pipedrive => sender::banned(self.app, self.company).await?,
            Retry::Steady => Vec::new(),
        };
        let mut from = 0;
        while from < events.len() {
            let (to, deliveries) = self.deliveries(&events[from..], hooks, &banned).await?;
            let to = from + to;
            self.write(&events[from..to], deliveries, to == events.len()).await?;
            from = to;
        }
        Ok(())
    }

    /// The deliveries of the first events, and how many events those are.
    async fn deliveries(&self, events: &[Waiting], hooks: &[Hook], banned: &[i64]) -> ApiResult<(usize, Vec<Vec<Value>>)> {
        let ids: Vec<i64> = events.iter().take(CHUNK).map(|event| event.id).collect();
        let read = event::read(self.app.store(), self.company, &ids).await?;
        let mut read: HashMap<i64, Event> = read.into_iter().map(|event| (event.id, event)).collect();
        let mut deliveries = Vec::new();
        let mut count = 0;
        for waiting in &events[..ids.len()] {
            let seq = self.next_seq + count as i64;
            count += 1;
            let Some(event) = read.remove(&waiting.id) else { continue };
            let before = deliveries.len();
            self.deliveries_of(&event, seq, hooks, banned, &mut deliveries).await?;
            if deliveries.len() > before {
                self.app.webhooks.memory.keep(event);
            }
            if deliveries.len() >= DELIVERIES {
                break;
            }
        }
        Ok((count, deliveries))
    }

    async fn deliveries_of(&self, event: &Event, seq: i64, hooks: &[Hook], banned: &[i64], out: &mut Vec<Vec<Value>>) -> ApiResult<()> {
        let mut seen: HashMap<UserId, bool> = HashMap::new();
        for hook in hooks.iter().filter(|hook| event.time >= hook.add_time && matching::wants(hook, event)) {
            let sees = match seen.get(&hook.user) {
                Some(sees) => *sees,
                None => {
                    let directory = self.app.directory(self.company).await?;
                    let sees = matching::may_see(self.app, &directory, hook.user, event).await?;
                    seen.insert(hook.user, sees);
                    sees
                }
            };
            if sees {
                let state = if banned.contains(&hook.id) { State::Lost } else { State::Waiting };
                self.app.webhooks.counts.add(state);
                out.push(self.row(event, seq, hook.id, state));
            }
        }
        Ok(())
    }

    /// A row for [`rows::INSERT`].
    fn row(&self, event: &Event, seq: i64, hook: i64, state: State) -> Vec<Value> {
        let next_time = (state == State::Waiting).then(|| self.app.clock.now());
        vec![
            self.company.into(),
            hook.into(),
            seq.into(),
            event.id.into(),
            event.after.entity.name.into(),
            event.after.id.into(),
            action_word(event.action).into(),
            event.time.into(),
            state.word().into(),
            next_time.into(),
            0_i64.into(),
            "[]".into(),
        ]
    }

    /// Writes the places of events and their deliveries. The lease ends with the last of a pass.
    async fn write(&mut self, events: &[Waiting], deliveries: Vec<Vec<Value>>, is_last: bool) -> ApiResult<()> {
        let now = self.app.clock.now();
        let until = if is_last { Time::from_millis(0) } else { now.plus_millis(LEASE_MILLIS) };
        let next_seq = self.next_seq + events.len() as i64;
        let advance = Statement::one_row(
            "UPDATE event_log_ends SET next_seq = $1, holder = $2, lease_until = $3 WHERE company_id = $4 AND next_seq = $5",
            vec![next_seq.into(), self.app.webhooks.holder.as_str().into(), until.into(), self.company.into(), self.next_seq.into()],
        );
        let dialect = self.app.store().dialect();
        let place = |(seq, event): (i64, &Waiting)| vec![self.company.into(), seq.into(), event.id.into(), event.time.into()];
        let places = (self.next_seq..next_seq).zip(events).map(place).collect();
        let mut ended = Sql::new("DELETE FROM outbox_waiting WHERE company_id = ");
        ended.bind(self.company).push(" AND ");
        dialect.among(&mut ended, "id", events.iter().map(|event| event.id));

        let mut statements = vec![advance];
        statements.extend(dialect.inserts("INSERT INTO event_log (company_id, seq, event_id, time) VALUES ", places));
        statements.extend(dialect.inserts(rows::INSERT, deliveries));
        statements.push(ended.into());
        self.app.store().execute(statements).await?;
        self.next_seq = next_seq;
        Ok(())
    }
}

fn action_word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Delete => "delete",
    }
}
