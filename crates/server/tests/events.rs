//! Streams of events over HTTP.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};
use support::{Client, Place, Serving, TOKEN};

const PATH: &str = "/api/penstock/events?object=deal";
const HEADERS: [(&str, &str); 2] = [("x-api-token", TOKEN), ("content-type", "application/json")];

/// Begins to listen; answers once the stream has begun.
fn listen(serving: &Serving, last_event_id: Option<&str>) -> Client {
    let mut client = serving.client();
    let mut headers = vec![("x-api-token", TOKEN), ("accept", "text/event-stream")];
    headers.extend(last_event_id.map(|id| ("last-event-id", id)));
    client.begin("GET", PATH, &headers, 0);
    let answer = client.answer("GET");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    until(&mut client, "retry: ");
    client
}

/// What follows these letters on the next line that begins with them.
fn until(client: &mut Client, start: &str) -> String {
    for _ in 0..100 {
        if let Some(rest) = client.line().strip_prefix(start) {
            return rest.to_owned();
        }
    }
    panic!("no line begins with {start:?}");
}

fn add_deal(serving: &Serving, title: &str) {
    let body = format!(r#"{{"title":"{title}"}}"#);
    assert_eq!(serving.client().send("POST", "/v1/deals", &HEADERS, body.as_bytes()).status, 201);
}

/// Reads one event; answers its id and the title of the deal.
fn event(client: &mut Client) -> (String, String) {
    until(client, "event: deal.create");
    let data: serde_json::Value = serde_json::from_str(&until(client, "data: ")).unwrap();
    (data["meta"]["entity_id"].as_str().unwrap().to_owned(), data["data"]["title"].as_str().unwrap().to_owned())
}

#[test]
fn what_happens_is_told_at_once_and_a_stop_ends_the_streams() {
    for place in Place::each() {
        let serving = place.serve();
        let mut listener = listen(&serving, None);
        let mut quiet = listen(&serving, None);
        let started = Instant::now();
        for number in 1..=5 {
            let title = format!("Deal {number}");
            add_deal(&serving, &title);
            assert_eq!(event(&mut listener).1, title);
        }
        // One after the other: if each had to wait for somebody to look, it would be a second for each.
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());

        let started = Instant::now();
        serving.signal("TERM");
        until(&mut listener, "0");
        until(&mut quiet, "0");
        let (code, log) = serving.end();
        assert_eq!(code, Some(0), "{log}");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert!(!log.contains("in flight"), "{log}");
    }
}

#[test]
fn a_stream_is_taken_up_again_after_a_restart() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut listener = listen(&serving, None);
    let begin = until(&mut listener, "id: ");
    drop(listener);
    add_deal(&serving, "Before");
    serving.stop();
    let serving = place.serve();
    let mut listener = listen(&serving, Some(&begin));
    add_deal(&serving, "After");
    assert_eq!([event(&mut listener).1, event(&mut listener).1], ["Before", "After"]);
    let refused = serving.get(PATH, &[("x-api-token", TOKEN), ("last-event-id", "x")]);
    assert_eq!(refused.status, 400);
    serving.stop();
}

/// Notes that are more together than the buffers of a connection hold, and the letters of each.
const NOTES: usize = 60;
const NOTE: usize = 90_000;

#[test]
fn a_client_that_reads_nothing_does_not_hold_up_a_stop() {
    let place = Place::sqlite();
    let serving = place.serve();
    add_deal(&serving, "Noted");
    let mut deaf = serving.client();
    deaf.begin("GET", "/api/penstock/events?object=note", &[("x-api-token", TOKEN)], 0);
    assert_eq!(deaf.answer("GET").status, 200);
    let body = format!(r#"{{"deal_id":1,"content":"{}"}}"#, "a".repeat(NOTE));
    let mut writer = serving.client();
    for _ in 0..NOTES {
        assert_eq!(writer.send("POST", "/v1/notes", &HEADERS, body.as_bytes()).status, 200);
    }
    deaf.wait_until_full();
    serving.signal("TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("in flight"), "{log}");
}
