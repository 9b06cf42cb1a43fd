//! Values of all sixteen types on their way through both versions.

use super::parse::Reader;
use super::*;
use crate::directory::{Company, Directory, FieldDefinition, FieldOption, User};
use crate::json::Json;
use crate::permission_sets::PermissionSets;
use crate::users::permissions::Permissions;
use jiff::tz::TimeZone;
use penstock_model::{Areas, CompanyId, Time, UserId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

const NOW: Time = Time::from_millis(1_700_000_000_000);

/// A company with one deal field of each type, whose code is the name of the type. Options are 1 and 2; 3 was deleted.
fn directory() -> Directory {
    let option = |id, label: &str| FieldOption { id, label: label.to_owned(), color: None, add_time: None, update_time: None };
    let field = |(name, number): (&str, i64)| {
        Arc::new(FieldDefinition {
            id: number,
            entity: "deal".to_owned(),
            code: name.to_owned(),
            name: name.to_owned(),
            description: None,
            field_type: FieldType::parse(name).unwrap(),
            type_name: name.to_owned(),
            options: vec![option(1, "North"), option(2, "South")],
            deleted_options: vec![option(3, "West")],
            settings: None,
            is_custom: true,
            order_nr: number,
            creator: None,
            last_updated_by: None,
            add_time: NOW,
            update_time: None,
        })
    };
    Directory {
        company: Company {
            id: CompanyId(1),
            name: "Acme".to_owned(),
            domain: "acme".to_owned(),
            country: None,
            industry: None,
            currency: "EUR".to_owned(),
            timezone: TimeZone::UTC,
            language: "en".to_owned(),
            locale: "en_US".to_owned(),
            revision: 1,
            add_time: NOW,
        },
        users: BTreeMap::from([(UserId(7), user())]),
        groups: Vec::new(),
        reach: crate::visibility_groups::Reach::default(),
        permission_sets: PermissionSets::with(Vec::new()),
        roles: BTreeMap::new(),
        teams: BTreeMap::new(),
        pipelines: BTreeMap::new(),
        stages: BTreeMap::new(),
        lead_labels: Vec::new(),
        activity_types: BTreeMap::new(),
        seats: 1,
        shapes: Default::default(),
        shown_v1: Default::default(),
        mail_domain: "pipedrivemail.com".to_owned(),
        fields: HashMap::from([("deal".to_owned(), FieldType::names().zip(1001..).map(field).collect())]),
    }
}

fn user() -> User {
    User {
        id: UserId(7),
        name: "Ann".to_owned(),
        email: "ann@example.com".to_owned(),
        phone: None,
        default_currency: "EUR".to_owned(),
        locale: "en_US".to_owned(),
        lang: 1,
        timezone_name: "Europe/Tallinn".to_owned(),
        timezone: TimeZone::UTC,
        is_active: true,
        is_activated: true,
        is_deleted: false,
        administers: Areas::default(),
        permissions: Permissions::regular(),
        access: Vec::new(),
        role: 1,
        group: 1,
        follows: Vec::new(),
        has_created_company: false,
        icon_url: None,
        last_login: None,
        add_time: NOW,
        update_time: None,
    }
}

fn reader(directory: &Directory, strict: bool) -> Reader<'_> {
    Reader { strict, directory, currency: "EUR", zone: "Europe/Tallinn" }
}

/// The value of a type as v2 reads and keeps it.
fn v2(name: &str, value: Value) -> Result<Value, String> {
    let patch = reader(&directory(), true).object("deal", &json!({ name: value })).map_err(|error| format!("{error:?}"))?;
    Ok(patch[name].clone())
}

/// Keys of a v1 body as they are kept, over what stands.
fn v1_over(name: &str, keys: Value, stands: &Map<String, Value>) -> Result<Value, String> {
    let patch = reader(&directory(), false).flat_keys("deal", keys.as_object().unwrap(), stands).map_err(|error| format!("{error:?}"))?;
    Ok(patch[name].clone())
}

fn v1(name: &str, keys: Value) -> Result<Value, String> {
    v1_over(name, keys, &Map::new())
}

