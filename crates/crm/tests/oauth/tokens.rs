//! The token endpoint.

use crate::round::*;
use crate::support::{Caller, World};
use penstock_crm::Request;
use serde_json::{Value, json};

async fn start(world: &World) -> (Caller, App, Browser) {
    let admin = world.company("Alpha").await;
    let app = register(world, &admin, &["deals:full", "contacts:read"]).await;
    let browser = sign_in(world, "admin@alpha.test").await;
    (admin, app, browser)
}

#[tokio::test]
async fn a_whole_round() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let code = code(&world, &browser, &app).await;
        assert!(code.starts_with(&format!("{}.{}.", admin.user, admin.company)), "{code}");
        let answer = redeem(&world, &app, &code).await;
        let first = tokens(&answer);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let mut body = answer.json.clone();
        let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["access_token", "token_type", "expires_in", "refresh_token", "scope", "api_domain"]);
        body.as_object_mut().unwrap().retain(|key, _| !["access_token", "refresh_token"].contains(&key.as_str()));
        let rest = json!({
            "token_type": "Bearer", "expires_in": 3600, "scope": "base,deals:full,contacts:read", "api_domain": "https://crm.example",
        });
        assert_eq!(body, rest);
        assert!(first.access.starts_with("v1u:") && first.access.len() <= 768);
        assert!(first.refresh.starts_with(&format!("{}:{}:", admin.user, admin.company)), "{}", first.refresh);

        let me = read(&world, "/v1/users/me", &format!("Bearer {}", first.access)).await.ok();
        assert_eq!(me.data()["id"], admin.user.0);
        // Refreshed as often as one likes; the refresh token stays and both access tokens are good.
        let second = tokens(&refresh(&world, &app, &first.refresh).await);
        assert_eq!(second.refresh, first.refresh);
        assert_ne!(second.access, first.access);
        assert!(works(&world, &first.access).await && works(&world, &second.access).await);
        // The other path, and credentials in the body.
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh.as_str()),
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.secret.as_deref().unwrap()),
        ];
        assert_eq!(post(&world, "/oauth/token/", &pairs, None).await.status, 200);
    }
}

#[tokio::test]
async fn nothing_that_opens_anything_is_kept() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let code = code(&world, &browser, &app).await;
        let tokens = tokens(&redeem(&world, &app, &code).await);
        let dump = format!("{:?}", world.dump(admin.company).await);
        for secret in [&code, &tokens.access, &tokens.refresh, app.secret.as_ref().unwrap()] {
            assert!(!dump.contains(secret.as_str()));
            let random = secret.rsplit(['.', ':']).next().unwrap();
            assert!(!dump.contains(random));
        }
        assert!(dump.contains(&app.client_id));
    }
}

#[tokio::test]
async fn every_refusal_has_its_words() {
    const GRANT: &str = "invalid_grant";
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let code = code(&world, &browser, &app).await;
        let by_code = |more: &[(&'static str, &'static str)]| {
            let mut pairs = vec![("grant_type", "authorization_code")];
            pairs.extend(more);
            pairs
        };
        for (pairs, message, error) in [
            (vec![("code", "x")], "Missing parameter: grant_type", "invalid_request"),
            (vec![("grant_type", "")], "Missing parameter: grant_type", "invalid_request"),
            (vec![("grant_type", "password")], "Unsupported grant type: grant_type is invalid", "unsupported_grant_type"),
            (by_code(&[]), "Invalid grant: authorization_code is invalid", GRANT),
            (by_code(&[("code", "1.1.abc")]), "Invalid grant: authorization_code is invalid", GRANT),
            (by_code(&[("code", "\0")]), "Invalid grant: authorization_code is invalid", GRANT),
            (vec![("grant_type", "refresh_token")], "Invalid grant: refresh_token is invalid", GRANT),
            (vec![("grant_type", "refresh_token"), ("refresh_token", "1:1:\0")], "Invalid grant: refresh_token is invalid", GRANT),
            (vec![("grant_type", "exchange_api_token")], "Invalid grant: api_token is invalid", GRANT),
            (vec![("grant_type", "exchange_api_token"), ("api_token", "\0")], "Invalid grant: api_token is invalid", GRANT),
        ] {
            let answer = ask(&world, &app, &pairs).await;
            assert_eq!(refusal(&answer), (400, message, error), "{pairs:?}");
            assert_eq!(answer.header("www-authenticate"), None);
        }
        for (uri, message) in [
            (None, "Invalid request: redirect_uri is not a valid URI"),
            (Some("nowhere"), "Invalid request: redirect_uri is not a valid URI"),
            (Some("https://app.example/callback"), "Invalid request: redirect_uri is invalid"),
            (Some("http://127.0.0.1/done"), "Invalid request: redirect_uri is invalid"),
        ] {
            let mut pairs = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            pairs.extend(uri.map(|uri| ("redirect_uri", uri)));
            assert_eq!(refusal(&ask(&world, &app, &pairs).await), (400, message, "invalid_request"), "{uri:?}");
        }
        // A code lives for five minutes; none of the refusals above has used it up.
        world.pass(300);
        assert_eq!(refusal(&redeem(&world, &app, &code).await), (400, "Invalid grant: authorization_code has expired", GRANT));
    }
}

