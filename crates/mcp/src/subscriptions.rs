//! Tells clients that a resource has changed. The changes are those of the stream of events, which tells each caller of what
//! they may see, and ends with their credentials.

mod events;
mod watch;

pub use events::Events;
pub use watch::Watch;

use crate::crm::Crm;
use crate::trouble::Trouble;
use rmcp::RoleServer;
use rmcp::model::ResourceUpdatedNotificationParam;
use rmcp::service::Peer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The most resources that one session is told of.
const MOST: usize = 1_000;

/// What the client of one session wants to be told of. When it goes, nobody is told any more.
#[derive(Default)]
pub struct Watched {
    list: List,
    teller: tokio::sync::Mutex<Option<Teller>>,
}

/// By address.
type List = Arc<Mutex<HashMap<String, Watch>>>;

/// Whatever tells the client, for as long as this lives.
struct Teller {
    ended: CancellationToken,
    _stop: DropGuard,
}

impl Watched {
    /// Tells the client from now on of a resource, by the eyes of the caller.
    pub async fn add(&self, uri: String, watch: Watch, crm: Crm, peer: Peer<RoleServer>) -> Result<(), Trouble> {
        if lock(&self.list).len() >= MOST {
            return Err(Trouble::new("There are too many subscriptions", "End some that are not needed."));
        }
        let mut teller = self.teller.lock().await;
        if teller.as_ref().is_none_or(|teller| teller.ended.is_cancelled()) {
            lock(&self.list).clear();
            let events = Events::open(crm).await?;
            *teller = Some(begin(events, Arc::clone(&self.list), peer));
        }
        lock(&self.list).insert(uri, watch);
        Ok(())
    }

    pub async fn remove(&self, uri: &str) {
        let mut teller = self.teller.lock().await;
        let mut list = lock(&self.list);
        list.remove(uri);
        if list.is_empty() {
            *teller = None;
        }
    }
}

fn lock(list: &List) -> MutexGuard<'_, HashMap<String, Watch>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin(mut events: Events, list: List, peer: Peer<RoleServer>) -> Teller {
    let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
    let end = ended.clone().drop_guard();
    let stopped = stop.clone().cancelled_owned();
    let tell = async move {
        while let Some(event) = events.next().await {
            let touched: Vec<String> =
                lock(&list).iter().filter(|(_, watch)| watch.is_touched_by(&event)).map(|(uri, _)| uri.clone()).collect();
            for uri in touched {
                if peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await.is_err() {
                    return;
                }
            }
        }
    };
    tokio::spawn(async move {
        let _end = end;
        tokio::select! {
            () = tell => {}
            () = stopped => {}
        }
    });
    Teller { ended, _stop: stop.drop_guard() }
}
