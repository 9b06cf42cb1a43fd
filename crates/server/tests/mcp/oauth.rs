//! Apps with access tokens: what they are told they lack.

use crate::agent::{Agent, LIFECYCLES, User};
use crate::raw::{Reply, send};
use crate::support::{Place, Serving, TOKEN};
use serde_json::{Value, json};

/// An access token of the administrator for an app with these scopes.
fn token(place: &Place, serving: &Serving, scopes: &str) -> String {
    let printed = place.run(&["app", "create", "Agent", "--redirect-uri", "https://agent.example/done", "--scopes", scopes]);
    let value = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap().to_owned();
    let form = format!(
        "grant_type=exchange_api_token&api_token={TOKEN}&client_id={}&client_secret={}",
        value("client id"),
        value("client secret")
    );
    let answer = serving.client().send("POST", "/oauth/token", &[("content-type", "application/x-www-form-urlencoded")], form.as_bytes());
    answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

fn ask(serving: &Serving, token: &str, version: &str, method: &str, mut params: Value) -> Reply {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params["_meta"] = meta;
    let name = params["name"].as_str().or(params["uri"].as_str()).unwrap_or_default().to_owned();
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("mcp-protocol-version", version), ("mcp-method", method)];
    if !name.is_empty() {
        headers.push(("mcp-name", name.as_str()));
    }
    send(serving.address, "POST", "/mcp", &headers, &body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_it_is_for_and_is_told_what_else_it_needs() {
    let place = Place::sqlite();
    let serving = place.serve();
    let token = token(&place, &serving, "deals:read");
    for lifecycle in LIFECYCLES {
        let agent = Agent::of(&serving, "/mcp", &token, User::absent(), lifecycle).await;
        assert_eq!(agent.call("deals_list", json!({})).await["count"], 0);
    }
    let version = "2026-07-28";
    let call = |name: &str, arguments: Value| ask(&serving, &token, version, "tools/call", json!({"name": name, "arguments": arguments}));
    assert_eq!(call("deals_list", json!({})).status, 200);
    for (refused, scope) in [
        (call("deals_create", json!({"title": "x"})), "base deals:read deals:full"),
        (call("import_list", json!({"entity": "person", "rows": []})), "base deals:read contacts:full"),
        (ask(&serving, &token, version, "resources/subscribe", json!({"uri": "penstock://deals/1"})), "base deals:read webhooks:read"),
        (
            ask(&serving, &token, version, "subscriptions/listen", json!({"notifications": {"resourceSubscriptions": ["penstock://me"]}})),
            "base deals:read webhooks:read",
        ),
    ] {
        assert_eq!(refused.status, 403);
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.starts_with(&format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\", ")), "{challenge}");
        assert!(challenge.contains("/.well-known/oauth-protected-resource/mcp\""), "{challenge}");
    }
    let ended = ask(&serving, "v1u:nothing", version, "tools/list", json!({}));
    assert_eq!(ended.status, 401);
    assert!(ended.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\", resource_metadata="));
    serving.stop();
}

#[test]
fn the_metadata_names_the_scopes_of_the_tools() {
    let place = Place::sqlite();
    let serving = place.serve();
    let host = serving.address.to_string();
    let scopes = |set: &str| {
        let reply = send(serving.address, "GET", &format!("/.well-known/oauth-protected-resource/mcp{set}"), &[], "").message();
        assert_eq!(reply["resource"], format!("http://{host}/mcp{set}"));
        reply["scopes_supported"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let has = |set: &str, scope: &str| scopes(set).iter().any(|word| word == scope);
    assert!(has("", "deals:full") && has("/readonly", "deals:read") && !has("/readonly", "deals:full"));
    assert!(has("/x/leads", "leads:full") && !has("/x/leads", "deals:full"));
    let server = send(serving.address, "GET", "/.well-known/oauth-authorization-server", &[], "").message();
    assert_eq!(server["registration_endpoint"], format!("http://{host}/oauth/register"));
    assert_eq!(server["client_id_metadata_document_supported"], true);
    assert_eq!(server["authorization_response_iss_parameter_supported"], true);
    serving.stop();
}