fn kept(name: &str, value: &Value) -> String {
    json!({ name: value }).to_string()
}

fn shown_v2(name: &str, value: &Value, labels: bool) -> Value {
    let mut json = Json::default();
    CustomShape::of(directory().custom_fields("deal"), labels).write(&mut json, &kept(name, value));
    serde_json::from_slice::<Value>(&json.bytes).unwrap()[name].clone()
}

/// The flat keys that belong to one field.
fn shown_v1(name: &str, value: &Value) -> Value {
    let mut json = Json::default();
    json.begin_object();
    let directory = directory();
    FlatShape::of(directory.custom_fields("deal").filter(|field| field.code == name)).write(&mut json, &kept(name, value));
    json.end_object();
    serde_json::from_slice(&json.bytes).unwrap()
}

/// A type, a value in v2, the same in v1.
fn samples() -> Vec<(&'static str, Value, Value)> {
    let london = json!({"value": "09:30:00", "timezone_id": 318, "timezone_name": "Europe/London"});
    let range = json!({"value": "09:30:00", "until": "11:00:00", "timezone_id": 318, "timezone_name": "Europe/London"});
    let mut address = json!({"value": "Water Lane 7, Leeds", "locality": "Leeds", "country": "United Kingdom"});
    let mut address_v1 = json!({"address": "Water Lane 7, Leeds"});
    for part in ADDRESS_PARTS {
        let value = address.get(*part).cloned().unwrap_or_default();
        address[*part] = value.clone();
        address_v1[format!("address_{part}")] = value;
    }
    vec![
        ("varchar", json!("short \"text\""), json!({"varchar": "short \"text\""})),
        ("varchar_auto", json!("suggested"), json!({"varchar_auto": "suggested"})),
        ("text", json!("first\nsecond"), json!({"text": "first\nsecond"})),
        ("double", json!(12.5), json!({"double": 12.5})),
        ("monetary", json!({"value": 99.99, "currency": "USD"}), json!({"monetary": 99.99, "monetary_currency": "USD"})),
        ("set", json!([2, 1]), json!({"set": "2,1"})),
        ("enum", json!(2), json!({"enum": "2"})),
        ("user", json!(7), json!({"user": 7})),
        ("org", json!(5), json!({"org": 5})),
        ("people", json!(6), json!({"people": 6})),
        ("phone", json!("+44 113 496 0000"), json!({"phone": "+44 113 496 0000"})),
        ("date", json!("2026-05-04"), json!({"date": "2026-05-04"})),
        (
            "daterange",
            json!({"value": "2026-05-04", "until": "2026-06-01"}),
            json!({"daterange": "2026-05-04", "daterange_until": "2026-06-01"}),
        ),
        ("time", london, json!({"time": "09:30:00", "time_timezone_id": 318})),
        ("timerange", range, json!({"timerange": "09:30:00", "timerange_until": "11:00:00", "timerange_timezone_id": 318})),
        ("address", address, address_v1),
    ]
}

#[test]
fn every_type_comes_back_as_it_was_sent_in_both_versions() {
    let samples = samples();
    assert_eq!(samples.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), FieldType::names().collect::<Vec<_>>());
    for (name, in_v2, in_v1) in samples {
        assert_eq!(v2(name, in_v2.clone()).as_ref(), Ok(&in_v2), "{name} through v2");
        assert_eq!(v1(name, in_v1.clone()).as_ref(), Ok(&in_v2), "{name} through v1");
        assert_eq!(shown_v2(name, &in_v2, false), in_v2, "{name} in v2");
        assert_eq!(shown_v1(name, &in_v2), in_v1, "{name} in v1");
    }
}

#[test]
fn unset_fields_are_null_in_all_their_keys() {
    for (name, _, in_v1) in samples() {
        assert_eq!(shown_v2(name, &Value::Null, false), Value::Null, "{name}");
        let mut empty = in_v1;
        empty.as_object_mut().unwrap().values_mut().for_each(|value| *value = Value::Null);
        let mut json = Json::default();
        json.begin_object();
        FlatShape::of(directory().custom_fields("deal").filter(|field| field.code == name)).write(&mut json, "{}");
        json.end_object();
        assert_eq!(serde_json::from_slice::<Value>(&json.bytes).unwrap(), empty, "{name}");
    }
}

