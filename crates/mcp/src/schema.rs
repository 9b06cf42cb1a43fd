//! What a tool tells of its arguments, as JSON Schema. Short, for every agent pays for every word of it.

use crate::resolve::Input;
use crate::tool::Kind;
use serde_json::{Map, Value, json};

pub fn of(inputs: &[Input]) -> Map<String, Value> {
    let properties: Map<String, Value> = inputs.iter().map(|input| (input.name.to_owned(), property(input))).collect();
    let required: Vec<_> = inputs.iter().filter(|input| input.required).map(|input| input.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

fn property(input: &Input) -> Value {
    let mut schema = kind(input.kind);
    if !input.about.is_empty() {
        schema["description"] = input.about.into();
    }
    schema
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Id => json!({"type": "integer", "minimum": 1}),
        Kind::Int(least, most) => whole(least, most),
        Kind::Number(least) if least > f64::MIN => json!({"type": "number", "minimum": least}),
        Kind::Number(_) => json!({"type": "number"}),
        Kind::Text(0) => json!({"type": "string"}),
        Kind::Text(longest) => json!({"type": "string", "maxLength": longest}),
        Kind::Choice(words) => json!({"enum": words}),
        Kind::Words([]) => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Words(words) => json!({"type": "array", "items": {"enum": words}}),
        Kind::Bool | Kind::Switch | Kind::Mine => json!({"type": "boolean"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Uuid => json!({"type": "string", "format": "uuid"}),
        Kind::Ids => json!({"type": "array", "items": {"type": "integer"}, "maxItems": 100}),
        Kind::Object | Kind::Custom(_) => json!({"type": "object"}),
        Kind::Objects => json!({"type": "array", "items": {"type": "object"}}),
        Kind::Any => json!({}),
        Kind::Contacts => json!({"type": "array"}),
        Kind::Address => json!({"anyOf": [{"type": "string"}, {"type": "object"}]}),
        Kind::Order | Kind::Field(_) => json!({"type": "string"}),
        Kind::Visibility => json!({"enum": ["1", "3", "5", "7"]}),
        Kind::Labels(_) => json!({"type": "array"}),
    }
}

fn whole(least: i64, most: i64) -> Value {
    let mut schema = json!({"type": "integer"});
    // A bound that no number of JSON can pass needs no saying.
    if least > -1_000_000_000 {
        schema["minimum"] = least.into();
    }
    if most < 1_000_000_000 {
        schema["maximum"] = most.into();
    }
    schema
}
