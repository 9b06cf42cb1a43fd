//! The audit log tells of everything that it should, and of nothing that it must not.

#![allow(clippy::unwrap_used, clippy::panic)]

mod browser;
mod company;

use browser::{ADA, Browser, PASSWORD, credentials};
use company::{Company, Outcome};
use penstock_crm::accounts;
use penstock_model::{FixedClock, Time};
use serde_json::{Value, json};
use std::time::Duration;

const BEN: &str = "ben@harbour.test";

/// The newest rows, the newest first.
async fn log(company: &Company, query: &str) -> Outcome<Vec<Value>> {
    let (status, body) = company.send("GET", &format!("/api/penstock/audit{query}"), &Value::Null).await?;
    assert_eq!(status, 200, "{body}");
    Ok(body["data"].as_array().unwrap().clone())
}

/// What the newest rows tell: action, object and details.
async fn told(company: &Company, count: usize) -> Outcome<Vec<Value>> {
    let rows = log(company, &format!("?limit={count}")).await?;
    Ok(rows.iter().map(|row| json!([row["action"], row["object_type"], row["object_id"], row["details"]])).collect())
}

/// Rows that nobody waits for come a little later.
async fn wait_for(company: &Company, query: &str, count: usize) -> Outcome<Vec<Value>> {
    for _ in 0..500 {
        let rows = log(company, query).await?;
        if rows.len() >= count {
            return Ok(rows);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the log has fewer than {count} rows of {query}");
}

#[tokio::test]
async fn tells_who_gives_and_takes_rights() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-21")?;
        company.data("POST", "/v1/users", json!({"email": "cleo@harbour.test"})).await?;
        let row = &log(&company, "?limit=1").await?[0];
        assert_eq!(
            (&row["user_id"], &row["via"], &row["session_id"], &row["time"]),
            (&json!(1), &json!("token"), &Value::Null, &json!("2026-03-21T00:00:00Z"))
        );
        assert_eq!((&row["action"], &row["object_id"]), (&json!("user_added"), &json!(3)));
        assert_eq!(row["details"]["email"], json!({"to": "cleo@harbour.test"}), "{row}");

        company.data("PUT", "/v1/users/3", json!({"active_flag": false})).await?;
        company.data("PUT", "/v1/users/3", json!({"active_flag": false})).await?;
        let role = company.data("POST", "/v1/roles", json!({"name": "Sales"})).await?["id"].clone();
        company.data("POST", &format!("/v1/roles/{role}/assignments"), json!({"user_id": ben})).await?;
        let settings = json!({"setting_key": "deal_default_visibility", "value": 1});
        company.data("POST", &format!("/v1/roles/{role}/settings"), settings).await?;
        company.data("DELETE", &format!("/v1/roles/{role}"), Value::Null).await?;
        let told = told(&company, 6).await?;
        let of = |place: usize| (&told[place][0], &told[place][1], &told[place][2]);
        assert_eq!(told[5], json!(["user_changed", "user", 3, {"active_flag": {"from": true, "to": false}}]), "once: {told:#?}");
        assert_eq!(of(4), (&json!("role_added"), &json!("role"), &role));
        assert_eq!(told[3], json!(["user_changed", "user", ben, {"role_id": {"from": 1, "to": role}}]));
        assert_eq!(of(2), (&json!("role_changed"), &json!("role"), &role));
        assert_eq!(told[2][3]["settings"]["to"]["deal_default_visibility"], 1, "{told:#?}");
        // Who had the role gets another one in the same write.
        let last: Vec<_> = told[..2].iter().map(|row| row[3].to_string()).collect();
        assert!(last.iter().any(|details| details.contains("\"active_flag\":{\"from\":true,\"to\":false}")), "{last:?}");
        assert!(last.iter().any(|details| details.contains("\"role_id\"")), "{last:?}");
    }
    Ok(())
}

