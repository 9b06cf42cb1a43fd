//! The operator registers apps beside a running server.

#![allow(clippy::unwrap_used)]

mod support;

use support::{Answer, Place, Serving, TOKEN, refusal};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const CREATE: &[&str] =
    &["app", "create", "Bridge", "--redirect-uri", "https://bridge.example/callback", "--scopes", "deals:full,users:read"];

fn post(serving: &Serving, path: &str, form: &str) -> Answer {
    serving.client().send("POST", path, &[FORM], form.as_bytes())
}

fn value<'a>(printed: &'a str, name: &str) -> &'a str {
    printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

#[test]
fn an_app_is_registered_gets_another_secret_and_goes() {
    for place in Place::each() {
        let serving = place.serve();
        let printed = place.run(CREATE);
        let (id, secret) = (value(&printed, "client id").to_owned(), value(&printed, "client secret").to_owned());
        assert_eq!((id.len(), secret.len(), printed.lines().count()), (16, 40, 2));
        assert_eq!(
            place.run(&["app", "list"]).trim_end().split('\t').skip(1).collect::<Vec<_>>(),
            [&id, "Bridge", "base,deals:full,users:read"]
        );
        let shown = place.run(&["app", "show", &id]);
        assert!(shown.contains("redirect URI: https://bridge.example/callback\n") && !shown.contains(&secret), "{shown}");

        let credentials = format!("client_id={id}&client_secret={secret}");
        let given = post(&serving, "/oauth/token", &format!("grant_type=exchange_api_token&api_token={TOKEN}&{credentials}"));
        assert_eq!(given.status, 200, "{}", given.body);
        assert_eq!(given.header("access-control-allow-origin"), Some("*"));
        let json = given.json();
        assert_eq!(json["api_domain"], "http://test");
        let bearer = format!("Bearer {}", json["access_token"].as_str().unwrap());
        let me = || serving.get("/v1/users/me", &[("authorization", &bearer)]).status;
        assert_eq!(me(), 200);
        let refresh = |credentials: &str| {
            let token = json["refresh_token"].as_str().unwrap();
            post(&serving, "/oauth/token/", &format!("grant_type=refresh_token&refresh_token={token}&{credentials}"))
        };
        assert_eq!(refresh(&credentials).status, 200);

        let rotated = place.run(&["app", "rotate", &id]);
        let fresh = value(&rotated, "client secret");
        assert_ne!(fresh, secret);
        let refused = refresh(&credentials);
        assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Basic realm=\"Service\"")));
        assert_eq!(refresh(&format!("client_id={id}&client_secret={fresh}")).status, 200);

        let metadata = serving.get("/.well-known/oauth-authorization-server", &[]);
        assert_eq!(metadata.json()["token_endpoint"], "http://test/oauth/token");
        // Pages are for no other site, unlike what answers apps.
        let page = serving.get(&format!("/oauth/authorize?client_id={id}&redirect_uri=https://evil.example/"), &[]);
        assert_eq!((page.status, page.header("access-control-allow-origin"), page.header("location")), (400, None, None));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));

        assert_eq!(place.run(&["app", "delete", &id]), "Bridge was removed\n");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while me() != 401 {
            assert!(std::time::Instant::now() < deadline, "the token still works");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(place.run(&["app", "list"]), "");
        assert!(!serving.stop().contains(&secret));
    }
}

#[test]
fn what_cannot_be_registered_is_refused_in_one_line() {
    let place = Place::sqlite();
    place.serve().stop();
    let create = |more: &[&str]| place.command(&[&["app", "create", "Bridge"], more].concat()).output().unwrap();
    assert!(refusal(&create(&["--redirect-uri", "javascript:alert(1)"]), 1).contains("redirect_uris"));
    assert!(refusal(&create(&["--redirect-uri", "https://a.example/", "--scopes", "deals:write"]), 1).contains("no scope"));
    assert!(refusal(&place.command(&["app", "show", "7"]).output().unwrap(), 1).contains("there is no app 7"));
    let keyed = |key: &str| place.command(CREATE).env("PENSTOCK_SECRET_KEY", key).output().unwrap();
    assert!(refusal(&keyed("short"), 2).contains("PENSTOCK_SECRET_KEY"));
    assert!(keyed(&"0f".repeat(32)).status.success());
    assert!(place.directory().join("secret.key").is_file());
}
