use super::connect::{WAIT_TIMEOUT, get};
use super::fault::pool_error;
use crate::error::StoreError;
use deadpool_postgres::{Object, Pool, PoolError, TimeoutType};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::timeout;

/// A few connections, each of which many light reads use at the same time.
///
/// A connection answers one statement after the other, but takes the next before the last is answered. What
/// gathers meanwhile goes out in one system call, and the backend finds it there instead of going to sleep and
/// being woken. With reads that take the database microseconds this is a large part of what they cost.
///
/// A reader that stops in the middle of its rows holds up those behind it, as soon as two buffers full of its
/// rows have arrived. So none may wait for another read before it has taken them all.
pub struct SharedConnections {
    pool: Pool,
    /// The most connections at a time.
    most: usize,
    open: Mutex<Vec<Arc<SharedConnection>>>,
    /// Held by the only reader that opens a connection.
    opening: tokio::sync::Mutex<()>,
}

/// One of them. The list of those that are open holds it once, and each reader on it once.
pub struct SharedConnection {
    pub object: Object,
    /// How often it was taken.
    pub uses: AtomicUsize,
}

enum Found {
    Nothing,
    /// The one with the fewest readers, while one more may be opened.
    Busy(Arc<SharedConnection>),
    /// One without readers, or the one with the fewest of as many as there may be.
    Best(Arc<SharedConnection>),
}

impl SharedConnections {
    /// Shares all connections of a pool, from which nobody else takes any.
    pub fn new(pool: Pool) -> Self {
        let most = pool.status().max_size;
        SharedConnections { pool, most, open: Mutex::default(), opening: tokio::sync::Mutex::default() }
    }

    /// The connection with the fewest readers, or a new one as long as all are busy.
    pub async fn take(&self) -> Result<Arc<SharedConnection>, StoreError> {
        match self.find() {
            Found::Best(connection) => Ok(connection),
            Found::Busy(connection) => match self.opening.try_lock() {
                // What cannot be opened is no harm as long as there is this one.
                Ok(_alone) => Ok(self.open().await.unwrap_or(connection)),
                Err(_) => Ok(connection),
            },
            Found::Nothing => {
                let late = |_| pool_error(&PoolError::Timeout(TimeoutType::Wait));
                let _alone = timeout(WAIT_TIMEOUT, self.opening.lock()).await.map_err(late)?;
                match self.find() {
                    Found::Best(connection) | Found::Busy(connection) => Ok(connection),
                    Found::Nothing => self.open().await,
                }
            }
        }
    }

    /// Refuses later readers. Those under way come to their end.
    pub fn close(&self) {
        self.pool.close();
        self.list().clear();
    }

    fn find(&self) -> Found {
        let mut open = self.list();
        open.retain(|connection| !connection.object.is_closed());
        let readers = |connection: &&Arc<SharedConnection>| Arc::strong_count(connection) - 1;
        match open.iter().min_by_key(readers) {
            None => Found::Nothing,
            Some(least) if open.len() < self.most && readers(&least) > 0 => Found::Busy(Arc::clone(least)),
            Some(least) => Found::Best(Arc::clone(least)),
        }
    }

    async fn open(&self) -> Result<Arc<SharedConnection>, StoreError> {
        let object = get(&self.pool).await?;
        let connection = Arc::new(SharedConnection { object, uses: AtomicUsize::new(0) });
        let mut open = self.list();
        // The close may have emptied the list meanwhile.
        if self.pool.is_closed() {
            return Err(pool_error(&PoolError::Closed));
        }
        open.push(Arc::clone(&connection));
        Ok(connection)
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<SharedConnection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
