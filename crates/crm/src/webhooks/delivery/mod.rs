//! Delivering events to subscriptions (semantics.md 28.4): at least once, in the order of each record.
//!
//! `fan_out` takes what was committed from the outbox, `worker` sends what is due to one receiver, `runner` has both do their
//! work at the right time. The store holds all there is to know: any process can go on where another has died.

mod backlog;
mod client;
mod fan_out;
mod forget;
pub mod guard;
mod lines;
mod ops;
mod order;
mod rows;
mod runner;
mod schedule;
mod sender;
mod slots;
mod test_event;
mod told;
mod worker;

pub use backlog::Backlog;
pub use guard::Allow;
pub use ops::OPS;
pub use schedule::Retry;

use crate::webhooks::hook::Hook;
use client::{Answer, Client};
use penstock_model::CompanyId;
use penstock_store::{Store, StoreError};
use reqwest::Method;
use rows::State;
use slots::Slots;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use told::Memory;
pub use told::Told;
use uuid::Uuid;

/// What the operator may set.
#[derive(Debug, Clone)]
pub struct Options {
    pub retry: Retry,
    /// Receivers that may be reached although their addresses are not public.
    pub allow: Allow,
    /// How long a receiver may take to answer.
    pub timeout: Duration,
    /// Deliveries of one subscription that may be on their way at a time.
    pub per_hook: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { retry: Retry::Steady, allow: Allow::default(), timeout: Duration::from_secs(10), per_hook: 4 }
    }
}

/// How many deliveries have come to which end since the start.
#[derive(Debug, Default)]
pub struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    lost: AtomicU64,
}

impl Counts {
    fn add(&self, state: State) {
        let counter = match state {
            State::Delivered => &self.delivered,
            State::GivenUp => &self.given_up,
            State::Lost => &self.lost,
            State::Waiting | State::Dropped | State::Skipped => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn add_failure(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Each outcome and its number: `delivered` and `given_up` deliveries, `failed` attempts, events `lost` to bans.
    pub fn read(&self) -> [(&'static str, u64); 4] {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [
            ("delivered", number(&self.delivered)),
            ("failed", number(&self.failed)),
            ("given_up", number(&self.given_up)),
            ("lost", number(&self.lost)),
        ]
    }
}

/// What a process that delivers has in memory.
pub struct Deliveries {
    options: Options,
    /// Made when it is first needed: most commands tell nobody.
    client: OnceLock<Result<Client, String>>,
    /// Names this process in leases.
    holder: String,
    memory: Memory,
    slots: Slots,
    pub counts: Counts,
    woken: Notify,
    /// The subscriptions that this process sends for, each with what wakes its worker.
    workers: Mutex<HashMap<(CompanyId, i64), Arc<Notify>>>,
    stop: watch::Sender<bool>,
}

impl Deliveries {
    pub fn new(options: Options) -> Self {
        Deliveries {
            options,
            client: OnceLock::new(),
            holder: Uuid::new_v4().to_string(),
            memory: Memory::default(),
            slots: Slots::default(),
            counts: Counts::default(),
            woken: Notify::new(),
            workers: Mutex::default(),
            stop: watch::Sender::new(false),
        }
    }

    /// The events with these ids, by id: those that are told at this moment share their payloads. Those that are gone, or
    /// concern nobody outside, are left out.
    pub async fn told(&self, store: &Store, company: CompanyId, ids: &[i64]) -> Result<HashMap<i64, Arc<Told>>, StoreError> {
        self.memory.read(store, company, ids).await
    }

    /// Makes one attempt to tell the receiver of a subscription.
    async fn post(&self, hook: &Hook, body: Vec<u8>) -> Answer {
        let (user, password) = (hook.http_auth_user.as_deref(), hook.http_auth_password.as_deref());
        match self.client() {
            Ok(client) => client.post(&hook.subscription_url, user, password, body).await,
            Err(answer) => answer,
        }
    }

    /// Makes one attempt to tell an app that a user has removed it.
    pub async fn delete(&self, url: &str, user: &str, password: Option<&str>, body: Vec<u8>) -> Answer {
        match self.client() {
            Ok(client) => client.send(Method::DELETE, url, Some(user), password, body).await,
            Err(answer) => answer,
        }
    }

    /// What is at an address that somebody else names. Errors: why it cannot be had.
    pub async fn get(&self, url: &str, most: usize) -> Result<Vec<u8>, String> {
        match self.client() {
            Ok(client) => client.get(url, most).await,
            Err(answer) => Err(answer.error.unwrap_or_default()),
        }
    }

    /// The client, or what every attempt comes to where none can be made.
    fn client(&self) -> Result<&Client, Answer> {
        let client = self.client.get_or_init(|| Client::new(self.options.allow.clone(), self.options.timeout));
        client.as_ref().map_err(|error| Answer { status: None, error: Some(error.clone()), took: Duration::ZERO })
    }

    /// Says that something was committed, or is due.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Reads the address of a receiver; refuses what this server must not call.
    pub fn check(&self, url: &str) -> Result<(), guard::Refusal> {
        guard::check(&self.options.allow, url).map(drop)
    }

    fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    fn lock_workers(&self) -> MutexGuard<'_, HashMap<(CompanyId, i64), Arc<Notify>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