#[tokio::test]
async fn tells_what_the_operator_does() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        let clock = FixedClock(Time::parse_lenient("2026-03-20")?);
        let (store, id) = (company.app().store(), company.id());
        let account = accounts::find(store, id, BEN).await?;
        accounts::set_admin(store, &clock, id, &account, true).await?;
        accounts::set_password(store, &clock, id, &account, "another password").await?;
        accounts::set_active(store, &clock, id, &account, false).await?;
        let ada = accounts::find(store, id, ADA).await?;
        accounts::set_active(store, &clock, id, &ada, false).await.unwrap_err();
        accounts::revoke_token(store, &clock, id, account.id).await?;
        accounts::end_sessions(store, &clock, id, account.id).await?;
        company.at("2026-03-20 00:01:00")?;
        let expected = [
            json!(["session_ended", "user", ben, {}]),
            json!(["token_revoked", "user", ben, {}]),
            json!(["user_changed", "user", ben, {"active_flag": {"from": true, "to": false}}]),
            json!(["password_changed", "user", ben, {}]),
            json!(["user_changed", "user", ben, {"is_admin": {"from": false, "to": true}}]),
            json!(["token_issued", "user", ben, {}]),
            json!(["user_added", "user", ben, {"email": {"to": BEN}, "is_admin": {"to": false}}]),
        ];
        assert_eq!(told(&company, 7).await?, expected, "what was refused is not told of");
        let rows = log(&company, "?limit=7").await?;
        assert!(rows.iter().all(|row| row["user_id"].is_null() && row["via"] == "command line" && row["address"].is_null()));
    }
    Ok(())
}

#[tokio::test]
async fn tells_who_comes_and_goes() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        for (email, password) in [(ADA, "wrong one"), ("typed-secret@harbour.test", PASSWORD)] {
            browser.json("POST", "/api/penstock/session", &credentials(email, password)).await?;
        }
        let failed = wait_for(&company, "?action=sign_in_failed", 1).await?;
        assert_eq!((failed.len(), &failed[0]["user_id"], &failed[0]["object_id"]), (1, &Value::Null, &json!(1)), "{failed:#?}");
        assert_eq!((&failed[0]["address"], &failed[0]["user_agent"]), (&json!("192.0.2.1"), &json!("Browser <1>")));
        company.at("2026-03-20 01:00:00")?;
        let mut first = Browser::of(&company, ADA).await?;
        let mut second = Browser::of(&company, ADA).await?;
        let change = json!({"password": PASSWORD, "new_password": "a newer password"});
        first.json("PUT", "/api/penstock/me/password", &change).await?;
        second.json("POST", "/api/penstock/session", &credentials(ADA, "a newer password")).await?;
        first.json("DELETE", "/api/penstock/sessions/3", &Value::Null).await?;
        first.json("DELETE", "/api/penstock/sessions", &Value::Null).await?;
        let page = browser::text(&first.get("/sign-in").await?);
        let token = page.split("name=\"csrf_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(first.post("/sign-out", &[("csrf_token", &token)]).await?.status, 303);
        let expected = [
            json!(["signed_out", "user", 1, {}]),
            json!(["session_ended", "user", 1, {"ended": 0}]),
            json!(["session_ended", "session", 3, {"user_id": 1}]),
            json!(["signed_in", "user", 1, {}]),
            json!(["password_changed", "user", 1, {}]),
            json!(["signed_in", "user", 1, {}]),
            json!(["signed_in", "user", 1, {}]),
        ];
        assert_eq!(told(&company, 7).await?, expected);
        let rows = log(&company, "?limit=7").await?;
        let ways: Vec<_> = rows.iter().map(|row| (row["via"].as_str().unwrap(), row["session_id"].as_i64())).collect();
        let (session, password) = ("session", "password");
        assert_eq!(
            ways,
            [
                (session, Some(1)),
                (session, Some(1)),
                (session, Some(1)),
                (password, Some(3)),
                (session, Some(1)),
                (password, Some(2)),
                (password, Some(1))
            ]
        );

        // Nothing that opens anything, and nothing that was typed.
        let kept = company.rows("SELECT details, user_agent, address, client FROM audit_log WHERE company_id = $1", 4).await?;
        let kept = json!(kept).to_string();
        let hashes = company.rows("SELECT hash, user_id FROM tokens WHERE company_id = $1", 2).await?;
        let hash = hashes[0][0].as_str().unwrap().to_owned();
        for secret in [PASSWORD, "wrong one", "newer password", "typed-secret", "argon2", "00000001", &token, &hash] {
            assert!(!kept.contains(secret), "{secret} {kept}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn tells_of_many_records_at_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        for number in 0..5 {
            company.data("POST", "/v1/persons", json!({"name": format!("Person {number}")})).await?;
        }
        let before = log(&company, "").await?.len();
        company.data("DELETE", "/v1/persons?ids=1,2", Value::Null).await?;
        company.data("PUT", "/v1/persons/3/merge", json!({"merge_with_id": 4})).await?;
        company.data("DELETE", "/v1/persons/5", Value::Null).await?;
        assert_eq!(company.send("DELETE", "/v1/persons?ids=4,99", &Value::Null).await?.0, 404);
        let expected = [
            json!(["records_merged", "person", 4, {"merged_id": 3}]),
            json!(["records_deleted", Value::Null, Value::Null, {"object_type": "person", "ids": [1, 2]}]),
        ];
        assert_eq!(told(&company, 2).await?, expected);
        assert_eq!(log(&company, "").await?.len() - before, 2, "one record at a time is not for this log");

        let conditions = json!({"glue": "and", "conditions": [{"glue": "and", "conditions": []}, {"glue": "or", "conditions": []}]});
        let filter = json!({"name": "F", "type": "deals", "conditions": conditions});
        let (status, made) = company.send("POST", "/v1/filters", &filter).await?;
        assert!(status < 300, "{made}");
        company.data("DELETE", &format!("/v1/filters?ids={}", made["data"]["id"]), Value::Null).await?;
        assert_eq!(told(&company, 1).await?[0][3]["object_type"], "filter");
    }
    Ok(())
}

