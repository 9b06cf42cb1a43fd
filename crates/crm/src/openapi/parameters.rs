//! What stands in the path and the query of an operation, and the keys of bodies that are no records.

use crate::op::{Op, Param, ParamKind, Version};
use serde_json::{Map, Value, json};

/// What path parameters are that are no numbers, by how a path goes on from its beginning.
const UUIDS: &[&str] =
    &["/leads/{id}", "/leadLabels/{id}", "/meetings/userProviderLinks/{id}", "/permissionSets/{id}", "/permission-sets/{id}"];
const UUID_NAMES: &[&str] = &["commentId", "conversion_id", "discount_id"];
const TEXTS: &[&str] = &["/goals/{id}", "/callLogs/{id}", "/channels/{id}", "/channels/{channel-id}"];
const TEXT_NAMES: &[&str] = &["conversation-id", "field_code"];

pub fn of(op: &Op) -> Vec<Value> {
    let in_path = op.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| json!({"name": name, "in": "path", "required": true, "schema": path_schema(op.path, name)}));
    in_path.chain(op.query.iter().map(|param| query(op.version, param))).collect()
}

fn path_schema(path: &str, name: &str) -> Value {
    let upto = path.find(&format!("{{{name}}}")).map_or(path, |start| &path[..start + name.len() + 2]);
    if UUIDS.contains(&upto) || UUID_NAMES.contains(&name) {
        json!({"type": "string", "format": "uuid"})
    } else if TEXTS.contains(&upto) || TEXT_NAMES.contains(&name) {
        json!({"type": "string", "minLength": 1})
    } else {
        json!({"type": "integer", "format": "int64", "minimum": 1})
    }
}

fn query(version: Version, param: &Param) -> Value {
    json!({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.about,
        "schema": schema(version, param.kind),
    })
}

/// An object of these keys. v2 takes no others.
pub fn keys(version: Version, params: &[Param]) -> Value {
    let properties: Map<String, Value> = params.iter().map(|param| (param.name.to_owned(), key(version, param))).collect();
    let required: Vec<_> = params.iter().filter(|param| param.required).map(|param| param.name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": version == Version::V1})
}

fn key(version: Version, param: &Param) -> Value {
    let mut schema = schema(version, param.kind);
    schema["description"] = param.about.into();
    schema
}

/// v1 also takes numbers and flags as text (semantics.md 1).
fn schema(version: Version, kind: ParamKind) -> Value {
    match kind {
        ParamKind::Int => json!({"type": "integer", "format": "int64"}),
        ParamKind::Bool if version == Version::V1 => json!({"enum": [0, 1, true, false, "0", "1", "true", "false"]}),
        ParamKind::Bool => json!({"type": "boolean"}),
        ParamKind::Text => json!({"type": "string"}),
        ParamKind::Choice(words) => json!({"type": "string", "enum": words}),
        ParamKind::Choices(words) => {
            let word = words.join("|");
            json!({"type": "string", "pattern": format!("^({word})(,({word}))*$")})
        }
        ParamKind::Ids => json!({"type": "string", "pattern": "^\\d+(,\\d+)*$"}),
        ParamKind::Time => json!({"type": "string", "format": "date-time"}),
        ParamKind::Date => json!({"type": "string", "format": "date"}),
        ParamKind::Json => json!({}),
        ParamKind::File => json!({"type": "string", "format": "binary"}),
    }
}
