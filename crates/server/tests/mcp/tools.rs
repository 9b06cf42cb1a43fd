//! Every tool, called as it should be and as it should not.

use crate::agent::{Agent, Company};
use crate::support::Place;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A picture of 128 pixels square, in base64.
const SQUARE: &str = include_str!("square.txt");

/// Ids to call tools with, by what they are the id of.
type Ids = BTreeMap<String, Value>;

/// Lists from which an id is taken: the key, the tool, its arguments and where in a row the id stands.
const LISTS: &[(&str, &str, &str, &str)] = &[
    ("deals", "deals_list", r#"{"status":"open"}"#, "id"),
    ("persons", "persons_list", "{}", "id"),
    ("organizations", "organizations_list", "{}", "id"),
    ("activities", "activities_list", r#"{"user_id":0,"done":false}"#, "id"),
    ("pipelines", "pipelines_list", "{}", "id"),
    ("stages", "stages_get_all", "{}", "id"),
    ("products", "products_list", "{}", "id"),
    ("leads", "leads_list", "{}", "id"),
    ("lead_label", "leads_get_labels", "{}", "id"),
    ("notes", "notes_list", "{}", "id"),
    ("users", "users_list", "{}", "id"),
    ("roles", "roles_list", "{}", "id"),
    ("permission_sets", "permission_sets_list", "{}", "id"),
    ("boards", "projects_boards_list", "{}", "id"),
    ("phases", "projects_phases_list", r#"{"board_id":1}"#, "id"),
    ("projects", "projects_list", "{}", "id"),
    ("tasks", "tasks_list", "{}", "id"),
    ("activity_types", "activity_types_list", "{}", "id"),
    ("mailbox", "mailbox_get_threads", r#"{"folder":"inbox"}"#, "id"),
];

/// Tools whose records neither the sample company has nor a tool can make, and what they answer.
const WITHOUT_RECORDS: &[(&str, i64)] =
    &[("leads_conversion_status", 404), ("deals_conversion_status", 404), ("projects_plan_activities_update", 404)];

/// What tools need beyond what their schemas say, by the name of the tool. `$word` stands for an id of the sample.
const ARGUMENTS: &str = include_str!("arguments.json");

async fn sample(agent: &Agent) -> Ids {
    let mut ids = Ids::new();
    for (key, tool, arguments, member) in LISTS {
        let rows = agent.call(tool, serde_json::from_str(arguments).unwrap()).await;
        if let Some(row) = rows["items"].as_array().and_then(|rows| rows.first()) {
            ids.insert((*key).to_owned(), row[*member].clone());
        }
    }
    let mut put = |key: &str, id: &Value| {
        assert!(!id.is_null(), "there is no {key}");
        ids.insert(key.to_owned(), id.clone());
        id.clone()
    };
    let person = agent.call("persons_list", json!({"limit": 1})).await["items"][0]["id"].clone();
    let product = agent.call("products_list", json!({"limit": 1})).await["items"][0]["id"].clone();
    let deal = agent.call("deals_create", json!({"title": "Tried", "value": 10, "currency": "EUR", "person_id": person})).await;
    let deal = put("deal", &deal["id"]);
    let sold = agent.call("deals_add_product", json!({"id": deal, "product_id": product, "item_price": 5, "quantity": 2})).await;
    put("product_attachment_id", &sold["id"]);
    put(
        "installment_id",
        &agent.call("deals_add_installment", json!({"id": deal, "amount": 2, "description": "i", "billing_date": "2026-04-02"})).await["id"],
    );
    put(
        "discount_id",
        &agent.call("deals_add_discount", json!({"id": deal, "amount": 1, "description": "d", "type": "amount"})).await["id"],
    );
    put("deal_participant_id", &agent.call("deals_list_participants", json!({"id": deal})).await["items"][0]["id"]);
    put("files", &agent.call("deals_attach_file", json!({"id": deal, "file_name": "a.txt", "content": "words"})).await["id"]);
    put("variation", &agent.call("products_add_variation", json!({"id": product, "name": "v"})).await["id"]);
    for key in ["recurring_deal", "installment_deal", "fresh_deal", "other_fresh_deal", "converted_deal"] {
        put(key, &agent.call("deals_create", json!({"title": key, "person_id": person})).await["id"]);
    }
    let extra: Value = serde_json::from_str(ARGUMENTS).unwrap();
    for (tool, deal, key) in [
        ("subscriptions_add_recurring", "recurring_deal", "subscriptions"),
        ("subscriptions_add_installment", "installment_deal", "installment_subscription"),
    ] {
        let mut subscription = extra[tool].clone();
        let found = agent.call("deals_search", json!({"term": deal, "exact_match": true})).await;
        subscription["deal_id"] = found["items"][0]["id"].clone();
        put(key, &agent.call(tool, subscription).await["id"]);
    }
    put("webhooks", &agent.call("webhooks_create", extra["webhooks_create"].clone()).await["id"]);
    let conditions = put("conditions", &conditions());
    put("filters", &agent.call("filters_create", json!({"name": "f", "type": "deals", "conditions": conditions})).await["id"]);
    let note = agent.call("notes_list", json!({"limit": 1})).await["items"][0]["id"].clone();
    put("comment_id", &agent.call("notes_add_comment", json!({"id": note, "content": "c"})).await["uuid"]);
    put("teams", &agent.call("teams_create", json!({"name": "t", "manager_id": 1})).await["id"]);
    let users = agent.call("users_list", json!({})).await;
    put("follower", &users["items"].as_array().unwrap().last().unwrap()["id"]);
    put("other_role", &agent.call("roles_create", json!({"name": "r"})).await["id"]);
    put(
        "org_relationships",
        &agent
            .call("org_relationships_create", json!({"type": "parent", "rel_owner_org_id": 1, "rel_linked_org_id": 2, "org_id": 1}))
            .await["id"],
    );
    put("channel", &agent.call("channels_create", json!({"name": "c", "provider_channel_id": "p2"})).await["id"]);
    let message = json!({"id": "m", "channel_id": "p2", "sender_id": "s", "conversation_id": "k", "message": "hi", "status": "sent", "created_at": "2026-03-02T10:00:00Z"});
    agent.call("channels_receive_message", message).await;
    put("conversation", &"k".into());
    let task = agent.call("tasks_list", json!({"limit": 1})).await["items"][0].clone();
    put("task_project", &task["project_id"]);
    let thread = agent.call("mailbox_get_threads", json!({"folder": "inbox"})).await["items"][0]["id"].clone();
    put("message", &agent.call("mailbox_get_thread_messages", json!({"id": thread})).await["items"][0]["id"]);
    let mut goal = extra["goals_create"].clone();
    goal["title"] = "g".into();
    goal["interval"] = "weekly".into();
    put("goals", &agent.call("goals_create", goal).await["goal"]["id"]);
    let call = json!({"to_phone_number": "1", "outcome": "busy", "start_time": "2026-03-01T10:00:00Z", "end_time": "2026-03-01T10:01:00Z"});
    put("call_logs", &agent.call("call_logs_create", call).await["id"]);
    put("square", &SQUARE.into());
    let size = json!([{"label": "S"}]);
    put(
        "field",
        &agent.call("fields_create_organization_field", json!({"name": "Size", "field_type": "enum", "options": size})).await["id"],
    );
    for kind in ["deal", "person", "product", "project"] {
        agent.call(&format!("fields_create_{kind}_field"), json!({"field_name": "Size", "field_type": "enum", "options": size})).await;
    }
    for kind in ["deal", "person", "product", "project", "organization"] {
        let fields = agent.call(&format!("fields_list_{kind}_fields"), json!({"limit": 500})).await;
        let field = fields["items"].as_array().unwrap().iter().find(|field| field["field_name"] == "Size").unwrap();
        put(&format!("{kind}_code"), &field["field_code"]);
        put(&format!("{kind}_option"), &field["options"][0]["id"]);
    }
    ids
}

fn conditions() -> Value {
    json!({"glue": "and", "conditions": [
        {"glue": "and", "conditions": [{"object": "deal", "field_id": "1", "operator": ">", "value": "0", "extra_value": null}]},
        {"glue": "or", "conditions": []}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tool_runs_and_refuses_what_cannot_be() {
    let extra: Value = serde_json::from_str(ARGUMENTS).unwrap();
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp/x/all").await;
        let ids = sample(&agent).await;
        let mut failures = Vec::new();
        for tool in agent.tools().await {
            let name = tool.name.to_string();
            let wrong = agent.refused(&name, json!({"no_such_argument": 1})).await;
            assert!(wrong["error"].as_str().unwrap().contains("no_such_argument: "), "{name}: {wrong}");
            let arguments = arguments(&name, &Value::Object(tool.input_schema.as_ref().clone()), &extra[&name], &ids);
            let result = agent.try_call(&name, arguments.clone()).await;
            let value = result.structured_content.clone().unwrap_or_default();
            let is_right = match WITHOUT_RECORDS.iter().find(|(known, _)| *known == name) {
                Some((_, status)) => value["status"] == *status,
                None => result.is_error != Some(true),
            };
            if !is_right {
                failures.push(format!("{name} {arguments}: {value}"));
            }
        }
        assert!(failures.is_empty(), "{} tools: {failures:#?}", failures.len());
        company.serving.stop();
    }
}

/// What a tool needs; what takes something away only tells what it would do.
fn arguments(tool: &str, schema: &Value, extra: &Value, ids: &Ids) -> Value {
    let mut arguments = Map::new();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        arguments.insert(name.to_owned(), value(tool, name, &schema["properties"][name], ids));
    }
    for (name, value) in extra.as_object().into_iter().flatten() {
        arguments.insert(name.clone(), filled(value, ids));
    }
    if schema["properties"]["dry_run"].is_object() {
        arguments.insert("dry_run".to_owned(), true.into());
    }
    arguments.into()
}

fn filled(value: &Value, ids: &Ids) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            // What nothing has must still look like an id.
            Some(key) => ids.get(key).cloned().unwrap_or_else(|| "5385ac42-1f8f-4f05-94f5-6a80361bf45d".into()),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, ids)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), filled(value, ids))).collect::<Map<_, _>>().into(),
        other => other.clone(),
    }
}

fn value(tool: &str, name: &str, schema: &Value, ids: &Ids) -> Value {
    if let Some(id) = ids.get(name) {
        return id.clone();
    }
    // The longest name of a list that the tool begins with is what its id is the id of.
    let own = ids.keys().filter(|key| tool.starts_with(&format!("{key}_"))).max_by_key(|key| key.len());
    match name {
        "id" if tool.starts_with("deals_") => ids["deal"].clone(),
        "id" => own.map_or(json!(1), |key| ids[key].clone()),
        "deal_id" => ids["deal"].clone(),
        "term" => "tri".into(),
        _ if schema["enum"].is_array() => schema["enum"][0].clone(),
        _ => match (schema["format"].as_str(), schema["type"].as_str()) {
            (Some("date"), _) => "2026-03-02".into(),
            (Some("date-time"), _) => "2026-03-02T10:00:00Z".into(),
            (_, Some("integer" | "number")) => 1.into(),
            (_, Some("boolean")) => true.into(),
            (_, Some("array")) => json!([1]),
            (_, Some("object")) => json!({}),
            _ => "x".into(),
        },
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
