//! Tools that speak with the client before they answer, in the way of the protocol with sessions.

use crate::content::said;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, CreateMessageRequestParams, ElicitRequestParams, ElicitationSchema,
    LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, SamplingMessage,
};
use rmcp::service::{RequestContext, ServiceError};
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};
use std::time::Duration;

type Context = RequestContext<RoleServer>;

const LOGGER: &str = "conformance";
/// The suite wants to see messages arrive one after the other.
const PAUSE: Duration = Duration::from_millis(50);

/// `None` for tools that do not speak with the client.
pub async fn call(request: &CallToolRequestParams, context: &Context, level: LoggingLevel) -> Option<Result<CallToolResult, ErrorData>> {
    let argument = |name: &str| request.arguments.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let answer = match request.name.as_ref() {
        "test_tool_with_logging" => log(context, level).await,
        "test_logging_tool" => match context.meta.log_level() {
            Some(level) => message(context, level, "asked for").await.map(|()| said("told")),
            None => Ok(said("nobody asked")),
        },
        "test_tool_with_progress" => progress(context).await,
        "test_reconnection" => {
            tokio::time::sleep(PAUSE).await;
            Ok(said("Reconnection test completed"))
        }
        "test_sampling" => sample(context, argument("prompt").unwrap_or_default()).await,
        "test_elicitation" => elicit(context, argument("message").unwrap_or_default(), contact()).await,
        "test_elicitation_sep1034_defaults" => elicit(context, "Is this right?".to_owned(), defaults()).await,
        "test_elicitation_sep1330_enums" => elicit(context, "Please choose".to_owned(), choices()).await,
        "test_missing_capability" => return Some(sampling_is_there(context)),
        _ => return None,
    };
    Some(answer.map_err(|error| ErrorData::internal_error(error.to_string(), None)))
}

async fn message(context: &Context, level: LoggingLevel, text: &str) -> Result<(), ServiceError> {
    context.peer.notify_logging_message(LoggingMessageNotificationParam::new(level, json!(text)).with_logger(LOGGER)).await
}

async fn log(context: &Context, level: LoggingLevel) -> Result<CallToolResult, ServiceError> {
    for text in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        if matches!(level, LoggingLevel::Debug | LoggingLevel::Info) {
            message(context, LoggingLevel::Info, text).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(said("told"))
}

async fn progress(context: &Context) -> Result<CallToolResult, ServiceError> {
    if let Some(token) = context.meta.get_progress_token() {
        for done in [0.0, 50.0, 100.0] {
            context.peer.notify_progress(ProgressNotificationParam::new(token.clone(), done).with_total(100.0)).await?;
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(said("done"))
}

async fn sample(context: &Context, prompt: String) -> Result<CallToolResult, ServiceError> {
    let request = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], 100);
    let answer = context.peer.create_message(request).await?;
    let text = answer.message.content.first().and_then(|block| block.as_text()).map(|text| text.text.clone()).unwrap_or_default();
    Ok(said(format!("LLM response: {text}")))
}

async fn elicit(context: &Context, message: String, schema: Value) -> Result<CallToolResult, ServiceError> {
    let requested_schema: ElicitationSchema =
        serde_json::from_value(schema).map_err(|error| ServiceError::McpError(ErrorData::internal_error(error.to_string(), None)))?;
    let question = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
    let answer = context.peer.create_elicitation(question).await?;
    Ok(said(format!("User response: {}", json!(answer))))
}

fn contact() -> Value {
    let text = json!({"type": "string", "description": "How to reach the user"});
    json!({"type": "object", "properties": {"username": text.clone(), "email": text}, "required": ["username", "email"]})
}

fn defaults() -> Value {
    json!({"type": "object", "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": true},
    }})
}

fn choices() -> Value {
    let titled = |word: &str| {
        json!([
            {"const": "value1", "title": format!("First {word}")},
            {"const": "value2", "title": format!("Second {word}")},
            {"const": "value3", "title": format!("Third {word}")},
        ])
    };
    let plain = ["option1", "option2", "option3"];
    json!({"type": "object", "properties": {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled("Option")},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled("Choice")}},
    }})
}

fn sampling_is_there(context: &Context) -> Result<CallToolResult, ErrorData> {
    match context.meta.client_capabilities().and_then(|capabilities| capabilities.sampling) {
        Some(_) => Ok(said("there")),
        None => Err(ErrorData::missing_required_client_capability(ClientCapabilities::builder().enable_sampling().build())),
    }
}
