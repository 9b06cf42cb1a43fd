//! Tools, prompts and resources that answer at once, with each kind of content.

use crate::listed::{BINARY, TEMPLATE, TEXT, WATCHED};
use rmcp::ErrorData;
use rmcp::model::{
    AudioContent, CallToolRequestParams, CallToolResult, ContentBlock, GetPromptRequestParams, GetPromptResult, PromptMessage,
    ReadResourceResult, ResourceContents, Role,
};
use serde_json::{Value, json};

/// A PNG of one pixel.
const IMAGE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// A WAV without a sound.
const SOUND: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

pub fn said(text: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

fn resource_text(uri: &str, kind: &str, text: impl Into<String>) -> ResourceContents {
    ResourceContents::text(text.into(), uri).with_mime_type(kind)
}

pub fn call(request: &CallToolRequestParams) -> Result<CallToolResult, ErrorData> {
    let image = || ContentBlock::image(IMAGE, "image/png");
    let resource = |uri, kind, text: &str| ContentBlock::resource(resource_text(uri, kind, text));
    Ok(match request.name.as_ref() {
        "test_image_content" => CallToolResult::success(vec![image()]),
        "test_audio_content" => CallToolResult::success(vec![ContentBlock::Audio(AudioContent::new(SOUND, "audio/wav"))]),
        "test_embedded_resource" => {
            CallToolResult::success(vec![resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")])
        }
        "test_multiple_content_types" => CallToolResult::success(vec![
            ContentBlock::text("Multiple content types test:"),
            image(),
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
        ]),
        "test_error_handling" => CallToolResult::error(vec![ContentBlock::text("This tool intentionally returns an error for testing")]),
        "test_custom_header" => match request.arguments.as_ref().and_then(|arguments| arguments.get("value")).and_then(Value::as_str) {
            Some(value) => said(value),
            None => return Err(ErrorData::invalid_params("value must be a text", None)),
        },
        _ => said("This is a simple text response for testing."),
    })
}

/// `None` where it is none of the suite's.
pub fn prompt(request: &GetPromptRequestParams) -> Option<GetPromptResult> {
    let arguments = request.arguments.clone().unwrap_or_default();
    let argument = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let user = |block| PromptMessage::new(Role::User, block);
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![PromptMessage::new_text(Role::User, "This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let text = format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2"));
            vec![PromptMessage::new_text(Role::User, text)]
        }
        "test_prompt_with_embedded_resource" => {
            let contents = resource_text(&argument("resourceUri"), "text/plain", "Embedded resource content for testing.");
            vec![user(ContentBlock::resource(contents)), PromptMessage::new_text(Role::User, "Please process the embedded resource above.")]
        }
        "test_prompt_with_image" => {
            vec![user(ContentBlock::image(IMAGE, "image/png")), PromptMessage::new_text(Role::User, "Please analyze the image above.")]
        }
        _ => return None,
    };
    Some(GetPromptResult::new(messages))
}

/// `None` where it is none of the suite's.
pub fn resource(uri: &str) -> Option<ReadResourceResult> {
    let contents = match uri {
        TEXT => resource_text(uri, "text/plain", "This is the content of the static text resource."),
        WATCHED => resource_text(uri, "text/plain", "It never changes."),
        BINARY => ResourceContents::blob(IMAGE, uri).with_mime_type("image/png"),
        _ => {
            let id = uri.strip_prefix(TEMPLATE.0)?.strip_suffix(TEMPLATE.1)?;
            let value = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
            resource_text(uri, "application/json", value.to_string())
        }
    };
    Some(ReadResourceResult::new(vec![contents]))
}
