//! Apps that register themselves, and apps that stand at the address of their description.

use crate::round::*;
use crate::support::World;
use penstock_crm::Request;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Where the metadata sends clients.
const DISCOVERED: &str = "/oauth/authorize/discovered";
const DONE: &str = "http://localhost/done";
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const RESOURCE: &str = "https://crm.example/mcp";

async fn register_itself(world: &World, body: Value) -> (u16, Value) {
    let request = Request {
        method: "POST".to_owned(),
        path: "/oauth/register".to_owned(),
        content_type: Some("application/json".to_owned()),
        body: body.to_string().into_bytes(),
        ..Request::default()
    };
    let answer = world.send(request).await;
    (answer.status, answer.json)
}

fn asking(client_id: &str, more: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", client_id),
        ("redirect_uri", "http://localhost:51004/done"),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    serde_urlencoded::to_string(usual.iter().chain(more).collect::<Vec<_>>()).unwrap()
}

async fn redeem_as(world: &World, client_id: &str, code: &str, more: &[(&str, &str)]) -> (u16, Value) {
    let usual = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", "http://localhost:51004/done"),
        ("code_verifier", VERIFIER),
    ];
    let pairs: Vec<_> = usual.iter().chain(more).copied().collect();
    let answer = post(world, "/oauth/token", &pairs, None).await;
    (answer.status, answer.json)
}

#[tokio::test]
async fn an_app_registers_itself_and_is_let_in_with_what_it_asks_for() {
    for world in worlds().await {
        world.company("Alpha").await;
        let browser = sign_in(&world, "admin@alpha.test").await;
        let body = json!({"redirect_uris": [DONE], "client_name": "Agent", "token_endpoint_auth_method": "none"});
        let (status, registered) = register_itself(&world, body).await;
        assert_eq!((status, registered["client_secret"].is_null()), (201, true), "{registered}");
        let id = registered["client_id"].as_str().unwrap();

        let query = asking(id, &[("scope", "deals:read contacts:read"), ("state", "s"), ("resource", RESOURCE)]);
        let page = get(&world, DISCOVERED, &query, Some(&browser)).await.ok().text();
        assert!(page.contains("Nobody here has registered it") && page.contains("See deals") && !page.contains("See products"), "{page}");
        let back = decide_at(&world, &browser, DISCOVERED, &query, "allow").await;
        assert!(back.starts_with("http://localhost:51004/done?"), "{back}");
        assert_eq!(parameter(&back, "iss").as_deref(), Some("https://crm.example"));
        assert_eq!(parameter(&decide(&world, &browser, &query, "cancel").await, "iss"), None, "only discoverers expect it");
        let code = parameter(&back, "code").unwrap();
        let (_, elsewhere) = redeem_as(&world, id, &code, &[("resource", "https://other.example/mcp")]).await;
        assert_eq!(elsewhere["error"], "invalid_target");
        let (status, tokens) = redeem_as(&world, id, &code, &[("resource", RESOURCE)]).await;
        assert_eq!((status, &tokens["scope"]), (200, &json!("base deals:read contacts:read")), "{tokens}");
        let access = tokens["access_token"].as_str().unwrap();
        let bearer = format!("Bearer {access}");
        assert_eq!(read(&world, "/api/v2/deals", &bearer).await.status, 200);
        assert_eq!(read(&world, "/api/v2/products", &bearer).await.status, 403);

        // It asks for more, and has more then.
        let more = decide(&world, &browser, &asking(id, &[("scope", "base deals:read products:read")]), "allow").await;
        let (_, tokens) = redeem_as(&world, id, &parameter(&more, "code").unwrap(), &[]).await;
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        assert_eq!(read(&world, "/api/v2/products", &bearer).await.status, 200);
        assert!(!works(&world, access).await, "the tokens of before have ended");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_app() {
    for world in worlds().await {
        world.company("Alpha").await;
        let browser = sign_in(&world, "admin@alpha.test").await;
        let body = json!({"redirect_uris": [DONE], "token_endpoint_auth_method": "none", "scope": "deals:read"});
        let id = register_itself(&world, body).await.1["client_id"].as_str().unwrap().to_owned();
        for (name, value, error) in [
            ("scope", "deals:read everything", "invalid_scope"),
            ("resource", "https://other.example/mcp", "invalid_target"),
            ("resource", "https://crm.example/mcp#x", "invalid_target"),
        ] {
            for (path, issuer) in [(DISCOVERED, Some("https://crm.example")), ("/oauth/authorize", None)] {
                let answer = get(&world, path, &asking(&id, &[(name, value)]), Some(&browser)).await;
                let back = answer.header("location").unwrap();
                assert_eq!(parameter(back, "error").as_deref(), Some(error), "{value}");
                assert_eq!(parameter(back, "iss").as_deref(), issuer);
            }
        }
        // More than was registered is not given.
        let back = decide(&world, &browser, &asking(&id, &[("scope", "deals:read leads:full")]), "allow").await;
        let (_, tokens) = redeem_as(&world, &id, &parameter(&back, "code").unwrap(), &[]).await;
        assert_eq!(tokens["scope"], "base deals:read");
        let without = serde_urlencoded::to_string([("client_id", id.as_str()), ("redirect_uri", DONE)]).unwrap();
        let answer = get(&world, "/oauth/authorize", &without, Some(&browser)).await;
        let back = answer.header("location").unwrap();
        assert_eq!(parameter(back, "error").as_deref(), Some("invalid_request"), "it has no secret, and no challenge either");

        let (status, refused) = register_itself(&world, json!({"redirect_uris": ["http://app.example/done"]})).await;
        assert_eq!((status, &refused["error"]), (400, &json!("invalid_redirect_uri")));
        let mut last = 0;
        for _ in 0..20 {
            last = register_itself(&world, json!({"redirect_uris": [DONE]})).await.0;
        }
        assert_eq!(last, 429, "somebody registers again and again");
    }
}

#[tokio::test]
async fn with_a_secret_it_has_to_show_it() {
    for world in worlds().await {
        world.company("Alpha").await;
        let browser = sign_in(&world, "admin@alpha.test").await;
        let (_, registered) = register_itself(&world, json!({"redirect_uris": [DONE]})).await;
        let (id, secret) = (registered["client_id"].as_str().unwrap(), registered["client_secret"].as_str().unwrap());
        let back = decide(&world, &browser, &asking(id, &[("scope", "base")]), "allow").await;
        let code = parameter(&back, "code").unwrap();
        assert_eq!(redeem_as(&world, id, &code, &[]).await.0, 401);
        assert_eq!(redeem_as(&world, id, &code, &[("client_secret", secret)]).await.0, 200);
    }
}

/// Serves one document for as long as the test runs; what it is can be changed.
async fn publish() -> (String, Arc<Mutex<Value>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/client.json", listener.local_addr().unwrap());
    let document = Arc::new(Mutex::new(json!({
        "client_id": address, "client_name": "Described", "redirect_uris": [DONE], "token_endpoint_auth_method": "none",
    })));
    let served = Arc::clone(&document);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let body = served.lock().unwrap().to_string();
            let _ = stream.read(&mut [0; 4096]).await;
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes()).await;
        }
    });
    (address, document)
}

