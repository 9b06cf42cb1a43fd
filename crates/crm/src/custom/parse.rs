//! Reads custom field values from requests into the form in which they are kept.

use super::{ADDRESS_PARTS, FieldType, timezone};
use crate::body;
use crate::call::Call;
use crate::currencies;
use crate::directory::{Directory, FieldDefinition};
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use penstock_model::{Date, Money, UserId};
use serde_json::{Map, Value, json};
use std::str::FromStr;

/// The custom fields that a request sets, or clears with null, by code.
pub type CustomPatch = Map<String, Value>;

/// Longest text of the short types and of `text` (semantics.md 11.2).
const SHORT: usize = 255;
const LONG: usize = 65_535;

/// Reads the object `custom_fields` of v2. Unknown codes and misfitting values are refused, naming the code.
pub fn apply_v2(call: &Call, entity: &str, given: &Value) -> ApiResult<CustomPatch> {
    Reader::of(call).object(entity, given)
}

/// Picks custom fields out of the flat keys of a v1 body: `<code>`, `<code>_currency` and so on. Keys that name
/// no field are passed over. Parts that are sent without the main key change the value as it `stands`.
pub fn apply_v1(call: &Call, entity: &str, given: &Map<String, Value>, stands: &Map<String, Value>) -> ApiResult<CustomPatch> {
    Reader::of(call).flat_keys(entity, given, stands)
}

/// What the reading of values depends on, beside the values.
pub(super) struct Reader<'a> {
    /// v2 takes only the documented form of a value.
    pub strict: bool,
    pub directory: &'a Directory,
    /// Those of the caller, for values that come without.
    pub currency: &'a str,
    pub zone: &'a str,
}

impl<'a> Reader<'a> {
    fn of(call: &'a Call) -> Self {
        Reader {
            strict: call.version() == Version::V2,
            directory: &call.directory,
            currency: call.currency(),
            zone: call.user().map_or("UTC", |user| &user.timezone_name),
        }
    }

    pub fn object(&self, entity: &str, given: &Value) -> ApiResult<CustomPatch> {
        let Value::Object(members) = given else {
            return Err(ApiError::invalid_key("custom_fields", "The value is not a valid 'object'"));
        };
        let mut patch = CustomPatch::new();
        for (code, value) in members {
            let refuse = |problem: &str| ApiError::Invalid(format!("custom_fields.{code}: {problem}"));
            let field = self.directory.field(entity, code).filter(|field| field.is_custom);
            let Some(field) = field else {
                return Err(refuse("unknown custom field"));
            };
            let kept = if value.is_null() { Value::Null } else { self.read(field, value).map_err(|problem| refuse(&problem))? };
            patch.insert(code.clone(), kept);
        }
        Ok(patch)
    }

    pub fn flat_keys(&self, entity: &str, given: &Map<String, Value>, stands: &Map<String, Value>) -> ApiResult<CustomPatch> {
        let mut patch = CustomPatch::new();
        for field in self.directory.custom_fields(entity) {
            let main = given.get(&field.code);
            let parts: Vec<_> =
                field.field_type.parts().iter().filter_map(|part| Some((*part, given.get(&format!("{}_{part}", field.code))?))).collect();
            if main.is_none() && parts.is_empty() {
                continue;
            }
            let whole = assemble_v1(field, main, &parts, stands.get(&field.code));
            let kept = match whole {
                Value::Null => Value::Null,
                value => self.read(field, &value).map_err(|problem| ApiError::invalid_key(&field.code, &problem))?,
            };
            patch.insert(field.code.clone(), kept);
        }
        Ok(patch)
    }

