//! From checked arguments to a request of the API.

use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::names;
use crate::resolve::{self, Input, Place};
use crate::tool::{Fixed, Kind, Tool};
use crate::trouble::Trouble;
use penstock_crm::{Op, ParamKind, Takes, Version};
use serde_json::{Map, Value, json};

/// Words by which agents say that they do not choose.
const NO_CHOICE: &[&str] = &["all", "all_not_deleted"];

/// The operation that takes all of these arguments.
pub fn choose(tool: &Tool, inputs: &[Input], arguments: &Arguments) -> Result<&'static Op, Trouble> {
    let first = Crm::op(tool.operation().unwrap_or_default())?;
    let strangers = |op: &'static Op| -> Vec<&'static str> {
        let given = inputs.iter().filter(|input| !input.here && arguments.contains_key(input.name) && input.kind != Kind::Mine);
        given.filter(|input| !takes(op, input)).map(|input| input.name).collect()
    };
    let strange = strangers(first);
    if strange.is_empty() {
        return Ok(first);
    }
    let second = if tool.also.is_empty() { first } else { Crm::op(tool.also)? };
    let other = strangers(second);
    if other.is_empty() {
        return Ok(second);
    }
    Err(Trouble::new(
        format!("{} cannot be combined with {}", strange.join(", "), other.join(", ")),
        "Nothing was done. Leave one of them out, and look at the rest yourself.",
    ))
}

/// Whether the operation is told what to write.
pub fn has_body(op: &Op) -> bool {
    !matches!(op.takes, Takes::Nothing)
}

fn takes(op: &Op, input: &Input) -> bool {
    match input.kind {
        // Either writes a field and a direction in its own way.
        Kind::Order => true,
        _ => resolve::name_in(op, input.to).is_some(),
    }
}

/// What the operation is told.
pub async fn values(crm: &Crm, tool: &Tool, op: &'static Op, inputs: &[Input], arguments: &Arguments) -> Result<Values, Trouble> {
    let mut values = Values::default();
    for (name, value) in tool.fixed {
        let value = match value {
            Fixed::Text(text) => Value::from(*text),
            Fixed::Bool(flag) => Value::from(*flag),
            Fixed::Int(number) => Value::from(*number),
        };
        put(&mut values, op, name, &value);
    }
    for input in inputs.iter().filter(|input| !input.here) {
        let Some(value) = arguments.get(input.name) else { continue };
        match input.kind {
            Kind::Mine => {
                if value == &Value::Bool(true) {
                    put(&mut values, op, input.to, &crm.me().await?.into());
                }
            }
            Kind::Order => order(&mut values, op, value.as_str().unwrap_or_default()),
            Kind::Choice(_) if value.as_str().is_some_and(|word| NO_CHOICE.contains(&word)) && !knows(op, input.to, value) => {}
            Kind::Custom(entity) => {
                let fields = crm.fields(entity).await?;
                let custom = names::write(&fields, value.as_object().unwrap_or(&Map::new()))?;
                put_custom(&mut values, op, &fields, custom);
            }
            Kind::Labels(entity) => {
                let labels = names::labels(crm, entity, value.as_array().map(Vec::as_slice).unwrap_or_default()).await?;
                put(&mut values, op, input.to, &labels.into());
            }
            Kind::Field(entity) => {
                let name = value.as_str().unwrap_or_default();
                let fields = crm.fields(entity).await?;
                let code = names::find(&fields, name).map_or(name, |field| field.code.as_str());
                put(&mut values, op, input.to, &code.into());
            }
            kind => put(&mut values, op, input.to, &as_taken(op, kind, value)),
        }
    }
    Ok(values)
}

fn knows(op: &Op, name: &str, value: &Value) -> bool {
    op.query.iter().any(|param| {
        param.name == name
            && match param.kind {
                ParamKind::Choice(words) | ParamKind::Choices(words) => words.iter().any(|word| value == word),
                _ => false,
            }
    })
}

/// Values whose form differs from what agents write.
fn as_taken(op: &Op, kind: Kind, value: &Value) -> Value {
    match (kind, op.version) {
        (Kind::Address, Version::V2) if value.is_string() => json!({"value": value}),
        (Kind::Address, Version::V1) if value.is_object() => value["value"].clone(),
        (Kind::Visibility, Version::V1) => Value::from(value.to_string()),
        _ => value.clone(),
    }
}

fn put(values: &mut Values, op: &'static Op, to: &'static str, value: &Value) {
    let Some(name) = resolve::name_in(op, to) else { return };
    match resolve::place(op, name) {
        Some(Place::Path) => values.path.push((name, plain(op, value))),
        Some(Place::Query) => values.query.push((name, plain(op, value))),
        Some(Place::Body) => {
            values.body.insert(name.to_owned(), value.clone());
        }
        None => {}
    }
}

/// v1 has custom fields beside all others.
fn put_custom(values: &mut Values, op: &'static Op, fields: &[names::Definition], custom: Map<String, Value>) {
    if op.version == Version::V2 {
        values.body.insert("custom_fields".to_owned(), custom.into());
        return;
    }
    for (code, value) in custom {
        let kind = fields.iter().find(|field| field.code == code).map_or("", |field| field.kind.as_str());
        match (kind, value) {
            ("monetary", Value::Object(money)) => {
                if let Some(currency) = money.get("currency") {
                    values.body.insert(format!("{code}_currency"), currency.clone());
                }
                values.body.insert(code, money.get("value").cloned().unwrap_or(Value::Null));
            }
            (_, Value::Object(parts)) => {
                for (part, value) in parts {
                    let key = if part == "value" { code.clone() } else { format!("{code}_{part}") };
                    values.body.insert(key, value);
                }
            }
            ("set", Value::Array(options)) => {
                let ids: Vec<_> = options.iter().map(Value::to_string).collect();
                values.body.insert(code, ids.join(",").into());
            }
            (_, value) => {
                values.body.insert(code, value);
            }
        }
    }
}

/// v1 has field and direction in one parameter, v2 in two.
fn order(values: &mut Values, op: &'static Op, text: &str) {
    if op.version == Version::V1 {
        values.query.push(("sort", text.to_owned()));
        return;
    }
    let mut words = text.split_whitespace();
    if let Some(field) = words.next() {
        values.query.push(("sort_by", field.to_owned()));
    }
    if let Some(direction) = words.next() {
        values.query.push(("sort_direction", direction.to_ascii_lowercase()));
    }
}

/// A value as a text of a path or a query.
fn plain(op: &Op, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // All versions of v1 know digits.
        Value::Bool(flag) if op.version == Version::V1 => u8::from(*flag).to_string(),
        Value::Array(items) => items.iter().map(|item| plain(op, item)).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
