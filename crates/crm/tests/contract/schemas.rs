//! The field tables against the published schemas: the same keys, types and nullability, in reads and in bodies.

use super::support::{Sample, World, plain_id};
use super::word;
use penstock_crm::{Method, Takes, Version, operations};
use penstock_model::{Entity, Field, Kind, Show, Write};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SCHEMAS: &str = include_str!("schemas.json");

/// Where the product differs from the schemas on purpose, or the schemas differ from what they describe. Each line is
/// `entity version moment key verdict`, `*` standing for any word, under the reason for the lines below it.
const DEVIATIONS: &str = include_str!("deviations.txt");

fn entities() -> Vec<&'static Entity> {
    let mut entities: Vec<&'static Entity> = Vec::new();
    for op in operations::all() {
        if let Takes::Record(entity) = op.takes
            && !entities.iter().any(|known| known.name == entity.name)
        {
            entities.push(entity);
        }
    }
    entities
}

/// `deal v2 read person_id nullable`
type Verdicts = BTreeSet<String>;

fn key(version: Version, field: &Field) -> &'static str {
    if version == Version::V1 { field.v1_key } else { field.key }
}

fn shown(version: Version, field: &Field) -> Show {
    if version == Version::V1 { field.v1 } else { field.v2 }
}

fn writable(version: Version, field: &Field, moment: &str) -> bool {
    let write = if version == Version::V1 { field.write_v1 } else { field.write_v2 };
    match write {
        Write::Never => false,
        Write::OnCreate => moment == "create",
        Write::OnUpdate => moment == "update",
        Write::Always => true,
    }
}

/// The published types that a kind may have; numbers without fractions pass for numbers.
fn types(version: Version, moment: &str, kind: Kind) -> &'static [&'static str] {
    let v1_read = version == Version::V1 && moment == "read";
    match kind {
        Kind::User | Kind::Person | Kind::Organization | Kind::Picture if v1_read => &["object", "any"],
        Kind::Money if version == Version::V1 => &["number", "string"],
        Kind::Bool if version == Version::V1 => &["boolean", "any"],
        Kind::Choice(_) if version == Version::V1 => &["string", "any"],
        Kind::Address if v1_read => &["string"],
        Kind::Visibility if version == Version::V1 => &["string", "any"],
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
        | Kind::Visibility
        | Kind::Choosable
        | Kind::Picture => {
            // Schemas of v1 seldom tell whole numbers from others.
            if version == Version::V1 { &["integer", "number"] } else { &["integer"] }
        }
        Kind::Category if moment == "read" => &["string"],
        Kind::Category => &["integer", "number"],
        Kind::Percent | Kind::Money => &["number", "integer"],
        Kind::Bool => &["boolean"],
        Kind::Text(_)
        | Kind::Lead
        | Kind::Choice(_)
        | Kind::Currency
        | Kind::Time
        | Kind::Moment
        | Kind::Date
        | Kind::LocalDate
        | Kind::SmartBcc => &["string"],
        Kind::Labels | Kind::List(_) if version == Version::V1 => &["integer[]", "number[]"],
        Kind::Labels | Kind::List(_) => &["integer[]"],
        Kind::Switch => &["integer", "any"],
        Kind::Contacts | Kind::Prices => &["object[]"],
        Kind::Address | Kind::Custom => &["object"],
        Kind::Json => &["any", "object", "object[]", "string"],
    }
}

/// Whether a read may show null.
fn may_be_null(field: &Field) -> bool {
    let never =
        matches!(field.kind, Kind::Id | Kind::Count | Kind::Labels | Kind::List(_) | Kind::Contacts | Kind::Custom | Kind::SmartBcc);
    !(never || field.not_null)
}

/// Compares the fields of one moment with its schema and says what differs.
fn compare(schema: &Value, version: Version, moment: &str, fields: &[&Field], say: &mut dyn FnMut(&str, &str)) {
    let mut published: BTreeMap<_, _> =
        schema.as_object().unwrap().iter().map(|(key, kind)| (key.as_str(), kind.as_str().unwrap())).collect();
    // Taken key by key as the company has defined them, not by the field row.
    if moment != "read" {
        published.remove("custom_fields");
    }
    for field in fields {
        let key = key(version, field);
        let Some(kind) = published.remove(key) else {
            say(key, "unpublished");
            continue;
        };
        let (kind, nullable) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
        if !types(version, moment, field.kind).contains(&kind) {
            say(key, "type");
        }
        let refused = if moment == "read" { !may_be_null(field) } else { field.not_null };
        if nullable && refused {
            say(key, "not-nullable");
        }
        // Optional values may be cleared with null (semantics.md 7), and v1 seldom says what may be null (0.1): only
        // reads of v2 promise what is never null.
        if !nullable && !refused && moment == "read" && version == Version::V2 {
            say(key, "nullable");
        }
    }
    // The view adds keys to a v1 read that no field row describes.
    if !(moment == "read" && version == Version::V1) {
        published.into_keys().for_each(|key| say(key, "absent"));
    }
}

