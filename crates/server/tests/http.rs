//! What holds for every request, whatever the operation.

mod support;

use penstock_cluster::Cluster;
use std::collections::HashSet;
use support::{Answer, Place, TOKEN, USERS_ONLY};

/// Whether this is an error in the shape that v1 and v2 share.
fn is_refusal(answer: &Answer) -> bool {
    let body = answer.json();
    answer.header("content-type") == Some("application/json; charset=utf-8")
        && body["success"] == false
        && body["error"].is_string()
        && body["error_info"].is_string()
}

#[test]
fn tells_whether_it_lives_and_is_ready() {
    for place in Place::each() {
        let serving = place.serve();
        for path in ["/healthz", "/readyz"] {
            let answer = serving.get(path, &[]);
            assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"ok"}"#), "{path}");
        }
    }
}

#[test]
fn is_alive_but_not_ready_without_its_database() {
    let cluster = Cluster::start().unwrap();
    let place = Place::on(cluster.database().unwrap());
    let serving = place.serve();
    assert_eq!(serving.get("/readyz", &[]).status, 200);
    drop(cluster);
    let answer = serving.get("/readyz", &[]);
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"status":"unavailable"}"#));
    assert_eq!(serving.get("/healthz", &[]).status, 200);
    serving.stop();
}

#[test]
fn measures_itself_and_tells_nothing_of_companies() {
    let place = Place::sqlite();
    let serving = place.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN), ("PENSTOCK_COMPANY_NAME", "Secret Society")]);
    for _ in 0..3 {
        assert_eq!(serving.status_for(TOKEN), 200);
    }
    serving.status_for("wrong");
    let answer = serving.get("/metrics", &[]);
    assert_eq!(answer.status, 200);
    for line in [
        "penstock_requests_total{operation=\"v2.getPipelines\",status=\"200\"} 3",
        "penstock_requests_total{operation=\"none\",status=\"401\"} 1",
        "penstock_request_duration_seconds_count{operation=\"v2.getPipelines\"} 3",
        "penstock_requests_in_flight 1",
        "penstock_webhook_deliveries_waiting 0",
        "penstock_webhook_oldest_waiting_seconds 0.0",
        "# EOF",
    ] {
        assert!(answer.body.lines().any(|other| other == line), "{line} is not in\n{}", answer.body);
    }
    for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"] {
        let line = answer.body.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        assert!(line.trim().parse::<f64>().unwrap() >= 0.0, "{name}");
    }
    for secret in ["Secret", TOKEN, "admin@"] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
}

#[test]
fn every_answer_has_an_id_of_its_own() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut ids = HashSet::new();
    let mut client = serving.client();
    for path in ["/v1/deals", "/api/v2/deals", "/healthz", "/nowhere", "/metrics"] {
        let answer = client.send("GET", path, &[("x-correlation-id", "mine")], b"");
        let id = answer.header("x-correlation-id").unwrap().to_owned();
        assert_eq!((id.len(), id.split('-').count()), (36, 5), "{id}");
        assert!(ids.insert(id));
    }
}

#[test]
fn whoever_is_lost_gets_an_answer_in_the_shape_of_the_api() {
    let place = Place::sqlite();
    let serving = place.serve();
    for path in ["/", "/v2/deals", "/favicon.ico", "/v1deals"] {
        let answer = serving.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(is_refusal(&answer), "{}", answer.body);
    }
    let answer = serving.client().send("DELETE", "/healthz", &[], b"");
    assert_eq!(answer.status, 405);
    assert!(is_refusal(&answer), "{}", answer.body);
}

#[test]
fn a_head_request_has_the_headers_of_a_get() {
    let place = Place::sqlite();
    let serving = place.serve();
    let mut client = serving.client();
    for path in [USERS_ONLY, "/healthz"] {
        let head = client.send("HEAD", path, &[("x-api-token", TOKEN)], b"");
        let get = client.send("GET", path, &[("x-api-token", TOKEN)], b"");
        assert_eq!((head.status, get.status), (200, 200));
        assert_eq!(head.header("content-length"), get.header("content-length"));
        assert_eq!(get.header("content-length").unwrap(), get.body.len().to_string());
    }
}

#[test]
fn browsers_may_ask_from_anywhere() {
    let place = Place::sqlite();
    let serving = place.serve();
    let headers = [("origin", "https://example.com"), ("access-control-request-method", "PATCH")];
    for path in ["/v1/deals", "/api/v2/deals/1"] {
        let answer = serving.client().send("OPTIONS", path, &headers, b"");
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(answer.header("access-control-allow-methods").unwrap().contains(method));
        }
        for header in ["x-api-token", "authorization", "content-type"] {
            assert!(answer.header("access-control-allow-headers").unwrap().contains(header));
        }
    }
    for token in [TOKEN, "wrong"] {
        let answer = serving.get(USERS_ONLY, &[("x-api-token", token)]);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let exposed =
            "X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining";
        assert_eq!(answer.header("access-control-expose-headers"), Some(exposed));
    }
    assert_eq!(serving.get("/metrics", &[]).header("access-control-allow-origin"), None);
}

#[test]
fn a_body_has_at_most_ten_mebibytes() {
    let place = Place::sqlite();
    let serving = place.serve();
    let headers = [("x-api-token", TOKEN), ("content-type", "application/json")];
    let blanks = vec![b' '; (10 << 20) + 1];
    for path in ["/v1/deals", "/api/v2/deals"] {
        let answer = serving.client().send("POST", path, &headers, &blanks);
        assert_eq!(answer.status, 413);
        assert!(is_refusal(&answer), "{}", answer.body);
        assert_eq!(answer.header("connection"), Some("close"));
    }
    // Nobody waits for what is too large anyway.
    let mut client = serving.client();
    client.begin("POST", "/v1/deals", &headers, 1 << 40);
    assert_eq!(client.answer("POST").status, 413);
    // What is just small enough gets as far as the operation.
    assert_ne!(serving.client().send("POST", "/v1/deals", &headers, &blanks[1..]).status, 413);
}

#[test]
fn a_head_has_limits_too() {
    let place = Place::sqlite();
    let serving = place.serve();
    assert_eq!(serving.get("/healthz", &[("x-more", "of the same"); 200]).status, 431);
    assert_eq!(serving.get(&format!("/v1/deals?term={}", "x".repeat(66_000)), &[]).status, 414);
}

#[test]
fn secrets_stay_out_of_the_log() {
    let place = Place::sqlite();
    for format in ["plain", "json"] {
        let serving = place.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN), ("PENSTOCK_LOG", "trace"), ("PENSTOCK_LOG_FORMAT", format)]);
        let answer = serving.get(&format!("{USERS_ONLY}?api_token={TOKEN}&sort_direction=asc"), &[("x-api-token", TOKEN)]);
        let id = answer.header("x-correlation-id").unwrap().to_owned();
        let log = serving.stop();
        let line = log.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("no line for {id}: {log}"));
        for word in [USERS_ONLY, "v2.getPipelines", "GET", "200"] {
            assert!(line.contains(word), "{line}");
        }
        if format == "json" {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!((line["status"].as_u64(), line["request_id"].as_str()), (Some(200), Some(id.as_str())));
        }
        assert!(!log.contains(TOKEN) && !log.contains("sort_direction"), "{log}");
    }
}

#[test]
fn requests_are_no_lines_of_the_log_by_default() {
    let place = Place::sqlite();
    let serving = place.serve();
    serving.status_for(TOKEN);
    serving.status_for("wrong");
    let log = serving.stop();
    assert!(!log.contains("request_id"), "{log}");
}
