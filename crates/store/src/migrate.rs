//! Brings the schema up to date. A step and its row in `schema_steps` are one transaction, and the row
//! comes first: of two processes that take the same step at once the second finds it taken.

use crate::error::StoreError;
use crate::schema::steps;
use crate::sql::{Sql, Statement};
use crate::store::{Store, Weight};
use penstock_model::{Clock, SystemClock};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT NOT NULL PRIMARY KEY, taken_time BIGINT NOT NULL)";
const RECORD: &str = "INSERT INTO schema_steps (number, taken_time) VALUES ($1, $2)";

/// Takes the steps that are missing; answers how many this call took.
pub async fn run(store: &Store) -> Result<usize, StoreError> {
    take(store, &steps()).await
}

/// How many steps are missing. Changes nothing.
pub async fn pending(store: &Store) -> Result<usize, StoreError> {
    let known = steps().len();
    Ok(known - taken(store, known).await?)
}

async fn take(store: &Store, steps: &[&'static str]) -> Result<usize, StoreError> {
    let mut done = taken(store, steps.len()).await?;
    if done == 0 {
        match store.execute(vec![Statement::new(CREATE, Vec::new())]).await {
            // PostgreSQL says so to the second of two that create the table at once.
            Ok(()) | Err(StoreError::Taken(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let mut count = 0;
    while done < steps.len() {
        let number = i64::try_from(done + 1).unwrap_or(i64::MAX);
        let record = Statement::new(RECORD, vec![number.into(), SystemClock.now().into()]);
        let step = Statement::new(store.dialect().step(steps[done]), Vec::new());
        match store.execute(vec![record, step]).await {
            Ok(()) => {
                count += 1;
                done += 1;
            }
            Err(error @ StoreError::Taken(_)) => {
                let now = taken(store, steps.len()).await?;
                if now <= done {
                    // Not the row was there already, but a key of the step itself.
                    return Err(error);
                }
                done = now;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// How many steps this store has taken. Errors: [`StoreError::NewerSchema`] when it is more than `known`.
async fn taken(store: &Store, known: usize) -> Result<usize, StoreError> {
    let mut tables = Sql::new(store.dialect().count_tables());
    tables.values.push("schema_steps".into());
    if number(store, tables).await? == 0 {
        return Ok(0);
    }
    let found = number(store, Sql::new("SELECT COALESCE(MAX(number), 0) FROM schema_steps")).await?;
    match usize::try_from(found) {
        Ok(taken) if taken <= known => Ok(taken),
        _ => Err(StoreError::NewerSchema { found, known: i64::try_from(known).unwrap_or(i64::MAX) }),
    }
}

async fn number(store: &Store, sql: Sql) -> Result<i64, StoreError> {
    store.read(sql, Weight::Light, 0, |number, row| *number = row.int(0).unwrap_or(0)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Target;
    use penstock_cluster::Cluster;
    use std::error::Error;

    const FIRST: &str = "CREATE TABLE shelves (number BIGINT NOT NULL)";
    const FILL: &str = "INSERT INTO shelves (number) VALUES (7), (7)";
    const BROKEN: &str = "CREATE UNIQUE INDEX shelves_number ON shelves (number)";
    const MENDED: &str = "CREATE INDEX shelves_number ON shelves (number)";

    async fn goes_on_where_it_stopped(store: Store) -> Result<(), Box<dyn Error>> {
        let failed = take(&store, &[FIRST, FILL, BROKEN]).await;
        assert!(matches!(failed, Err(StoreError::Taken(_))), "{failed:?}");
        assert_eq!(taken(&store, 3).await?, 2);
        assert_eq!(take(&store, &[FIRST, FILL, MENDED]).await?, 1);
        assert_eq!(take(&store, &[FIRST, FILL, MENDED]).await?, 0);
        let filled = number(&store, Sql::new("SELECT COUNT(*) FROM shelves")).await?;
        assert_eq!(filled, 2, "no step ran twice");
        Ok(())
    }

    #[tokio::test]
    async fn goes_on_where_it_stopped_on_sqlite() -> Result<(), Box<dyn Error>> {
        let directory = tempfile::tempdir()?;
        goes_on_where_it_stopped(Store::open(&Target::Directory(directory.path().to_owned())).await?).await
    }

    #[tokio::test]
    async fn goes_on_where_it_stopped_on_postgres() -> Result<(), Box<dyn Error>> {
        let url = Cluster::shared()?.database()?;
        goes_on_where_it_stopped(Store::open(&Target::Postgres(url)).await?).await
    }
}
