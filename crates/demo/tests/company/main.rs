//! A small company on both engines: the same rows every time, totals that agree with the rows they count, and a past that makes sense.

mod references;
mod same;
mod sense;
mod totals;

use penstock_cluster::Cluster;
use penstock_demo::{Company, Sample, Scale, generate};
use penstock_files::Objects;
use penstock_model::Date;
use penstock_store::{Sql, Store, Target, Weight};
use std::error::Error;
use std::sync::Arc;
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn sample(seed: u64) -> Result<Sample, Box<dyn Error + Send + Sync>> {
    Ok(Sample {
        seed,
        scale: Scale::Small,
        today: Date::parse("2026-03-02")?,
        admin_password: "open sesame".to_owned(),
        api_token: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        files: Objects::default(),
    })
}

async fn generated(target: Target, seed: u64) -> Result<(Arc<Store>, Company), Box<dyn Error + Send + Sync>> {
    let store = Arc::new(Store::open(&target).await?);
    store.migrate().await?;
    let mut records = 0;
    let company = generate(&store, &sample(seed)?, || records += 1).await?;
    assert_eq!(records, Scale::Small.records());
    Ok((store, company))
}

/// A company on each engine.
async fn on_both(directory: &TempDir) -> Result<[Arc<Store>; 2], Box<dyn Error + Send + Sync>> {
    let (sqlite, _) = generated(Target::Directory(directory.path().to_owned()), 1).await?;
    let (postgres, _) = generated(Target::Postgres(Cluster::shared()?.database()?), 1).await?;
    Ok([sqlite, postgres])
}

async fn number(store: &Store, text: &str) -> Result<i64, Box<dyn Error + Send + Sync>> {
    let first = store.read(Sql::new(text), Weight::Heavy, None, |first, row| *first = row.int(0)).await?;
    first.ok_or_else(|| format!("no number: {text}").into())
}

#[tokio::test]
async fn ids_go_on_after_those_that_are_used() -> Outcome {
    let directory = TempDir::new()?;
    let (store, company) = generated(Target::Directory(directory.path().to_owned()), 1).await?;
    for table in [
        "organizations",
        "persons",
        "products",
        "deals",
        "deal_products",
        "pipelines",
        "stages",
        "fields",
        "users",
        "groups",
        "roles",
        "teams",
        "filters",
        "followers",
        "participants",
        "history",
        "projects",
        "tasks",
        "boards",
        "phases",
    ] {
        let last = number(&store, &format!("SELECT MAX(id) FROM {table}")).await?;
        assert!(store.next_id(company.id, table).await? > last, "{table}");
    }
    Ok(())
}
