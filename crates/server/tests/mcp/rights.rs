//! An agent sees what its user sees, and no more.

use crate::agent::{Agent, Company, User};
use crate::support::{Place, TOKEN};
use rmcp::ClientLifecycleMode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn ids(rows: &Value) -> BTreeSet<i64> {
    rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_the_same_as_over_the_api() {
    for place in Place::each() {
        let company = Company::at(&place);
        for member in &company.members {
            let agent = Agent::of(&company.serving, "/mcp", member, User::absent(), ClientLifecycleMode::Initialize).await;
            let admin = Agent::connect(&company.serving, "/mcp").await;
            for kind in ["deals", "persons", "organizations"] {
                let mut seen = BTreeSet::new();
                let mut arguments = json!({"limit": 500, "fields": ["id"]});
                loop {
                    let page = agent.call(&format!("{kind}_list"), arguments.clone()).await;
                    seen.extend(ids(&page["items"]));
                    let Some(cursor) = page.get("cursor") else { break };
                    arguments["cursor"] = cursor.clone();
                }
                let mut real = BTreeSet::new();
                let mut path = format!("/api/v2/{kind}?limit=500");
                loop {
                    let page = company.get(member, &path);
                    real.extend(ids(&page["data"]));
                    let Some(cursor) = page["additional_data"]["next_cursor"].as_str() else { break };
                    path = format!("/api/v2/{kind}?limit=500&cursor={cursor}");
                }
                assert_eq!(seen, real, "{kind}");
                let hidden = ids(&company.get(TOKEN, &format!("/api/v2/{kind}?limit=500"))["data"]);
                let hidden = hidden.difference(&real).next().unwrap();
                admin.call(&format!("{kind}_get"), json!({"id": hidden})).await;
                let refused = agent.refused(&format!("{kind}_get"), json!({"id": hidden})).await;
                assert!([403, 404].contains(&refused["status"].as_i64().unwrap()), "{refused}");
            }
        }
        let member = Agent::of(&company.serving, "/mcp/x/all", &company.members[0], User::absent(), ClientLifecycleMode::Initialize).await;
        let refused = member.refused("users_create", json!({"email": "new@penstock.example"})).await;
        assert_eq!(refused["status"], 403);
        company.serving.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn history_and_audit_log_name_the_agent() {
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp").await;
        let deal = agent.call("deals_create", json!({"title": "By an agent"})).await;
        agent.call("deals_update", json!({"id": deal["id"], "value": 12})).await;
        let history = agent.call("deals_list_field_updates", json!({"id": deal["id"]})).await;
        assert!(history["items"].to_string().contains("test-agent/7 (MCP)"), "{history}");

        let other = agent.call("deals_create", json!({"title": "By an agent"})).await;
        agent.call("deals_add_follower", json!({"id": deal["id"], "user_id": 2})).await;
        agent.call("deals_merge", json!({"id": other["id"], "merge_with_id": deal["id"], "confirm": true})).await;
        agent.call("deals_bulk_delete", json!({"ids": [deal["id"]], "confirm": true})).await;
        let log = company.get(TOKEN, "/api/penstock/audit?limit=100");
        let by_agent = log["data"].as_array().unwrap().iter().filter(|row| row["user_agent"] == "test-agent/7 (MCP)");
        let told: Vec<_> = by_agent.map(|row| (row["action"].as_str().unwrap(), row["details"]["operation"].as_str())).collect();
        for operation in ["addDeal", "updateDeal", "addDealFollower", "mergeDeals", "deleteDeals"] {
            assert!(told.contains(&("written_by_agent", Some(operation))), "{operation}: {told:?}");
        }
        for action in ["records_merged", "records_deleted"] {
            assert!(told.iter().any(|(known, _)| *known == action), "{action}: {told:?}");
        }
        company.serving.stop();
    }
}
