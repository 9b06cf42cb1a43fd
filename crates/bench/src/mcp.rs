//! What a tool call costs beside the same request of the API.
//!
//! Tools are called as in 2026-07-28, without sessions: one request for each call, as the API has one for each.

use crate::client::{Client, JSON};
use crate::company::{self, Company};
use crate::load::{Request, Requests};
use crate::measure::{self, Cost};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::path::Path;

/// Rows of the list; tools answer so many where nobody says how many.
const ROWS: usize = 25;
/// Deals that are created in turn.
const CREATES: usize = 100;

/// What the same work costs by either way.
pub struct Calls {
    pub name: &'static str,
    pub api: Cost,
    pub tools: Cost,
}

/// The same work by either way.
struct Pair {
    name: &'static str,
    api: Vec<Request>,
    tools: Vec<Request>,
}

/// Measures calls over so many connections.
pub fn measure(company: &Company, directory: &Path, connections: u32, seconds: u32) -> Result<Vec<Calls>> {
    let server = company.serve()?;
    let client = company.client(&server);
    let cost = |requests: &[Request]| {
        let requests = Requests::write(directory.join("calls"), requests)?;
        measure::under_load(&server, &client, Some(&company.place), &requests, connections, seconds)
    };
    let mut measured = Vec::new();
    for pair in pairs(&client)? {
        // Whether a tool has done its work stands in the answer, not in its status.
        answered(&client, pair.tools.first().context("no call")?)?;
        measured.push(Calls { name: pair.name, api: cost(&pair.api)?, tools: cost(&pair.tools)? });
    }
    Ok(measured)
}

fn pairs(client: &Client) -> Result<Vec<Pair>> {
    let deals: Vec<i64> = company::deals(client)?.iter().map(|deal| deal.id).collect();
    let titles: Vec<String> = (0..CREATES).map(|number| format!("Measured {number}")).collect();
    let create =
        |title: &String| Request { method: "POST", target: "/api/v2/deals".to_owned(), body: json!({ "title": title }).to_string() };
    Ok(vec![
        Pair {
            name: "one deal",
            api: deals.iter().map(|id| Request::get(format!("/api/v2/deals/{id}"))).collect(),
            tools: deals.iter().map(|id| call("deals_get", &json!({ "id": id }))).collect(),
        },
        Pair {
            name: "a list of 25 deals",
            api: vec![Request::get(format!("/api/v2/deals?limit={ROWS}"))],
            tools: vec![call("deals_list", &json!({ "limit": ROWS }))],
        },
        Pair {
            name: "a new deal",
            api: titles.iter().map(create).collect(),
            tools: titles.iter().map(|title| call("deals_create", &json!({ "title": title }))).collect(),
        },
    ])
}

/// A tool call. The script of wrk adds the headers that say the same once more.
fn call(tool: &str, arguments: &Value) -> Request {
    let about = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"name": tool, "arguments": arguments, "_meta": about});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    Request { method: "POST", target: format!("/mcp/x/core?{tool}"), body: body.to_string() }
}

/// Makes sure that a call does what it should.
fn answered(client: &Client, call: &Request) -> Result<()> {
    let tool = call.target.rsplit('?').next().unwrap_or_default();
    let headers = [
        JSON,
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", tool),
    ];
    let answer = client.exchange(call.method, &call.target, &headers, &[call.body.as_bytes()])?;
    let answer = String::from_utf8_lossy(&answer);
    ensure!(answer.contains("\"structuredContent\"") && !answer.contains("\"isError\":true"), "{tool}: {answer}");
    Ok(())
}
