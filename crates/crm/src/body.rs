//! Request bodies: JSON in both versions, forms in v1 (semantics.md 1). Multipart forms are read by `upload.rs`.

use crate::error::{ApiError, ApiResult};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The body of one request, read but not yet judged field by field.
#[derive(Debug, Clone)]
pub enum Body {
    Nothing,
    Object(Arc<Map<String, Value>>),
    List(Arc<Vec<Value>>),
}

impl Body {
    /// Reads what the operation takes. Bodies of operations that take none are ignored.
    pub fn parse(op: &'static Op, content_type: Option<&str>, bytes: &[u8]) -> ApiResult<Self> {
        if matches!(op.takes, Takes::Nothing) || takes_form(op, content_type)? {
            return Ok(Body::Nothing);
        }
        match (op.takes, read(op.version, content_type, bytes)?) {
            (Takes::List, Value::Array(items)) => Ok(Body::List(Arc::new(items))),
            (Takes::List, _) => Err(ApiError::invalid("the body must be a list")),
            (Takes::Keys(params), Value::Object(members)) => {
                check_keys(op.version, params, &members)?;
                Ok(Body::Object(Arc::new(members)))
            }
            (_, Value::Object(members)) => Ok(Body::Object(Arc::new(members))),
            _ => Err(ApiError::invalid("the body must be an object")),
        }
    }

    /// The texts of a form.
    pub fn of_texts(op: &'static Op, texts: Vec<(String, String)>) -> ApiResult<Self> {
        let members = form(texts);
        members.values().try_for_each(refuse_nul)?;
        if let Takes::Keys(params) | Takes::Multipart(params) = op.takes {
            check_keys(op.version, params, &members)?;
        }
        Ok(Body::Object(Arc::new(members)))
    }

    pub fn object(&self) -> ApiResult<&Map<String, Value>> {
        match self {
            Body::Object(members) => Ok(members),
            _ => Err(ApiError::invalid("the body must be an object")),
        }
    }

    pub fn list(&self) -> ApiResult<&[Value]> {
        match self {
            Body::List(items) => Ok(items),
            _ => Err(ApiError::invalid("the body must be a list")),
        }
    }

    /// The member, where it is there and not null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Body::Object(members) => members.get(key).filter(|value| !value.is_null()),
            _ => None,
        }
    }

    /// A whole number, also in text form; checked when the body was read.
    pub fn int(&self, key: &str) -> Option<i64> {
        int(self.get(key)?)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// A flag in any of the forms that v1 takes.
    pub fn flag(&self, key: &str) -> Option<bool> {
        flag(self.get(key)?)
    }
}

/// The body as JSON, whatever form it came in.
fn read(version: Version, content_type: Option<&str>, bytes: &[u8]) -> ApiResult<Value> {
    let media = media_type(content_type.unwrap_or("application/json"));
    let value = if bytes.iter().all(u8::is_ascii_whitespace) {
        Value::Object(Map::new())
    } else if media.ends_with("json") || (media == "text/plain" && version == Version::V1) {
        serde_json::from_slice(bytes).map_err(|_| ApiError::invalid("the body is not valid JSON"))?
    } else if media == "application/x-www-form-urlencoded" && version == Version::V1 {
        let texts = serde_urlencoded::from_bytes(bytes).map_err(|_| ApiError::invalid("the form cannot be read"))?;
        Value::Object(form(texts))
    } else {
        return Err(unsupported(&media));
    };
    refuse_nul(&value)?;
    Ok(value)
}

/// The type without its parameters.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub fn unsupported(media: &str) -> ApiError {
    ApiError::UnsupportedMediaType(format!("Content type {media} is not supported"))
}

/// Whether the body is a multipart form, which is read while it comes in. What brings a file must be one; members
/// may come in one in v1.
pub fn takes_form(op: &Op, content_type: Option<&str>) -> ApiResult<bool> {
    let media = media_type(content_type.unwrap_or_default());
    let is_form = media == "multipart/form-data";
    match op.takes {
        Takes::Multipart(_) if !is_form => Err(unsupported(&media)),
        Takes::Multipart(_) => Ok(true),
        Takes::Record(_) | Takes::Keys(_) => Ok(is_form && op.version == Version::V1),
        Takes::Nothing | Takes::List => Ok(false),
    }
}

/// The ids of a bulk deletion in v1, with commas: the first official clients send them as `ids` in the body,
/// as a list or as text. `None` where there are none; such a body is otherwise passed over.
pub fn bulk_ids(op: &Op, content_type: Option<&str>, bytes: &[u8]) -> Option<String> {
    if op.version != Version::V1 || !op.is_bulk_deletion() {
        return None;
    }
    match read(op.version, content_type, bytes).ok()?.get("ids")? {
        Value::Array(ids) => Some(ids.iter().map(one_id).collect::<Vec<_>>().join(",")),
        ids => Some(one_id(ids)),
    }
}

