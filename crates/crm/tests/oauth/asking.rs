//! The page on which a user lets an app in.

use crate::round::*;
use crate::support::{Caller, World};
use penstock_crm::Request;
use serde_json::json;

async fn start(world: &World) -> (Caller, App, Browser) {
    let admin = world.company("Alpha").await;
    let app = register(world, &admin, &["deals:full", "admin"]).await;
    let browser = sign_in(world, "admin@alpha.test").await;
    (admin, app, browser)
}

/// The answer to the form of a consent page, with the fields that `change` leaves.
async fn submit(
    world: &World,
    browser: Option<&Browser>,
    query: &str,
    change: impl FnOnce(&mut Vec<(String, String)>),
) -> (u16, Option<String>) {
    let owner = sign_in(world, "admin@alpha.test").await;
    let page = get(world, "/oauth/authorize", query, Some(browser.unwrap_or(&owner))).await.ok();
    let mut fields = hidden(&page.text());
    fields.push(("decision".to_owned(), "allow".to_owned()));
    change(&mut fields);
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = post(world, "/oauth/authorize", &pairs, browser).await;
    (answer.status, answer.header("location").map(str::to_owned))
}

#[tokio::test]
async fn shows_who_asks_for_what() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let answer = get(&world, "/oauth/authorize", &query(&app, &[("state", "\"><script>")]), Some(&browser)).await.ok();
        let page = answer.text();
        for text in [
            "Bridge &amp; &lt;Co&gt;",
            "Alpha company",
            "admin@alpha.test",
            "See, add, change and delete deals",
            "Change the settings of your company",
            "app.example",
            "value=\"allow\">Allow</button>",
            "value=\"cancel\"",
            "name=\"csrf_token\"",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("<script") && !page.contains("<Co>") && !page.contains("See leads"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self' https://app.example;"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_after_it() {
    for world in worlds().await {
        let (_, app, _) = start(&world).await;
        let query = query(&app, &[("state", "a b&c=d%/é\r\n")]);
        let answer = get(&world, "/oauth/authorize", &query, None).await;
        assert_eq!(answer.status, 200);
        let page = answer.text();
        let next = format!("/oauth/authorize?{query}");
        assert!(page.contains(&format!("name=\"next\" value=\"{}\"", next.replace('&', "&amp;"))), "{page}");
        let pairs = [("email", "admin@alpha.test"), ("password", PASSWORD), ("next", next.as_str())];
        let answer = post(&world, "/sign-in", &pairs, None).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(next.as_str())));
    }
}

