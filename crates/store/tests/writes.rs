mod engines;

use engines::{Outcome, count, create_samples, insert, number, places, rename, sql};
use futures::future::join_all;
use penstock_store::{Options, Statement, StoreError, Target};
use std::sync::Arc;

#[tokio::test]
async fn a_job_is_written_as_a_whole_or_not_at_all() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1, "Ada"), insert(2, "Bob")]).await?;

        let conflict = store.execute(vec![insert(3, "Cy"), rename(1, "Ann", 9), insert(4, "Di")]).await;
        assert!(matches!(conflict, Err(StoreError::Conflict)), "{:?}: {conflict:?}", place.target);
        let taken = store.execute(vec![insert(3, "Cy"), insert(2, "Bo")]).await;
        assert!(matches!(taken, Err(StoreError::Taken(_))), "{:?}: {taken:?}", place.target);
        let broken = store.execute(vec![insert(3, "Cy"), Statement::new("DELETE FROM nowhere", vec![])]).await;
        assert!(matches!(broken, Err(StoreError::Failed(_))), "{:?}: {broken:?}", place.target);
        let null = Statement::new("INSERT INTO samples (company_id) VALUES ($1)", vec![1.into()]);
        let null = store.execute(vec![insert(3, "Cy"), null]).await;
        assert!(matches!(null, Err(StoreError::Failed(_))), "{:?}: {null:?}", place.target);
        assert_eq!(count(&store).await?, Some(2));

        store.execute(vec![insert(3, "Cy"), rename(1, "Ann", 1)]).await?;
        assert_eq!(count(&store).await?, Some(3));
        let stale = store.execute(vec![rename(1, "Al", 1)]).await;
        assert!(matches!(stale, Err(StoreError::Conflict)), "a single statement, too: {stale:?}");
    }
    Ok(())
}

#[tokio::test]
async fn one_row_means_not_two() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1, "Ada"), insert(2, "Bob")]).await?;
        let all = Statement::one_row("DELETE FROM samples WHERE company_id = $1", vec![1.into()]);
        let result = store.execute(vec![all]).await;
        assert!(matches!(result, Err(StoreError::Conflict)), "{:?}: {result:?}", place.target);
        assert_eq!(count(&store).await?, Some(2));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failing_job_leaves_the_others_of_its_group_alone() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1000, "first")]).await?;
        let jobs = (0..120).map(|number| {
            let statements = match number % 4 {
                0 => vec![insert(number, "lost"), rename(1000, "lost", 99)],
                1 => vec![insert(number, "lost"), insert(1000, "lost")],
                _ => vec![insert(number, "kept"), insert(number + 2000, "kept")],
            };
            store.execute(statements)
        });
        for (number, result) in join_all(jobs).await.into_iter().enumerate() {
            match number % 4 {
                0 => assert!(matches!(result, Err(StoreError::Conflict)), "{number}: {result:?}"),
                1 => assert!(matches!(result, Err(StoreError::Taken(_))), "{number}: {result:?}"),
                _ => result?,
            }
        }
        let kept = number(&store, sql("SELECT COUNT(*) FROM samples WHERE name = 'kept'", &[])).await?;
        assert_eq!((kept, count(&store).await?), (Some(120), Some(121)), "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn waiting_jobs_share_a_commit_on_the_embedded_store() -> Outcome {
    for group_commit in [true, false] {
        let place = engines::Place::sqlite()?;
        let store = place.open_with(&Options { group_commit, ..Options::default() }).await?;
        create_samples(&store).await?;
        let before = store.writer_counts();
        for result in join_all((0..400).map(|id| store.execute(vec![insert(id, "any")]))).await {
            result?;
        }
        let after = store.writer_counts();
        let (jobs, commits) = (after.jobs - before.jobs, after.commits - before.commits);
        assert_eq!(jobs, 400);
        if group_commit {
            assert!(commits <= 40, "{commits} commits");
        } else {
            assert_eq!(commits, 400);
        }
    }
    Ok(())
}

#[tokio::test]
async fn postgres_commits_every_job_by_itself() -> Outcome {
    let place = engines::Place::postgres()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    for result in join_all((0..40).map(|id| store.execute(vec![insert(id, "any"), insert(id + 100, "any")]))).await {
        result?;
    }
    let counts = store.writer_counts();
    assert_eq!((counts.jobs, counts.commits), (41, 41));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_that_cross_each_other_all_succeed() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        store.execute(vec![insert(1, "Ada"), insert(2, "Bob")]).await?;
        let add = |id: i64| {
            let text = "UPDATE samples SET version = version + 1 WHERE company_id = $1 AND id = $2";
            Statement::one_row(text, vec![1.into(), id.into()])
        };
        let writers = (0..2).map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..30 {
                    let (first, second) = if number == 0 { (1, 2) } else { (2, 1) };
                    store.execute(vec![add(first), add(second)]).await?;
                }
                Ok::<(), StoreError>(())
            })
        });
        for writer in join_all(writers).await {
            writer??;
        }
        let total = number(&store, sql("SELECT SUM(version) FROM samples WHERE company_id = 1", &[])).await?;
        assert_eq!(total, Some(2 + 2 * 60), "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn a_write_is_completed_when_its_caller_goes_away() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        let mut write = Box::pin(store.execute(vec![insert(1, "Ada"), insert(2, "Bob")]));
        let _ = futures::poll!(write.as_mut());
        drop(write);
        store.close().await;
        let store = place.open().await?;
        assert_eq!(count(&store).await?, Some(2), "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn close_commits_what_is_queued_and_refuses_the_rest() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        let mut writes: Vec<_> = (0..300).map(|id| Box::pin(store.execute(vec![insert(id, "any")]))).collect();
        let mut early = Vec::new();
        for write in &mut writes {
            early.push(futures::poll!(write.as_mut()));
        }
        store.close().await;
        for (write, early) in writes.into_iter().zip(early) {
            match early {
                std::task::Poll::Ready(result) => result?,
                std::task::Poll::Pending => write.await?,
            }
        }
        let late = store.execute(vec![insert(1000, "late")]).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        if let Target::Directory(directory) = &place.target {
            assert!(!directory.join("penstock.db-wal").exists(), "the log is written back");
        }
        let store = place.open().await?;
        assert_eq!(count(&store).await?, Some(300), "{:?}", place.target);
    }
    Ok(())
}
