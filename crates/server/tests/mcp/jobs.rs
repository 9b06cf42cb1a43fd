//! Whole jobs in one call.

use crate::agent::{Agent, Company};
use crate::support::Place;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_do_all_of_what_people_ask_for() {
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp/x/all").await;
        a_call_is_logged(&agent).await;
        contacts_are_not_made_twice(&agent).await;
        a_list_is_imported(&agent).await;
        let review = agent.call("pipeline_review", json!({"today": "2026-03-02"})).await;
        assert!(review["open"]["count"].as_i64().unwrap() > 50, "{review}");
        for kind in ["stuck", "rotting", "no_next_activity", "overdue_activity", "closing_this_month"] {
            assert!(review[kind]["count"].is_i64(), "{kind}: {review}");
        }
        assert!(review["closing_this_month"]["count"].as_i64().unwrap() > 0);
        company.serving.stop();
    }
}

async fn a_call_is_logged(agent: &Agent) {
    let deal = agent.call("deals_create", json!({"title": "Called"})).await["id"].clone();
    let logged = agent
        .call("log_call", json!({"deal_id": deal, "note": "Wants an offer", "next_subject": "Send offer", "next_type": "task", "next_due_date": "2026-03-05"}))
        .await;
    let call = agent.call("activities_get", json!({"id": logged["call_activity_id"]})).await;
    assert_eq!((&call["type"], &call["done"], &call["deal_id"]), (&json!("call"), &json!(true), &deal));
    let next = agent.call("activities_get", json!({"id": logged["next_activity_id"]})).await;
    assert_eq!((&next["subject"], &next["due_date"], &next["done"]), (&json!("Send offer"), &json!("2026-03-05"), &json!(false)));
    let note = agent.call("notes_get", json!({"id": logged["note_id"]})).await;
    assert!(note["content"].as_str().unwrap().contains("Wants an offer"));
    let refused = agent.refused("log_call", json!({"note": "With whom?"})).await;
    assert!(refused["error"].as_str().unwrap().contains("deal_id"), "{refused}");
}

async fn contacts_are_not_made_twice(agent: &Agent) {
    let new =
        json!({"title": "Big order", "value": 500, "organization": "Nordwind Ltd", "person": "Ida Sund", "email": "ida@nordwind.example"});
    let mut dry = new.clone();
    dry["dry_run"] = true.into();
    let dry = agent.call("create_deal_with_contacts", dry).await;
    assert_eq!(dry["person"]["would_create"]["name"], "Ida Sund", "{dry}");
    let made = agent.call("create_deal_with_contacts", new.clone()).await;
    assert_eq!((&made["organization"]["created"], &made["person"]["created"]), (&json!(true), &json!(true)));
    let deal = agent.call("deals_get", json!({"id": made["deal"]["id"]})).await;
    assert_eq!((&deal["person_id"], &deal["org_id"]), (&made["person"]["id"], &made["organization"]["id"]));

    let again = agent.refused("create_deal_with_contacts", new.clone()).await;
    assert!(again["error"].as_str().unwrap().contains("already"), "{again}");
    let mut other = new;
    other["title"] = "Second order".into();
    let other = agent.call("create_deal_with_contacts", other).await;
    assert_eq!((&other["person"]["found"], &other["person"]["id"]), (&json!(true), &made["person"]["id"]));
    assert_eq!((&other["organization"]["found"], &other["organization"]["id"]), (&json!(true), &made["organization"]["id"]));
}

async fn a_list_is_imported(agent: &Agent) {
    let rows = json!([{"name": "Ida Sund", "email": "ida@nordwind.example"}, {"name": "Per Holm", "email": "per@holm.example"}]);
    let dry = agent.call("import_list", json!({"entity": "person", "rows": rows, "dry_run": true})).await;
    assert_eq!((&dry["would_create"], &dry["duplicates"]), (&json!(1), &json!(1)), "{dry}");
    let done = agent.call("import_list", json!({"entity": "person", "rows": rows})).await;
    assert_eq!((&done["created"], &done["duplicates"], &done["failed"]), (&json!(1), &json!(1), &json!(0)), "{done}");
    let again = agent.call("import_list", json!({"entity": "person", "rows": rows})).await;
    assert_eq!((&again["created"], &again["duplicates"]), (&json!(0), &json!(2)), "{again}");
    let wrong = agent.refused("import_list", json!({"entity": "person", "rows": [{"name": "A"}, {"title": "B"}]})).await;
    assert!(wrong["error"].as_str().unwrap().contains("row 2: title: there is no such argument"), "{wrong}");
}