    /// Reads a value that is not null into the form in which it is kept.
    fn read(&self, field: &FieldDefinition, value: &Value) -> Result<Value, Problem> {
        let strict = self.strict;
        match field.field_type {
            FieldType::Varchar | FieldType::VarcharAuto | FieldType::Phone => text(strict, value, SHORT),
            FieldType::Text => text(strict, value, LONG),
            FieldType::Double => double(strict, value),
            FieldType::Monetary => self.monetary(value),
            FieldType::Enum => Ok(option(strict, field, value)?.into()),
            FieldType::Set => set(strict, field, value),
            FieldType::User => {
                let id = id(strict, value)?;
                let known = self.directory.user(UserId(id)).is_some();
                if known { Ok(id.into()) } else { Err("User not found or not accessible.".to_owned()) }
            }
            FieldType::Org | FieldType::People => Ok(id(strict, value)?.into()),
            FieldType::Date => date(strict, value),
            FieldType::DateRange => {
                let parts = members(value, &["value", "until"])?;
                let from = date(strict, main(&parts)?)?;
                let until = part(&parts, "until", |value| date(strict, value))?;
                if until.as_str().is_some_and(|until| Some(until) < from.as_str()) {
                    return Err("the end lies before the start".to_owned());
                }
                Ok(json!({"value": from, "until": until}))
            }
            FieldType::Time => {
                let parts = members(value, &["value", "timezone_id", "timezone_name"])?;
                let zone = self.zone(&parts)?;
                Ok(json!({"value": clock(main(&parts)?)?, "timezone_id": timezone::number_of(zone), "timezone_name": zone}))
            }
            FieldType::TimeRange => {
                let parts = members(value, &["value", "until", "timezone_id", "timezone_name"])?;
                let zone = self.zone(&parts)?;
                Ok(json!({"value": clock(main(&parts)?)?, "until": part(&parts, "until", clock)?,
                    "timezone_id": timezone::number_of(zone), "timezone_name": zone}))
            }
            FieldType::Address if strict && !value.is_object() => Err("The value is not a valid 'object'".to_owned()),
            FieldType::Address => address(strict, value),
        }
    }

    fn monetary(&self, value: &Value) -> Result<Value, Problem> {
        let parts = members(value, &["value", "currency"])?;
        let amount = match main(&parts)? {
            Value::Number(number) => Money::from_str(&number.to_string()),
            Value::String(text) if !self.strict => Money::from_str(text),
            _ => return Err("The value is not a valid 'number'".to_owned()),
        }
        .map_err(|error| error.to_string())?;
        let currency = match parts.get("currency") {
            None | Some(Value::Null) => self.currency.to_owned(),
            Some(Value::String(code)) => code.to_ascii_uppercase(),
            Some(_) => return Err("currency: The value is not a valid 'string'".to_owned()),
        };
        if !currencies::is_known(&currency) {
            return Err("currency: unknown currency".to_owned());
        }
        let number: Value = serde_json::from_str(&amount.to_string()).unwrap_or_default();
        Ok(json!({"value": number, "currency": currency}))
    }

    /// The zone of a time: by name, else by number, else that of the caller (semantics.md 11.2).
    fn zone(&self, parts: &Map<String, Value>) -> Result<&'a str, Problem> {
        match (parts.get("timezone_name"), parts.get("timezone_id")) {
            (Some(Value::String(name)), _) => timezone::known(name).ok_or_else(|| "timezone_name: unknown time zone".to_owned()),
            (None | Some(Value::Null), None | Some(Value::Null)) => Ok(timezone::known(self.zone).unwrap_or(self.zone)),
            (None | Some(Value::Null), Some(number)) => {
                let name = body::int(number).and_then(timezone::name_of);
                name.ok_or_else(|| "timezone_id: unknown time zone".to_owned())
            }
            _ => Err("timezone_name: The value is not a valid 'string'".to_owned()),
        }
    }
}

/// Builds the v2 form of a value from its flat v1 keys; null where it is cleared.
fn assemble_v1(field: &FieldDefinition, main: Option<&Value>, parts: &[(&str, &Value)], stands: Option<&Value>) -> Value {
    let is_empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    if main.is_some_and(is_empty) {
        return Value::Null;
    }
    if field.field_type.parts().is_empty() {
        return main.cloned().unwrap_or_default();
    }
    let mut whole = match (main, stands) {
        (Some(main @ Value::Object(_)), _) => return main.clone(),
        (Some(main), _) => Map::from_iter([("value".to_owned(), main.clone())]),
        (None, Some(Value::Object(members))) => members.clone(),
        // Parts alone say nothing where no value stands.
        (None, _) => return Value::Null,
    };
    for (part, value) in parts {
        if *part == "timezone_id" {
            whole.remove("timezone_name");
        }
        whole.insert((*part).to_owned(), if is_empty(value) { Value::Null } else { (*value).clone() });
    }
    Value::Object(whole)
}

type Problem = String;

fn text(strict: bool, value: &Value, longest: usize) -> Result<Value, Problem> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if !strict => number.to_string(),
        _ => return Err("The value is not a valid 'string'".to_owned()),
    };
    if text.chars().count() > longest {
        return Err(format!("must not be longer than {longest} characters"));
    }
    Ok(text.into())
}

