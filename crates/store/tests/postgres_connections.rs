mod engines;

use engines::{Outcome, Place, count, create_samples, insert, sql};
use penstock_store::{Statement, Store, StoreError, Target, Weight};

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
