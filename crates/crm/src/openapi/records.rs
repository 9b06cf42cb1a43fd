//! Records as requests write them and as answers show them, from the field tables.

use crate::op::{Method, Op, Takes, Version};
use crate::operations;
use penstock_model::{Entity, Field, Kind, Show, Write};
use serde_json::{Map, Value, json};

/// The schemas that the description of an operation refers to.
pub fn add_schemas(op: &Op, schemas: &mut Map<String, Value>) {
    if let Takes::Record(entity) = op.takes {
        schemas.entry(body_name(op, entity)).or_insert_with(|| body(op, entity));
        schemas.entry(record_name(op.version, entity)).or_insert_with(|| record(op.version, entity));
    }
}

pub fn body_reference(op: &Op, entity: &Entity) -> Value {
    reference(&body_name(op, entity))
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn body_name(op: &Op, entity: &Entity) -> String {
    let moment = if op.method == Method::Post { "Create" } else { "Update" };
    format!("{}{moment}", record_name(op.version, entity))
}

/// `DealProductV2`
fn record_name(version: Version, entity: &Entity) -> String {
    let mut name = String::new();
    for word in entity.title.split(' ') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name.push_str(match version {
        Version::V1 => "V1",
        Version::V2 => "V2",
    });
    name
}

/// What an answer shows of an entity.
enum Shown {
    One(&'static Entity),
    Many(&'static Entity),
    Other,
}

/// Whoever writes a record gets it back; reads of the same path show what was written there.
fn shown(op: &Op) -> Shown {
    if let Takes::Record(entity) = op.takes {
        return Shown::One(entity);
    }
    if op.method != Method::Get {
        return Shown::Other;
    }
    let beside = operations::all().filter(|other| other.version == op.version && other.path == op.path);
    let mut writes = beside.filter_map(|other| match other.takes {
        Takes::Record(entity) if other.method == Method::Post => Some(Shown::Many(entity)),
        Takes::Record(entity) => Some(Shown::One(entity)),
        _ => None,
    });
    writes.next().unwrap_or(Shown::Other)
}

/// The envelope of a success.
pub fn answer(op: &Op) -> Value {
    let data = match shown(op) {
        Shown::One(entity) => reference(&record_name(op.version, entity)),
        Shown::Many(entity) => {
            let items = reference(&record_name(op.version, entity));
            // An empty list of v1 is null (semantics.md 4).
            let kind = if op.version == Version::V1 { json!(["array", "null"]) } else { json!("array") };
            json!({"type": kind, "items": items})
        }
        Shown::Other => json!({}),
    };
    let mut properties = json!({"success": {"const": true}, "data": data, "additional_data": {"type": ["object", "null"]}});
    if op.version == Version::V1 {
        properties["related_objects"] = json!({"type": ["object", "null"]});
    }
    json!({"type": "object", "properties": properties, "required": ["success"]})
}

/// What a create or an update takes. Null clears what may be empty (semantics.md 7).
fn body(op: &Op, entity: &Entity) -> Value {
    let version = op.version;
    let creating = op.method == Method::Post;
    let takes = |field: &&Field| match written(version, field) {
        Write::Always => true,
        Write::OnCreate => creating,
        Write::OnUpdate => !creating,
        Write::Never => false,
    };
    let fields = || entity.fields.iter().filter(takes);
    let mut properties: Map<String, Value> = fields()
        .map(|field| {
            let schema = own_schema(entity, field).unwrap_or_else(|| sent_schema(version, field.kind));
            (key(version, field), described(field, if field.not_null { schema } else { nullable(schema) }))
        })
        .collect();
    if version == Version::V2 && entity.fields.iter().any(|field| field.kind == Kind::Custom) {
        properties.insert("custom_fields".to_owned(), json!({"type": "object", "description": "Values by field code."}));
    }
    let required: Vec<_> = fields().filter(|field| creating && field.required).map(|field| key(version, field)).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": version == Version::V1})
}

/// What a read shows. v1 leaves out keys where a request selects some.
fn record(version: Version, entity: &Entity) -> Value {
    let show = |field: &Field| if version == Version::V1 { field.v1 } else { field.v2 };
    // v1 spreads custom fields over the record.
    let is_key = |field: &&Field| show(field) != Show::Never && (field.kind != Kind::Custom || version == Version::V2);
    let fields = || entity.fields.iter().filter(is_key);
    let schema = |field: &Field| own_schema(entity, field).map(nullable).unwrap_or_else(|| shown_schema(version, field));
    let properties: Map<String, Value> = fields().map(|field| (key(version, field), described(field, schema(field)))).collect();
    let always = fields().filter(|field| version == Version::V2 && show(field) == Show::Always);
    let required: Vec<_> = always.map(|field| key(version, field)).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn written(version: Version, field: &Field) -> Write {
    if version == Version::V1 { field.write_v1 } else { field.write_v2 }
}

fn key(version: Version, field: &'static Field) -> String {
    let key = if version == Version::V1 { field.v1_key } else { field.key };
    key.to_owned()
}

fn described(field: &Field, mut schema: Value) -> Value {
    schema["description"] = field.name.into();
    schema
}

fn nullable(mut schema: Value) -> Value {
    match schema.get_mut("type") {
        Some(Value::Array(kinds)) => kinds.push("null".into()),
        Some(Value::String(kind)) => schema["type"] = json!([kind, "null"]),
        _ => {}
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
    schema
}

/// Clients know leads and call logs by texts, files name mail by them, and what leads hold has forms of its own (semantics.md 21).
fn own_schema(entity: &Entity, field: &Field) -> Option<Value> {
    let uuid = json!({"type": "string", "format": "uuid"});
    Some(match (entity.name, field.key) {
        ("lead", "id") => uuid,
        ("lead", "label_ids") => json!({"type": "array", "items": uuid}),
        ("lead", "value") => json!({
            "type": "object",
            "properties": {"amount": {"type": "number"}, "currency": {"type": "string", "minLength": 3, "maxLength": 3}},
            "required": ["amount", "currency"],
        }),
        ("call_log", "id") | ("file", "mail_message_id") => json!({"type": "string"}),
        _ => return None,
    })
}

/// A value in an answer. v1 shows users, persons and organizations with what they refer to, and empty values in
/// several ways (semantics.md 10).
fn shown_schema(version: Version, field: &Field) -> Value {
    let never_null =
        matches!(field.kind, Kind::Id | Kind::Count | Kind::Labels | Kind::List(_) | Kind::Contacts | Kind::Custom | Kind::SmartBcc);
    let schema = match field.kind {
        Kind::Category => json!({"type": "string"}),
        Kind::User | Kind::Person | Kind::Organization | Kind::Picture if version == Version::V1 => json!({"type": ["integer", "object"]}),
        Kind::Bool | Kind::Switch if version == Version::V1 => json!({"type": ["boolean", "integer"]}),
        Kind::Money if version == Version::V1 => json!({"type": ["number", "string"]}),
        Kind::Labels | Kind::List(_) if version == Version::V1 => json!({}),
        Kind::Choosable if version == Version::V1 => json!({}),
        Kind::Address if version == Version::V1 => json!({"type": "string"}),
        kind => sent_schema(version, kind),
    };
    // Answers to a create show no update yet (semantics.md 31.2).
    let never_null = (never_null || field.not_null) && field.key != "update_time";
    if version == Version::V2 && never_null { schema } else { nullable(schema) }
}

/// A value in a body.
fn sent_schema(version: Version, kind: Kind) -> Value {
    match kind {
        Kind::Id
        | Kind::Int
        | Kind::Count
        | Kind::User
        | Kind::Person
        | Kind::Organization
        | Kind::Deal
        | Kind::Product
        | Kind::Activity
        | Kind::Project
        | Kind::Task
        | Kind::Stage
        | Kind::Pipeline
        | Kind::Board
        | Kind::Phase
        | Kind::Template
        | Kind::Choosable
        | Kind::Category
        | Kind::Picture => json!({"type": "integer"}),
        Kind::Switch => json!({"type": "integer", "enum": [0, 1]}),
        Kind::Percent => json!({"type": "number", "minimum": 0, "maximum": 100}),
        // At most fourteen digits before the point (semantics.md 11.1).
        Kind::Money => json!({"type": "number", "exclusiveMinimum": -1e14, "exclusiveMaximum": 1e14}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Text(longest) => json!({"type": "string", "maxLength": longest}),
        Kind::Lead => json!({"type": "string", "format": "uuid"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::Currency => json!({"type": "string", "minLength": 3, "maxLength": 3}),
        Kind::Time | Kind::Moment if version == Version::V2 => json!({"type": "string", "format": "date-time"}),
        Kind::Time | Kind::Moment | Kind::SmartBcc => json!({"type": "string"}),
        Kind::Date | Kind::LocalDate => json!({"type": "string", "format": "date"}),
        Kind::Visibility if version == Version::V2 => json!({"type": "integer", "enum": [1, 3, 5, 7]}),
        Kind::Visibility => json!({"type": "string", "enum": ["1", "3", "5", "7"]}),
        Kind::Labels | Kind::List(_) => json!({"type": "array", "items": {"type": "integer"}}),
        Kind::Contacts | Kind::Prices => json!({"type": "array", "items": {"type": "object"}}),
        Kind::Address | Kind::Custom => json!({"type": "object"}),
        Kind::Json => json!({}),
    }
}
