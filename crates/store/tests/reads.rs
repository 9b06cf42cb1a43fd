mod engines;

use engines::{Outcome, create_samples, insert, number, places, sql};
use penstock_model::Value;
use penstock_store::{Sql, Statement, Store, StoreError, Weight};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

#[tokio::test]
async fn values_come_back_as_they_went_in() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        let text = "INSERT INTO samples (company_id, id, name, share) VALUES ($1, $2, $3, $4)";
        let written: [Vec<Value>; 5] = [
            vec![1.into(), 1.into(), "plain".into(), 0.1.into()],
            vec![1.into(), i64::MAX.into(), "Zoë 🦀 \"quoted\" '' \\ %".into(), (-1.5e300).into()],
            vec![1.into(), i64::MIN.into(), "".into(), f64::MIN_POSITIVE.into()],
            vec![1.into(), 0.into(), Value::Null, Value::Null],
            vec![1.into(), 2.into(), "x".repeat(300_000).into(), Value::Int(3)],
        ];
        for row in &written {
            store.execute(vec![Statement::new(text, row.clone())]).await?;
        }
        for weight in [Weight::Light, Weight::Heavy] {
            for row in &written {
                let query = sql("SELECT company_id, id, name, share FROM samples WHERE company_id = $1 AND id = $2", &row[..2]);
                let mut expected = row.clone();
                if row[3] == Value::Int(3) {
                    expected[3] = Value::Real(3.0);
                }
                assert_eq!(store.rows(query, weight, 4).await?, vec![expected], "{:?}", place.target);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn placeholders_go_by_their_number() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1, "Ada"), insert(2, "Bob"), insert(3, "Ada")]).await?;
        let query = sql(
            "SELECT id, CAST($4 AS TEXT) FROM samples WHERE name = $3 AND id >= $2 AND company_id = $1 \
             AND (id > $2 OR name <> $4) ORDER BY id DESC LIMIT $5",
            &[1.into(), 1.into(), "Ada".into(), "none".into(), 10.into()],
        );
        let rows = store.rows(query, Weight::Light, 2).await?;
        assert_eq!(rows, vec![vec![3.into(), "none".into()], vec![1.into(), "none".into()]], "{:?}", place.target);

        // The same out of order in a write.
        let text = "UPDATE samples SET name = $3 WHERE company_id = $1 AND id = $2";
        store.execute(vec![Statement::one_row(text, vec![1.into(), 2.into(), "Eve".into()])]).await?;
        let query = sql("SELECT id FROM samples WHERE company_id = $1 AND name = $2", &[1.into(), "Eve".into()]);
        assert_eq!(number(&store, query).await?, Some(2));
    }
    Ok(())
}

#[tokio::test]
async fn lists_match_each_of_their_values_and_an_empty_one_nothing() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute((1..=5).map(|id| insert(id, "any")).collect()).await?;
        for (ids, expected) in [(vec![2_i64, 4, 9], 2), (vec![], 0)] {
            let mut query = sql("SELECT COUNT(*) FROM samples WHERE company_id = ", &[]);
            query.bind(1_i64).push(" AND id IN ").bind_list(ids);
            assert_eq!(number(&store, query).await?, Some(expected), "{:?}", place.target);
        }
    }
    Ok(())
}

#[tokio::test]
async fn sums_and_averages_have_the_same_type_on_both_engines() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute((1..=4).map(|id| insert(id * 25_000, "any")).collect()).await?;
        let query = sql(
            "SELECT SUM(id), AVG(id), -SUM(id), SUM(id) * 1000000000, SUM(id - id), AVG(id * 0.00001), SUM(share), \
             COUNT(*) > 3, COUNT(*) FROM samples WHERE company_id = $1",
            &[1.into()],
        );
        let expected: Vec<Value> = vec![
            250_000.into(),
            62_500.0.into(),
            (-250_000).into(),
            250_000_000_000_000.into(),
            0.into(),
            0.625.into(),
            Value::Null,
            1.into(),
            4.into(),
        ];
        assert_eq!(store.rows(query, Weight::Light, 9).await?, vec![expected], "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn numbers_go_into_whatever_type_the_statement_needs() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1, "a"), insert(2, "b")]).await?;
        let text = "UPDATE samples SET share = $1 WHERE company_id = $2";
        store.execute(vec![Statement::new(text, vec![7.into(), 1.into()])]).await?;
        let query = sql(
            "SELECT COUNT(*) FROM samples WHERE company_id = $1 AND share > $2 AND share < $3 \
             HAVING SUM(id) >= $4 AND AVG(id) > $5",
            &[1.into(), 6.into(), 7.5.into(), 3.into(), 1.25.into()],
        );
        assert_eq!(number(&store, query).await?, Some(2), "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_statement_fails_and_the_next_one_works() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        let wrong = [
            sql("SELECT nothing FROM nowhere", &[]),
            sql("SELECT id FROM samples WHERE company_id = $1 AND id = $2", &[1.into()]),
            sql("SELECT id FROM samples WHERE company_id = $1", &[1.into(), 2.into()]),
        ];
        for weight in [Weight::Light, Weight::Heavy] {
            for query in wrong.clone() {
                let result = store.rows(query, weight, 1).await;
                assert!(matches!(result, Err(StoreError::Failed(_))), "{:?}: {result:?}", place.target);
            }
            let result = store.rows(sql("SELECT COUNT(*) FROM samples", &[]), weight, 1).await?;
            assert_eq!(result, vec![vec![Value::Int(0)]]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn reads_cannot_write() -> Outcome {
    let place = engines::Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    let result = store.rows(sql("DELETE FROM samples", &[]), Weight::Light, 0).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_) | StoreError::Failed(_))), "{result:?}");
    Ok(())
}

