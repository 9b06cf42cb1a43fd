//! What the suite finds in the lists.

use rmcp::model::{JsonObject, Prompt, PromptArgument, Resource, ResourceTemplate, Tool};
use serde_json::{Value, json};

pub const TEXT: &str = "test://static-text";
pub const BINARY: &str = "test://static-binary";
pub const WATCHED: &str = "test://watched-resource";
pub const TEMPLATE: (&str, &str) = ("test://template/", "/data");

/// Tools without arguments, and what they are for.
const PLAIN: &[(&str, &str)] = &[
    ("test_simple_text", "Answers a text"),
    ("test_image_content", "Answers an image"),
    ("test_audio_content", "Answers a sound"),
    ("test_embedded_resource", "Answers a resource"),
    ("test_multiple_content_types", "Answers a text, an image and a resource"),
    ("test_error_handling", "Fails"),
    ("test_tool_with_logging", "Tells the log what it does"),
    ("test_tool_with_progress", "Tells how far it is"),
    ("test_logging_tool", "Tells the log where that was asked for"),
    ("test_reconnection", "Lets the client go, and answers when it is back"),
    ("test_elicitation_sep1034_defaults", "Asks the user, with answers that are filled in"),
    ("test_elicitation_sep1330_enums", "Asks the user to choose"),
    ("test_trigger_tool_change", "Says that the list of tools has changed"),
    ("test_trigger_prompt_change", "Says that the list of prompts has changed"),
    ("test_missing_capability", "Needs a client that can sample"),
    ("test_streaming_elicitation", "Asks the user in a round of its own"),
    ("test_input_required_result_elicitation", "Asks the user for a name"),
    ("test_input_required_result_sampling", "Asks the model of the client"),
    ("test_input_required_result_list_roots", "Asks for the roots of the client"),
    ("test_input_required_result_request_state", "Keeps its state with the client"),
    ("test_input_required_result_multiple_inputs", "Asks for several things at once"),
    ("test_input_required_result_multi_round", "Asks twice, one question after the other"),
    ("test_input_required_result_tampered_state", "Believes only its own state"),
    ("test_input_required_result_capabilities", "Asks for what the client can answer"),
];

fn tool(name: &'static str, about: &'static str, schema: Value) -> Tool {
    let schema: JsonObject = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name, about, schema)
}

/// One argument, which is a text.
fn text_argument(name: &str) -> Value {
    json!({"type": "object", "properties": {name: {"type": "string"}}, "required": [name]})
}

pub fn tools() -> Vec<Tool> {
    let nothing = || json!({"type": "object", "properties": {}});
    let mut tools: Vec<Tool> = PLAIN.iter().map(|(name, about)| tool(name, about, nothing())).collect();
    tools.push(tool("test_sampling", "Asks the model of the client", text_argument("prompt")));
    tools.push(tool("test_elicitation", "Asks the user", text_argument("message")));
    let mut header = text_argument("value");
    header["properties"]["value"]["x-mcp-header"] = "Value".into();
    tools.push(tool("test_custom_header", "Takes an argument that a header repeats", header));
    tools.push(tool("json_schema_2020_12_tool", "Has a schema with all that a schema can have", whole_schema()));
    tools
}

fn whole_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": {
            "$anchor": "address",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }},
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
        "allOf": [{"anyOf": [{"required": ["name"]}, {"required": ["address"]}]}],
        "if": {"required": ["address"]},
        "then": {"properties": {"address": {"required": ["street"]}}},
        "else": {"required": ["name"]},
        "additionalProperties": false,
    })
}

pub fn prompts() -> Vec<Prompt> {
    let argument = |name: &str| PromptArgument::new(name).with_description("Comes back in the text").with_required(true);
    let arguments = vec![argument("arg1"), argument("arg2")];
    vec![
        Prompt::new("test_simple_prompt", Some("A text"), None),
        Prompt::new("test_prompt_with_arguments", Some("A text with arguments"), Some(arguments)),
        Prompt::new("test_prompt_with_embedded_resource", Some("A resource"), Some(vec![argument("resourceUri")])),
        Prompt::new("test_prompt_with_image", Some("An image"), None),
        Prompt::new("test_input_required_result_prompt", Some("Asks the user first"), None),
    ]
}

pub fn resources() -> Vec<Resource> {
    vec![
        Resource::new(TEXT, "static-text").with_description("A text").with_mime_type("text/plain"),
        Resource::new(BINARY, "static-binary").with_description("An image").with_mime_type("image/png"),
        Resource::new(WATCHED, "watched-resource").with_description("Something to subscribe to").with_mime_type("text/plain"),
    ]
}

pub fn template() -> ResourceTemplate {
    let (before, after) = TEMPLATE;
    ResourceTemplate::new(format!("{before}{{id}}{after}"), "template").with_description("By id").with_mime_type("application/json")
}