#[test]
fn null_clears_and_in_v1_an_empty_text_too() {
    for name in FieldType::names() {
        assert_eq!(v2(name, Value::Null), Ok(Value::Null), "{name}");
        assert_eq!(v1(name, json!({ name: null })), Ok(Value::Null), "{name}");
        assert_eq!(v1(name, json!({ name: "" })), Ok(Value::Null), "{name}");
    }
}

#[test]
fn v2_takes_only_the_documented_forms() {
    let refused = [
        ("varchar", json!(5)),
        ("varchar", json!("x".repeat(256))),
        ("text", json!("x".repeat(65_536))),
        ("double", json!("12.5")),
        ("double", json!(100_000_000_000_000_i64)),
        ("monetary", json!(500)),
        ("monetary", json!({"currency": "USD"})),
        ("monetary", json!({"value": 5, "currency": "XYZ"})),
        ("monetary", json!({"value": "5", "currency": "USD"})),
        ("monetary", json!({"value": 5, "unit": "USD"})),
        ("set", json!([])),
        ("set", json!("1,2")),
        ("set", json!([1, 3])),
        ("enum", json!("1")),
        ("enum", json!(3)),
        ("enum", json!("North")),
        ("user", json!(8)),
        ("org", json!(0)),
        ("people", json!({"value": 6})),
        ("date", json!("2026-02-30")),
        ("date", json!("2026-05-04T00:00:00Z")),
        ("daterange", json!("2026-05-04")),
        ("daterange", json!({"until": "2026-05-04"})),
        ("daterange", json!({"value": "2026-05-04", "until": "2026-05-03"})),
        ("time", json!("09:30")),
        ("time", json!({"value": "25:00:00"})),
        ("time", json!({"value": "09:30", "timezone_name": "Europe/Atlantis"})),
        ("time", json!({"value": "09:30", "timezone_id": 100_000})),
        ("timerange", json!({"until": "09:30:00"})),
        ("address", json!("Water Lane 7")),
        ("address", json!({"locality": "Leeds"})),
        ("address", json!({"value": "Water Lane 7", "planet": "Earth"})),
    ];
    for (name, value) in refused {
        assert!(v2(name, value.clone()).is_err(), "{name} took {value}");
    }
    assert!(v2("unknown", json!(1)).is_err());
}

#[test]
fn refusals_name_the_code_of_the_field() {
    let refusal = v2("enum", json!(99)).unwrap_err();
    assert!(refusal.contains("custom_fields.enum: 99 is not an option of this field"), "{refusal}");
}

#[test]
fn v1_is_lenient() {
    assert_eq!(v1("varchar", json!({"varchar": 5})), Ok(json!("5")));
    assert_eq!(v1("double", json!({"double": " 12.5 "})), Ok(json!(12.5)));
    assert_eq!(v1("monetary", json!({"monetary": "500"})), Ok(json!({"value": 500, "currency": "EUR"})));
    assert_eq!(v1("monetary", json!({"monetary": {"value": 5, "currency": "usd"}})), Ok(json!({"value": 5, "currency": "USD"})));
    assert_eq!(v1("set", json!({"set": "1,"})), Ok(json!([1])));
    assert_eq!(v1("set", json!({"set": ["1", 2, 1]})), Ok(json!([1, 2])));
    assert_eq!(v1("set", json!({"set": []})), Ok(Value::Null));
    assert_eq!(v1("enum", json!({"enum": 2})), Ok(json!(2)));
    assert_eq!(v1("people", json!({"people": {"name": "Ada", "value": 6}})), Ok(json!(6)));
    assert_eq!(v1("date", json!({"date": "2026-05-04 10:00:00"})), Ok(json!("2026-05-04")));
    assert_eq!(v1("address", json!({"address": "Water Lane 7", "address_street_number": 7})).unwrap()["street_number"], "7");
    for (name, value) in [("double", json!("many")), ("enum", json!("North")), ("set", json!("1,9")), ("date", json!("soon"))] {
        assert!(v1(name, json!({ name: value })).is_err(), "{name} took {value}");
    }
}

