//! The ways in: who may connect, from where, and over what.

use crate::agent::{Agent, Company, LIFECYCLES, User, over_pipes};
use crate::support::{Place, TOKEN};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

const LIST: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
const KINDS: (&str, &str) = ("accept", "application/json, text/event-stream");

#[test]
fn nobody_comes_in_without_credentials_or_from_elsewhere() {
    let place = Place::sqlite();
    let serving = place.serve();
    let host = serving.address.to_string();
    let post = |headers: &[(&str, &str)]| {
        let mut all = vec![("content-type", "application/json"), KINDS];
        all.extend_from_slice(headers);
        let mut stream = std::net::TcpStream::connect(serving.address).unwrap();
        let mut head = format!("POST /mcp HTTP/1.1\r\ncontent-length: {}\r\nconnection: close\r\n", LIST.len());
        for (name, value) in all {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        stream.write_all(LIST).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    };
    let anonymous = post(&[("host", &host)]);
    assert!(anonymous.starts_with("HTTP/1.1 401"), "{anonymous}");
    let challenge = format!("Bearer resource_metadata=\"http://{host}/.well-known/oauth-protected-resource/mcp\"");
    assert!(anonymous.contains(&format!("www-authenticate: {challenge}")), "{anonymous}");
    let wrong = post(&[("host", &host), ("x-api-token", "f".repeat(40).as_str())]);
    assert!(wrong.starts_with("HTTP/1.1 401"), "{wrong}");
    let rebound = post(&[("host", "evil.example"), ("x-api-token", TOKEN)]);
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
    let foreign = post(&[("host", &host), ("x-api-token", TOKEN), ("origin", "https://evil.example")]);
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");

    let metadata = serving.get("/.well-known/oauth-protected-resource/mcp", &[("host", host.as_str())]).json();
    assert!(metadata["resource"].as_str().unwrap().ends_with("/mcp"), "{metadata}");
    assert_eq!(metadata["authorization_servers"].as_array().unwrap().len(), 1);
    assert_eq!(serving.get("/mcp/x/nothing", &[("x-api-token", TOKEN)]).status, 404);
    serving.stop();
}

#[test]
fn the_address_that_the_operator_names_is_let_in() {
    let place = Place::sqlite();
    let serving = place.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN), ("PENSTOCK_PUBLIC_URL", "https://crm.example.com")]);
    let metadata = serving.get("/.well-known/oauth-protected-resource", &[]).json();
    assert_eq!(metadata["resource"], "https://crm.example.com/mcp");
    assert_eq!(metadata["authorization_servers"], json!(["https://crm.example.com"]));
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_the_protocol_list_the_same_tools_on_one_page() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let mut lists = Vec::new();
    for lifecycle in LIFECYCLES {
        let agent = Agent::of(&company.serving, "/mcp", TOKEN, User::absent(), lifecycle).await;
        let page = agent.client().list_tools(None).await.unwrap();
        assert!(page.next_cursor.is_none());
        assert!(page.tools.len() >= 104);
        for tool in &page.tools {
            let annotations = tool.annotations.clone().unwrap();
            assert!(tool.title.is_some() && tool.description.as_ref().is_some_and(|about| !about.is_empty()), "{}", tool.name);
            assert!(annotations.read_only_hint.is_some() && annotations.destructive_hint.is_some());
            assert!(annotations.idempotent_hint.is_some() && annotations.open_world_hint.is_some());
        }
        lists.push(page.tools);
    }
    assert_eq!(lists[0], lists[1]);
    let readonly = Agent::connect(&company.serving, "/mcp/readonly").await.tools().await;
    assert!(readonly.iter().all(|tool| tool.annotations.as_ref().unwrap().read_only_hint == Some(true)));
    let core = Agent::connect(&company.serving, "/mcp/x/core").await.tools().await;
    assert!(core.len() <= 20);
    company.serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_deaf_to_everybody_else() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let begin = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    let host = company.serving.address.to_string();
    let head = |token: &'static str| [("content-type", "application/json"), KINDS, ("x-api-token", token)];
    let mut stream = std::net::TcpStream::connect(company.serving.address).unwrap();
    let send = |stream: &mut std::net::TcpStream, headers: &[(&str, &str)], body: &[u8]| {
        let mut text = format!("POST /mcp HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut head = Vec::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        head
    };
    let answer = send(&mut stream, &head(TOKEN), begin);
    assert!(answer[0].contains("200"), "{answer:?}");
    let session = answer.iter().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap().to_owned();
    let member: &'static str = Box::leak(company.members[0].clone().into_boxed_str());
    let mut headers = head(member).to_vec();
    headers.push(("mcp-session-id", &session));
    let mut other = std::net::TcpStream::connect(company.serving.address).unwrap();
    let refused = send(&mut other, &headers, LIST);
    assert!(refused[0].contains("404"), "{refused:?}");
    drop((stream, other));
    company.serving.stop();
}

/// Talks over pipes: a line for a line.
fn converse(mut command: std::process::Command) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let begin = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
    writeln!(stdin, "{begin}").unwrap();
    let begun: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(begun["result"]["serverInfo"]["name"], "penstock", "{begun}");
    writeln!(stdin, "{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).unwrap();
    let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "organizations_create", "arguments": {"name": "Over pipes"}}});
    writeln!(stdin, "{call}").unwrap();
    let called: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    called["result"]["structuredContent"].clone()
}

#[test]
fn serves_over_pipes_on_the_store_and_on_a_server() {
    for place in Place::each() {
        place.serve().stop();
        let made = converse(over_pipes(&place, &[]));
        assert_eq!(made["name"], "Over pipes", "{made}");
        let serving = place.serve();
        let url = format!("http://{}", serving.address);
        let other = converse(over_pipes(&place, &["--url", &url, "--tools", "core"]));
        assert_ne!(other["id"], made["id"]);
        let names = serving.get("/api/v2/organizations", &[("x-api-token", TOKEN)]).json();
        assert_eq!(names["data"].as_array().unwrap().len(), 2);
        let log = serving.get("/api/penstock/audit?action=written_by_agent", &[("x-api-token", TOKEN)]).json();
        let told: Vec<_> = log["data"].as_array().unwrap().iter().map(|row| (&row["user_agent"], &row["object_id"])).collect();
        assert_eq!(told, [(&json!("t/1 (MCP)"), &other["id"]), (&json!("t/1 (MCP)"), &made["id"])]);
        serving.stop();
    }
}