#[tokio::test]
async fn heavy_reads_do_not_hold_up_light_ones_on_the_embedded_store() -> Outcome {
    let place = engines::Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, "any")]).await?;
    let gate = Arc::new(AtomicBool::new(false));
    let (started, starts) = mpsc::channel();
    let heavy = (0..2).map(|_| tokio::spawn(stand_at(Arc::clone(&store), Arc::clone(&gate), started.clone())));
    let heavy: Vec<_> = heavy.collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    let begun = (starts.recv_timeout(Duration::from_secs(10)), starts.recv_timeout(Duration::from_secs(10)));
    let result = tokio::time::timeout(Duration::from_secs(10), many_light_reads(&store)).await;
    gate.store(true, Ordering::Release);
    begun.0?;
    begun.1?;
    result??;
    for read in heavy {
        assert_eq!(read.await??, 1, "a heavy read sees the rows of its start");
    }
    Ok(())
}

/// A heavy read that stops at its first row until the gate opens; answers how many rows it saw.
async fn stand_at(store: Arc<Store>, gate: Arc<AtomicBool>, started: mpsc::Sender<()>) -> Result<usize, StoreError> {
    let query = sql("SELECT id FROM samples WHERE company_id = $1 ORDER BY id", &[1.into()]);
    let wait = move |rows: &mut usize, _: &dyn penstock_store::Row| {
        *rows += 1;
        let _ = started.send(());
        while !gate.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    store.read(query, Weight::Heavy, 0, wait).await
}

#[tokio::test]
async fn heavy_reads_do_not_hold_up_light_ones_on_postgres() -> Outcome {
    let place = engines::Place::postgres()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, "any")]).await?;
    // More than there are connections: were any of them free for heavy reads, light ones would come last.
    let ended = AtomicUsize::new(0);
    let sleep = async || {
        store.rows(sql("SELECT 1 WHERE pg_sleep(1) IS NOT NULL", &[]), Weight::Heavy, 1).await?;
        ended.fetch_add(1, Ordering::Relaxed);
        Ok::<(), StoreError>(())
    };
    let heavy = futures::future::try_join_all((0..64).map(|_| sleep()));
    let light = many_light_reads(&store);
    futures::pin_mut!(heavy, light);
    match futures::future::select(heavy, light).await {
        futures::future::Either::Left(_) => return Err("the heavy reads were done first".into()),
        futures::future::Either::Right((result, _)) => result?,
    }
    let ended = ended.load(Ordering::Relaxed);
    assert!(ended < 32, "{ended} heavy reads came before the light ones");
    Ok(())
}

async fn many_light_reads(store: &Store) -> Result<(), StoreError> {
    for _ in 0..200 {
        engines::count(store).await?;
    }
    store.execute(vec![insert(2, "written meanwhile")]).await
}

#[tokio::test]
async fn a_fault_in_the_code_that_takes_the_rows_stops_no_later_read() -> Outcome {
    let place = engines::Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, "any")]).await?;
    for _ in 0..5 {
        let query = sql("SELECT id FROM samples WHERE company_id = $1", &[1.into()]);
        let result = store.read(query, Weight::Heavy, (), |(), row| assert!(row.int(0).is_none(), "on purpose")).await;
        assert!(matches!(result, Err(StoreError::Failed(_))), "{result:?}");
    }
    let query = sql("SELECT id FROM samples WHERE company_id = $1", &[1.into()]);
    assert_eq!(store.rows(query, Weight::Heavy, 1).await?, vec![vec![Value::Int(1)]]);
    Ok(())
}

/// The list of the rows with a name, for [`Store::id_at`].
fn named(name: &str) -> Sql {
    sql("SELECT t.id FROM samples t WHERE t.company_id = $1 AND t.name = $2", &[1.into(), name.into()])
}

#[tokio::test]
async fn places_of_a_list_are_those_of_the_data_as_it_is() -> Outcome {
    for place in places()? {
        // Another process, as it were, writes to the same data.
        let (store, other) = (place.open().await?, place.open().await?);
        create_samples(&store).await?;
        store.execute((1..=400).map(|id| insert(id * 10, if id % 4 == 0 { "few" } else { "many" })).collect()).await?;
        let mut many: Vec<i64> = (1..=400).filter(|id| id % 4 != 0).map(|id| id * 10).collect();
        for round in 0..6 {
            for weight in [Weight::Light, Weight::Heavy] {
                for at in [0, 7, 250, 7, 120, 121, 299, 250, 0, 500] {
                    let what = format!("place {at} in round {round} of {:?}", place.target);
                    let id = store.id_at(named("many"), false, at, weight).await?;
                    assert_eq!(id, many.get(at as usize).copied(), "{what}");
                    let id = store.id_at(named("many"), true, at, weight).await?;
                    assert_eq!(id, many.iter().rev().nth(at as usize).copied(), "{what}, backwards");
                    let id = store.id_at(named("few"), false, at, weight).await?;
                    assert_eq!(id, (at < 100).then_some((at + 1) * 40), "{what}, another list");
                }
            }
            // Each write moves what stands behind it.
            let new = 15 + round * 700;
            let writer = if round % 2 == 0 { &store } else { &other };
            writer.execute(vec![insert(new, "many")]).await?;
            // After which the embedded store has seen what another process writes.
            tokio::time::sleep(Duration::from_millis(5)).await;
            many.push(new);
            many.sort_unstable();
        }
    }
    Ok(())
}
