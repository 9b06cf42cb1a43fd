//! Sends what waits for one subscription.
//!
//! A worker holds the lease of its subscription. It reads deliveries in the order of the event log, has a few of them on their
//! way at a time, never two of one record, and writes what came of them together. A process that dies leaves its
//! deliveries waiting, and the next holder of the lease sends them (again).

use super::client::Answer;
use super::lines::Lines;
use super::rows::{self, Delivery, Outcome, State};
use super::schedule::{self, Retry, Sentence};
use super::sender::{LEASE_MILLIS, Sender};
use crate::app::App;
use crate::error::ApiResult;
use crate::webhooks;
use crate::webhooks::hook::{self, Hook};
use crate::webhooks::matching;
use crate::webhooks::payload;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use penstock_model::{CompanyId, Time};
use penstock_store::{Statement, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Deliveries that are read at a time, and how few are left when the next ones are read.
const WINDOW: i64 = 500;
const LOW: usize = 100;
/// Outcomes that are written together, and how long the first of them may wait for others.
const OUTCOMES: usize = 200;
const OUTCOME_PATIENCE: Duration = Duration::from_millis(20);
/// The lease is renewed at least so often.
const RENEWAL: Duration = Duration::from_secs(4);
/// How long the end of the server waits for attempts that are on their way.
const GRACE: Duration = Duration::from_secs(3);
/// How long a delivery rests whose payload could not be made, and how long the store is left alone after a failure.
const REST_MILLIS: i64 = 5_000;
const STORE_PAUSE: Duration = Duration::from_millis(300);
/// What is known of a subscription may be so old.
const HOOK_MILLIS: i64 = 1_000;

/// Why the strict schedule removes a subscription.
const REMOVED: &str = "no successful delivery for 3 days";

/// Which subscription, and by whom it is woken and stopped.
pub struct Work {
    pub company: CompanyId,
    pub hook: i64,
    pub woken: Arc<Notify>,
    pub stop: watch::Receiver<bool>,
    /// How long the worker stays when nothing is left to do.
    pub linger: Duration,
}

/// What came of a delivery on its way.
enum End {
    Answered {
        answer: Answer,
        time: Time,
    },
    /// The version of the subscription has no payload for it, or the event is no longer known.
    Nothing(State),
    /// The payload could not be made for now.
    Rest,
}

struct Worker {
    app: Arc<App>,
    company: CompanyId,
    hook: Arc<Hook>,
    hook_read: Time,
    sender: Sender,
    lines: Lines,
    outcomes: Vec<Outcome>,
    /// The last attempt of those outcomes: its time and status.
    last: Option<(Time, Option<u16>)>,
    /// What the failures of the strict schedule mean.
    sentence: Sentence,
    /// The store may have more than was read.
    more: bool,
    /// The last attempt has failed, or took long.
    is_troubled: bool,
    /// When something has to be written.
    write_at: Instant,
}

/// Sends until nothing is due, the lease is lost, or the subscription is gone.
pub async fn work(app: Arc<App>, work: Work) -> ApiResult<()> {
    let Some(hook) = hook::find(app.store(), work.company, work.hook).await? else { return Ok(()) };
    let Some(sender) = Sender::take(&app, work.company, work.hook).await? else { return Ok(()) };
    let hook_read = app.clock.now();
    let mut worker = Worker {
        app,
        company: work.company,
        hook: Arc::new(hook),
        hook_read,
        sender,
        lines: Lines::default(),
        outcomes: Vec::new(),
        last: None,
        sentence: Sentence::None,
        more: true,
        is_troubled: false,
        write_at: Instant::now() + RENEWAL,
    };
    match worker.run(work).await {
        // Another process holds the lease by now, and sends what this one has not written down.
        Err(StoreError::Conflict) => Ok(()),
        ended => Ok(ended?),
    }
}

impl Worker {
    async fn run(&mut self, mut work: Work) -> Result<(), StoreError> {
        let mut on_their_way: FuturesUnordered<BoxFuture<'static, (Delivery, End)>> = FuturesUnordered::new();
        let mut stopping: Option<Instant> = None;
        loop {
            if self.app.clock.now().plus_millis(LEASE_MILLIS / 2) > self.sender.lease_until {
                self.write(true).await?;
            }
            if stopping.is_none() {
                self.read_more().await?;
                if !self.hook.is_active {
                    break;
                }
                while on_their_way.len() < self.breadth()
                    && let Some(delivery) = self.lines.next()
                {
                    on_their_way.push(Box::pin(attempt(Arc::clone(&self.app), Arc::clone(&self.hook), delivery, self.is_troubled)));
                }
            }
            if on_their_way.is_empty() {
                self.write(false).await?;
                if stopping.is_some() {
                    break;
                }
                if self.more || self.lines.len() > 0 {
                    continue;
                }
                self.rest().await?;
                tokio::select! {
                    () = work.woken.notified() => self.more = true,
                    () = tokio::time::sleep(work.linger) => break,
                    () = stopped(&mut work.stop) => break,
                }
                continue;
            }
            let grace = stopping.map_or(self.write_at, |end| end.min(self.write_at));
            tokio::select! {
                Some((delivery, end)) = on_their_way.next() => self.settle(delivery, end),
                () = work.woken.notified() => self.more = true,
                () = tokio::time::sleep_until(grace) => self.write(true).await?,
                () = stopped(&mut work.stop), if stopping.is_none() => stopping = Some(Instant::now() + GRACE),
            }
            if self.outcomes.len() >= OUTCOMES || self.sentence != Sentence::None {
                self.write(false).await?;
            }
            if stopping.is_some_and(|end| Instant::now() >= end) {
                break;
            }
        }
        // What is on its way now is given back: it still waits in the store.
        drop(on_their_way);
        self.finish().await
    }

    /// Puts off what has to wait for earlier events.
    async fn rest(&self) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        if !rows::any_due(self.app.store(), self.company, self.hook.id, now).await? {
            return Ok(());
        }
        self.app.store().execute(vec![rows::rest_behind(self.company, self.hook.id, now)]).await
    }

    /// How many may be on their way. A receiver that fails or is slow gets one at a time.
    fn breadth(&self) -> usize {
        if self.is_troubled { 1 } else { self.app.webhooks.options.per_hook }
    }

    /// Reads what is due once little is left, and looks at the subscription again.
    async fn read_more(&mut self) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        if (now.millis() - self.hook_read.millis()).abs() >= HOOK_MILLIS || self.more {
            self.hook_read = now;
            match hook::find(self.app.store(), self.company, self.hook.id).await? {
                Some(hook) => self.hook = Arc::new(hook),
                None => Arc::make_mut(&mut self.hook).is_active = false,
            }
        }
        if !self.more || self.lines.len() > LOW {
            return Ok(());
        }
        // A failure that is not written yet does not hold its record up yet.
        self.write(false).await?;
        let due = rows::due(self.app.store(), self.company, self.hook.id, now, WINDOW).await?;
        self.more = due.len() as i64 == WINDOW;
        self.lines.add(due);
        Ok(())
    }

    /// Takes note of what came of a delivery.
    fn settle(&mut self, delivery: Delivery, end: End) {
        let now = self.app.clock.now();
        let outcome = match end {
            End::Nothing(state) => Outcome { delivery: delivery.clone(), state, next_time: None },
            End::Rest => self.rested(&delivery, now),
            End::Answered { answer, time } => self.judge(&delivery, &answer, time),
        };
        if outcome.state == State::Waiting {
            self.lines.held_up(&delivery);
        } else {
            self.lines.ended(&delivery);
        }
        if self.outcomes.is_empty() {
            self.write_at = self.write_at.min(Instant::now() + OUTCOME_PATIENCE);
        }
        self.app.webhooks.counts.add(outcome.state);
        self.outcomes.push(outcome);
    }

    /// A delivery whose payload cannot be made for now. One that can never be made must not hold up its record for good.
    fn rested(&self, delivery: &Delivery, now: Time) -> Outcome {
        let first = delivery.first_time.unwrap_or(now);
        let delivery = Delivery { first_time: Some(first), ..delivery.clone() };
        if schedule::is_over(first, now) {
            tracing::warn!(company = self.company.0, hook = self.hook.id, seq = delivery.seq, "an event that cannot be told was given up");
            return Outcome { delivery, state: State::GivenUp, next_time: None };
        }
        Outcome { delivery, state: State::Waiting, next_time: Some(now.plus_millis(REST_MILLIS)) }
    }

    fn judge(&mut self, delivery: &Delivery, answer: &Answer, time: Time) -> Outcome {
        let webhooks = &self.app.webhooks;
        self.is_troubled = !answer.is_success() || answer.took > webhooks.options.timeout / 10;
        self.last = Some((time, answer.status));
        if answer.is_success() {
            self.sender.health.succeeded();
            return Outcome::of_attempt(delivery.clone(), answer, time, State::Delivered, None);
        }
        webhooks.counts.add_failure();
        let number = delivery.attempt_count + 1;
        let retry = webhooks.options.retry;
        let next = retry.next(number, delivery.first_time.unwrap_or(time), self.app.clock.now());
        let (hook, status, error) = (self.hook.id, answer.status, answer.error.as_deref());
        if next.is_none() {
            tracing::warn!(company = self.company.0, hook, seq = delivery.seq, attempts = number, status, error, "an event was given up");
        } else {
            tracing::debug!(company = self.company.0, hook, seq = delivery.seq, attempt = number, status, error, "an attempt has failed");
        }
        if retry == Retry::Pipedrive {
            let sentence = self.sender.health.failed(number, self.app.clock.now());
            if sentence != Sentence::None {
                self.sentence = sentence;
            }
        }
        let state = if next.is_some() { State::Waiting } else { State::GivenUp };
        Outcome::of_attempt(delivery.clone(), answer, time, state, next)
    }

    /// Writes the outcomes, and renews the lease. Where there are none it does so only if it `must`.
    async fn write(&mut self, must: bool) -> Result<(), StoreError> {
        if self.outcomes.is_empty() && !must {
            return Ok(());
        }
        let now = self.app.clock.now();
        let until = now.plus_millis(LEASE_MILLIS);
        let mut statements = vec![self.sender.keep(until)];
        let (company, hook) = (self.company, self.hook.id);
        statements.extend(std::mem::take(&mut self.outcomes).into_iter().map(|outcome| outcome.statement(company, hook)));
        if let Some((time, status)) = self.last.take() {
            let text = "UPDATE webhooks SET last_delivery_time = $1, last_http_status = $2 WHERE company_id = $3 AND id = $4";
            let status = status.map(i64::from);
            statements.push(Statement::new(text, vec![time.into(), status.into(), company.into(), hook.into()]));
        }
        match std::mem::replace(&mut self.sentence, Sentence::None) {
            Sentence::None => {}
            Sentence::Ban => {
                tracing::warn!(company = company.0, hook, "a subscription is banned: its receiver fails");
                statements.push(rows::end_waiting(company, hook, State::Lost, true));
                self.lines.clear();
            }
            Sentence::Removal => {
                tracing::warn!(company = company.0, hook, "a subscription is removed: its receiver has taken nothing for three days");
                statements.push(webhooks::remove(&self.hook, now, REMOVED));
                self.lines.clear();
                self.hook_read = Time::from_millis(0);
            }
        }
        self.execute(statements).await?;
        self.sender.lease_until = until;
        self.write_at = Instant::now() + RENEWAL;
        Ok(())
    }

    /// Tries again for as long as the lease lasts: what is not written is sent again. Statements may run twice.
    async fn execute(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        loop {
            match self.app.store().execute(statements.clone()).await {
                Err(StoreError::Unavailable(reason))
                    if self.app.clock.now() < self.sender.lease_until && !self.app.webhooks.is_stopping() =>
                {
                    tracing::debug!(reason, "outcomes of deliveries cannot be written for now");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                done => return done,
            }
        }
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        self.write(false).await?;
        let mut statements = vec![self.sender.release()];
        if !self.hook.is_active {
            statements.push(rows::end_waiting(self.company, self.hook.id, State::Dropped, false));
        }
        self.app.store().execute(statements).await
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // It fails when nobody can stop it any more, which is an end, too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// One delivery on its way. Never fails: whatever goes wrong is its end.
async fn attempt(app: Arc<App>, hook: Arc<Hook>, delivery: Delivery, is_troubled: bool) -> (Delivery, End) {
    let body = match body(&app, &hook, &delivery).await {
        Ok(Ok(body)) => body,
        Ok(Err(state)) => return (delivery, End::Nothing(state)),
        Err(error) => {
            tracing::warn!(company = hook.company.0, hook = hook.id, event = delivery.event, ?error, "an event cannot be told for now");
            return (delivery, End::Rest);
        }
    };
    let _slot = app.webhooks.slots.take(is_troubled).await;
    let time = app.clock.now();
    let answer = app.webhooks.post(&hook, body).await;
    (delivery, End::Answered { answer, time })
}

/// The body of an attempt, or the state of a delivery that has none.
async fn body(app: &Arc<App>, hook: &Hook, delivery: &Delivery) -> ApiResult<Result<Vec<u8>, State>> {
    // What waited when its user was switched off is as silent as what happens later.
    if !matching::listens(&*app.directory(hook.company).await?, hook.user) {
        return Ok(Err(State::Dropped));
    }
    let Some(told) = app.webhooks.memory.find(app, hook.company, delivery.event).await? else { return Ok(Err(State::GivenUp)) };
    let Some(content) = told.content(app, hook.shape).await? else { return Ok(Err(State::Skipped)) };
    Ok(Ok(payload::body(hook, &told.event, content, delivery.attempt_count + 1)))
}
