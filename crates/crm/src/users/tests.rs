//! Inviting, finding and switching off users, through the API, on both engines.

use super::USER;
use crate::accounts::{self, NewAccount};
use crate::app::{App, Settings};
use crate::credentials::random_token;
use crate::message::{Request, Response};
use crate::setup::{NewCompany, create_company};
use penstock_cluster::Cluster;
use penstock_model::{Actor, ChangeSource, Clock, CompanyId, FixedClock, Time, UserId};
use penstock_store::{Batch, Sql, Store, Target, Weight};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

const CLOCK: FixedClock = FixedClock(Time::from_millis(1_700_000_000_000));
const ME: UserId = UserId(1);

/// A company with one administrator.
struct House {
    app: Arc<App>,
    company: CompanyId,
    token: String,
}

/// One on each engine.
async fn each_house(directory: &TempDir) -> [House; 2] {
    let database = Cluster::shared().unwrap().database().unwrap();
    let targets = [Target::Directory(directory.path().to_owned()), Target::Postgres(database)];
    let mut houses = Vec::new();
    for target in targets {
        houses.push(House::open(target).await);
    }
    houses.try_into().ok().unwrap()
}

impl House {
    async fn open(target: Target) -> House {
        let store = Store::open(&target).await.unwrap();
        store.migrate().await.unwrap();
        let token = random_token().unwrap();
        let new = NewCompany {
            name: "Acme".to_owned(),
            domain: "acme".to_owned(),
            currency: "EUR".to_owned(),
            timezone: "Asia/Kolkata".to_owned(),
            admin_name: "Ann Admin".to_owned(),
            admin_email: "ann@example.com".to_owned(),
            admin_password: "open sesame".to_owned(),
            api_token: token.clone(),
        };
        let company = create_company(&store, &CLOCK, new).await.unwrap();
        let app = App::open(Arc::new(store), Arc::new(CLOCK), Settings::default()).await.unwrap();
        House { app, company, token }
    }

    /// Another person with a token.
    async fn join(&self, name: &str, is_admin: bool) -> (UserId, String) {
        let new = NewAccount {
            name: name.to_owned(),
            email: format!("{}@example.com", name.to_lowercase()),
            password: "let me in".to_owned(),
            is_admin,
        };
        let account = accounts::create(self.app.store(), &CLOCK, self.company, new).await.unwrap();
        let token = accounts::issue_token(self.app.store(), &CLOCK, self.company, account.id, None).await.unwrap();
        // The clock stands still, so nothing would notice what was written past the API.
        self.app.reload_directory(self.company).await.unwrap();
        (account.id, token)
    }

    async fn ask(&self, token: &str, method: &str, path: &str, body: Value) -> Response {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            api_token: Some(token.to_owned()),
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            ..Request::default()
        };
        self.app.handle(request).await
    }

    /// The data of an answer to the administrator, which has to be this status.
    async fn admin(&self, status: u16, method: &str, path: &str, body: Value) -> Value {
        let response = self.ask(&self.token, method, path, body).await;
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, status, "{method} {path}: {answer}");
        answer["data"].clone()
    }

    async fn switch(&self, token: &str, user: UserId, active: bool) -> u16 {
        self.ask(token, "PUT", &format!("/v1/users/{user}"), json!({ "active_flag": active })).await.status
    }
}

fn names(users: &Value) -> Vec<&str> {
    users.as_array().map_or_else(Vec::new, |users| users.iter().filter_map(|user| user["name"].as_str()).collect())
}