#[tokio::test]
async fn an_app_is_what_stands_at_its_address() {
    for world in worlds().await {
        world.company("Alpha").await;
        let browser = sign_in(&world, "admin@alpha.test").await;
        let (id, document) = publish().await;
        let query = asking(&id, &[("scope", "deals:read")]);
        let anonymous = get(&world, "/oauth/authorize", &query, None).await;
        let page = anonymous.ok().text();
        assert!(page.contains("Sign in") && !page.contains("Described"), "nothing is fetched for nobody: {page}");

        let page = get(&world, DISCOVERED, &query, Some(&browser)).await.ok().text();
        assert!(page.contains("Described") && page.contains(&id), "{page}");
        let back = decide(&world, &browser, &query, "allow").await;
        let (status, tokens) = redeem_as(&world, &id, &parameter(&back, "code").unwrap(), &[]).await;
        assert_eq!((status, &tokens["scope"]), (200, &json!("base deals:read")), "{tokens}");
        let pairs =
            [("grant_type", "refresh_token"), ("client_id", id.as_str()), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
        assert_eq!(post(&world, "/oauth/token", &pairs, None).await.status, 200);

        document.lock().unwrap()["client_name"] = "Renamed".into();
        assert!(get(&world, "/oauth/authorize", &query, Some(&browser)).await.ok().text().contains("Renamed"));
        for (key, value) in
            [("client_id", json!("https://other.example/client.json")), ("redirect_uris", json!(["https://other.example/"]))]
        {
            let before = document.lock().unwrap()[key].clone();
            document.lock().unwrap()[key] = value;
            let refused = get(&world, "/oauth/authorize", &query, Some(&browser)).await;
            assert_eq!((refused.status, refused.header("location")), (400, None), "{key}");
            document.lock().unwrap()[key] = before;
        }
        let closed = asking("https://127.0.0.2:1/client.json", &[]);
        assert_eq!(get(&world, "/oauth/authorize", &closed, Some(&browser)).await.status, 400);
    }
}