fn differences() -> Verdicts {
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
    let mut verdicts = Verdicts::new();
    let mut compared = 0;
    for entity in entities() {
        let Some(schemas) = schemas.get(entity.name) else { continue };
        compared += 1;
        for version in [Version::V1, Version::V2] {
            // Leads and notes exist in v1 only.
            let Some(schema) = schemas.get(word(version)) else { continue };
            let mut say = |moment: &str, key: &str, verdict: &str| {
                verdicts.insert(format!("{} {} {moment} {key} {verdict}", entity.name, word(version)));
            };
            // Custom fields are keys of the row itself in v1.
            let is_key = |field: &Field| field.kind != Kind::Custom || version == Version::V2;
            let always = |field: &&Field| shown(version, field) == Show::Always && is_key(field);
            let fields: Vec<_> = entity.fields.iter().filter(always).collect();
            compare(&schema["read"], version, "read", &fields, &mut |key, verdict| say("read", key, verdict));
            for moment in ["create", "update"] {
                let fields: Vec<_> = entity.fields.iter().filter(|field| writable(version, field, moment)).collect();
                compare(&schema[moment], version, moment, &fields, &mut |key, verdict| say(moment, key, verdict));
            }
            let on_request: BTreeSet<_> =
                entity.fields.iter().filter(|field| shown(version, field) == Show::OnRequest).map(|field| key(version, field)).collect();
            let published: BTreeSet<_> = schema["on_request"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            on_request.difference(&published).for_each(|key| say("on_request", key, "unpublished"));
            published.difference(&on_request).for_each(|key| say("on_request", key, "absent"));
        }
    }
    assert!(compared >= 11, "only {compared} entities were compared");
    verdicts
}

/// Whether a value is of a published type, or null.
fn is_of(value: &Value, kind: &str) -> bool {
    let kind = kind.trim_end_matches('?');
    if let Some(items) = kind.strip_suffix("[]") {
        return value.is_null() || value.as_array().is_some_and(|values| values.iter().all(|value| is_of(value, items)));
    }
    match (kind, value) {
        ("any", _) | (_, Value::Null) => true,
        ("integer", value) => value.is_i64(),
        ("number", value) => value.is_number(),
        ("string", value) => value.is_string(),
        ("boolean", value) => value.is_boolean(),
        ("object", value) => value.is_object(),
        _ => false,
    }
}

fn fits(pattern: &str, verdict: &str) -> bool {
    let (pattern, verdict) = (pattern.split(' '), verdict.split(' '));
    pattern.clone().count() == verdict.clone().count() && pattern.zip(verdict).all(|(word, said)| word == "*" || word == said)
}

#[test]
fn every_field_is_as_published() {
    let verdicts = differences();
    let known: Vec<_> = DEVIATIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let unexplained: Vec<_> = verdicts.iter().filter(|verdict| !known.iter().any(|line| fits(line, verdict))).collect();
    assert!(unexplained.is_empty(), "unexplained: {unexplained:#?}");
    let idle: Vec<_> = known.iter().filter(|line| !verdicts.iter().any(|verdict| fits(line, verdict))).collect();
    assert!(idle.is_empty(), "no longer true, take off deviations.txt: {idle:#?}");
}

/// The rest of what the schemas promise: a record that is shown has every key, of a field row or not, in the published form.
#[tokio::test]
async fn every_published_key_is_shown() {
    let world = World::sqlite().await;
    let admin = world.company("Shown").await;
    let mut sample = Sample::new(&admin, "Shown", [&admin, &admin], 7);
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
    for entity in entities().into_iter().filter(|entity| schemas.get(entity.name).is_some()) {
        let id = sample.id(&world, entity.name).await.unwrap_or_else(|| panic!("say in sample.rs how to make a {}", entity.name));
        for version in [Version::V1, Version::V2] {
            let Some(schema) = schemas[entity.name].get(word(version)) else { continue };
            let one = operations::all().find(|op| {
                op.version == version && op.method != Method::Post && matches!(op.takes, Takes::Record(of) if of.name == entity.name)
            });
            let path = one.unwrap_or_else(|| panic!("no update of {}", entity.name)).path.replace("{id}", &plain_id(&id));
            let on_request: Vec<_> = schema["on_request"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let target = if on_request.is_empty() { path } else { format!("{path}?include_fields={}", on_request.join(",")) };
            let answer = world.call(&admin, version, Method::Get, &target, None).await.ok();
            let shown = answer.data().as_object().unwrap();
            let promised = schema["read"].as_object().unwrap().keys().map(String::as_str).chain(on_request);
            let absent: Vec<_> = promised.filter(|key| !shown.contains_key(*key)).collect();
            assert!(absent.is_empty(), "{} {} lacks {absent:?}", entity.name, word(version));
            for (key, kind) in schema["read"].as_object().unwrap() {
                let kind = kind.as_str().unwrap();
                assert!(is_of(&shown[key], kind), "{} {} shows {key} as {}, not as {kind}", entity.name, word(version), shown[key]);
            }
        }
    }
}