#[tokio::test]
async fn an_invited_user_is_complete_but_cannot_log_in() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let user = house.admin(200, "POST", "/v1/users", json!({ "email": " Bob@Example.com" })).await;
        assert_eq!((&user["id"], &user["name"], &user["email"]), (&json!(2), &json!("bob"), &json!("bob@example.com")));
        assert_eq!((&user["active_flag"], &user["activated"], &user["is_you"]), (&json!(true), &json!(false), &json!(false)));
        assert_eq!((&user["default_currency"], &user["timezone_offset"]), (&json!("EUR"), &json!("+05:30")));
        assert_eq!(user["access"][0]["app"], json!("sales"));
        assert_eq!(house.admin(200, "GET", "/v1/users/2", Value::Null).await, user);

        for email in ["bob@example.com", "BOB@example.com", "nobody", ""] {
            house.admin(400, "POST", "/v1/users", json!({ "email": email })).await;
        }
        let everything = json!([{ "app": "global", "admin": true }, { "app": "sales", "admin": true }, { "app": "account_settings" }]);
        let admin = json!({ "email": "eve@example.com", "access": everything, "active_flag": "0" });
        let eve = house.admin(200, "POST", "/v1/users", admin).await;
        assert_eq!((&eve["id"], &eve["active_flag"]), (&json!(3), &json!(false)));

        let mut kept = Sql::new("SELECT password_hash, is_admin FROM users WHERE id > 1 AND company_id = ");
        kept.bind(house.company).push(" ORDER BY id");
        let kept = house.app.store().rows(kept, Weight::Light, 2).await.unwrap();
        assert_eq!(kept, [[penstock_model::Value::Null, 0.into()], [penstock_model::Value::Null, 1.into()]]);
    }
}

#[tokio::test]
async fn the_outbox_never_holds_a_password() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let (bob, _) = house.join("Bob", false).await;
        assert_eq!(house.switch(&house.token, bob, false).await, 200);
        let mut sql = Sql::new("SELECT action, before, after FROM outbox WHERE entity = 'user' AND company_id = ");
        sql.bind(house.company);
        let rows = house.app.store().rows(sql, Weight::Light, 3).await.unwrap();
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        let texts: Vec<_> = row.iter().filter_map(penstock_model::Value::as_text).collect();
        assert_eq!((texts.len(), texts[0]), (3, "change"));
        assert!(texts.iter().all(|text| !text.contains("argon2") && !text.contains("password")), "{texts:?}");
    }
}

#[tokio::test]
async fn finding_looks_at_names_or_at_addresses() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        house.join("Élodie", false).await;
        let found = async |query: &str| house.admin(200, "GET", &format!("/v1/users/find?{query}"), Value::Null).await;
        assert_eq!(names(&found("term=%C3%89LO").await), ["Élodie"]);
        assert_eq!(names(&found("term=n").await), ["Ann Admin"]);
        assert_eq!(names(&found("term=example").await), [""; 0]);
        assert_eq!(names(&found("term=EXAMPLE&search_by_email=1").await), ["Ann Admin", "Élodie"]);
        assert_eq!(names(&found("term=Admin&search_by_email=1").await), [""; 0]);
        assert_eq!(found("term=nobody").await, Value::Null);
        house.admin(400, "GET", "/v1/users/find", Value::Null).await;
    }
}

#[tokio::test]
async fn a_switched_off_user_is_listed_but_locked_out_at_once() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let (bob, token) = house.join("Bob", false).await;
        assert_eq!(house.ask(&token, "GET", "/v1/users/me", Value::Null).await.status, 200);
        assert_eq!(house.switch(&house.token, bob, false).await, 200);
        assert_eq!(house.ask(&token, "GET", "/v1/users/me", Value::Null).await.status, 401);
        assert_eq!(names(&house.admin(200, "GET", "/v1/users", Value::Null).await), ["Ann Admin", "Bob"]);
        assert_eq!(house.switch(&house.token, bob, true).await, 200);
        assert_eq!(house.ask(&token, "GET", "/v1/users/me", Value::Null).await.status, 200);
    }
}

