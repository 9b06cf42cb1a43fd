mod engines;

use engines::{Outcome, number, places, sql};
use futures::future::join_all;
use penstock_store::{Statement, StoreError};
use std::sync::Arc;

#[tokio::test]
async fn the_second_migration_has_nothing_to_do() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        let pending = store.pending_migrations().await?;
        assert!(pending > 0);
        assert_eq!(store.pending_migrations().await?, pending, "asking changes nothing");
        assert_eq!(store.migrate().await?, pending, "{:?}", place.target);
        assert_eq!(store.pending_migrations().await?, 0);
        assert_eq!(store.migrate().await?, 0);
        let recorded = number(&store, sql("SELECT COUNT(*) FROM schema_steps WHERE taken_time > 0", &[])).await?;
        assert_eq!(recorded, Some(i64::try_from(pending)?));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_may_migrate_at_once() -> Outcome {
    for place in places()? {
        let mut stores = Vec::new();
        for _ in 0..4 {
            stores.push(place.open().await?);
        }
        let pending = stores[0].pending_migrations().await?;
        let migrations = stores.iter().map(|store| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.migrate().await })
        });
        let mut steps = 0;
        for migration in join_all(migrations).await {
            steps += migration??;
        }
        assert_eq!(steps, pending, "every step ran once on {:?}", place.target);
        assert_eq!(stores[3].pending_migrations().await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        let known = i64::try_from(store.migrate().await?)?;
        let text = "INSERT INTO schema_steps (number, taken_time) VALUES ($1, $2)";
        store.execute(vec![Statement::new(text, vec![(known + 5).into(), 1.into()])]).await?;
        for result in [store.migrate().await, store.pending_migrations().await] {
            match result {
                Err(StoreError::NewerSchema { found, known: own }) => assert_eq!((found, own), (known + 5, known)),
                other => return Err(format!("{:?}: {other:?}", place.target).into()),
            }
        }
    }
    Ok(())
}
