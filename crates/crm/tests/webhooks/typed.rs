//! Custom fields of all types in the second version (semantics.md 11.2, 28.3).

use super::company::{Company, Outcome};
use super::watch::Watch;
use penstock_crm::webhooks::hook::Shape;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A type, a value as v2 takes it, and what is told of it; `$1` and `$2` stand for the options of the field.
fn cases() -> Vec<(&'static str, Value, Value)> {
    let line = json!({"value": "Narva mnt 5", "country": "Estonia", "locality": "Tallinn", "subpremise": null, "street_number": null,
        "route": null, "sublocality": null, "admin_area_level_1": null, "admin_area_level_2": null, "postal_code": null,
        "formatted_address": null});
    let mut told_line = line.clone();
    told_line["type"] = json!("address");
    vec![
        ("varchar", json!("short"), json!({"type": "varchar", "value": "short"})),
        ("varchar_auto", json!("auto"), json!({"type": "varchar_auto", "value": "auto"})),
        ("text", json!("long"), json!({"type": "text", "value": "long"})),
        ("double", json!(1.5), json!({"type": "double", "value": 1.5})),
        ("monetary", json!({"value": 500, "currency": "USD"}), json!({"currency": "USD", "type": "monetary", "value": 500})),
        ("enum", json!("$1"), json!({"id": "$1", "type": "enum"})),
        ("set", json!(["$1", "$2"]), json!({"values": [{"id": "$1"}, {"id": "$2"}], "type": "set"})),
        ("user", json!(1), json!({"id": 1, "type": "user"})),
        ("people", json!(1), json!({"id": 1, "type": "people"})),
        ("org", json!(1), json!({"id": 1, "type": "org"})),
        ("phone", json!("+372 1"), json!({"type": "phone", "value": "+372 1"})),
        ("date", json!("2024-01-01"), json!({"type": "date", "value": "2024-01-01"})),
        (
            "daterange",
            json!({"value": "2024-01-01", "until": "2024-01-03"}),
            json!({"from": "2024-01-01", "until": "2024-01-03", "type": "daterange"}),
        ),
        (
            "time",
            json!({"value": "09:00:00", "timezone_name": "Europe/London"}),
            json!({"timezone_id": 318, "type": "time", "value": "09:00:00"}),
        ),
        (
            "timerange",
            json!({"value": "09:00:00", "until": "10:00:00", "timezone_name": "Europe/London"}),
            json!({"timezone_id": 318, "from": "09:00:00", "until": "10:00:00", "type": "timerange"}),
        ),
        ("address", line, told_line),
    ]
}

/// Puts the ids of options where they are named.
fn placed(value: &Value, options: &Value) -> Value {
    match value {
        Value::String(text) if text == "$1" => options[0]["id"].clone(),
        Value::String(text) if text == "$2" => options[1]["id"].clone(),
        Value::Array(items) => items.iter().map(|item| placed(item, options)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), placed(value, options))).collect(),
        other => other.clone(),
    }
}

/// Defines a field of each type for deals: code, value to send, and what is told of it.
async fn define(company: &Company) -> Outcome<BTreeMap<String, (Value, Value)>> {
    let mut fields = BTreeMap::new();
    for (kind, sent, told) in cases() {
        let mut field = json!({"field_name": kind, "field_type": kind});
        if ["enum", "set"].contains(&kind) {
            field["options"] = json!([{"label": "One"}, {"label": "Two"}]);
        }
        let made = company.data("POST", "/api/v2/dealFields", field).await?;
        let code = made["field_code"].as_str().ok_or("a field has no code")?.to_owned();
        fields.insert(code, (placed(&sent, &made["options"]), placed(&told, &made["options"])));
    }
    Ok(fields)
}

#[tokio::test]
async fn values_say_their_type_and_unset_ones_are_null() -> Outcome {
    for company in Company::each().await? {
        company.data("POST", "/api/v2/persons", json!({"name": "Ann"})).await?;
        company.data("POST", "/api/v2/organizations", json!({"name": "Weir"})).await?;
        let fields = define(&company).await?;
        assert_eq!(fields.len(), 16);
        let mut watch = Watch::to(&company, Shape::V2, "*", "deal").await?;
        let sent: serde_json::Map<_, _> = fields.iter().map(|(code, (sent, _))| (code.clone(), sent.clone())).collect();
        let told: Value = fields.iter().map(|(code, (_, told))| (code.clone(), told.clone())).collect();
        let unset: Value = fields.keys().map(|code| (code.clone(), Value::Null)).collect();

        let id = company.data("POST", "/api/v2/deals", json!({"title": "A", "custom_fields": sent})).await?["id"].clone();
        assert_eq!(watch.one("deal").await?["data"]["custom_fields"], told);
        let target = format!("/api/v2/deals/{id}");
        let nothing: Value = fields.keys().map(|code| (code.clone(), Value::Null)).collect();
        company.data("PATCH", &target, json!({"custom_fields": nothing})).await?;
        let event = watch.one("deal").await?;
        assert_eq!((&event["data"]["custom_fields"], &event["previous"]["custom_fields"]), (&unset, &told));
        // One of them again: only that one was another one before.
        let (code, (value, typed)) = fields.iter().next().ok_or("no fields")?;
        company.data("PATCH", &target, json!({"custom_fields": {code: value}})).await?;
        let event = watch.one("deal").await?;
        assert_eq!((&event["data"]["custom_fields"][code], &event["previous"]["custom_fields"]), (typed, &json!({code: null})));
    }
    Ok(())
}

#[tokio::test]
async fn leads_tell_only_what_is_set() -> Outcome {
    for company in Company::each().await? {
        company.add_deal_field("a1", "varchar").await?;
        company.data("POST", "/api/v2/persons", json!({"name": "Ann"})).await?;
        let mut watch = Watch::to(&company, Shape::V2, "*", "lead").await?;
        let lead = company.data("POST", "/v1/leads", json!({"title": "A", "person_id": 1})).await?;
        assert_eq!(watch.one("lead").await?["data"]["custom_fields"], json!({}));
        let target = format!("/v1/leads/{}", lead["id"].as_str().unwrap_or_default());
        company.data("PATCH", &target, json!({"a1": "x"})).await?;
        let event = watch.one("lead").await?;
        let expected = (json!({"a1": {"type": "varchar", "value": "x"}}), json!({"a1": null}));
        assert_eq!((event["data"]["custom_fields"].clone(), event["previous"]["custom_fields"].clone()), expected);
    }
    Ok(())
}
