//! The store on PostgreSQL.

mod cells;
mod connect;
mod connection;
mod fault;
mod shared;

use crate::error::StoreError;
use crate::row::Row;
use crate::sql::{Expect, Sql, Statement};
use crate::store::{Options, Weight, WriterCounts};
use cells::{Parameter, PostgresRow, check_columns};
use connect::Pools;
use connection::Connection;
use fault::Fault;
use futures::future::Either;
use futures::{TryStreamExt, poll};
use std::future::{Future, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{RwLock, Semaphore};

/// How often a transaction is tried that others got in the way of, or whose connection broke.
const ATTEMPTS: u32 = 5;

/// The engine on pools of connections.
pub struct Postgres {
    shared: Arc<Shared>,
}

struct Shared {
    pools: Pools,
    /// Leaves half of the ordinary connections to writes.
    heavy: Semaphore,
    /// Held by every write under way, and alone by the close.
    writing: Arc<RwLock<()>>,
    jobs: AtomicU64,
    commits: AtomicU64,
}

impl Postgres {
    /// Makes the pools and proves with one connection that the database answers. Errors name no password.
    pub async fn open_with(url: &str, options: &Options) -> Result<Self, StoreError> {
        let pools = connect::pools(url, options.connections).await?;
        let heavy = Semaphore::new((pools.ordinary.status().max_size / 2).max(1));
        let (jobs, commits) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Postgres { shared: Arc::new(Shared { pools, heavy, writing: Arc::default(), jobs, commits }) })
    }

    /// Runs a query and gives every row to `on_row`. Tried again as long as no row has arrived.
    pub async fn read<T, F>(&self, sql: Sql, weight: Weight, mut state: T, mut on_row: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut T, &dyn Row) + Send + 'static,
    {
        let pools = &self.shared.pools;
        // Closed never, so that there is always a permit in the end.
        let _permit = match weight {
            Weight::Heavy if !sql.is_planned_for_values => self.shared.heavy.acquire().await.ok(),
            _ => None,
        };
        let mut attempt = 1;
        loop {
            let connection = match weight {
                _ if sql.is_planned_for_values => Connection::own(&pools.planned).await?,
                Weight::Heavy => Connection::own(&pools.ordinary).await?,
                Weight::Light => Connection::shared(&pools.shared).await?,
            };
            let mut any_row = false;
            let result = read_once(&connection, &sql, |row| {
                any_row = true;
                on_row(&mut state, row);
            })
            .await;
            match result {
                Ok(()) => return Ok(state),
                Err(fault) => fault.settle(connection, if any_row { ATTEMPTS } else { attempt }).await?,
            }
            attempt += 1;
        }
    }

    /// Runs statements as one transaction, which is completed even if the caller goes away. They are
    /// prepared before the first runs, so none may need a table that another creates.
    pub async fn execute(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        self.transact(statements).await.map(drop)
    }

    /// Like [`Postgres::execute`]; answers the first cell that the statement returned.
    pub async fn execute_returning(&self, statement: Statement) -> Result<Option<i64>, StoreError> {
        self.transact(vec![statement]).await
    }

    pub fn writer_counts(&self) -> WriterCounts {
        WriterCounts { jobs: self.shared.jobs.load(Ordering::Relaxed), commits: self.shared.commits.load(Ordering::Relaxed) }
    }

    /// Waits for the writes under way and closes the connections; later calls are refused.
    pub async fn close(&self) {
        let _alone = self.shared.writing.write().await;
        self.shared.pools.close();
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Option<i64>, StoreError> {
        let shared = Arc::clone(&self.shared);
        let Ok(writing) = Arc::clone(&shared.writing).try_read_owned() else {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        };
        // A task of its own: a connection must not go back to the pool in the middle of a transaction.
        let task = tokio::spawn(async move {
            let result = shared.transact(&statements).await;
            drop(writing);
            result
        });
        task.await.unwrap_or_else(|error| Err(StoreError::Failed(format!("a write did not end: {error}"))))
    }
}

impl Shared {
    async fn transact(&self, statements: &[Statement]) -> Result<Option<i64>, StoreError> {
        let mut attempt = 1;
        loop {
            let connection = Connection::own(&self.pools.ordinary).await?;
            let result = match statements {
                [one] if one.expect == Expect::Anything => run_alone(&connection, one).await,
                many => run_together(&connection, many).await,
            };
            match result {
                Ok(returned) => {
                    self.jobs.fetch_add(1, Ordering::Relaxed);
                    self.commits.fetch_add(1, Ordering::Relaxed);
                    return Ok(returned);
                }
                Err(fault) => fault.settle(connection, attempt).await?,
            }
            attempt += 1;
        }
    }
}

impl Fault {
    /// Puts the connection away and waits for the next attempt, or answers the error when there is none.
    async fn settle(self, connection: Connection, attempt: u32) -> Result<(), StoreError> {
        if self.connection_unusable {
            connection.put_away();
        } else {
            drop(connection);
        }
        if !self.may_retry || attempt >= ATTEMPTS {
            return Err(self.error);
        }
        tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
        Ok(())
    }
}

async fn read_once(connection: &Connection, sql: &Sql, mut on_row: impl FnMut(&dyn Row)) -> Result<(), Fault> {
    let prepared = connection.prepare(&sql.text).await?;
    check_columns(prepared.columns()).map_err(|what| Fault::of_statement(&what, &sql.text))?;
    let fault = |error| Fault::new(&error, &sql.text);
    let mut rows = pin!(connection.query_raw(&prepared, sql.values.iter().map(Parameter)).await.map_err(fault)?);
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        on_row(&PostgresRow(&row));
    }
    Ok(())
}

