//! People sign in to a running server, and the operator sees and ends their sessions.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;
use support::{Answer, Place, Serving, TOKEN, text};

const PASSWORD: &str = "correct horse battery";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn sign_in(serving: &Serving, headers: &[(&str, &str)], password: &str) -> Answer {
    let body = format!("email=ann%40example.com&password={}&next=%2Fsign-in", password.replace(' ', "+"));
    serving.client().send("POST", "/sign-in", &[&[FORM], headers].concat(), body.as_bytes())
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn a_session_opens_pages_and_the_api_until_the_operator_ends_it() {
    for place in Place::each() {
        let serving = place.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN), ("PENSTOCK_TRUST_PROXY", "true"), ("PENSTOCK_LOG", "debug")]);
        let created = place.command(&["user", "create", "ann@example.com"]).env("PENSTOCK_USER_PASSWORD", PASSWORD).output().unwrap();
        assert_eq!(text(&created.stdout), "user 2 was created: ann@example.com\n", "{}", text(&created.stderr));

        let page = serving.get("/sign-in", &[]);
        assert!(page.status == 200 && page.body.contains("name=\"password\""), "{}", page.body);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("access-control-allow-origin"), None);
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(serving.client().send("OPTIONS", "/sign-in", &[], b"").status, 405);

        assert_eq!(sign_in(&serving, &[], "another").status, 401);
        assert_eq!(sign_in(&serving, &[("origin", "https://evil.example")], PASSWORD).status, 403);
        let forwarded = ("x-forwarded-for", "192.0.2.77, 203.0.113.5");
        let entered = sign_in(&serving, &[("origin", "http://test"), ("user-agent", "Firefox"), forwarded], PASSWORD);
        assert_eq!((entered.status, entered.header("location")), (303, Some("/sign-in")));
        let cookie = cookie(&entered);
        let with_cookie = [("cookie", cookie.as_str())];
        assert!(serving.get("/sign-in", &with_cookie).body.contains("ann@example.com"));
        let me = serving.get("/api/penstock/me", &with_cookie).json();
        let token = me["data"]["session"]["csrf_token"].as_str().unwrap().to_owned();
        let post = |headers: &[(&str, &str)]| {
            let headers = [&[("cookie", cookie.as_str()), ("content-type", "application/json")], headers].concat();
            serving.client().send("POST", "/v1/deals", &headers, br#"{"title":"By cookie"}"#).status
        };
        assert_eq!(post(&[]), 403);
        assert_eq!(post(&[("x-csrf-token", &token)]), 201);
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), 201);
        assert_eq!(post(&[("sec-fetch-site", "cross-site"), ("x-csrf-token", &token)]), 403);

        let listed = place.run(&["user", "sessions", "ann@example.com"]);
        assert!(listed.starts_with("1\t") && listed.ends_with("\t203.0.113.5\tFirefox\n"), "{listed}");
        assert_eq!(place.run(&["user", "sign-out", "ann@example.com"]), "ann@example.com is signed out everywhere\n");
        assert_eq!(serving.get("/api/penstock/me", &with_cookie).status, 401);

        // What failed is kept a moment later.
        let failures = || {
            let log = serving.get("/api/penstock/audit?action=sign_in_failed", &[("x-api-token", TOKEN)]).json();
            log["data"].as_array().unwrap().len()
        };
        for _ in 0..100 {
            if failures() > 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(failures(), 1);
        let log = serving.stop();
        let secret = cookie.split('=').next_back().unwrap();
        for secret in [PASSWORD, "correct+horse", "another", secret, &token] {
            assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
        }
    }
}

#[test]
fn whoever_guesses_must_wait() {
    let place = Place::sqlite();
    let serving = place.serve();
    place.run(&["user", "create", "ann@example.com"]);
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(sign_in(&serving, &[("x-forwarded-for", "203.0.113.5")], "guess"));
    }
    assert!(answers[..5].iter().all(|answer| answer.status == 401));
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    assert!(refused.body.contains("Please wait"), "{}", refused.body);
}