#[tokio::test]
async fn only_forms_and_only_post() {
    for world in worlds().await {
        let (_, app, _) = start(&world).await;
        for content_type in [None, Some("application/json"), Some("multipart/form-data; boundary=x"), Some("text/plain")] {
            let content_type = content_type.map(str::to_owned);
            let request = Request { content_type, ..form("/oauth/token", &[("grant_type", "refresh_token")]) };
            let answer = world.send(request).await;
            let message = "Invalid request: content must be application/x-www-form-urlencoded";
            assert_eq!(refusal(&answer), (400, message, "invalid_request"));
        }
        let content_type = Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8".to_owned());
        let answer = world.send(Request { content_type, ..form("/oauth/token", &[("client_id", &app.client_id)]) }).await;
        assert_eq!(refusal(&answer).1, "Missing parameter: grant_type");
        for path in ["/oauth/token", "/oauth/revoke"] {
            assert_eq!(get(&world, path, "", None).await.status, 405);
        }
        assert_eq!(get(&world, "/oauth/nothing", "", None).await.status, 404);
    }
}

#[tokio::test]
async fn apps_that_cannot_show_who_they_are() {
    const BAD: (u16, &str, &str) = (401, "Invalid client: client is invalid", "invalid_client");
    const NONE: (u16, &str, &str) = (401, "Invalid client: cannot retrieve client credentials", "invalid_client");
    for world in worlds().await {
        let (_, app, _) = start(&world).await;
        let (id, secret) = (app.client_id.as_str(), app.secret.as_deref().unwrap());
        let grant = ("grant_type", "refresh_token");
        for path in ["/oauth/token", "/oauth/token/", "/oauth/revoke"] {
            for (pairs, expected) in [
                (vec![grant], NONE),
                (vec![grant, ("client_secret", secret)], NONE),
                (vec![grant, ("client_id", id)], NONE),
                (vec![grant, ("client_id", id), ("client_secret", "x")], BAD),
                (vec![grant, ("client_id", "x"), ("client_secret", secret)], BAD),
                (vec![grant, ("client_id", "\0"), ("client_secret", "\0")], BAD),
                (vec![grant, ("client_id", "0123456789abcdef")], BAD),
            ] {
                let answer = post(&world, path, &pairs, None).await;
                assert_eq!(refusal(&answer), expected, "{path} {pairs:?}");
                assert_eq!(answer.header("www-authenticate"), Some(r#"Basic realm="Service""#));
            }
            for header in ["Basic", "Basic !", "Bearer x", "", "Basic YQ=="] {
                let request = Request {
                    authorization: Some(header.to_owned()),
                    ..form(path, &[grant, ("client_id", id), ("client_secret", secret)])
                };
                assert_eq!(refusal(&world.send(request).await), NONE, "{header}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_guesses_has_to_wait() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let tokens = install(&world, &browser, &app).await;
        let other = register(&world, &admin, &[]).await;
        let wrong = App { secret: Some("x".to_owned()), ..app.clone() };
        for _ in 0..20 {
            assert_eq!(refresh(&world, &wrong, &tokens.refresh).await.status, 401);
        }
        let answer = refresh(&world, &app, &tokens.refresh).await;
        assert_eq!(refusal(&answer), (429, "Request over limit", "invalid_client"));
        assert_eq!(answer.header("retry-after"), Some("60"));
        assert_eq!(refusal(&refresh(&world, &other, &tokens.refresh).await).0, 400, "other apps do not wait");
        world.pass(60);
        assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn codes_with_a_challenge_need_its_verifier() {
    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const S256: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let public = json!({"name": "Phone", "redirect_uris": [CALLBACK], "is_public": true});
        let public = register_as(&world, &admin, public).await;
        assert_eq!(public.secret, None);
        for app in [&app, &public] {
            for (challenge, method) in [(S256, Some("S256")), (VERIFIER, Some("plain")), (VERIFIER, None)] {
                let mut more = vec![("code_challenge", challenge)];
                more.extend(method.map(|method| ("code_challenge_method", method)));
                let place = decide(&world, &browser, &query(app, &more), "allow").await;
                let code = parameter(&place, "code").unwrap();
                let redeem = async |verifier: Option<&str>| {
                    let mut pairs = vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
                    pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
                    if app.secret.is_some() {
                        return ask(&world, app, &pairs).await;
                    }
                    pairs.push(("client_id", app.client_id.as_str()));
                    post(&world, "/oauth/token", &pairs, None).await
                };
                let other = "a".repeat(43);
                for verifier in [None, Some(other.as_str()), Some("")] {
                    assert_eq!(refusal(&redeem(verifier).await).1, "Invalid grant: authorization_code is invalid", "{verifier:?}");
                }
                assert_eq!(redeem(Some(VERIFIER)).await.status, 200);
            }
        }
        // A verifier for a code that was asked for without a challenge.
        let code = code(&world, &browser, &app).await;
        let pairs = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        assert_eq!(refusal(&ask(&world, &app, &pairs).await).0, 400);
        // Whoever has a secret must show it, challenge or not.
        let pairs = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("client_id", &app.client_id)];
        assert_eq!(refusal(&post(&world, "/oauth/token", &pairs, None).await).0, 401);
        assert_eq!(redeem(&world, &app, &code).await.status, 200);
    }
}

#[tokio::test]
async fn an_api_token_is_exchanged_once() {
    for world in worlds().await {
        let (admin, app, _) = start(&world).await;
        let other = register(&world, &admin, &["leads:full"]).await;
        let ann = world.user(&admin, "Ann", false).await;
        let exchange = async |app: &App, token: &str| ask(&world, app, &[("grant_type", "exchange_api_token"), ("api_token", token)]).await;
        let answer = exchange(&app, &ann.token).await;
        let tokens = tokens(&answer);
        assert_eq!(answer.json["scope"], "base,deals:full,contacts:read");
        let me = read(&world, "/v1/users/me", &format!("Bearer {}", tokens.access)).await;
        assert_eq!(me.data()["id"], ann.user.0);
        for app in [&app, &other] {
            assert_eq!(refusal(&exchange(app, &ann.token).await), (400, "Invalid grant: api_token is invalid", "invalid_grant"));
        }
        assert!(works(&world, &tokens.access).await);
        assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 200);
        let ben = world.user(&admin, "Ben", false).await;
        world.deactivate(&ben).await;
        for token in [ben.token.as_str(), "0123456789012345678901234567890123456789", ""] {
            assert_eq!(refusal(&exchange(&app, token).await).1, "Invalid grant: api_token is invalid");
        }
    }
}

#[tokio::test]
async fn tells_clients_where_to_go() {
    for world in worlds().await {
        let answer = get(&world, "/.well-known/oauth-authorization-server", "", None).await.ok();
        let text = |key: &str| answer.json[key].as_str().unwrap().to_owned();
        assert_eq!(text("issuer"), "https://crm.example");
        assert_eq!(text("authorization_endpoint"), "https://crm.example/oauth/authorize/discovered");
        assert_eq!(text("token_endpoint"), "https://crm.example/oauth/token");
        assert_eq!(text("revocation_endpoint"), "https://crm.example/oauth/revoke");
        assert_eq!(answer.json["code_challenge_methods_supported"], json!(["S256", "plain"]));
        assert!(answer.json["scopes_supported"].as_array().unwrap().contains(&Value::from("deals:full")));
    }
}
