//! Clients are told of resources that change, in the way of either version of the protocol.
#![expect(deprecated, reason = "the protocol of 2026 has no subscriptions of a session")]

use crate::agent::{Agent, Company, LIFECYCLES, User};
use crate::support::{Place, TOKEN};
use rmcp::model::{ServerNotification, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

async fn ids(agent: &Agent, kind: &str) -> (Value, Value) {
    let items = agent.call(&format!("{kind}_list"), json!({"limit": 2})).await["items"].clone();
    (items[0]["id"].clone(), items[1]["id"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_told_of_what_it_has_subscribed_to() {
    for place in Place::each() {
        let company = Company::at(&place);
        let user = User::absent();
        let listener = Agent::of(&company.serving, "/mcp", TOKEN, user.clone(), LIFECYCLES[0].clone()).await;
        let other = Agent::connect(&company.serving, "/mcp/x/all").await;
        let (deal, unwatched) = ids(&other, "deals").await;
        let uri = format!("penstock://deals/{deal}");
        listener.client().subscribe(SubscribeRequestParams::new(uri.clone())).await.unwrap();
        listener.client().subscribe(SubscribeRequestParams::new("penstock://pipelines")).await.unwrap();

        other.call("deals_update", json!({"id": unwatched, "title": "Not watched"})).await;
        other.call("notes_create", json!({"deal_id": deal, "content": "Beside it"})).await;
        assert_eq!(user.updated().await, uri);
        other.call("deals_update", json!({"id": deal, "title": "Watched"})).await;
        assert_eq!(user.updated().await, uri);
        listener.client().unsubscribe(UnsubscribeRequestParams::new(uri)).await.unwrap();
        other.call("deals_update", json!({"id": deal, "title": "No more"})).await;
        let stages = company.get(TOKEN, "/api/v2/stages?limit=1");
        other.call("stages_update", json!({"id": stages["data"][0]["id"], "name": "Renamed"})).await;
        assert_eq!(user.updated().await, "penstock://pipelines");
        company.serving.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_without_a_session_is_told_of_what_it_has_asked_for() {
    let place = Place::sqlite();
    let company = Company::at(&place);
    let listener = Agent::of(&company.serving, "/mcp", TOKEN, User::absent(), LIFECYCLES[1].clone()).await;
    let other = Agent::connect(&company.serving, "/mcp").await;
    let (person, unwatched) = ids(&other, "persons").await;
    let uri = format!("penstock://persons/{person}");
    let filter = SubscriptionFilter::builder().resource_subscription(uri.as_str()).resource_subscription("penstock://leads/1").build();
    let mut subscription = listener.client().listen(filter).await.unwrap();
    assert_eq!(subscription.acknowledged().resource_subscriptions.as_deref(), Some(&[uri.clone()][..]), "there are no such leads");

    // The answer comes before the server listens: until it does, changes are lost.
    let changes = async {
        for count in 0.. {
            other.call("persons_update", json!({"id": unwatched, "name": format!("Not watched {count}")})).await;
            other.call("persons_update", json!({"id": person, "name": format!("Watched {count}")})).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let told = tokio::select! {
        told = timeout(PATIENCE, subscription.next()) => told.unwrap().unwrap(),
        () = changes => unreachable!(),
    };
    let Some(ServerNotification::ResourceUpdatedNotification(updated)) = told else { panic!("{told:?}") };
    assert_eq!(updated.params.uri, uri);
    company.serving.stop();
}
