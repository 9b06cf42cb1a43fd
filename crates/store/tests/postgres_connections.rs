mod engines;

use engines::{Outcome, Place, count, create_samples, insert, number, sql};
use futures::future::{join_all, try_join_all};
use futures::stream::{self, TryStreamExt};
use penstock_store::{Options, Sql, Statement, Store, StoreError, Target, Weight};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc;

/// With one connection for light reads, one for writes and heavy reads, and one for planned reads.
fn fewest() -> Options {
    Options { connections: 3, ..Options::default() }
}

#[tokio::test]
async fn lost_connections_are_replaced() -> Outcome {
    let place = Place::postgres()?;
    let (store, other) = (place.open().await?, place.open().await?);
    create_samples(&store).await?;
    for round in 0..5 {
        let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.rows(sql(end, &[]), Weight::Light, 1).await?;
        if round % 2 == 0 {
            assert_eq!(count(&store).await?, Some(round * 2));
        }
        store.execute(vec![insert(round * 2, "Ada"), insert(round * 2 + 1, "Bob")]).await?;
    }
    assert_eq!(count(&store).await?, Some(10));
    Ok(())
}

#[tokio::test]
async fn a_job_that_always_loses_its_connection_fails_in_the_end() -> Outcome {
    let place = Place::postgres()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    let end = Statement::new("SELECT pg_terminate_backend(pg_backend_pid())", Vec::new());
    let result = store.execute(vec![insert(1, "Ada"), end]).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    assert_eq!(count(&store).await?, Some(0));
    Ok(())
}

#[tokio::test]
async fn changed_columns_do_not_break_prepared_statements() -> Outcome {
    let place = Place::postgres()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, "Ada")]).await?;
    let all = sql("SELECT * FROM samples WHERE company_id = $1", &[1.into()]);
    assert_eq!(store.rows(all.clone(), Weight::Light, 6).await?.concat().len(), 6);
    store.execute(vec![Statement::new("ALTER TABLE samples ADD COLUMN more TEXT DEFAULT 'new'", Vec::new())]).await?;
    assert_eq!(store.rows(all, Weight::Light, 6).await?.concat()[5], "new".into());
    Ok(())
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() -> Outcome {
    let Target::Postgres(url) = Place::postgres()?.target else { return Err("no URL".into()) };
    let missing = format!("{}_missing", url.split('?').next().unwrap_or(&url));
    for (url, word) in [
        ("postgres://someone:geheim@127.0.0.1:1/penstock", "127.0.0.1:1"),
        ("postgres://someone:geheim@127.0.0.1:port/penstock", "URL"),
        ("postgres://someone:geh?eim@127.0.0.1:1/penstock", "127.0.0.1:1"),
        ("nonsense:geheim", "URL"),
        (missing.as_str(), "_missing"),
    ] {
        match Store::open(&Target::Postgres(url.to_owned())).await {
            Err(StoreError::Unavailable(text)) => {
                assert!(text.contains(word), "{text}");
                assert!(!text.contains("geh") && !text.contains("eim") && !text.contains('\n'), "{text}");
            }
            Err(other) => return Err(other.into()),
            Ok(_) => return Err(format!("{url} was opened").into()),
        }
    }
    Ok(())
}

#[tokio::test]
async fn encryption_is_demanded_where_the_url_says_so() -> Outcome {
    let Target::Postgres(url) = Place::postgres()?.target else { return Err("no URL".into()) };
    let separator = if url.contains('?') { '&' } else { '?' };
    for mode in ["require", "verify-full"] {
        // The test server has no certificate, so a store that opens would have gone on without.
        match Store::open(&Target::Postgres(format!("{url}{separator}sslmode={mode}"))).await {
            Err(StoreError::Unavailable(_)) => {}
            Err(other) => return Err(other.into()),
            Ok(_) => return Err(format!("{mode} was opened without encryption").into()),
        }
    }
    Ok(())
}

