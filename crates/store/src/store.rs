use crate::batch::Batch;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::postgres::Postgres;
use crate::row::Row;
use crate::source::{Moment, Source};
use crate::sql::{Sql, Statement};
use crate::sqlite::Sqlite;
use penstock_model::{CompanyId, Value};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Mutex;

/// Which store to open.
#[derive(Clone)]
pub enum Target {
    /// The embedded store in this directory, which is created where it is missing.
    Directory(PathBuf),
    /// A PostgreSQL database, as a `postgres://` URL.
    Postgres(String),
}

impl fmt::Debug for Target {
    /// Leaves the URL out, for it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Directory(directory) => f.debug_tuple("Directory").field(directory).finish(),
            Target::Postgres(_) => f.write_str("Postgres"),
        }
    }
}

/// How long a read may take. A light read touches a page by an index; it runs at once. A heavy one
/// may scan; it runs beside the light ones and never delays them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Light,
    Heavy,
}

/// How the engine works. The default is right but for measurements.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether the embedded store commits writes that wait at the same time as one transaction.
    pub group_commit: bool,
    /// The most connections to PostgreSQL at a time, three at least. A quarter of them is for reads that are planned for their
    /// values; light reads share another.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { group_commit: true, connections: 16 }
    }
}

/// What has been written since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterCounts {
    /// Jobs that were committed.
    pub jobs: u64,
    /// Commits that this took.
    pub commits: u64,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The open store. Cheap to share behind an `Arc`.
pub struct Store {
    engine: Engine,
    ids: Mutex<HashMap<(CompanyId, &'static str), Range<i64>>>,
    /// How many documents this process has written since the last time they went into the search index.
    waiting_documents: Mutex<HashMap<CompanyId, usize>>,
}

/// How many ids one write of the store reserves.
const ID_BLOCK: i64 = 64;

/// `next` is the first id not given yet; a new sort begins at 1, so its row arrives as 1 and the size of the block.
const RESERVE: &str = "INSERT INTO id_blocks (company_id, sort, next) VALUES ($1, $2, $3) \
     ON CONFLICT (company_id, sort) DO UPDATE SET next = id_blocks.next + excluded.next - 1 RETURNING next";

impl Store {
    /// Opens the store without touching its schema. Errors: [`StoreError::Unavailable`].
    pub async fn open(target: &Target) -> Result<Self, StoreError> {
        Store::open_with(target, &Options::default()).await
    }

    /// [`Store::open`], with options.
    pub async fn open_with(target: &Target, options: &Options) -> Result<Self, StoreError> {
        let engine = match target {
            Target::Directory(directory) => Engine::Sqlite(Sqlite::open_with(directory, options)?),
            Target::Postgres(url) => Engine::Postgres(Postgres::open_with(url, options).await?),
        };
        Ok(Store { engine, ids: Mutex::default(), waiting_documents: Mutex::default() })
    }

    /// Brings the schema up to this version, one statement per step; safe to repeat and to interrupt.
    /// Answers how many steps ran. Errors: [`StoreError::NewerSchema`].
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        crate::migrate::run(self).await
    }