#[tokio::test]
async fn the_state_comes_back_unchanged() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let states = [
            "plain",
            "a b+c%20d%2Bé",
            "\r\nset-cookie: a=b\r\n\r\n<html>",
            "\0\u{7f}\u{2028}💧",
            "\"'<>&amp;=?#/\\",
            "&code=stolen&error=x#fragment",
            "https://evil.example/?code=1",
        ];
        for state in states {
            for (decision, name, value) in [("allow", "code", None), ("cancel", "error", Some("user_denied"))] {
                let place = decide(&world, &browser, &query(&app, &[("state", state)]), decision).await;
                assert!(place.starts_with(&format!("{CALLBACK}&{name}=")) && place.is_ascii(), "{place}");
                assert!(!place.contains(['\r', '\n', ' ', '#', '\0']), "{place:?}");
                assert_eq!(parameter(&place, "state").as_deref(), Some(state));
                assert_eq!(parameter(&place, "tenant").as_deref(), Some("1"));
                assert!(value.is_none() || parameter(&place, name).as_deref() == value);
                let other = if name == "code" { "error" } else { "code" };
                assert_eq!(parameter(&place, other), None, "code and error never come together");
            }
        }
        let place = decide(&world, &browser, &query(&app, &[]), "allow").await;
        assert_eq!(parameter(&place, "state"), None);
    }
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let id = app.client_id.as_str();
        for uri in [
            "",
            "https://app.example/callback",
            "https://app.example/callback?tenant=1&x=1",
            "https://app.example/callback?tenant=1#x",
            "https://app.example/callback/../evil?tenant=1",
            "https://app.example@evil.example/callback?tenant=1",
            "https://app.example.evil.example/callback?tenant=1",
            "https://evil.example/?https://app.example/callback?tenant=1",
            "http://app.example/callback?tenant=1",
            "//app.example/callback?tenant=1",
            "javascript:alert(1)",
            "https://app.example/callback?tenant=1\r\nset-cookie: a=b",
            "http://127.0.0.1:80@evil.example/done",
            "http://127.0.0.2/done",
            "http://localhost/done",
        ] {
            for browser in [None, Some(&browser)] {
                let answer = get(
                    &world,
                    "/oauth/authorize",
                    &serde_urlencoded::to_string([("client_id", id), ("redirect_uri", uri)]).unwrap(),
                    browser,
                )
                .await;
                assert_eq!((answer.status, answer.header("location")), (400, None), "{uri}");
                assert!(answer.text().contains("<h1>") && !answer.text().contains("evil"), "{uri}");
            }
            let pairs = |client: &str| {
                let change = [("client_id", client.to_owned()), ("redirect_uri", uri.to_owned())];
                move |fields: &mut Vec<(String, String)>| {
                    for (name, value) in change {
                        fields.iter_mut().filter(|(known, _)| known == name).for_each(|field| field.1 = value.clone());
                    }
                }
            };
            assert_eq!(submit(&world, Some(&browser), &query(&app, &[]), pairs(id)).await, (400, None), "{uri}");
        }
        for query in [
            String::new(),
            format!("redirect_uri={CALLBACK}"),
            format!("client_id=0123456789abcdef&redirect_uri={CALLBACK}"),
            format!("client_id=%00&redirect_uri={CALLBACK}"),
            format!("client_id={id}"),
            format!("client_id={id}&redirect_uri={CALLBACK}&redirect_uri=https://evil.example"),
            format!("client_id={id}&client_id={id}&redirect_uri={CALLBACK}"),
        ] {
            let answer = get(&world, "/oauth/authorize", &query, Some(&browser)).await;
            assert_eq!((answer.status, answer.header("location")), (400, None), "{query}");
        }
        // Any port of a registered loopback address.
        for port in ["", ":1", ":51004"] {
            let uri = format!("http://127.0.0.1{port}/done");
            let query = serde_urlencoded::to_string([("client_id", id), ("redirect_uri", uri.as_str())]).unwrap();
            let place = decide(&world, &browser, &query, "allow").await;
            assert!(place.starts_with(&format!("{uri}?code=")), "{place}");
            let code = parameter(&place, "code").unwrap();
            let pairs = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", uri.as_str())];
            assert_eq!(ask(&world, &app, &pairs).await.status, 200);
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_app() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let public = register_as(&world, &admin, json!({"name": "Phone", "redirect_uris": [CALLBACK], "is_public": true})).await;
        let long = "a".repeat(129);
        for (app, more, error) in [
            (&app, vec![("response_type", "token")], "unsupported_response_type"),
            (&app, vec![("code_challenge", "short")], "invalid_request"),
            (&app, vec![("code_challenge", long.as_str())], "invalid_request"),
            (&app, vec![("code_challenge", &long[..43]), ("code_challenge_method", "S512")], "invalid_request"),
            (&app, vec![("code_challenge_method", "S256")], "invalid_request"),
            (&app, vec![("response_type", "code"), ("response_type", "code")], "invalid_request"),
            (&public, vec![], "invalid_request"),
        ] {
            let more: Vec<_> = more.into_iter().chain([("state", "s & t")]).collect();
            for browser in [None, Some(&browser)] {
                let answer = get(&world, "/oauth/authorize", &query(app, &more), browser).await;
                assert_eq!(answer.status, 303, "{more:?}");
                let place = answer.header("location").unwrap();
                assert!(place.starts_with(CALLBACK));
                assert_eq!(parameter(place, "error").as_deref(), Some(error), "{more:?}");
                assert_eq!(parameter(place, "state").as_deref(), Some("s & t"));
            }
        }
        // What the published API does not know but clients send.
        let place =
            decide(&world, &browser, &query(&app, &[("response_type", "code"), ("scope", "leads:full"), ("x", "y")]), "allow").await;
        let code = parameter(&place, "code").unwrap();
        assert_eq!(redeem(&world, &app, &code).await.json["scope"], "base,deals:full,admin");
    }
}

#[tokio::test]
async fn only_the_form_of_ones_own_session_counts() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        world.user(&admin, "Ann", false).await;
        let ann = sign_in(&world, "ann@example.test").await;
        let query = query(&app, &[]);
        let set = |value: &'static str| {
            move |fields: &mut Vec<(String, String)>| {
                fields.iter_mut().filter(|(name, _)| name == "csrf_token").for_each(|field| field.1 = value.to_owned())
            }
        };
        assert_eq!(submit(&world, Some(&browser), &query, set("")).await, (403, None));
        assert_eq!(
            submit(&world, Some(&browser), &query, set("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")).await,
            (403, None)
        );
        assert_eq!(submit(&world, None, &query, |_| {}).await, (401, None));
        // The page of another session.
        let page = get(&world, "/oauth/authorize", &query, Some(&ann)).await.ok();
        let foreign = hidden(&page.text()).into_iter().find(|(name, _)| name == "csrf_token").unwrap().1;
        let answer = submit(&world, Some(&browser), &query, |fields| fields[0].1 = foreign).await;
        assert_eq!(answer, (403, None));
        // A page of another site, however it came by the token.
        let page = get(&world, "/oauth/authorize", &query, Some(&browser)).await.ok();
        let mut fields = hidden(&page.text());
        fields.push(("decision".to_owned(), "allow".to_owned()));
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = Request { cookie: Some(browser.cookie.clone()), ..form("/oauth/authorize", &pairs) };
        let answer = world.send(Request { origin: Some("https://evil.example".to_owned()), ..request }).await;
        assert_eq!(answer.status, 403);
        for decision in ["", "perhaps"] {
            let change = |fields: &mut Vec<(String, String)>| fields.last_mut().unwrap().1 = decision.to_owned();
            assert_eq!(submit(&world, Some(&browser), &query, change).await, (400, None));
        }
        let request =
            Request { content_type: Some("application/json".to_owned()), cookie: Some(browser.cookie), ..form("/oauth/authorize", &pairs) };
        assert_eq!(world.send(request).await.status, 415);
    }
}
