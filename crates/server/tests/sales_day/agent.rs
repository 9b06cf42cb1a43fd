//! An agent at the endpoint of the product: one request of the protocol of 2026 for each call.

use crate::company::Outcome;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use penstock_crm::App;
use penstock_mcp::Endpoint;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the agent calls itself.
pub const CLIENT: &str = "day";
const VERSION: &str = "2026-07-28";

pub struct Agent(Endpoint);

impl Agent {
    pub fn of(app: Arc<App>) -> Self {
        Agent(Endpoint::new(app, None))
    }

    /// What a tool answers to the holder of a token; fails where it refuses.
    pub async fn call(&self, token: &str, tool: &str, arguments: Value) -> Outcome<Value> {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": tool, "arguments": arguments, "_meta": {
                "io.modelcontextprotocol/protocolVersion": VERSION,
                "io.modelcontextprotocol/clientInfo": {"name": CLIENT, "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {}}}});
        let request = Request::post("/mcp/x/all")
            .header("host", "localhost")
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", VERSION)
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool)
            .header("x-api-token", token)
            .body(Full::new(Bytes::from(message.to_string())))?;
        let answer = self.0.answer(request).await;
        let bytes = answer.into_body().collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&bytes);
        // A stream of one event, or the message itself.
        let message = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).rfind(|data| !data.is_empty());
        let message: Value = serde_json::from_str(message.unwrap_or(&text)).map_err(|error| format!("{tool}: {error}: {text}"))?;
        let result = &message["result"];
        if result["isError"] == true || !result["structuredContent"].is_object() {
            return Err(format!("{tool} {arguments}: {message}").into());
        }
        Ok(result["structuredContent"].clone())
    }
}
