//! Both engines, each with an empty store.
#![allow(dead_code, reason = "every test file takes what it needs")]

use penstock_cluster::Cluster;
use penstock_model::Value;
use penstock_store::{Options, Sql, Statement, Store, StoreError, Target, Weight};
use std::error::Error;
use std::sync::Arc;
use tempfile::TempDir;

pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Where a store of its own may be opened, once or several times.
pub struct Place {
    pub target: Target,
    directory: Option<TempDir>,
}

impl Place {
    pub fn sqlite() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let directory = tempfile::tempdir()?;
        Ok(Place { target: Target::Directory(directory.path().join("data")), directory: Some(directory) })
    }

    pub fn postgres() -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Place { target: Target::Postgres(Cluster::shared()?.database()?), directory: None })
    }

    pub async fn open(&self) -> Result<Arc<Store>, StoreError> {
        Ok(Arc::new(Store::open(&self.target).await?))
    }

    pub async fn open_with(&self, options: &Options) -> Result<Arc<Store>, StoreError> {
        Ok(Arc::new(Store::open_with(&self.target, options).await?))
    }
}

/// A place on each engine.
pub fn places() -> Result<[Place; 2], Box<dyn Error + Send + Sync>> {
    Ok([Place::sqlite()?, Place::postgres()?])
}

/// Creates the table that the tests write to.
pub async fn create_samples(store: &Store) -> Result<(), StoreError> {
    let create = "CREATE TABLE samples (company_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT, \
                  share DOUBLE PRECISION, version BIGINT NOT NULL DEFAULT 1, PRIMARY KEY (company_id, id))";
    store.execute(vec![Statement::new(create, Vec::new())]).await
}

pub fn insert(id: i64, name: &str) -> Statement {
    let text = "INSERT INTO samples (company_id, id, name) VALUES ($1, $2, $3)";
    Statement::new(text, vec![1.into(), id.into(), name.into()])
}

/// A change of a row that was read in a version.
pub fn rename(id: i64, name: &str, version: i64) -> Statement {
    let text = "UPDATE samples SET name = $1, version = version + 1 WHERE company_id = $2 AND id = $3 AND version = $4";
    Statement::one_row(text, vec![name.into(), 1.into(), id.into(), version.into()])
}

pub fn sql(text: &str, values: &[Value]) -> Sql {
    Sql::of(text, values.to_vec())
}

/// The first cell of the first row, if it is a number.
pub async fn number(store: &Store, query: Sql) -> Result<Option<i64>, StoreError> {
    store
        .read(query, Weight::Light, None, |first, row| {
            *first = first.or(row.int(0));
        })
        .await
}

pub async fn count(store: &Store) -> Result<Option<i64>, StoreError> {
    number(store, sql("SELECT COUNT(*) FROM samples WHERE company_id = $1", &[1.into()])).await
}
