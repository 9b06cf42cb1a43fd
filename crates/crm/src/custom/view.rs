//! Shows custom field values in both versions (semantics.md 11.2).

use super::{FieldType, timezone};
use crate::directory::FieldDefinition;
use crate::json::Json;
use serde_json::Value;
use serde_json::value::RawValue;
use std::ops::Range;
use std::sync::Arc;

/// The kept members of a record: code and value, both still text.
type Kept<'a> = Vec<(&'a str, &'a str)>;

/// Splits the kept JSON object into its members without reading the values.
fn split(kept: &str) -> Kept<'_> {
    if kept.len() <= 2 {
        return Vec::new();
    }
    let members: Result<Members<'_>, _> = serde_json::from_str(kept);
    members.map(|members| members.0).unwrap_or_default()
}

struct Members<'a>(Kept<'a>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<&'de str, &'de RawValue>()? {
                    members.push((key, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// The kept value of a field. Codes are hashes, which their first bytes tell apart without a call to compare the
/// rest: a list looks up ten thousands of them.
fn find<'a>(members: &Kept<'a>, code: &str) -> Option<&'a str> {
    let start = code.as_bytes().first_chunk::<8>();
    let same = |kept: &str| kept.as_bytes().first_chunk::<8>() == start && kept == code;
    members.iter().find(|(kept, _)| same(kept)).map(|(_, value)| *value)
}

/// The object `custom_fields` of v2 for rows with the same fields.
#[derive(Debug)]
pub struct CustomShape {
    /// The whole object with every field null (semantics.md 31.1). Most are, so that a row is this text but for a few places.
    unset: String,
    /// The fields, and where their nulls begin.
    places: Vec<(Arc<FieldDefinition>, usize)>,
    labels: bool,
}

const NULL: &str = "null";

impl CustomShape {
    /// With `labels`, option ids become `{id, label}`.
    pub fn of<'f>(fields: impl Iterator<Item = &'f Arc<FieldDefinition>>, labels: bool) -> Self {
        let mut unset = String::from("{");
        let mut places = Vec::new();
        for field in fields {
            if unset.len() > 1 {
                unset.push(',');
            }
            unset.push('"');
            unset.push_str(&field.code);
            unset.push_str("\":");
            places.push((Arc::clone(field), unset.len()));
            unset.push_str(NULL);
        }
        unset.push('}');
        CustomShape { unset, places, labels }
    }

    pub fn write(&self, json: &mut Json, kept: &str) {
        let members = split(kept);
        let mut from = 0;
        for (field, null) in &self.places {
            let Some(value) = find(&members, &field.code) else { continue };
            json.fragment(&self.unset[from..*null]);
            from = null + NULL.len();
            if self.labels && field.field_type.has_options() {
                write_labelled(json, field, value);
            } else {
                json.fragment(value);
            }
        }
        json.fragment(&self.unset[from..]);
    }
}

fn write_labelled(json: &mut Json, field: &FieldDefinition, value: &str) {
    let one = |json: &mut Json, id: i64| {
        json.begin_object();
        json.key("id");
        json.int(id);
        json.key("label");
        json.string_or_null(field.label(id));
        json.end_object();
    };
    match serde_json::from_str::<Value>(value) {
        Ok(Value::Array(ids)) => {
            json.begin_array();
            ids.iter().filter_map(Value::as_i64).for_each(|id| one(json, id));
            json.end_array();
        }
        Ok(Value::Number(id)) => match id.as_i64() {
            Some(id) => one(json, id),
            None => json.null(),
        },
        _ => json.null(),
    }
}

/// The flat keys of v1 for rows with the same fields.
pub struct FlatShape {
    /// All keys with null behind them. Most are unset, so that a row is this text but for a few places.
    unset: String,
    /// The fields, and where each has its keys.
    places: Vec<(Arc<FieldDefinition>, Range<usize>)>,
}

impl FlatShape {
    pub fn of<'f>(fields: impl Iterator<Item = &'f Arc<FieldDefinition>>) -> Self {
        let mut unset = Json::default();
        let places = fields.map(|field| {
            let start = unset.bytes.len();
            write_flat(&mut unset, field, None);
            (Arc::clone(field), start..unset.bytes.len())
        });
        let places = places.collect();
        FlatShape { unset: String::from_utf8_lossy(&unset.bytes).into_owned(), places }
    }

    /// Writes the members of an object: every field, unset ones as null.
    pub fn write(&self, json: &mut Json, kept: &str) {
        let members = split(kept);
        let mut from = 0;
        for (field, place) in &self.places {
            let Some(value) = find(&members, &field.code) else { continue };
            self.write_unset(json, from..place.start);
            write_flat(json, field, Some(value));
            from = place.end;
        }
        self.write_unset(json, from..self.unset.len());
    }

    fn write_unset(&self, json: &mut Json, range: Range<usize>) {
        if range.start == 0 && !range.is_empty() {
            json.separate();
        }
        json.fragment(&self.unset[range]);
    }
}

/// Writes the flat keys of v1 for those fields that are set.
pub fn write_set_v1<'f>(json: &mut Json, fields: impl Iterator<Item = &'f Arc<FieldDefinition>>, kept: &str) {
    let members = split(kept);
    for field in fields {
        if let Some(value) = find(&members, &field.code) {
            write_flat(json, field, Some(value));
        }
    }
}

fn write_flat(json: &mut Json, field: &FieldDefinition, value: Option<&str>) {
    let parts = field.field_type.parts();
    let Some(value) = value else {
        json.key(&field.code);
        json.null();
        for part in parts {
            json.part_key(&field.code, part);
            json.null();
        }
        return;
    };
    json.key(&field.code);
    match field.field_type {
        // Option ids are texts in v1.
        FieldType::Enum => json.string(value),
        FieldType::Set => json.string(value.trim_matches(['[', ']'])),
        _ if parts.is_empty() => json.raw(value),
        _ => write_parts(json, field, value, parts),
    }
}

fn write_parts(json: &mut Json, field: &FieldDefinition, value: &str, parts: &[&str]) {
    let members = split(value);
    let member = |name: &str| members.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    json.raw(member("value").unwrap_or("null"));
    for part in parts {
        json.part_key(&field.code, part);
        if *part == "timezone_id" {
            let name = member("timezone_name").and_then(|name| serde_json::from_str::<String>(name).ok());
            json.int_or_null(name.as_deref().and_then(timezone::number_of));
        } else {
            json.raw(member(part).unwrap_or("null"));
        }
    }
}
