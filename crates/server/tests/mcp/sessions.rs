//! Sessions of the protocol of 2025, and what both versions answer to what is wrong.
#![expect(deprecated, reason = "the protocol of 2026 has no subscriptions of a session")]

use crate::agent::{Agent, Company, LIFECYCLES, User};
use crate::raw::{Reply, send};
use crate::support::{Place, Serving, TOKEN};
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientRequest, ElicitationAction, PaginatedRequestParams, SubscribeRequestParams,
};
use rmcp::service::{PeerRequestOptions, ServiceError};
use serde_json::{Value, json};

struct Session<'a> {
    serving: &'a Serving,
    id: String,
}

impl<'a> Session<'a> {
    fn begin(serving: &'a Serving) -> Self {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let begun = post(serving, None, "initialize", params);
        assert_eq!(begun.status, 200);
        let id = begun.header("mcp-session-id").unwrap().to_owned();
        let session = Session { serving, id };
        let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
        assert_eq!(session.send("POST", &told).status, 202);
        session
    }

    fn send(&self, method: &str, body: &str) -> Reply {
        let headers = [("x-api-token", TOKEN), ("mcp-session-id", self.id.as_str()), ("mcp-protocol-version", "2025-11-25")];
        send(self.serving.address, method, "/mcp", &headers, body)
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        post(self.serving, Some(&self.id), method, params).message()
    }
}

fn post(serving: &Serving, session: Option<&str>, method: &str, params: Value) -> Reply {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string();
    let mut headers = vec![("x-api-token", TOKEN)];
    headers.extend(session.map(|session| ("mcp-session-id", session)));
    send(serving.address, "POST", "/mcp", &headers, &body)
}

#[test]
fn a_session_ends_when_its_client_says_so() {
    let place = Place::sqlite();
    let serving = place.serve();
    let session = Session::begin(&serving);
    assert_eq!(session.ask("ping", json!({}))["result"], json!({}));
    let unknown = Session { serving: &serving, id: "5f0b7a53-0000-4000-8000-000000000000".to_owned() };
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    assert_eq!((unknown.send("POST", &list).status, unknown.send("DELETE", "").status), (404, 404));

    assert!((200..300).contains(&session.send("DELETE", "").status));
    assert_eq!(session.send("POST", &list).status, 404, "it has ended");
    assert_eq!(session.send("GET", "").status, 404);
    serving.stop();
}

#[test]
fn what_is_not_there_is_said_by_its_code() {
    let place = Place::sqlite();
    let serving = place.serve();
    let session = Session::begin(&serving);
    let code = |method: &str, params: Value| session.ask(method, params)["error"]["code"].clone();
    for method in ["tools/list", "resources/list", "resources/templates/list", "prompts/list"] {
        assert!(session.ask(method, json!({}))["result"]["nextCursor"].is_null(), "{method}");
        assert_eq!(code(method, json!({"cursor": "x"})), -32602, "{method}");
    }
    assert_eq!(code("logging/setLevel", json!({"level": "info"})), -32601, "nothing is logged to clients, and nothing says so");
    assert_eq!(code("subscriptions/listen", json!({"notifications": {}})), -32601, "of the later version");
    assert_eq!(code("tools/call", json!({"name": "nothing", "arguments": {}})), -32602);
    for uri in ["penstock://deals/999", "penstock://leads/1", "file:///etc/passwd"] {
        assert_eq!(code("resources/read", json!({"uri": uri})), -32002, "{uri}");
        assert_eq!(code("resources/subscribe", json!({"uri": uri})), -32002, "{uri}");
    }
    let begun = post(
        &serving,
        None,
        "initialize",
        json!({"protocolVersion": "1999-01-01", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}),
    );
    let begun = begun.message();
    assert_eq!(begun["result"]["protocolVersion"], "2025-11-25", "the latest with sessions");
    assert_eq!(begun["result"]["capabilities"]["resources"], json!({"subscribe": true}), "no list ever changes");
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_nobodys_is_refused_in_both_versions() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    for lifecycle in LIFECYCLES {
        let agent = Agent::of(&company.serving, "/mcp", TOKEN, User::absent(), lifecycle).await;
        let page = PaginatedRequestParams::default().with_cursor(Some("x".to_owned()));
        let Err(ServiceError::McpError(error)) = agent.client().list_tools(Some(page)).await else { panic!("a page") };
        assert_eq!(error.code.0, -32602);
    }
    company.serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_taken_back_does_nothing_any_more() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let user = User::who_thinks_and_says(ElicitationAction::Accept);
    let agent = Agent::of(&company.serving, "/mcp", TOKEN, user.clone(), LIFECYCLES[0].clone()).await;
    let id = agent.call("persons_list", json!({"limit": 1})).await["items"][0]["id"].clone();
    let arguments = json!({"id": id}).as_object().cloned().unwrap();
    let call = CallToolRequest::new(CallToolRequestParams::new("persons_delete").with_arguments(arguments));
    let pending =
        agent.client().send_cancellable_request(ClientRequest::CallToolRequest(call), PeerRequestOptions::no_options()).await.unwrap();
    while user.asked() == 0 {
        tokio::task::yield_now().await;
    }
    pending.cancel(None).await.unwrap();
    // What comes after it is answered after it.
    agent.call("persons_get", json!({"id": id})).await;
    user.thinks.notify_one();
    agent.call("persons_get", json!({"id": id})).await;
    company.serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_watches_what_they_may_not_see() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let admin = Agent::connect(&company.serving, "/mcp").await;
    // Private to its owner.
    let hidden = admin.call("organizations_create", json!({"name": "Hidden", "visible_to": 1})).await["id"].clone();
    let member = Agent::of(&company.serving, "/mcp", &company.members[0], User::absent(), LIFECYCLES[0].clone()).await;
    let watch = SubscribeRequestParams::new(format!("penstock://organizations/{hidden}"));
    assert!(matches!(member.client().subscribe(watch.clone()).await, Err(ServiceError::McpError(error)) if error.code.0 == -32002));
    admin.client().subscribe(watch).await.unwrap();
    company.serving.stop();
}
