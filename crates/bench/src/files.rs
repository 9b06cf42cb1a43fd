//! Large files up and down, and the memory that the server takes for them.

use crate::client::Client;
use crate::company::Company;
use crate::measure;
use crate::process::{Memory, Server};
use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use std::thread;
use std::time::Instant;

/// Bytes of each file.
pub const SIZE: usize = 10_000_000;
/// Connections, each with one file on its way.
pub const AT_A_TIME: usize = 8;
/// Files that go over each connection, one after the other.
const EACH: usize = 10;
const BOUNDARY: &str = "a-boundary-that-no-file-contains";

pub struct Files {
    /// Before the first large file.
    pub before: Memory,
    pub up: Passage,
    pub down: Passage,
}

/// One direction.
pub struct Passage {
    /// Bytes per second.
    pub rate: f64,
    pub peak: Memory,
}

pub fn measure(company: &Company) -> Result<Files> {
    eprintln!("files");
    let server = company.serve()?;
    let client = company.client(&server);
    // Whatever is made ready once is there before it is counted.
    let small = upload(&client, 1_000)?;
    download(&client, small, 1_000)?;
    let before = Memory::of(server.pid())?;
    let (ids, up) = passage(&server, |_| (0..EACH).map(|_| upload(&client, SIZE)).collect::<Result<Vec<_>>>())?;
    let (_, down) = passage(&server, |line| ids[line].iter().try_for_each(|id| download(&client, *id, SIZE)))?;
    Ok(Files { before, up, down })
}

/// Does the same over all connections; answers what came out of each.
fn passage<T: Send>(server: &Server, work: impl Fn(usize) -> Result<T> + Sync) -> Result<(Vec<T>, Passage)> {
    let begun = Instant::now();
    let (outcomes, peak, _) = measure::watched(server, None, || {
        thread::scope(|scope| {
            let work = &work;
            let lines: Vec<_> = (0..AT_A_TIME).map(|line| scope.spawn(move || work(line))).collect();
            lines.into_iter().map(|line| line.join().map_err(|_| anyhow!("a client has failed"))?).collect::<Result<Vec<_>>>()
        })
    });
    let rate = (AT_A_TIME * EACH * SIZE) as f64 / begun.elapsed().as_secs_f64();
    Ok((outcomes?, Passage { rate, peak }))
}

fn upload(client: &Client, size: usize) -> Result<i64> {
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", content_type.as_str())];
    let answer = client.exchange("POST", "/v1/files", &headers, &[head.as_bytes(), &vec![7; size], end.as_bytes()])?;
    let answer: Value = serde_json::from_slice(&answer)?;
    answer["data"]["id"].as_i64().context("the file has no id")
}

fn download(client: &Client, id: i64, size: usize) -> Result<()> {
    let bytes = client.get(&format!("/v1/files/{id}/download"))?;
    ensure!(bytes.len() == size, "the file has come back with {} bytes", bytes.len());
    Ok(())
}
