//! Files over real connections: large ones, broken ones, and none for strangers.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Answer, Client, Place, Serving, TOKEN};

const MIB: usize = 1 << 20;
const AUTH: (&str, &str) = ("x-api-token", TOKEN);
const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=b");
const HEAD: &[u8] = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"large.txt\"\r\n\r\n";
const TAIL: &[u8] = b"\r\n--b--\r\n";

/// Begins an upload of so many bytes and sends the first part of them.
fn begin(client: &mut Client, size: usize, sent: usize) {
    client.begin("POST", "/v1/files", &[AUTH, FORM], HEAD.len() + size + TAIL.len());
    client.write(HEAD);
    let piece = vec![b'x'; MIB];
    for at in (0..sent).step_by(MIB) {
        client.write(&piece[..MIB.min(sent - at)]);
    }
}

fn upload(serving: &Serving, size: usize) -> Answer {
    let mut client = serving.client();
    begin(&mut client, size, size);
    client.write(TAIL);
    client.answer("POST")
}

/// Everything in a directory and in those below it.
fn entries(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(entries(&path)) } else { found.push(path.display().to_string()) }
    }
    found
}

#[test]
fn a_large_file_comes_and_goes_through_little_memory() {
    const SIZE: usize = 64 * MIB;
    for place in Place::each() {
        let serving = place.serve();
        upload(&serving, 1);
        let before = serving.peak_memory();
        let answer = upload(&serving, SIZE);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let file = &answer.json()["data"];
        assert_eq!(file["file_size"], SIZE);
        assert!(file["url"].as_str().unwrap().starts_with("http://test/api/v1/files/"), "{file}");
        let path = format!("/v1/files/{}/download", file["id"]);
        let answer = serving.get(&path, &[AUTH]);
        assert_eq!((answer.status, answer.body.len()), (200, SIZE));
        assert!(answer.body.bytes().all(|byte| byte == b'x'));
        let grown = serving.peak_memory() - before;
        assert!(grown < 30 * 1024, "{grown} KiB more for a file of 64 MiB");

        let head = serving.client().send("HEAD", &path, &[AUTH], b"");
        assert_eq!((head.status, head.header("content-length")), (200, Some("67108864")));
        let part = serving.get(&path, &[AUTH, ("range", "bytes=-5")]);
        assert_eq!((part.status, part.body.as_str()), (206, "xxxxx"));
        assert_eq!(serving.get(&path, &[]).status, 401);
        serving.stop();
    }
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    for place in Place::each() {
        let serving = place.serve();
        for sent in [0, 1, 12 * MIB] {
            let mut client = serving.client();
            begin(&mut client, 20 * MIB, sent);
            drop(client);
        }
        let deadline = Instant::now() + Duration::from_secs(20);
        let files = place.directory().join("files");
        // The last one has had bytes on the disk.
        while !entries(&files).is_empty() {
            assert!(Instant::now() < deadline, "{:?}", entries(&files));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(serving.get("/v1/files", &[AUTH]).json()["data"], Value::Null);
        assert_eq!(upload(&serving, 10).status, 200);
        serving.stop();
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_sent() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut client = serving.client();
    client.begin("POST", "/v1/files", &[AUTH, FORM], 102 * MIB);
    let answer = client.answer("POST");
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    assert_eq!(answer.json()["error"], "Request entity too large");
    serving.stop();
}

/// Whoever is refused has sent everything before the answer comes, so that the connection goes on.
#[test]
fn a_refused_upload_is_taken_in_and_thrown_away() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut client = serving.client();
    let body = [HEAD, &vec![b'x'; 5 * MIB], TAIL].concat();
    for (path, headers, status) in [
        ("/v1/files", vec![FORM], 401),
        ("/api/v2/deals", vec![AUTH, FORM], 415),
        ("/v1/deals", vec![AUTH, FORM], 400),
        ("/v1/files/1/download", vec![AUTH, FORM], 405),
    ] {
        let answer = client.send("POST", path, &headers, &body);
        assert_eq!(answer.status, status, "{path} {}", answer.body);
    }
    assert_eq!(entries(&place.directory().join("files")), Vec::<String>::new());
    serving.stop();
}

/// The doctor misses bytes that rows name.
#[test]
fn missing_bytes_are_a_problem() {
    let place = Place::sqlite();
    let serving = place.serve();
    upload(&serving, 10);
    upload(&serving, 10);
    serving.stop();
    let examine = || place.command(&["doctor"]).output().unwrap();
    let healthy = examine();
    assert!(healthy.status.success() && support::text(&healthy.stdout).contains("files: 2\n"), "{}", support::text(&healthy.stdout));
    std::fs::remove_file(&entries(&place.directory().join("files"))[0]).unwrap();
    let report = examine();
    assert_eq!(report.status.code(), Some(1));
    assert!(
        support::text(&report.stdout).contains("PROBLEM  company 1: 1 of the files lack their bytes"),
        "{}",
        support::text(&report.stdout)
    );
}
