//! SIGTERM and SIGINT end the server without losing a request.

mod support;

use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{Place, TOKEN};

#[test]
fn a_signal_ends_an_idle_server_at_once() {
    for place in Place::each() {
        for name in ["TERM", "INT"] {
            let serving = place.serve();
            let mut idle = serving.client();
            assert_eq!(idle.send("GET", "/healthz", &[], b"").status, 200);
            let mut silent = serving.client();
            let started = Instant::now();
            serving.signal(name);
            let (code, log) = serving.end();
            assert_eq!(code, Some(0), "{log}");
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
            assert!(idle.is_closed() && silent.is_closed());
        }
    }
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let place = Place::sqlite();
    let serving = place.serve();
    let address = serving.address;
    let mut client = serving.client();
    let headers = [("x-api-token", TOKEN), ("content-type", "application/json")];
    client.begin("POST", "/v1/deals", &headers, 2);
    client.write(b"{");
    // The head is read before the signal comes.
    sleep(Duration::from_millis(300));
    serving.signal("TERM");
    sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(address).is_err(), "a new connection was accepted");
    client.write(b"}");
    let answer = client.answer("POST");
    assert!(answer.header("x-correlation-id").is_some());
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_slow_clients() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut client = serving.client();
    client.begin("POST", "/v1/deals", &[("x-api-token", TOKEN)], 100);
    client.write(b"{");
    sleep(Duration::from_millis(300));
    serving.signal("TERM");
    sleep(Duration::from_millis(300));
    let started = Instant::now();
    serving.signal("TERM");
    let (code, log) = serving.end();
    assert_eq!(code, Some(0));
    assert!(log.contains("in flight"), "{log}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
