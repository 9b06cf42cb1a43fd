mod engines;

use engines::{Outcome, Place, count, create_samples, insert, number, sql};
use futures::future::join_all;
use penstock_store::{Statement, Store, StoreError, Target, Weight};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn directory(place: &Place) -> Result<&Path, String> {
    match &place.target {
        Target::Directory(directory) => Ok(directory),
        Target::Postgres(_) => Err("not a directory".to_owned()),
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}

#[tokio::test]
async fn a_place_that_cannot_be_a_directory_is_refused_by_name() -> Outcome {
    let around = tempfile::tempdir()?;
    let file = around.path().join("occupied");
    std::fs::write(&file, "a file")?;
    std::fs::create_dir_all(around.path().join("odd/penstock.db"))?;
    for place in [file, around.path().join("odd")] {
        match Store::open(&Target::Directory(place.clone())).await {
            Err(StoreError::Unavailable(text)) => assert!(text.contains(&place.display().to_string()), "{text}"),
            Err(other) => return Err(other.into()),
            Ok(_) => return Err("opened".into()),
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_data_directory_is_made_for_its_owner_only() -> Outcome {
    let place = Place::sqlite()?;
    let _store = place.open().await?;
    assert_eq!(std::fs::metadata(directory(&place)?)?.permissions().mode() & 0o777, 0o700);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_process_may_write_to_the_same_files() -> Outcome {
    let place = Place::sqlite()?;
    let stores = [place.open().await?, place.open().await?];
    create_samples(&stores[0]).await?;
    let writers = (0..8).map(|number: i64| {
        let store = Arc::clone(&stores[usize::from(number % 2 == 0)]);
        tokio::spawn(async move {
            for id in 0..25 {
                store.execute(vec![insert(number * 100 + id, "any")]).await?;
            }
            Ok::<(), StoreError>(())
        })
    });
    for writer in join_all(writers).await {
        writer??;
    }
    for store in &stores {
        assert_eq!(count(store).await?, Some(200));
    }
    Ok(())
}

#[tokio::test]
async fn what_is_written_reaches_the_database_file_by_itself() -> Outcome {
    let place = Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, &"x".repeat(500_000))]).await?;
    let file = directory(&place)?.join("penstock.db");
    let start = Instant::now();
    while size(&file) < 500_000 {
        assert!(start.elapsed() < Duration::from_secs(10), "{} bytes", size(&file));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Watches how large the log becomes.
struct Watch {
    largest: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl Watch {
    fn start(directory: &Path) -> Self {
        let log = directory.join("penstock.db-wal");
        let watch = Watch { largest: Arc::default(), ended: Arc::default() };
        let (largest, ended) = (Arc::clone(&watch.largest), Arc::clone(&watch.ended));
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                largest.fetch_max(size(&log), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        watch
    }

    fn end(self) -> u64 {
        self.ended.store(true, Ordering::Relaxed);
        self.largest.load(Ordering::Relaxed)
    }
}

async fn write_megabytes(store: &Store, count: i64) -> Outcome {
    let text = "INSERT INTO samples (company_id, id, name) VALUES ($1, $2, $3)";
    let name = "x".repeat(100_000);
    for round in 0..count {
        let jobs = (0..10).map(|index| {
            let id = 1_000_000 + round * 10 + index;
            store.execute(vec![Statement::new(text, vec![1.into(), id.into(), name.as_str().into()])])
        });
        for result in join_all(jobs).await {
            result?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_small_under_load() -> Outcome {
    let place = Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    let watch = Watch::start(directory(&place)?);
    write_megabytes(&store, 200).await?;
    let largest = watch.end();
    assert!(largest <= 80 << 20, "{largest} bytes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_never_ends_does_not_let_the_log_grow_without_bound() -> Outcome {
    let place = Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute((0..10_000).map(|id| insert(id, "any")).collect()).await?;
    let reader = tokio::spawn({
        let store = Arc::clone(&store);
        let query = sql("SELECT id FROM samples WHERE company_id = $1", &[1.into()]);
        async move {
            let slowly = |_: &mut (), _: &dyn penstock_store::Row| std::thread::sleep(Duration::from_millis(20));
            store.read(query, Weight::Heavy, (), slowly).await
        }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let watch = Watch::start(directory(&place)?);
    write_megabytes(&store, 160).await?;
    let largest = watch.end();
    assert!(largest <= 128 << 20, "{largest} bytes");
    let read = reader.await?;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "the read was given up: {read:?}");
    let written = number(&store, sql("SELECT COUNT(*) FROM samples WHERE company_id = $1", &[1.into()])).await?;
    assert_eq!(written, Some(11_600));
    Ok(())
}

#[tokio::test]
async fn what_another_process_writes_is_seen_soon_by_who_reads_all_the_time() -> Outcome {
    let place = Place::sqlite()?;
    let [reading, writing] = [place.open().await?, place.open().await?];
    create_samples(&writing).await?;
    for id in 1..=20 {
        writing.execute(vec![insert(id, "any")]).await?;
        let start = Instant::now();
        while count(&reading).await? != Some(id) {
            assert!(start.elapsed() < Duration::from_secs(10), "row {id} is not seen");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_process_writes_is_seen_at_once() -> Outcome {
    let place = Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    for id in 1..=200 {
        store.execute(vec![insert(id, "any")]).await?;
        let read = tokio::spawn({
            let store = Arc::clone(&store);
            async move { count(&store).await.map_err(|error| error.to_string()) }
        });
        assert_eq!(count(&store).await?, Some(id));
        assert_eq!(read.await??, Some(id), "on another thread");
    }
    Ok(())
}

#[tokio::test]
async fn who_has_read_does_not_keep_the_log() -> Outcome {
    let place = Place::sqlite()?;
    let store = place.open().await?;
    create_samples(&store).await?;
    store.execute(vec![insert(1, "any")]).await?;
    assert_eq!(count(&store).await?, Some(1));
    let other = rusqlite::Connection::open(directory(&place)?.join("penstock.db"))?;
    let start = Instant::now();
    while other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? != 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "somebody looks at the log");
    }
    Ok(())
}
