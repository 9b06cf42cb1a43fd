//! Every tool, called as it should be and as it should not.

use crate::agent::{Agent, Company, LIFECYCLES, User};
use crate::support::{Place, TOKEN};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What the clients of other people call, too: a call of every tool, in an order in which they are right.
const CALLS: &str = include_str!("../../../../tests/mcp/clients/calls.json");

#[tokio::test(flavor = "multi_thread")]
async fn every_tool_runs_and_refuses_what_cannot_be() {
    let calls: Vec<Value> = serde_json::from_str(&CALLS.replace("%run%", "rust")).unwrap();
    for (place, lifecycle) in Place::each().iter().zip(LIFECYCLES) {
        let company = Company::at(place);
        let agent = Agent::of(&company.serving, "/mcp/x/all", TOKEN, User::absent(), lifecycle).await;
        let mut left: BTreeSet<String> = agent.tools().await.iter().map(|tool| tool.name.to_string()).collect();
        for name in &left {
            let wrong = agent.refused(name, json!({"no_such_argument": 1})).await;
            assert!(wrong["error"].as_str().unwrap().contains("no_such_argument: "), "{name}: {wrong}");
        }
        let mut known = Map::new();
        for call in &calls {
            let tool = call["tool"].as_str().unwrap();
            left.remove(tool);
            let arguments = filled(&call["arguments"], &known);
            if call["absent"] == true {
                assert_eq!(agent.refused(tool, arguments).await["status"], 404, "{tool}");
                continue;
            }
            let answer = agent.call(tool, arguments).await;
            for (name, pointer) in call["take"].as_object().into_iter().flatten() {
                let taken = answer.pointer(pointer.as_str().unwrap());
                known.insert(name.clone(), taken.unwrap_or_else(|| panic!("{tool} answers no {name}: {answer}")).clone());
            }
        }
        assert!(left.is_empty(), "no call of {left:?}");
        company.serving.stop();
    }
}

/// The arguments of a call with what earlier calls have answered for `$name`.
fn filled(value: &Value, known: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => text.strip_prefix('$').map_or_else(|| value.clone(), |name| known[name].clone()),
        Value::Array(items) => items.iter().map(|item| filled(item, known)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), filled(value, known))).collect::<Map<_, _>>().into(),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_lean_and_hold_what_was_asked_for() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let agent = Agent::connect(&company.serving, "/mcp").await;
    let usual = agent.call("deals_list", json!({})).await;
    assert_eq!(usual["count"], 25);
    let deals = usual["items"].as_array().unwrap();
    let bytes: usize = deals.iter().map(|deal| deal.to_string().len()).sum();
    assert!(bytes / deals.len() < 400, "a deal has {} bytes", bytes / deals.len());

    let next = agent.call("deals_list", json!({"cursor": usual["cursor"]})).await;
    let passed = agent.call("deals_list", json!({"start": 25})).await;
    assert_eq!(next["items"], passed["items"]);
    let fields = agent.call("deals_list", json!({"fields": ["title"], "limit": 2})).await;
    assert_eq!(fields["items"][0].as_object().unwrap().len(), 2);
    let detailed = agent.call("deals_get", json!({"id": deals[0]["id"], "response_format": "detailed"})).await;
    assert!(detailed.as_object().unwrap().len() > deals[0].as_object().unwrap().len() + 5);

    let large = agent.call("deals_list", json!({"limit": 500, "response_format": "detailed"})).await;
    assert!(large.to_string().len() < 33_000 && large["cursor"].is_string());
    let shown = large["count"].as_u64().unwrap();
    let behind = agent.call("deals_list", json!({"start": shown, "limit": 1})).await;
    let after = agent.call("deals_list", json!({"cursor": large["cursor"], "limit": 1})).await;
    assert_eq!(behind["items"], after["items"]);
    company.serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_labels_go_by_name_and_filters_filter() {
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp/x/all").await;
        agent
            .call(
                "fields_create_deal_field",
                json!({"field_name": "Contract", "field_type": "enum", "options": [{"label": "Annual"}, {"label": "Monthly"}]}),
            )
            .await;
        agent.call("system_reset_cache", json!({})).await;
        let made =
            agent.call("deals_create", json!({"title": "Named", "organization_id": 1, "custom_fields": {"contract": "annual"}})).await;
        assert_eq!(made["custom_fields"]["Contract"], "Annual", "{made}");
        let changed = agent.call("deals_update", json!({"id": made["id"].to_string(), "custom_fields": {"Contract": "Monthly"}})).await;
        assert_eq!(changed["custom_fields"]["Contract"], "Monthly");
        let refused = agent.refused("deals_update", json!({"id": made["id"], "custom_fields": {"Contract": "Weekly"}})).await;
        assert!(refused["hint"].as_str().unwrap().contains("Annual, Monthly"), "{refused}");
        let unknown = agent.refused("deals_update", json!({"id": made["id"], "custom_fields": {"Kontrakt": 1}})).await;
        assert!(unknown["hint"].as_str().unwrap().contains("Contract"), "{unknown}");

        let of_one = agent.call("deals_list", json!({"org_id": 1, "limit": 100})).await;
        assert!(of_one["items"].as_array().unwrap().iter().all(|deal| deal["org_id"] == 1));
        let found = agent.call("deals_search", json!({"term": "Named", "org_id": 1, "status": "all_not_deleted", "fields": "all"})).await;
        assert_eq!(found["count"], 1, "{found}");
        let person = agent.call("persons_create", json!({"name": "Ann", "email": "ann@example.com", "phone": ["1", "2"]})).await;
        assert_eq!(person["emails"][0]["value"], "ann@example.com");
        let by_letter = agent.call("persons_list", json!({"first_char": "A", "limit": 100})).await;
        assert!(by_letter["items"].as_array().unwrap().iter().all(|person| person["name"].as_str().unwrap().starts_with('A')));
        company.serving.stop();
    }
}
