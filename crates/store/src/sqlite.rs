//! The embedded store: one file, many readers, one writer.

mod checkpointer;
mod connection;
mod heavy_readers;
mod light_readers;
mod places;
mod reader;
mod threads;
mod writer;
mod writes;

use crate::error::StoreError;
use crate::row::Row;
use crate::source::{Moment, Source};
use crate::sql::{Sql, Statement};
use crate::store::{Options, Weight, WriterCounts};
use connection::Files;
use heavy_readers::HeavyReaders;
use light_readers::LightReaders;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;
use writes::Writes;

/// The embedded engine on a data directory.
pub struct Sqlite {
    light: LightReaders,
    heavy: HeavyReaders,
    writer: Writer,
    writes: Writes,
}

impl Sqlite {
    /// Opens the store in a directory, both of which are created where they are missing.
    pub fn open_with(directory: &Path, options: &Options) -> Result<Self, StoreError> {
        create_directory(directory)?;
        let files = Arc::new(Files::new(directory));
        let writes = Writes::default();
        let writer = Writer::start(Arc::clone(&files), writes.clone(), options)?;
        let heavy = HeavyReaders::start(&files, &writes)?;
        Ok(Sqlite { heavy, light: LightReaders::start(files, writes.clone())?, writer, writes })
    }

    /// Runs a query and gives every row to `on_row`. A light read runs on the calling thread, a heavy one beside it.
    pub async fn read<T, F>(&self, sql: Sql, weight: Weight, state: T, on_row: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut T, &dyn Row) + Send + 'static,
    {
        match weight {
            Weight::Light => self.light.read(&sql, state, on_row),
            Weight::Heavy => self.heavy.read(sql, state, on_row).await,
        }
    }

    /// See [`crate::Store::id_at`].
    pub async fn id_at(&self, list: Sql, descending: bool, place: i64, weight: Weight) -> Result<Option<i64>, StoreError> {
        match weight {
            Weight::Light => self.light.id_at(list, descending, place),
            Weight::Heavy => self.heavy.id_at(list, descending, place).await,
        }
    }

    /// See [`crate::Store::moment`].
    pub fn moment(&self) -> Result<Option<Moment>, StoreError> {
        self.light.moment()
    }

    /// See [`crate::Store::have_not_changed`].
    pub fn have_not_changed(&self, sources: &[Source], since: Moment) -> bool {
        self.writes.have_not_changed(sources, since)
    }

    /// Commits statements as one transaction, together with those of other callers that wait at the same time.
    pub async fn execute(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        self.writer.run(statements).await.map(drop)
    }

    /// Like [`Sqlite::execute`]; answers the first cell that the last statement returned.
    pub async fn execute_returning(&self, statement: Statement) -> Result<Option<i64>, StoreError> {
        self.writer.run(vec![statement]).await
    }

    pub fn writer_counts(&self) -> WriterCounts {
        self.writer.counts()
    }

    /// Commits what is queued, writes the log back and stops the threads. Later writes and heavy reads are refused.
    pub async fn close(&self) {
        self.heavy.stop();
        self.light.stop();
        let stopped = self.writer.stop();
        // The thread may have a full queue to commit: waiting for it must not hold up an async worker.
        if let Err(error) = tokio::task::spawn_blocking(move || stopped.wait()).await {
            tracing::error!(%error, "waiting for the writer failed");
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.heavy.stop();
        self.light.stop();
        self.writer.stop().wait();
    }
}

/// Creates the directory for its owner only: it holds the data of companies.
fn create_directory(directory: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| StoreError::Unavailable(format!("the directory {} cannot be created: {error}", directory.display())))
}
