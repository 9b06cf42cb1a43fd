//! Load from outside, by wrk.

use crate::client::Client;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/requests.lua");

/// One request to send.
pub struct Request {
    pub method: &'static str,
    pub target: String,
    pub body: String,
}

impl Request {
    pub fn get(target: String) -> Self {
        Request { method: "GET", target, body: String::new() }
    }
}

/// Requests in a file, as the script of wrk reads them.
#[derive(Clone)]
pub struct Requests(pub PathBuf);

impl Requests {
    pub fn write(path: PathBuf, requests: &[Request]) -> Result<Self> {
        let mut lines = String::new();
        for Request { method, target, body } in requests {
            writeln!(lines, "{method}\t{target}\t{body}")?;
        }
        fs::write(&path, lines)?;
        Ok(Requests(path))
    }

    /// The requests of several files in turn, as often as the longest one has any.
    pub fn of_all<'a>(path: PathBuf, parts: impl Iterator<Item = &'a Requests>) -> Result<Self> {
        let texts = parts.map(|part| fs::read_to_string(&part.0)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<Vec<&str>> = texts.iter().map(|text| text.lines().collect()).collect();
        let most = parts.iter().map(Vec::len).max().unwrap_or_default();
        let rounds = (0..most).flat_map(|round| parts.iter().filter_map(move |part| part.get(round % part.len().max(1))));
        fs::write(&path, rounds.map(|line| format!("{line}\n")).collect::<String>())?;
        Ok(Requests(path))
    }
}

/// What came out of a load.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    pub requests: u64,
    /// Requests per second.
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// A load under way.
pub struct Running(Child);

/// Begins to send requests in turn over so many connections, each of which waits for its answer. There is one
/// thread for it, or two: less would hold back a server that uses all of a small machine, more would take it away.
pub fn start(to: &Client, requests: &Requests, connections: u32, seconds: u32) -> Result<Running> {
    let threads = connections.min(2);
    let child = Command::new("wrk")
        .args([format!("-t{threads}"), format!("-c{connections}"), format!("-d{seconds}s")])
        .args(["--timeout", "30s", "-s", SCRIPT])
        .arg(format!("http://{}/", to.address))
        .arg("--")
        .arg(&requests.0)
        .arg(&to.token)
        .stdout(Stdio::piped())
        .spawn()
        .context("wrk cannot be run")?;
    Ok(Running(child))
}

impl Running {
    /// Waits for the end. An answer other than one of success makes the whole measurement void.
    pub fn finish(self) -> Result<Outcome> {
        let output = self.0.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = said.lines().find_map(|line| line.strip_prefix("outcome ")).with_context(|| format!("wrk said: {said}"))?;
        let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [requests, micros, p50, p99, failed] = numbers[..] else { anyhow::bail!("wrk said: {said}") };
        ensure!(failed == 0, "{failed} of {requests} requests failed");
        ensure!(requests > 0, "no request was answered");
        let rate = requests as f64 * 1e6 / micros as f64;
        Ok(Outcome { requests, rate, p50: Duration::from_micros(p50), p99: Duration::from_micros(p99) })
    }
}
