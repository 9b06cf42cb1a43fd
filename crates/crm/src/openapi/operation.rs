//! One operation in the document: what it takes, what it answers, and how it refuses.

use super::{parameters, records};
use crate::op::{Answers, Method, Op, ParamKind, Root, Run, Takes, Version};
use serde_json::{Map, Value, json};

/// Call logs that were deleted are gone rather than unknown (semantics.md 4.1).
const DELETED_ARE_GONE: &str = "/callLogs/{id}";

pub fn describe(op: &Op) -> Value {
    let mut found = json!({
        "operationId": format!("{}.{}", op.root.word(), op.id),
        "tags": [op.tag],
        "summary": op.summary,
        "parameters": parameters::of(op),
        "responses": responses(op),
        "x-token-cost": op.cost,
        "x-scopes": op.scopes.split(',').filter(|scope| !scope.is_empty()).collect::<Vec<_>>(),
    });
    if let Run::Open(_) = op.run {
        found["security"] = json!([]);
    }
    if let Some(content) = body(op) {
        found["requestBody"] = json!({"required": true, "content": content});
    }
    found
}

/// v1 takes forms as well (semantics.md 1), and OAuth nothing else, but for lists, which no form can hold.
fn body(op: &Op) -> Option<Value> {
    let schema = match op.takes {
        Takes::Nothing => return None,
        Takes::Record(entity) => records::body_reference(op, entity),
        Takes::List => json!({"type": "array", "items": {}}),
        Takes::Keys(params) | Takes::Multipart(params) => parameters::keys(op.version, params),
    };
    Some(match op.takes {
        Takes::Multipart(_) => json!({"multipart/form-data": {"schema": schema}}),
        Takes::Keys(params) if op.root == Root::Site => {
            let has_list = params.iter().any(|param| matches!(param.kind, ParamKind::Json));
            json!({if has_list { "application/json" } else { "application/x-www-form-urlencoded" }: {"schema": schema}})
        }
        Takes::Record(_) | Takes::Keys(_) if op.version == Version::V1 => json!({
            "application/json": {"schema": schema},
            "application/x-www-form-urlencoded": {"schema": schema},
        }),
        _ => json!({"application/json": {"schema": schema}}),
    })
}

fn responses(op: &Op) -> Map<String, Value> {
    let json_of = |schema: Value| json!({"application/json": {"schema": schema}});
    let mut responses = Map::new();
    let mut add = |status: u16, description: &str, content: Value| {
        let response =
            if content.is_null() { json!({"description": description}) } else { json!({"description": description, "content": content}) };
        responses.insert(status.to_string(), response);
    };
    match op.answers {
        Answers::Data | Answers::DataOrNothing => add(op.status, "Done", json_of(records::answer(op))),
        Answers::Document => add(op.status, "Done", json_of(json!({"type": "object"}))),
        Answers::Page => {
            add(op.status, "The page", page());
            add(302, "The way to another page", Value::Null);
            add(303, "The way to another page", Value::Null);
        }
        Answers::File => add(op.status, "The bytes", json!({"*/*": {"schema": {}}})),
        Answers::Events => add(op.status, "The events as they happen", json!({"text/event-stream": {"schema": {"type": "string"}}})),
    }
    if op.answers == Answers::DataOrNothing {
        add(204, "There is nothing to show", Value::Null);
    }
    if op.answers == Answers::File {
        add(206, "The part of the bytes that the request asks for", json!({"*/*": {"schema": {}}}));
        add(302, "The file is kept elsewhere", Value::Null);
    }
    for (status, description) in refusals(op) {
        let content = json_of(json!({"$ref": "#/components/schemas/Error"}));
        add(status, description, if op.answers == Answers::Page { page() } else { content });
    }
    responses
}

fn page() -> Value {
    json!({"text/html": {"schema": {"type": "string"}}})
}

/// The statuses of what can go wrong.
fn refusals(op: &Op) -> Vec<(u16, &'static str)> {
    let is_write = op.method != Method::Get;
    let takes_body = !matches!(op.takes, Takes::Nothing);
    [
        (true, 400, "The request says something that cannot be"),
        (true, 401, "The credentials are missing or not valid"),
        (true, 403, "The caller may not do this"),
        (true, 404, "There is no such thing, or the caller may not see it"),
        (is_write, 408, "The body came too slowly"),
        (is_write, 409, "The record was changed at the same time"),
        (op.path.starts_with(DELETED_ARE_GONE), 410, "The record was deleted"),
        (is_write, 413, "The body is too large"),
        (takes_body, 415, "The body is in a form that this operation does not take"),
        (op.answers == Answers::File, 416, "The file does not reach so far"),
        (true, 429, "The budget of the caller is used up"),
        (true, 500, "A fault of the server"),
        (true, 503, "The server cannot answer for now"),
    ]
    .into_iter()
    .filter(|(can_be, ..)| *can_be)
    .map(|(_, status, description)| (status, description))
    .collect()
}

/// Refusals of webhooks list what is wrong by key (semantics.md 28).
pub fn error_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "success": {"const": false},
            "error": {"type": "string"},
            "error_info": {"type": "string"},
            "errorCode": {"type": "integer"},
            "code": {"type": "string"},
            "data": {"type": "null"},
            "additional_data": {"type": ["object", "null"]},
            "status": {"const": "error"},
            "errors": {"type": "object"},
        },
        "required": ["success"],
        "anyOf": [{"required": ["error"]}, {"required": ["errors"]}],
    })
}