#[tokio::test]
async fn queries_are_planned_as_they_ask() -> Outcome {
    let store = Place::postgres()?.open().await?;
    let settings = || sql("SELECT current_setting('jit'), current_setting('plan_cache_mode')", &[]);
    let mut planned = settings();
    planned.plan_for_values();
    for (query, mode) in [(settings(), "auto"), (planned, "force_custom_plan")] {
        for weight in [Weight::Light, Weight::Heavy] {
            assert_eq!(store.rows(query.clone(), weight, 2).await?, [["off".into(), mode.into()]]);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_at_once_over_few_connections_get_their_own_rows() -> Outcome {
    for options in [fewest(), Options::default()] {
        let store = Place::postgres()?.open_with(&options).await?;
        let tasks = (1..=100).map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 1..=20 {
                    // Few rows and many, so that answers end in the middle of what arrives together.
                    let text = "SELECT $1::bigint, row FROM generate_series(1, $2::bigint) AS row";
                    let expected: Vec<_> = (1..=task * round % 700).map(|row| vec![task.into(), row.into()]).collect();
                    let rows = store.rows(sql(text, &[task.into(), (task * round % 700).into()]), Weight::Light, 2).await?;
                    assert_eq!(rows, expected);
                }
                Ok::<_, StoreError>(())
            })
        });
        for result in join_all(tasks).await {
            result??;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_read_that_fails_leaves_the_others_alone() -> Outcome {
    let store = Place::postgres()?.open_with(&fewest()).await?;
    let reads = (0..50).map(|divisor| number(&store, sql("SELECT 100 / $1::bigint", &[(divisor % 5).into()])));
    for (divisor, result) in join_all(reads).await.into_iter().enumerate() {
        match divisor % 5 {
            0 => assert!(matches!(result, Err(StoreError::Failed(_))), "{result:?}"),
            other => assert_eq!(result?, Some(100 / i64::try_from(other)?)),
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_read_that_is_given_up_leaves_the_others_alone() -> Outcome {
    let store = Place::postgres()?.open_with(&fewest()).await?;
    let backend = || number(&store, sql("SELECT pg_backend_pid()", &[]));
    let many = || sql("SELECT row FROM generate_series(1, 100000) AS row", &[]);
    let others = || {
        try_join_all((0..10).map(async |other: i64| {
            let row = number(&store, sql("SELECT $1::bigint", &[other.into()])).await?;
            assert_eq!(row, Some(other));
            Ok::<(), StoreError>(())
        }))
    };
    let before = backend().await?;
    for _ in 0..20 {
        let before_any_row = tokio::time::timeout(Duration::ZERO, store.rows(many(), Weight::Light, 1));
        tokio::join!(before_any_row, others()).1?;

        let (first, mut arrived) = mpsc::unbounded_channel();
        let read = store.read(many(), Weight::Light, (), move |(), row| {
            let _ = first.send(row.int(0));
        });
        let between_rows = async {
            tokio::select! {
                biased;
                row = arrived.recv() => assert_eq!(row, Some(Some(1))),
                result = read => panic!("all rows were taken: {result:?}"),
            }
        };
        tokio::join!(between_rows, others()).1?;
    }
    assert_eq!(backend().await?, before);
    Ok(())
}

#[tokio::test]
async fn reads_under_way_on_a_lost_connection_are_read_again() -> Outcome {
    let place = Place::postgres()?;
    let (store, other) = (place.open_with(&fewest()).await?, place.open().await?);
    number(&other, sql("SELECT 1 FROM pg_advisory_lock(7)", &[])).await?;
    let reads: Vec<_> = (0..30)
        .map(|read| {
            let store = store.clone();
            let waiting = sql("SELECT $1::bigint FROM pg_advisory_xact_lock_shared(7)", &[read.into()]);
            tokio::spawn(async move { number(&store, waiting).await })
        })
        .collect();
    let ended = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    // Twice, so that those which are read again are lost again.
    for _ in 0..2 {
        while number(&other, sql(ended, &[])).await? == Some(0) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    number(&other, sql("SELECT 1 FROM pg_advisory_unlock(7)", &[])).await?;
    for (read, result) in (0..).zip(join_all(reads).await) {
        assert_eq!(result??, Some(read));
    }
    Ok(())
}

#[tokio::test]
async fn there_are_no_more_connections_than_allowed() -> Outcome {
    for connections in [3, 8] {
        let place = Place::postgres()?;
        let store = place.open_with(&Options { connections, ..Options::default() }).await?;
        create_samples(&store).await?;
        let settings = "SELECT pg_backend_pid(), current_setting('jit'), current_setting('plan_cache_mode') FROM pg_sleep(0.002)";
        let read = |weight, planned| {
            let mut query = sql(settings, &[]);
            if planned {
                query.plan_for_values();
            }
            store.rows(query, weight, 3)
        };
        let lights = try_join_all((0..60).map(|_| read(Weight::Light, false)));
        let heavies = try_join_all((0..10).map(|_| read(Weight::Heavy, false)));
        let planned = try_join_all((0..10).map(|_| read(Weight::Light, true)));
        let writes = try_join_all((0..30).map(|id| store.execute(vec![insert(id, "Ada"), insert(id + 100, "Bob")])));
        let (lights, ..) = tokio::try_join!(lights, heavies, planned, writes)?;
        let backends: BTreeSet<_> = lights.concat().iter().map(|row| row[0].as_int()).collect();
        assert_eq!(backends.len(), connections / 4 + usize::from(connections < 4));
        for row in lights.concat() {
            assert_eq!(row[1..], ["off".into(), "auto".into()]);
        }
        let all = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
        let open = number(&store, sql(all, &[])).await?;
        assert!(open <= i64::try_from(connections).ok(), "{open:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_keeps_not_all_statements_prepared() -> Outcome {
    let store = Place::postgres()?.open_with(&fewest()).await?;
    let texts = stream::iter((0..1500).map(|text| Ok::<Sql, StoreError>(sql(&format!("SELECT {text}"), &[]))));
    texts.try_for_each(|text| async { number(&store, text).await.map(drop) }).await?;
    let kept = number(&store, sql("SELECT COUNT(*) FROM pg_prepared_statements", &[])).await?;
    assert!(kept < Some(1100), "{kept:?}");
    Ok(())
}

#[tokio::test]
async fn a_closed_store_refuses_reads() -> Outcome {
    let store = Place::postgres()?.open().await?;
    store.close().await;
    for weight in [Weight::Light, Weight::Heavy] {
        let result = store.rows(sql("SELECT 1", &[]), weight, 1).await;
        assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    }
    Ok(())
}
