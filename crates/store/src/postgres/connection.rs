use super::connect::get;
use super::fault::Fault;
use super::shared::{SharedConnection, SharedConnections};
use crate::error::StoreError;
use deadpool_postgres::{ClientWrapper, Object, Pool};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio_postgres::Statement;

/// About how many statements a connection keeps prepared before it forgets all of them: filters make new texts without end.
const STATEMENT_CACHE: usize = 1000;
/// How often a connection is taken until they are counted again, for which each is looked at.
const COUNT_EVERY: usize = 64;

/// A connection that was taken for a read or a write.
#[expect(clippy::large_enum_variant, reason = "it is held once per request and never kept")]
pub enum Connection {
    /// Nobody else uses it meanwhile.
    Own(Object),
    /// Other reads go over it at the same time.
    Shared(Arc<SharedConnection>),
}

impl Connection {
    pub async fn own(pool: &Pool) -> Result<Self, StoreError> {
        let object = get(pool).await?;
        bound_statements(&object, Object::metrics(&object).recycle_count);
        Ok(Connection::Own(object))
    }

    pub async fn shared(connections: &SharedConnections) -> Result<Self, StoreError> {
        let connection = connections.take().await?;
        bound_statements(&connection.object, connection.uses.fetch_add(1, Ordering::Relaxed));
        Ok(Connection::Shared(connection))
    }

    pub async fn prepare(&self, text: &str) -> Result<Statement, Fault> {
        self.prepare_cached(text).await.map_err(|error| Fault::new(&error, text))
    }

    /// Gets rid of it after a fault that made it unusable.
    pub fn put_away(self) {
        match self {
            Connection::Own(object) => drop(Object::take(object)),
            // A lost one is closed, and so is not taken again; one that is not closed has statements that are outdated.
            Connection::Shared(connection) => connection.object.statement_cache.clear(),
        }
    }
}

impl Deref for Connection {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        match self {
            Connection::Own(object) => object,
            Connection::Shared(connection) => &connection.object,
        }
    }
}

fn bound_statements(client: &ClientWrapper, uses: usize) {
    if uses.is_multiple_of(COUNT_EVERY) && client.statement_cache.size() >= STATEMENT_CACHE {
        client.statement_cache.clear();
    }
}
