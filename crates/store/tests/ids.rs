mod engines;

use engines::{Outcome, places};
use futures::future::join_all;
use penstock_model::CompanyId;
use penstock_store::StoreError;
use std::collections::BTreeSet;
use std::sync::Arc;

#[tokio::test]
async fn ids_begin_at_one_and_run_per_company_and_sort() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        store.migrate().await?;
        let (one, two) = (CompanyId(1), CompanyId(2));
        assert_eq!(store.next_id(one, "deal").await?, 1);
        assert_eq!(store.next_id(one, "deal").await?, 2);
        assert_eq!(store.next_ids(one, "deal", 3).await?, 3..6);
        assert_eq!(store.next_id(one, "person").await?, 1);
        assert_eq!(store.next_id(two, "deal").await?, 1);
        let many = store.next_ids(one, "deal", 1000).await?;
        assert_eq!(many.end - many.start, 1000);
        assert!(many.start >= 6, "{:?}: {many:?}", place.target);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_id_is_given_twice() -> Outcome {
    for place in places()? {
        // Two stores on one place are two processes to each other: they share no block.
        let stores = [place.open().await?, place.open().await?];
        stores[0].migrate().await?;
        let takers = (0..8).map(|number: usize| {
            let store = Arc::clone(&stores[number % 2]);
            tokio::spawn(async move {
                let mut taken = Vec::new();
                for round in 0..50 {
                    let count = if round % 10 == 0 { 100 } else { 3 };
                    taken.extend(store.next_ids(CompanyId(7), "deal", count).await?);
                }
                Ok::<_, StoreError>(taken)
            })
        });
        let mut all = BTreeSet::new();
        let mut given = 0;
        for taken in join_all(takers).await {
            let taken = taken??;
            given += taken.len();
            all.extend(taken);
        }
        assert_eq!(given, 8 * (5 * 100 + 45 * 3));
        assert_eq!(all.len(), given, "{:?}", place.target);
        assert_eq!(all.first(), Some(&1));
    }
    Ok(())
}