fn one_id(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// A whole number, also in text form.
pub fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// `true`, `1`, `"1"`, `"true"` and their opposites. Python clients write `"True"`.
pub fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A name of a form may lead into lists and objects at most so deep.
const FORM_DEPTH: usize = 4;

/// Reads a form, with lists and objects as PHP writes them: `label_ids[]=1`, `email[0][value]=ann@weir.example`.
fn form(texts: Vec<(String, String)>) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, text) in texts {
        place(&mut members, &form_path(&name), text);
    }
    members.into_iter().map(|(key, value)| (key, with_lists(value))).collect()
}

/// The steps of a name: `email[0][value]` is `email`, `0`, `value`. Other names are one step.
fn form_path(name: &str) -> Vec<&str> {
    let steps = || {
        let (first, rest) = name.strip_suffix(']')?.split_once('[')?;
        let path: Vec<&str> = std::iter::once(first).chain(rest.split("][")).collect();
        let is_sound = path.len() <= FORM_DEPTH && path.iter().all(|step| !step.contains(['[', ']']));
        is_sound.then_some(path)
    };
    steps().unwrap_or_else(|| vec![name])
}

/// Puts a text where the path leads, making objects on the way. An empty step takes the next free number.
fn place(members: &mut Map<String, Value>, path: &[&str], text: String) {
    let Some((step, rest)) = path.split_first() else { return };
    let key = if step.is_empty() { members.len().to_string() } else { (*step).to_owned() };
    if rest.is_empty() {
        members.insert(key, Value::String(text));
        return;
    }
    let inner = members.entry(key).or_insert(Value::Null);
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        place(inner, rest, text);
    }
}

/// Makes lists of objects whose keys are all numbers, in the order in which they came.
fn with_lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let is_list = members.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()));
    if is_list {
        return members.into_iter().map(|(_, value)| with_lists(value)).collect();
    }
    Value::Object(members.into_iter().map(|(key, value)| (key, with_lists(value))).collect())
}

/// PostgreSQL cannot keep NUL in text, so no text may hold one on either engine.
fn refuse_nul(value: &Value) -> ApiResult<()> {
    let refuse = || ApiError::invalid("text must not contain a NUL character");
    match value {
        Value::String(text) if text.contains('\0') => Err(refuse()),
        Value::Array(items) => items.iter().try_for_each(refuse_nul),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            if key.contains('\0') {
                return Err(refuse());
            }
            refuse_nul(value)
        }),
        _ => Ok(()),
    }
}

fn check_keys(version: Version, params: &[Param], members: &Map<String, Value>) -> ApiResult<()> {
    for (key, value) in members {
        let Some(param) = params.iter().find(|param| param.name == key) else {
            if version == Version::V2 {
                return Err(ApiError::unknown_key(key));
            }
            continue;
        };
        if !value.is_null() {
            check_kind(version, param, value)?;
        }
    }
    for param in params.iter().filter(|param| param.required && param.kind != ParamKind::File) {
        if members.get(param.name).is_none_or(Value::is_null) {
            return Err(ApiError::invalid_key(param.name, "is required"));
        }
    }
    Ok(())
}

fn check_kind(version: Version, param: &Param, value: &Value) -> ApiResult<()> {
    let strict = version == Version::V2;
    let (fits, wanted) = match param.kind {
        ParamKind::Int => (if strict { value.is_i64() } else { int(value).is_some() }, "number"),
        ParamKind::Bool => (if strict { value.is_boolean() } else { flag(value).is_some() }, "boolean"),
        ParamKind::Text | ParamKind::Choices(_) | ParamKind::Time | ParamKind::Date => (value.is_string(), "string"),
        ParamKind::Choice(words) => {
            let known = value.as_str().is_some_and(|word| words.contains(&word));
            if value.is_string() && !known {
                return Err(ApiError::invalid_key(param.name, &format!("must be one of {}", words.join(", "))));
            }
            (value.is_string(), "string")
        }
        ParamKind::Ids | ParamKind::Json | ParamKind::File => (true, ""),
    };
    if fits { Ok(()) } else { Err(ApiError::invalid_key(param.name, &format!("The value is not a valid '{wanted}'"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_form(text: &str) -> Value {
        Value::Object(form(serde_urlencoded::from_str(text).unwrap()))
    }

    #[test]
    fn forms_hold_lists_and_objects() {
        let text = "name=Ann&email[0][value]=a@b.c&email[0][primary]=true&email%5B1%5D%5Bvalue%5D=d@e.f&label_ids[]=1&label_ids[]=2";
        let expected = json!({
            "name": "Ann",
            "email": [{"value": "a@b.c", "primary": "true"}, {"value": "d@e.f"}],
            "label_ids": ["1", "2"],
        });
        assert_eq!(read_form(text), expected);
    }

    #[test]
    fn odd_names_of_forms_are_plain_keys() {
        for name in ["a[", "a]", "a[b", "a[b]c", "a[b[c]]", "a[1][2][3][4]"] {
            assert_eq!(read_form(&format!("{name}=x")), json!({name: "x"}));
        }
        assert_eq!(read_form("a=1&a[b]=2"), json!({"a": {"b": "2"}}));
    }
}