    /// The number of schema steps that this store has not taken yet.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        crate::migrate::pending(self).await
    }

    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a query and gives every row to `on_row`, which builds up `state`.
    pub async fn read<T, F>(&self, sql: Sql, weight: Weight, state: T, on_row: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut T, &dyn Row) + Send + 'static,
    {
        tracing::trace!(sql = sql.text, "read");
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(sql, weight, state, on_row).await,
            Engine::Postgres(postgres) => postgres.read(sql, weight, state, on_row).await,
        }
    }

    /// The id at a place, counted from 0, of a list that is ordered by id; `None` behind its end. `list` selects `t.id` and ends
    /// in a condition.
    pub async fn id_at(&self, list: Sql, descending: bool, place: i64, weight: Weight) -> Result<Option<i64>, StoreError> {
        let order = if descending { " ORDER BY t.id DESC" } else { " ORDER BY t.id" };
        match &self.engine {
            Engine::Sqlite(sqlite) => {
                tracing::trace!(sql = format!("{}{order}", list.text), "read");
                sqlite.id_at(list, descending, place, weight).await
            }
            Engine::Postgres(_) => {
                let mut sql = list;
                sql.push(order).push(" LIMIT 1 OFFSET ").bind(place);
                self.read(sql, weight, None, |id, row| *id = row.int(0)).await
            }
        }
    }

    /// All rows of a query, each as its first `width` cells.
    pub async fn rows(&self, sql: Sql, weight: Weight, width: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        self.read(sql, weight, Vec::new(), move |rows, row| {
            rows.push((0..width).map(|index| row.cell(index).to_value()).collect());
        })
        .await
    }

    /// The present state of the data, which what is read from now on is made of, or of a later one. `None` where it cannot be told
    /// which rows change: PostgreSQL does not say what other processes write.
    pub fn moment(&self) -> Result<Option<Moment>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.moment(),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// Whether all of these rows are as they were at a moment, and as they are at the one that was asked for last.
    pub fn have_not_changed(&self, sources: &[Source], since: Moment) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.have_not_changed(sources, since),
            Engine::Postgres(_) => false,
        }
    }

    /// Commits a planned write and everything that derives from it, or nothing.
    pub async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let statements = crate::derive::statements(self, batch).await?;
        self.execute(statements).await
    }

    /// Runs statements as one transaction. For tables without history (settings, tokens, the schema).
    pub async fn execute(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        if statements.is_empty() {
            return Ok(());
        }
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.execute(statements).await,
            Engine::Postgres(postgres) => postgres.execute(statements).await,
        }
    }

    /// Has the engine look at how the data is spread, by which it chooses the way of its reads. For after a large load.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        self.execute(vec![Statement::new("ANALYZE", Vec::new())]).await
    }

    /// A new id of a sort (a table, usually), unique in the company and never given twice.
    pub async fn next_id(&self, company: CompanyId, sort: &'static str) -> Result<i64, StoreError> {
        Ok(self.next_ids(company, sort, 1).await?.start)
    }

    /// `count` new ids in a row.
    pub async fn next_ids(&self, company: CompanyId, sort: &'static str, count: i64) -> Result<Range<i64>, StoreError> {
        if let Some(taken) = self.take_reserved(company, sort, count) {
            return Ok(taken);
        }
        let size = count.max(ID_BLOCK);
        let block = self.reserve(company, sort, size).await?;
        let taken = block.start..block.start + count;
        let rest = taken.end..block.end;
        let mut ids = self.lock_ids();
        let kept = ids.entry((company, sort)).or_insert_with(|| rest.clone());
        // Another request may have reserved a later block meanwhile. Going back to this one would give ids that are
        // lower than those of writes that are done, and readers of history and outbox go by them.
        if kept.start < rest.start {
            *kept = rest;
        }
        drop(ids);
        Ok(taken)
    }

    fn take_reserved(&self, company: CompanyId, sort: &'static str, count: i64) -> Option<Range<i64>> {
        let mut ids = self.lock_ids();
        let block = ids.get_mut(&(company, sort))?;
        if block.end - block.start < count {
            return None;
        }
        let taken = block.start..block.start + count;
        block.start = taken.end;
        Some(taken)
    }

    fn lock_ids(&self) -> std::sync::MutexGuard<'_, HashMap<(CompanyId, &'static str), Range<i64>>> {
        self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Moves the counter of a sort on by `size` in a write of its own: a crash loses ids, never repeats one.
    async fn reserve(&self, company: CompanyId, sort: &'static str, size: i64) -> Result<Range<i64>, StoreError> {
        let statement = Statement::new(RESERVE, vec![company.into(), sort.into(), (1 + size).into()]);
        let next = match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.execute_returning(statement).await?,
            Engine::Postgres(postgres) => postgres.execute_returning(statement).await?,
        };
        let next = next.ok_or_else(|| StoreError::Failed(format!("no ids were reserved for {sort}")))?;
        Ok(next - size..next)
    }

    /// Counts documents that wait for the search index; says when there are enough of them.
    pub(crate) fn many_documents_wait(&self, company: CompanyId, written: usize) -> bool {
        if written == 0 || self.dialect() == Dialect::Postgres {
            return false;
        }
        let mut waiting = self.waiting_documents.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Those that an earlier process has left go with the first ones of this.
        let count = waiting.entry(company).or_insert(crate::derive::FLUSH_AT);
        *count += written;
        let many = *count >= crate::derive::FLUSH_AT;
        if many {
            *count = 0;
        }
        many
    }

    /// How many writes there were, and how many commits they took.
    pub fn writer_counts(&self) -> WriterCounts {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer_counts(),
            Engine::Postgres(postgres) => postgres.writer_counts(),
        }
    }

    /// Waits for what was accepted, writes the log back and closes the files.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
