//! How sessions live and end.

use crate::browser::{ADA, Browser, PASSWORD, credentials};
use crate::company::{Company, Outcome};
use penstock_crm::accounts;
use penstock_model::{FixedClock, Time};
use serde_json::{Value, json};

const BEN: &str = "ben@harbour.test";

async fn lives(browser: &mut Browser<'_>) -> Outcome<bool> {
    Ok(browser.json("GET", "/api/penstock/me", &Value::Null).await?.0 == 200)
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_but_not_for_ever() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01 00:00:00")?;
        let (mut used, mut idle) = (Browser::of(&company, ADA).await?, Browser::of(&company, ADA).await?);
        let row = || company.rows("SELECT seen_time, end_time FROM sessions WHERE company_id = $1 ORDER BY id", 2);
        let first = row().await?;
        company.at("2026-01-01 00:59:59")?;
        assert!(lives(&mut used).await?);
        assert_eq!(row().await?, first, "noted once an hour at most");
        company.at("2026-01-01 01:00:00")?;
        assert!(lives(&mut used).await?);
        assert_ne!(row().await?[0], first[0]);
        company.at("2026-01-14 23:59:59")?;
        assert!(lives(&mut used).await?);
        company.at("2026-01-15 00:00:00")?;
        assert!(!lives(&mut idle).await?, "fourteen days without use");
        for day in ["2026-01-28", "2026-02-10", "2026-02-23", "2026-03-08", "2026-03-21", "2026-03-31 23:59:59"] {
            company.at(day)?;
            assert!(lives(&mut used).await?, "{day}");
        }
        company.at("2026-04-01")?;
        assert!(!lives(&mut used).await?, "ninety days");
        assert_eq!(row().await?.len(), 2);
        company.keep_house().await?;
        assert_eq!(row().await?.len(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn sessions_are_listed_and_ended() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben_id = company.add_colleague().await?;
        company.at("2026-03-21")?;
        let (mut ada, mut ben) = (Browser::of(&company, ADA).await?, Browser::of(&company, BEN).await?);
        let mut phone = Browser::of(&company, BEN).await?;
        let (_, list) = ben.json("GET", "/api/penstock/sessions", &Value::Null).await?;
        let expected = json!({"id": 2, "user_id": ben_id, "is_current": true, "add_time": "2026-03-21T00:00:00Z",
            "seen_time": "2026-03-21T00:00:00Z", "end_time": "2026-04-04T00:00:00Z", "address": "192.0.2.1", "user_agent": "Browser <1>"});
        assert_eq!((&list["data"][1], &list["data"][0]["is_current"]), (&expected, &json!(false)), "{list}");
        let secret = ben.cookie.clone().unwrap().split('=').next_back().unwrap().to_owned();
        let kept = company.rows("SELECT hash FROM sessions WHERE company_id = $1", 1).await?;
        assert!(kept.iter().all(|row| row[0] != json!(secret) && !list.to_string().contains(row[0].as_str().unwrap())));
        assert!(!list.to_string().contains(&secret));

        // Others' sessions are for administrators.
        for (path, method) in [("/api/penstock/sessions?user_id=1", "GET"), ("/api/penstock/sessions?user_id=1", "DELETE")] {
            assert_eq!(ben.json(method, path, &Value::Null).await?.0, 403);
        }
        assert_eq!(ben.json("DELETE", "/api/penstock/sessions/1", &Value::Null).await?.0, 404);
        let (_, list) = ada.json("GET", &format!("/api/penstock/sessions?user_id={ben_id}"), &Value::Null).await?;
        assert_eq!(list["data"].as_array().unwrap().len(), 2);
        assert_eq!(ada.json("GET", "/api/penstock/sessions?user_id=99", &Value::Null).await?.0, 404);

        let (status, ended) = ben.json("DELETE", "/api/penstock/sessions", &Value::Null).await?;
        assert_eq!((status, &ended["data"]), (200, &json!({"ended": 1})));
        assert!(lives(&mut ben).await? && !lives(&mut phone).await?);
        assert_eq!(ada.json("DELETE", "/api/penstock/sessions/2", &Value::Null).await?.0, 200);
        assert!(!lives(&mut ben).await? && lives(&mut ada).await?);
        assert_eq!(ada.json("DELETE", "/api/penstock/sessions/2", &Value::Null).await?.0, 404);
        assert_eq!(ada.json("DELETE", "/api/penstock/sessions/x", &Value::Null).await?.0, 400);
        // Who signs in again in the same browser leaves no session behind.
        let cookie = ada.cookie.clone();
        ada.json("POST", "/api/penstock/session", &credentials(ADA, PASSWORD)).await?;
        assert_ne!(ada.cookie, cookie);
        ada.cookie = cookie;
        assert!(!lives(&mut ada).await?);
    }
    Ok(())
}

#[tokio::test]
async fn what_ends_a_seat_or_its_password_ends_its_sessions() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let id = company.add_colleague().await?;
        company.at("2026-03-21")?;
        let clock = FixedClock(Time::parse_lenient("2026-03-21")?);
        let store = company.app().store();
        let ben = accounts::find(store, company.id(), BEN).await?;
        let mut other = Browser::of(&company, ADA).await?;

        let mut browser = Browser::of(&company, BEN).await?;
        company.data("PUT", &format!("/v1/users/{id}"), json!({"active_flag": false})).await?;
        assert!(!lives(&mut browser).await?);
        company.data("PUT", &format!("/v1/users/{id}"), json!({"active_flag": true})).await?;
        assert!(!lives(&mut browser).await?, "it does not come back");

        let mut browser = Browser::of(&company, BEN).await?;
        accounts::set_active(store, &clock, company.id(), &ben, false).await?;
        assert!(!lives(&mut browser).await?);
        accounts::set_active(store, &clock, company.id(), &ben, true).await?;
        company.at("2026-03-21 00:01:00")?;

        let mut browser = Browser::of(&company, BEN).await?;
        accounts::set_password(store, &clock, company.id(), &ben, PASSWORD).await?;
        assert!(!lives(&mut browser).await?);

        let (mut browser, mut phone) = (Browser::of(&company, BEN).await?, Browser::of(&company, BEN).await?);
        let change = |old: &str, new: &str| json!({"password": old, "new_password": new});
        let path = "/api/penstock/me/password";
        assert_eq!(browser.json("PUT", path, &change(PASSWORD, "short")).await?.0, 400);
        assert_eq!(browser.json("PUT", path, &change("wrong", "a newer password")).await?.0, 401);
        assert_eq!(browser.json("PUT", path, &change(PASSWORD, "a newer password")).await?.0, 200);
        assert!(lives(&mut browser).await? && !lives(&mut phone).await?, "all others end");
        assert_eq!(Browser::new(&company).json("POST", "/api/penstock/session", &credentials(BEN, PASSWORD)).await?.0, 401);
        assert!(lives(&mut other).await?, "other people go on");
        accounts::end_sessions(store, &clock, company.id(), ben.id).await?;
        assert!(!lives(&mut browser).await? && lives(&mut other).await?);
    }
    Ok(())
}