#[tokio::test]
async fn only_administrators_invite_and_switch() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let (_, token) = house.join("Bob", false).await;
        assert_eq!(house.switch(&token, ME, false).await, 403);
        assert_eq!(house.ask(&token, "POST", "/v1/users", json!({ "email": "eve@example.com" })).await.status, 403);
        assert_eq!(house.switch(&house.token, UserId(99), false).await, 404);
        assert_eq!(house.switch(&house.token, ME, false).await, 400);
        assert_eq!(house.switch(&house.token, ME, true).await, 200);
    }
}

#[tokio::test]
async fn two_administrators_cannot_switch_each_other_off() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let (eve, eves_token) = house.join("Eve", true).await;
        for _ in 0..10 {
            let (mine, hers) = tokio::join!(house.switch(&house.token, eve, false), house.switch(&eves_token, ME, false));
            // Whoever comes second is refused, or locked out already.
            let (winner, loser, outcomes) = if mine == 200 { (&house.token, eve, [mine, hers]) } else { (&eves_token, ME, [hers, mine]) };
            assert!(matches!(outcomes, [200, 400 | 401]), "{outcomes:?}");
            assert_eq!(house.switch(winner, loser, true).await, 200);
        }
    }
}

#[tokio::test]
async fn followers_are_ids_in_v1_and_pages_of_rows_in_v2() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let path = |version: &str| format!("/{version}/users/1/followers");
        assert_eq!(house.admin(200, "GET", &path("v1"), Value::Null).await, Value::Null);
        assert_eq!(house.admin(200, "GET", &path("api/v2"), Value::Null).await, json!([]));
        let (bob, _) = house.join("Bob", false).await;
        let (eve, _) = house.join("Eve", false).await;
        let me = Actor { company: house.company, user: ME, source: ChangeSource::Api, user_agent: None, time: CLOCK.now() };
        let mut batch = Batch::new(me);
        batch.follow(&USER, ME.0, bob, 1);
        batch.follow(&USER, ME.0, eve, 2);
        house.app.store().commit(batch).await.unwrap();

        assert_eq!(house.admin(200, "GET", &path("v1"), Value::Null).await, json!([bob.0, eve.0]));
        let first = house.ask(&house.token, "GET", &format!("{}?limit=1", path("api/v2")), Value::Null).await;
        let first: Value = serde_json::from_slice(&first.body).unwrap();
        assert_eq!(first["data"], json!([{ "user_id": bob.0, "add_time": "2023-11-14T22:13:20Z" }]));
        let cursor = first["additional_data"]["next_cursor"].as_str().unwrap();
        let second = house.admin(200, "GET", &format!("{}?limit=1&cursor={cursor}", path("api/v2")), Value::Null).await;
        assert_eq!(second[0]["user_id"], json!(eve.0));
    }
}

#[tokio::test]
async fn permissions_and_role_of_a_user() {
    let directory = TempDir::new().unwrap();
    for house in each_house(&directory).await {
        let (bob, token) = house.join("Bob", false).await;
        let mine = house.admin(200, "GET", "/v1/users/1/permissions", Value::Null).await;
        assert!(mine.as_object().unwrap().values().all(|flag| flag == &json!(true)), "{mine}");
        let his = house.admin(200, "GET", &format!("/v1/users/{bob}/permissions"), Value::Null).await;
        let (may, may_not) = (&his["can_bulk_edit_items"], &his["can_add_custom_fields"]);
        assert_eq!((may, may_not), (&json!(true), &json!(false)));

        let roles = house.admin(200, "GET", &format!("/v1/users/{bob}/roleAssignments"), Value::Null).await;
        assert_eq!((&roles[0]["role_id"], &roles[0]["type"]), (&json!(1), &json!("1")));
        let settings = house.admin(200, "GET", &format!("/v1/users/{bob}/roleSettings"), Value::Null).await;
        assert_eq!(settings["org_default_visibility"], json!(3));

        let missing = house.ask(&token, "GET", "/v1/users/99/permissions", Value::Null).await;
        assert_eq!(missing.status, 404);
        assert_eq!(missing.body, br#"{"success":false,"error":"User not found or not accessible."}"#);
    }
}