/// One statement is a transaction by itself.
async fn run_alone(connection: &Connection, statement: &Statement) -> Result<Option<i64>, Fault> {
    let prepared = connection.prepare(&statement.text).await?;
    let done = run(connection, &prepared, statement).await.map_err(Fault::in_doubt)?;
    Ok(done.returned)
}

async fn run_together(connection: &Connection, statements: &[Statement]) -> Result<Option<i64>, Fault> {
    let mut prepared = Vec::with_capacity(statements.len());
    for statement in statements {
        prepared.push(connection.prepare(&statement.text).await?);
    }
    match run_pipelined(connection, statements, &prepared).await {
        Ok(returned) => {
            let committed = connection.batch_execute("COMMIT").await;
            committed.map_err(|error| Fault::new(&error, "COMMIT").in_doubt())?;
            Ok(returned)
        }
        Err(mut fault) => {
            if !fault.connection_unusable && connection.batch_execute("ROLLBACK").await.is_err() {
                fault.connection_unusable = true;
            }
            Err(fault)
        }
    }
}

/// Begins a transaction and sends all statements at once; then checks each answer in order.
async fn run_pipelined(
    connection: &Connection,
    statements: &[Statement],
    prepared: &[tokio_postgres::Statement],
) -> Result<Option<i64>, Fault> {
    let begun = send(connection.batch_execute("BEGIN")).await;
    let mut sent = Vec::with_capacity(statements.len());
    for (statement, prepared) in statements.iter().zip(prepared) {
        sent.push((statement.expect, send(run(connection, prepared, statement)).await));
    }
    begun.await.map_err(|error| Fault::new(&error, "BEGIN"))?;
    let mut returned = None;
    for (expect, answer) in sent {
        let done = answer.await?;
        if expect == Expect::OneRow && done.changed != 1 {
            return Err(Fault::conflict());
        }
        returned = done.returned;
    }
    Ok(returned)
}

/// Puts a request on the wire, which its first poll does, and gives back the future of its answer.
async fn send<F: Future>(request: F) -> impl Future<Output = F::Output> {
    let mut request = Box::pin(request);
    match poll!(request.as_mut()) {
        Poll::Ready(answer) => Either::Left(ready(answer)),
        Poll::Pending => Either::Right(request),
    }
}

struct Done {
    changed: u64,
    returned: Option<i64>,
}

async fn run(connection: &Connection, prepared: &tokio_postgres::Statement, statement: &Statement) -> Result<Done, Fault> {
    let fault = |error| Fault::new(&error, &statement.text);
    let values = statement.values.iter().map(Parameter);
    let mut rows = pin!(connection.query_raw(prepared, values).await.map_err(fault)?);
    let mut returned = None;
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        returned = returned.or_else(|| PostgresRow(&row).int(0));
    }
    Ok(Done { changed: rows.rows_affected().unwrap_or(0), returned })
}
