//! Reads the value of a field from a request: strictly in v2, leniently in v1 (semantics.md 1).

use crate::body;
use crate::custom;
use crate::op::Version;
use crate::products::prices;
use penstock_model::{Date, Field, Kind, Money, Time, Value};
use serde_json::{Value as JsonValue, json};
use std::str::FromStr;

/// At most so many labels on one record (semantics.md 30).
const MAX_LABELS: usize = 100;
/// At most so many records in one list of ids.
const MAX_IDS: usize = 100;
const MAX_CONTACTS: usize = 100;
const CONTACT_LENGTH: usize = 255;
const UUID_LENGTH: usize = 36;
/// Ids and counts beyond this lose digits in JavaScript clients.
const MAX_INT: i64 = 9_007_199_254_740_991;

/// Reads a value that is not null. The error says what is wrong, without the key.
pub fn value(version: Version, field: &Field, given: &JsonValue) -> Result<Value, String> {
    let strict = version == Version::V2;
    match field.kind {
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
        | Kind::Picture => int(strict, given),
        Kind::List(_) => id_list(strict, given).map(Into::into),
        Kind::Switch => switch(strict, given),
        Kind::Percent => percent(strict, given),
        Kind::Money => money(strict, given),
        Kind::Bool => flag(strict, given),
        Kind::Text(longest) => text(strict, given, longest as usize),
        Kind::Lead => text(strict, given, UUID_LENGTH),
        Kind::Choice(words) => choice(given, words),
        Kind::Currency => Ok(string(given)?.to_ascii_uppercase().into()),
        Kind::Time => time(given),
        Kind::Date => date(strict, given),
        Kind::Visibility => visibility(strict, given),
        Kind::Labels => labels(strict, given),
        Kind::Contacts => contacts(strict, given),
        Kind::Address => Ok(custom_address(strict, given)?),
        // Whatever it is: the rules of the resource judge it.
        Kind::Json => Ok(given.to_string().into()),
        Kind::Prices => prices::read(strict, given),
        Kind::Custom | Kind::LocalDate | Kind::SmartBcc | Kind::Moment => Err("cannot be written".to_owned()),
    }
}

/// The value that null, or in v1 an empty text, leaves behind.
pub fn cleared(field: &Field) -> Value {
    match field.kind {
        Kind::Labels | Kind::Contacts | Kind::List(_) => "[]".into(),
        Kind::Switch => false.into(),
        _ => Value::Null,
    }
}

fn string(given: &JsonValue) -> Result<&str, String> {
    given.as_str().ok_or_else(|| "The value is not a valid 'string'".to_owned())
}

fn int(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let given = match given {
        // v1 reads show references as objects, and clients send them back as they came.
        JsonValue::Object(members) if !strict => members.get("value").or_else(|| members.get("id")).unwrap_or(given),
        other => other,
    };
    let number = match given {
        JsonValue::Number(number) => number.as_i64().or_else(|| body::int(given)),
        other if !strict => body::int(other),
        _ => None,
    };
    let number = number.ok_or("The value is not a valid 'number'")?;
    if !(-MAX_INT..=MAX_INT).contains(&number) {
        return Err("is out of range".to_owned());
    }
    Ok(number.into())
}

