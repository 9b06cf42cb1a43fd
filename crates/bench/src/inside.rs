//! The same requests without HTTP: the product in a loop on one thread.

use crate::process;
use anyhow::{Context, Result, ensure};
use futures::future::join_all;
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

/// How many creates are under way at the same time.
const AT_A_TIME: usize = 16;
/// Creates before the first that counts.
const ROUNDS: usize = 50;

/// Sends POST requests of a file in turn for so long, and prints the CPU time of each in nanoseconds, that of the store's threads
/// included. Nobody is told of anything: only `serve` does that.
pub fn creates(data_dir: PathBuf, requests: &Path, token: &str, seconds: f64) -> Result<()> {
    let lines = fs::read_to_string(requests)?;
    let creates: Vec<(&str, &str)> = lines.lines().filter_map(|line| line.split_once('\t')?.1.split_once('\t')).collect();
    ensure!(!creates.is_empty(), "no requests");
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let store = Arc::new(Store::open(&Target::Directory(data_dir)).await?);
        let app = App::open(Arc::clone(&store), Arc::new(SystemClock), Settings::default()).await?;
        let mut rounds = creates.chunks(AT_A_TIME).cycle();
        let mut send = async || {
            let round = rounds.next().unwrap_or_default();
            let answers = join_all(round.iter().map(|(target, body)| {
                let request = Request {
                    method: "POST".to_owned(),
                    path: (*target).to_owned(),
                    api_token: Some(token.to_owned()),
                    content_type: Some("application/json".to_owned()),
                    body: body.as_bytes().to_vec(),
                    ..Request::default()
                };
                app.handle(request)
            }));
            for answer in answers.await {
                ensure!((200..300).contains(&answer.status), "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
            }
            Ok(u32::try_from(round.len())?)
        };
        for _ in 0..ROUNDS {
            send().await?;
        }
        let (begun, before, mut answered) = (Instant::now(), process::cpu(std::process::id())?, 0_u32);
        while begun.elapsed().as_secs_f64() < seconds {
            answered += send().await?;
        }
        let each = (process::cpu(std::process::id())? - before) / answered.max(1);
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