#[test]
fn numbers_keep_sixteen_decimals() {
    for (given, expected) in [
        (json!(0.123_456_789_012_345_67), json!(0.123_456_789_012_345_7)),
        (json!(1e-17), json!(0)),
        (json!(-0.0), json!(0)),
        (json!(3.0), json!(3)),
        (json!(99_999_999_999_999.0), json!(99_999_999_999_999_i64)),
    ] {
        assert_eq!(v2("double", given.clone()), Ok(expected), "{given}");
    }
}

#[test]
fn amounts_are_exact_and_get_the_currency_of_the_caller() {
    assert_eq!(v2("monetary", json!({"value": 0.1})), Ok(json!({"value": 0.1, "currency": "EUR"})));
    assert_eq!(v2("monetary", json!({"value": 12.345_67, "currency": null})), Ok(json!({"value": 12.3457, "currency": "EUR"})));
}

#[test]
fn parts_that_are_left_out_become_null() {
    assert_eq!(v2("daterange", json!({"value": "2026-05-05"})), Ok(json!({"value": "2026-05-05", "until": null})));
    assert_eq!(v2("address", json!({"value": "Water Lane 7"})).unwrap()["country"], Value::Null);
    assert_eq!(
        shown_v1("daterange", &json!({"value": "2026-05-05", "until": null})),
        json!({"daterange": "2026-05-05", "daterange_until": null})
    );
}

#[test]
fn v1_parts_alone_change_the_value_that_stands() {
    let stands = json!({"monetary": {"value": 500, "currency": "USD"}, "timerange": {"value": "09:00:00", "until": null,
        "timezone_id": 318, "timezone_name": "Europe/London"}});
    let stands = stands.as_object().unwrap();
    assert_eq!(v1_over("monetary", json!({"monetary_currency": "GBP"}), stands), Ok(json!({"value": 500, "currency": "GBP"})));
    let until = v1_over("timerange", json!({"timerange_until": "10:00"}), stands).unwrap();
    assert_eq!((&until["until"], &until["timezone_name"]), (&json!("10:00:00"), &json!("Europe/London")));
    assert_eq!(v1("monetary", json!({"monetary_currency": "GBP"})), Ok(Value::Null));
}

#[test]
fn zones_come_by_name_by_number_or_from_the_caller() {
    let zone = |value: Value| v2("time", value).map(|time| time["timezone_name"].clone());
    assert_eq!(zone(json!({"value": "09:30", "timezone_name": "america/new_york"})), Ok(json!("America/New_York")));
    assert_eq!(zone(json!({"value": "09:30", "timezone_id": 318})), Ok(json!("Europe/London")));
    assert_eq!(zone(json!({"value": "09:30", "timezone_id": 318, "timezone_name": "Asia/Tokyo"})), Ok(json!("Asia/Tokyo")));
    assert_eq!(zone(json!({"value": "09:30"})), Ok(json!("Europe/Tallinn")));
    let numbered = v1("time", json!({"time": "09:30", "time_timezone_id": "318"})).unwrap();
    assert_eq!(numbered["timezone_name"], "Europe/London");
}

#[test]
fn option_labels_come_on_request_also_of_deleted_options() {
    assert_eq!(shown_v2("enum", &json!(2), true), json!({"id": 2, "label": "South"}));
    assert_eq!(shown_v2("set", &json!([1, 3]), true), json!([{"id": 1, "label": "North"}, {"id": 3, "label": "West"}]));
    assert_eq!(shown_v2("enum", &json!(99), true), json!({"id": 99, "label": null}));
    assert_eq!(shown_v2("enum", &json!(3), false), json!(3));
    assert_eq!(shown_v1("set", &json!([1, 3])), json!({"set": "1,3"}));
}
