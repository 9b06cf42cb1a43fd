//! The same requests without HTTP: the product in a loop on one thread.

use anyhow::{Context, Result, ensure};
use penstock_crm::{App, Request, Settings};
use penstock_model::SystemClock;
use penstock_store::{Store, Target};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Answers GET requests of a file in turn for so long, and prints the CPU time of each in nanoseconds.
pub fn run(data_dir: PathBuf, requests: &Path, token: &str, seconds: f64) -> Result<()> {
    let lines = fs::read_to_string(requests)?;
    let targets: Vec<&str> = lines.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let store = Arc::new(Store::open(&Target::Directory(data_dir)).await?);
        let app = App::open(Arc::clone(&store), Arc::new(SystemClock), Settings::default()).await?;
        let mut answered = 0_u32;
        let mut begun = None;
        // One round for what is prepared and read once.
        for target in targets.iter().chain(targets.iter().cycle().take(usize::MAX / 2)) {
            if answered as usize == targets.len() {
                begun = Some((Instant::now(), cpu()?));
            }
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let (path, query) = (path.to_owned(), query.to_owned());
            let request = Request { method: "GET".to_owned(), path, query, api_token: Some(token.to_owned()), ..Request::default() };
            let answer = app.handle(request).await;
            ensure!(answer.status == 200, "{target}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
            answered += 1;
            if begun.is_some_and(|(since, _): (Instant, _)| since.elapsed().as_secs_f64() > seconds) {
                break;
            }
        }
        let (_, before) = begun.context("no requests")?;
        let each = (cpu()? - before) / (answered - targets.len() as u32);
        println!("{}", each.as_nanos());
        store.close().await;
        Ok(())
    })
}

/// The CPU time of this thread.
fn cpu() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(text.split(' ').next().unwrap_or_default().parse()?))
}
