//! How much is on its way at a time.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Of all subscriptions together, and of those whose receivers fail or are slow: these leave most of the slots to the others,
/// however many they are.
const ALL: usize = 256;
const TROUBLED: usize = 64;

pub struct Slots {
    all: Semaphore,
    troubled: Semaphore,
}

impl Default for Slots {
    fn default() -> Self {
        Slots { all: Semaphore::new(ALL), troubled: Semaphore::new(TROUBLED) }
    }
}

/// Held while a delivery is on its way.
pub struct Slot<'a> {
    _troubled: Option<SemaphorePermit<'a>>,
    _all: Option<SemaphorePermit<'a>>,
}

impl Slots {
    /// Waits for a slot; who has waited longest is first. The semaphores are never closed.
    pub async fn take(&self, is_troubled: bool) -> Slot<'_> {
        let troubled = if is_troubled { self.troubled.acquire().await.ok() } else { None };
        Slot { _troubled: troubled, _all: self.all.acquire().await.ok() }
    }
}
