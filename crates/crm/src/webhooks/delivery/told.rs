//! Events and what is told of them, for as long as several subscriptions want the same.

use crate::app::App;
use crate::error::ApiResult;
use crate::webhooks::event::{self, Event};
use crate::webhooks::hook::Shape;
use crate::webhooks::payload::{self, Content};
use penstock_model::CompanyId;
use penstock_store::{Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// Events in memory. All are let go when there are more: those on their way hold theirs.
const KEPT: usize = 2_000;

/// An event, and its payload in both shapes once somebody has wanted it.
pub struct Told {
    pub event: Event,
    v1: OnceCell<Option<Content>>,
    v2: OnceCell<Option<Content>>,
}

impl Told {
    fn new(event: Event) -> Self {
        Told { event, v1: OnceCell::new(), v2: OnceCell::new() }
    }

    /// What subscribers of this shape are told; `None` where there is nothing to tell them.
    pub async fn content(&self, app: &Arc<App>, shape: Shape) -> ApiResult<Option<&Content>> {
        let cell = match shape {
            Shape::V1 => &self.v1,
            Shape::V2 => &self.v2,
        };
        let make = || async {
            let directory = app.directory(self.event.company).await?;
            payload::content(app, &directory, &self.event, shape).await
        };
        Ok(cell.get_or_try_init(make).await?.as_ref())
    }
}

#[derive(Default)]
pub struct Memory(Mutex<HashMap<(CompanyId, i64), Arc<Told>>>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, HashMap<(CompanyId, i64), Arc<Told>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an event that was read.
    pub fn keep(&self, event: Event) -> Arc<Told> {
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        let key = (event.company, event.id);
        Arc::clone(kept.entry(key).or_insert_with(|| Arc::new(Told::new(event))))
    }

    /// The events with these ids. Those that had to be read are not kept: whoever reads far back must not push out what others
    /// are about to send.
    pub async fn read(&self, store: &Store, company: CompanyId, ids: &[i64]) -> Result<HashMap<i64, Arc<Told>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        {
            let kept = self.lock();
            found.extend(ids.iter().filter_map(|id| Some((*id, Arc::clone(kept.get(&(company, *id))?)))));
        }
        let missing: Vec<i64> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        if !missing.is_empty() {
            let read = event::read(store, company, &missing).await?;
            found.extend(read.into_iter().map(|event| (event.id, Arc::new(Told::new(event)))));
        }
        Ok(found)
    }

    /// The event with this id; `None` where the outbox has it no more.
    pub async fn find(&self, app: &App, company: CompanyId, id: i64) -> ApiResult<Option<Arc<Told>>> {
        if let Some(told) = self.lock().get(&(company, id)) {
            return Ok(Some(Arc::clone(told)));
        }
        let event = event::read(app.store(), company, &[id]).await?.pop();
        Ok(event.map(|event| self.keep(event)))
    }
}