#[tokio::test]
async fn administrators_read_it_page_by_page() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        for day in 1..=5 {
            company.at(&format!("2026-04-0{day}"))?;
            company.data("PUT", &format!("/v1/users/{ben}"), json!({"active_flag": day % 2 == 0})).await?;
        }
        let mut seen = Vec::new();
        let mut target = "/api/penstock/audit?limit=2&action=user_changed".to_owned();
        loop {
            let (_, page) = company.send("GET", &target, &Value::Null).await?;
            seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["time"].as_str().unwrap()[..10].to_owned()));
            let Some(cursor) = page["additional_data"]["next_cursor"].as_str() else { break };
            target = format!("/api/penstock/audit?limit=2&action=user_changed&cursor={cursor}");
        }
        assert_eq!(seen, ["2026-04-05", "2026-04-04", "2026-04-03", "2026-04-02", "2026-04-01"]);
        assert_eq!(log(&company, "?user_id=1").await?.len(), 5);
        assert_eq!(log(&company, "?user_id=2").await?.len(), 0);
        assert_eq!(log(&company, "?since=2026-04-02T00:00:00Z&until=2026-04-04T00:00:00Z").await?.len(), 2);
        assert_eq!(log(&company, "?action=none").await?.len(), 0);
        for query in ["?cursor=x", "?cursor=eyJmaWVsZCI6ImlkIn0", "?limit=0", "?limit=501", "?since=yesterday", "?nothing=1"] {
            assert_eq!(company.send("GET", &format!("/api/penstock/audit{query}"), &Value::Null).await?.0, 400, "{query}");
        }
        company.data("PUT", &format!("/v1/users/{ben}"), json!({"active_flag": true})).await?;
        assert_eq!(company.as_colleague().send("GET", "/api/penstock/audit", &Value::Null).await?.0, 403);
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(company.send(method, "/api/penstock/audit", &json!({})).await?.0, 405, "{method}");
        }
    }
    Ok(())
}
