//! What a tool tells of its arguments and its answers, as JSON Schema. Short, for every agent pays for every word of it.

use crate::resolve::Input;
use crate::tool::{Effect, Kind, Tool};
use penstock_crm::Op;
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

/// What a tool tells of its answers; `None` where they differ from call to call. Nothing in them is required: a preview, and an
/// error, are answers too.
pub fn of_answers(tool: &Tool, op: Option<&Op>, is_list: bool) -> Option<Map<String, Value>> {
    const ID: Kind = Kind::Int(i64::MIN, i64::MAX);
    let members: &[(&str, Kind)] = match (op, tool.effect) {
        (None, _) => tool.answers,
        (Some(_), Effect::Reads) if is_list => &[("items", Kind::Contacts)],
        (Some(op), _) if op.path.ends_with("/merge") => &[("survivor_id", ID), ("removed_id", ID)],
        _ => &[],
    };
    let properties: Map<String, Value> = members.iter().map(|(name, holds)| ((*name).to_owned(), kind(*holds))).collect();
    let schema = [("type".to_owned(), "object".into()), ("properties".to_owned(), properties.into())];
    (!members.is_empty()).then(|| schema.into_iter().collect())
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
        Kind::Words([]) => json!({"type": "array"}),
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
    // A bound that nobody comes near needs no saying.
    if least > -100_000 {
        schema["minimum"] = least.into();
    }
    if most < 100_000 {
        schema["maximum"] = most.into();
    }
    schema
}