fn double(strict: bool, value: &Value) -> Result<Value, Problem> {
    const NOT_A_NUMBER: &str = "The value is not a valid 'number'";
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if !strict => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite()).ok_or(NOT_A_NUMBER)?;
    // Numbers have up to 14 digits (semantics.md 11.1).
    if number.abs() >= 1e14 {
        return Err("must not have more than 14 digits".to_owned());
    }
    // More than sixteen decimals are rounded away without a word (semantics.md 11.2).
    let number = format!("{number:.16}").parse().unwrap_or(number);
    if number.fract() == 0.0 { Ok((number as i64).into()) } else { Ok(number.into()) }
}

fn id(strict: bool, value: &Value) -> Result<i64, Problem> {
    let value = match value {
        // v1 reads show references as objects, and clients send them back as they came.
        Value::Object(members) if !strict => members.get("value").or_else(|| members.get("id")).unwrap_or(&Value::Null),
        other => other,
    };
    let number = if strict { value.as_i64() } else { body::int(value) };
    number.filter(|id| *id > 0).ok_or_else(|| "The value is not a valid 'number'".to_owned())
}

fn option(strict: bool, field: &FieldDefinition, value: &Value) -> Result<i64, Problem> {
    let id = id(strict, value)?;
    if field.option(id).is_none() {
        return Err(format!("{id} is not an option of this field"));
    }
    Ok(id)
}

fn set(strict: bool, field: &FieldDefinition, value: &Value) -> Result<Value, Problem> {
    let mut items: Vec<Value> = match value {
        Value::Array(items) => items.clone(),
        Value::String(text) if !strict => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect(),
        number @ Value::Number(_) if !strict => vec![number.clone()],
        _ => return Err("The value is not a valid 'array'".to_owned()),
    };
    if items.is_empty() {
        return if strict { Err("must not be empty".to_owned()) } else { Ok(Value::Null) };
    }
    for item in &mut items {
        *item = option(strict, field, item)?.into();
    }
    let mut seen = Vec::with_capacity(items.len());
    items.retain(|item| {
        !seen.contains(item) && {
            seen.push(item.clone());
            true
        }
    });
    Ok(items.into())
}

/// v1 also takes a date with a time behind it.
fn date(strict: bool, value: &Value) -> Result<Value, Problem> {
    let text = value.as_str().ok_or("The value is not a valid 'date'")?;
    let day = if strict { text } else { text.get(..10).unwrap_or(text) };
    Date::parse(day).map(|date| date.to_string().into()).map_err(|_| "The value is not a valid 'date'".to_owned())
}

/// `HH:MM` or `HH:MM:SS`, kept with seconds.
fn clock(value: &Value) -> Result<Value, Problem> {
    const REFUSAL: &str = "The value is not a valid 'time'";
    let text = value.as_str().ok_or(REFUSAL)?;
    let plain = text.len() == 5 || text.len() == 8;
    let time: jiff::civil::Time = text.parse().ok().filter(|_| plain).ok_or(REFUSAL)?;
    Ok(time.strftime("%H:%M:%S").to_string().into())
}

/// Reads an address: an object with `value` and parts, or in v1 the plain line. Parts left out become null.
pub(crate) fn address(strict: bool, value: &Value) -> Result<Value, Problem> {
    let given = match value {
        Value::String(line) => Map::from_iter([("value".to_owned(), Value::from(line.as_str()))]),
        other => {
            let known: Vec<&str> = std::iter::once("value").chain(ADDRESS_PARTS.iter().copied()).collect();
            members(other, &known)?
        }
    };
    let mut kept = Map::new();
    kept.insert("value".to_owned(), text(strict, main(&given)?, LONG)?);
    for part in ADDRESS_PARTS {
        let value = match given.get(*part) {
            None | Some(Value::Null) => Value::Null,
            Some(value) => text(strict, value, SHORT).map_err(|problem| format!("{part}: {problem}"))?,
        };
        kept.insert((*part).to_owned(), value);
    }
    Ok(Value::Object(kept))
}

/// The members of a value with parts.
fn members(value: &Value, known: &[&str]) -> Result<Map<String, Value>, Problem> {
    match value {
        Value::Object(members) => match members.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(format!("{unknown} is not a part of the value")),
            None => Ok(members.clone()),
        },
        _ => Err("The value is not a valid 'object'".to_owned()),
    }
}

fn main(parts: &Map<String, Value>) -> Result<&Value, Problem> {
    parts.get("value").filter(|value| !value.is_null()).ok_or_else(|| "value is required".to_owned())
}

fn part(parts: &Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Result<Value, Problem>) -> Result<Value, Problem> {
    match parts.get(key) {
        None | Some(Value::Null) => Ok(Value::Null),
        Some(value) => read(value).map_err(|problem| format!("{key}: {problem}")),
    }
}