fn percent(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let number = match given {
        JsonValue::Number(number) => number.as_f64(),
        JsonValue::String(text) if !strict => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.ok_or("The value is not a valid 'number'")?;
    if !(0.0..=100.0).contains(&number) {
        return Err("must be from 0 to 100".to_owned());
    }
    Ok(Value::Int(number.round() as i64))
}

/// An amount: a number, in v1 also in text form.
pub fn money(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let amount = match given {
        JsonValue::Number(number) => Money::from_str(&number.to_string()),
        JsonValue::String(text) if !strict => Money::from_str(text),
        _ => return Err("The value is not a valid 'number'".to_owned()),
    };
    Ok(amount.map_err(|error| error.to_string())?.into())
}

fn flag(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let flag = if strict { given.as_bool() } else { body::flag(given) };
    Ok(flag.ok_or("The value is not a valid 'boolean'")?.into())
}

/// 0 or 1 (semantics.md 22); v1 takes flags in all their forms.
fn switch(strict: bool, given: &JsonValue) -> Result<Value, String> {
    match (strict, given.as_i64()) {
        (true, Some(flag @ (0 | 1))) => Ok(flag.into()),
        (true, _) => Err("must be 0 or 1".to_owned()),
        (false, _) => flag(strict, given),
    }
}

fn text(strict: bool, given: &JsonValue, longest: usize) -> Result<Value, String> {
    let text = match given {
        JsonValue::String(text) => text.clone(),
        JsonValue::Number(number) if !strict => number.to_string(),
        _ => return Err("The value is not a valid 'string'".to_owned()),
    };
    if text.chars().count() > longest {
        return Err(format!("must not be longer than {longest} characters"));
    }
    Ok(text.into())
}

fn choice(given: &JsonValue, words: &[&str]) -> Result<Value, String> {
    let word = string(given)?;
    if !words.contains(&word) {
        return Err(format!("must be one of {}", words.join(", ")));
    }
    Ok(word.into())
}

fn time(given: &JsonValue) -> Result<Value, String> {
    let text = string(given)?;
    // Times in v2 bodies are documented in both forms (semantics.md 7).
    let time = Time::parse_lenient(text).map_err(|_| "The value is not a valid 'date-time'".to_owned())?;
    Ok(time.into())
}

fn date(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let text = string(given)?;
    let day = if strict { text } else { text.get(..10).unwrap_or(text) };
    Ok(Date::parse(day).map_err(|_| "The value is not a valid 'date'".to_owned())?.into())
}

fn visibility(strict: bool, given: &JsonValue) -> Result<Value, String> {
    match int(strict, given)? {
        level @ Value::Int(1 | 3 | 5 | 7) => Ok(level),
        _ => Err("must be one of 1, 3, 5, 7".to_owned()),
    }
}

/// A list of option ids; v1 also takes one id or a comma list (semantics.md 12).
fn labels(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let ids = ids(strict, given)?;
    if ids.len() > MAX_LABELS {
        return Err(format!("must not have more than {MAX_LABELS} labels"));
    }
    Ok(json!(ids).to_string().into())
}

/// A list of ids of records, in the forms of labels.
fn id_list(strict: bool, given: &JsonValue) -> Result<String, String> {
    let ids = ids(strict, given)?;
    if ids.len() > MAX_IDS {
        return Err(format!("must not have more than {MAX_IDS} ids"));
    }
    Ok(json!(ids).to_string())
}

/// Ids, each once, in the order in which they came first.
fn ids(strict: bool, given: &JsonValue) -> Result<Vec<i64>, String> {
    let mut ids = Vec::new();
    let items: Vec<JsonValue> = match given {
        JsonValue::Array(items) => items.clone(),
        JsonValue::String(text) if !strict => text.split(',').map(|item| json!(item.trim())).collect(),
        single @ (JsonValue::Number(_) | JsonValue::Object(_)) if !strict => vec![single.clone()],
        _ => return Err("The value is not a valid 'array'".to_owned()),
    };
    for item in &items {
        let Value::Int(id) = int(strict, item)? else { continue };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// E-mails and phones: objects in v2, in v1 also a text or a list of texts (semantics.md 9.1).
fn contacts(strict: bool, given: &JsonValue) -> Result<Value, String> {
    let items: Vec<JsonValue> = match given {
        JsonValue::Array(items) => items.clone(),
        single @ (JsonValue::String(_) | JsonValue::Number(_) | JsonValue::Object(_)) if !strict => vec![single.clone()],
        _ => return Err("The value is not a valid 'array'".to_owned()),
    };
    if items.len() > MAX_CONTACTS {
        return Err(format!("must not have more than {MAX_CONTACTS} items"));
    }
    let mut contacts = Vec::new();
    for item in &items {
        if let Some(contact) = contact(strict, item)? {
            contacts.push(contact);
        }
    }
    set_primary(&mut contacts, strict)?;
    let list: Vec<_> = contacts.iter().map(|(value, label, primary)| json!({"value": value, "primary": primary, "label": label})).collect();
    Ok(JsonValue::Array(list).to_string().into())
}

type Contact = (String, String, bool);

/// `None` for the empty placeholder that v1 shows where there is nothing, and takes back.
fn contact(strict: bool, item: &JsonValue) -> Result<Option<Contact>, String> {
    let (value, label, primary) = match item {
        JsonValue::Object(members) => {
            if let Some(unknown) = members.keys().find(|key| strict && !["value", "label", "primary"].contains(&key.as_str())) {
                return Err(format!("{unknown} is not allowed"));
            }
            let label = match members.get("label") {
                None | Some(JsonValue::Null) => "work".to_owned(),
                Some(label) => string(label)?.to_owned(),
            };
            let primary = match members.get("primary") {
                None | Some(JsonValue::Null) => false,
                Some(primary) if strict => primary.as_bool().ok_or("primary: The value is not a valid 'boolean'")?,
                Some(primary) => body::flag(primary).ok_or("primary: The value is not a valid 'boolean'")?,
            };
            (members.get("value").cloned().unwrap_or_default(), label, primary)
        }
        // Recorded answers have no label where v1 was sent a text.
        plain if !strict => (plain.clone(), String::new(), false),
        _ => return Err("The value is not a valid 'object'".to_owned()),
    };
    let value = match value {
        JsonValue::String(text) => text,
        JsonValue::Number(number) if !strict => number.to_string(),
        JsonValue::Null if !strict => String::new(),
        _ => return Err("value: The value is not a valid 'string'".to_owned()),
    };
    if value.is_empty() && !strict {
        return Ok(None);
    }
    if value.chars().count() > CONTACT_LENGTH || label.chars().count() > CONTACT_LENGTH {
        return Err(format!("must not be longer than {CONTACT_LENGTH} characters"));
    }
    Ok(Some((value, label, primary)))
}

/// At most one is primary; where none is marked, the first becomes it.
fn set_primary(contacts: &mut [Contact], strict: bool) -> Result<(), String> {
    let marked = contacts.iter().filter(|(_, _, primary)| *primary).count();
    if marked > 1 && strict {
        return Err("only one item can be primary".to_owned());
    }
    let primary = contacts.iter().position(|(_, _, primary)| *primary).unwrap_or(0);
    for (place, contact) in contacts.iter_mut().enumerate() {
        contact.2 = place == primary;
    }
    Ok(())
}

fn custom_address(strict: bool, given: &JsonValue) -> Result<Value, String> {
    if strict && !given.is_object() {
        return Err("The value is not a valid 'object'".to_owned());
    }
    Ok(custom::address(strict, given)?.to_string().into())
}
