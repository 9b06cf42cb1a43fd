//! Nothing is taken away before somebody has agreed.

use crate::agent::{Agent, Company, LIFECYCLES, User};
use crate::support::{Place, TOKEN};
use rmcp::model::ElicitationAction;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn deletions_want_an_agreement() {
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp").await;
        let deals = agent.call("deals_list", json!({"limit": 3})).await;
        let id = deals["items"][0]["id"].clone();

        let refused = agent.refused("deals_delete", json!({"id": id})).await;
        assert!(refused["hint"].as_str().unwrap().contains("confirm: true"), "{refused}");
        let dry = agent.call("deals_delete", json!({"id": id, "dry_run": true})).await;
        assert_eq!(dry["records"][0]["title"], deals["items"][0]["title"]);
        agent.call("deals_get", json!({"id": id})).await;
        assert_eq!(agent.call("deals_delete", json!({"id": id, "confirm": true})).await["removed"], true);
        let listed = agent.call("deals_list", json!({"limit": 500, "status": "open"})).await;
        assert!(listed["items"].as_array().unwrap().iter().all(|deal| deal["id"] != id));
        company.serving.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_asked_in_both_versions_of_the_protocol() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    for lifecycle in LIFECYCLES {
        let connect = async |user: &User| Agent::of(&company.serving, "/mcp", TOKEN, user.clone(), lifecycle.clone()).await;
        let no = User::who_says(ElicitationAction::Decline);
        let careful = connect(&no).await;
        let id = careful.call("persons_list", json!({"limit": 1})).await["items"][0]["id"].clone();
        let refused = careful.refused("persons_delete", json!({"id": id})).await;
        assert!(refused["error"].as_str().unwrap().contains("not agreed"), "{refused}");
        assert_eq!(no.asked(), 1);
        careful.call("persons_get", json!({"id": id})).await;

        let yes = User::who_says(ElicitationAction::Accept);
        let bold = connect(&yes).await;
        assert_eq!(bold.call("persons_delete", json!({"id": id})).await["removed"], true);
        assert_eq!(yes.asked(), 1);
        assert!(yes.question.lock().unwrap().starts_with("Delete person: "));
        let rest = bold.call("persons_list", json!({"limit": 1})).await;
        assert_ne!(rest["items"][0]["id"], id);
    }
    company.serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn merges_say_who_stays() {
    for place in Place::each() {
        let company = Company::at(&place);
        let agent = Agent::connect(&company.serving, "/mcp").await;
        for kind in ["deals", "persons", "organizations"] {
            let items = agent.call(&format!("{kind}_list"), json!({"limit": 2})).await["items"].clone();
            let (gone, kept) = (items[0]["id"].clone(), items[1]["id"].clone());
            let arguments = json!({"id": gone, "merge_with_id": kept});
            let mut dry = arguments.clone();
            dry["dry_run"] = true.into();
            let dry = agent.call(&format!("{kind}_merge"), dry).await;
            assert_eq!((&dry["survivor_id"], &dry["removed_id"]), (&kept, &gone), "{dry}");
            let mut real = arguments;
            real["confirm"] = true.into();
            let merged = agent.call(&format!("{kind}_merge"), real).await;
            assert_eq!((&merged["survivor_id"], &merged["removed_id"]), (&kept, &gone));
            agent.call(&format!("{kind}_get"), json!({"id": kept})).await;
        }
        company.serving.stop();
    }
}
