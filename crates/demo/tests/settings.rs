//! What the people of the company have set up works: filters find something, teams and roles have people, labels are worn.

use penstock_crm::{App, Request, Settings};
use penstock_demo::{Sample, Scale, generate};
use penstock_files::Objects;
use penstock_model::{Date, FixedClock};
use penstock_store::{Store, Target};
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use tempfile::TempDir;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const ADMINISTRATOR: &str = "0123456789abcdef0123456789abcdef01234567";

/// The company on its last day.
async fn company(directory: &TempDir) -> Outcome<(Arc<App>, Vec<String>)> {
    let today = Date::parse("2026-03-02")?;
    let store = Arc::new(Store::open(&Target::Directory(directory.path().to_owned())).await?);
    store.migrate().await?;
    let sample = Sample {
        seed: 1,
        scale: Scale::Small,
        today,
        admin_password: "open sesame".to_owned(),
        api_token: ADMINISTRATOR.to_owned(),
        files: Objects::default(),
    };
    let members = generate(&store, &sample, || {}).await?.members;
    let app = App::open(store, Arc::new(FixedClock(today.start())), Settings::default()).await?;
    Ok((app, members.into_iter().map(|member| member.api_token).collect()))
}

/// The data of a GET, which must succeed.
async fn get(app: &Arc<App>, token: &str, target: &str) -> Outcome<Value> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        api_token: Some(token.to_owned()),
        ..Request::default()
    };
    let response = app.handle(request).await;
    let mut body: Value = serde_json::from_slice(&response.body)?;
    if response.status == 200 { Ok(body["data"].take()) } else { Err(format!("{target}: {body}").into()) }
}

fn rows(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test]
async fn every_filter_finds_some_and_not_all() -> Outcome {
    let directory = TempDir::new()?;
    let (app, _) = company(&directory).await?;
    let filters = get(&app, ADMINISTRATOR, "/v1/filters").await?;
    assert!(rows(&filters).len() >= 6, "{filters}");
    for filter in rows(&filters) {
        let list = match filter["type"].as_str() {
            Some("deals") => "/api/v2/deals",
            Some("people") => "/api/v2/persons",
            Some("org") => "/api/v2/organizations",
            Some("activity") => "/api/v2/activities",
            other => return Err(format!("{other:?} has no list").into()),
        };
        let mut kept = 0;
        let all = get(&app, ADMINISTRATOR, &format!("{list}?limit=500")).await?;
        let found = get(&app, ADMINISTRATOR, &format!("{list}?limit=500&filter_id={}", filter["id"])).await?;
        for record in rows(&all) {
            kept += usize::from(rows(&found).iter().any(|other| other["id"] == record["id"]));
        }
        assert!(!rows(&found).is_empty(), "{filter} finds nothing");
        assert!(kept < rows(&all).len(), "{filter} finds all");
        let shown = get(&app, ADMINISTRATOR, &format!("/v1/filters/{}?include_field_code=true", filter["id"])).await?;
        for group in rows(&shown["conditions"]["conditions"]) {
            assert!(rows(&group["conditions"]).iter().all(|condition| condition["field_code"].is_string()), "{shown}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn teams_roles_and_labels_are_in_use() -> Outcome {
    let directory = TempDir::new()?;
    let (app, members) = company(&directory).await?;
    let teams = get(&app, ADMINISTRATOR, "/v1/legacyTeams").await?;
    assert_eq!(rows(&teams).len(), 3);
    for team in rows(&teams) {
        assert!(rows(&team["users"]).contains(&team["manager_id"]), "{team}");
    }
    let roles = get(&app, ADMINISTRATOR, "/v1/roles").await?;
    assert_eq!(rows(&roles).len(), 4);
    for role in rows(&roles) {
        assert_ne!(role["assignment_count"], "0", "{role}");
    }
    for token in &members {
        assert_ne!(get(&app, token, "/v1/users/me").await?["role_id"], 1);
    }
    let projects = get(&app, ADMINISTRATOR, "/api/v2/projects?limit=500").await?;
    let fields = get(&app, ADMINISTRATOR, "/api/v2/projectFields?limit=500").await?;
    let labels = rows(&fields).iter().find(|field| field["field_code"] == "label_ids").ok_or("no field of labels")?;
    let known: Vec<_> = rows(&labels["options"]).iter().map(|option| &option["id"]).collect();
    assert_eq!(known.len(), 4, "{labels}");
    let worn: Vec<_> = rows(&projects).iter().flat_map(|project| rows(&project["label_ids"])).collect();
    assert!(!worn.is_empty() && worn.iter().all(|label| known.contains(label)), "{worn:?}");
    Ok(())
}
