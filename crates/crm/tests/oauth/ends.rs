//! How tokens and grants end.

use crate::round::*;
use crate::support::{Caller, World};
use penstock_store::{Sql, Statement, Weight};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn start(world: &World) -> (Caller, App, Browser) {
    let admin = world.company("Alpha").await;
    let app = register(world, &admin, &["deals:full", "webhooks:full"]).await;
    let browser = sign_in(world, "admin@alpha.test").await;
    (admin, app, browser)
}

#[tokio::test]
async fn tokens_end_by_themselves() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let mut tokens_now = install(&world, &browser, &app).await;
        world.pass(3599);
        assert!(works(&world, &tokens_now.access).await);
        world.pass(1);
        assert!(!works(&world, &tokens_now.access).await);
        tokens_now = tokens(&refresh(&world, &app, &tokens_now.refresh).await);
        // Sixty days from the last use.
        for _ in 0..3 {
            world.pass(60 * 86_400 - 1);
            tokens_now = tokens(&refresh(&world, &app, &tokens_now.refresh).await);
            assert!(works(&world, &tokens_now.access).await);
        }
        world.pass(60 * 86_400);
        let answer = refresh(&world, &app, &tokens_now.refresh).await;
        assert_eq!(refusal(&answer), (400, "Invalid grant: refresh_token is invalid", "invalid_grant"));
        world.keep_house().await;
        for table in ["oauth_grants", "oauth_access_tokens", "oauth_codes"] {
            assert_eq!(world.dump(admin.company).await[table], Vec::<String>::new(), "{table}");
        }
    }
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let wrong = (400, "Invalid grant: authorization_code is invalid", "invalid_grant");
        let code_now = code(&world, &browser, &app).await;
        let first = tokens(&redeem(&world, &app, &code_now).await);
        let second = tokens(&refresh(&world, &app, &first.refresh).await);
        assert_eq!(refusal(&redeem(&world, &app, &code_now).await), wrong);
        for token in [&first.access, &second.access] {
            assert!(!works(&world, token).await);
        }
        assert_eq!(refresh(&world, &app, &first.refresh).await.status, 400);
        // A code from before ends nothing that came of a later one.
        let later = install(&world, &browser, &app).await;
        assert_eq!(refusal(&redeem(&world, &app, &code_now).await), wrong);
        assert!(works(&world, &later.access).await);
        assert_eq!(refresh(&world, &app, &later.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn a_code_in_two_requests_at_once_gives_tokens_to_none() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let code = code(&world, &browser, &app).await;
        let (one, other) = tokio::join!(redeem(&world, &app, &code), redeem(&world, &app, &code));
        let given: Vec<_> = [one, other].into_iter().filter(|answer| answer.status == 200).map(|answer| tokens(&answer)).collect();
        assert!(given.len() <= 1, "a code counts once");
        for tokens in given {
            assert!(!works(&world, &tokens.access).await);
            assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 400);
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_app_is_of_no_use() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let thief = register(&world, &admin, &["deals:full"]).await;
        // An unused code is burnt.
        let unused = code(&world, &browser, &app).await;
        assert_eq!(redeem(&world, &thief, &unused).await.status, 400);
        assert_eq!(redeem(&world, &app, &unused).await.status, 400);
        // A used one ends what came of it.
        let used = code(&world, &browser, &app).await;
        let first = tokens(&redeem(&world, &app, &used).await);
        assert_eq!(redeem(&world, &thief, &used).await.status, 400);
        assert!(!works(&world, &first.access).await);
        // Refresh tokens and revocations of others change nothing.
        let tokens = install(&world, &browser, &app).await;
        assert_eq!(refresh(&world, &thief, &tokens.refresh).await.status, 400);
        for token in [&tokens.refresh, &tokens.access] {
            assert_eq!(revoke(&world, &thief, token).await.status, 200);
        }
        assert!(works(&world, &tokens.access).await);
        assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn revoking_ends_a_token_or_everything() {
    for world in worlds().await {
        let (_, app, browser) = start(&world).await;
        let first = install(&world, &browser, &app).await;
        let second = tokens(&refresh(&world, &app, &first.refresh).await);
        for token in ["", "unknown", "\0", "1:1:0123456789012345678901234567890123456789", "v1u:AAAA"] {
            let status = if token.is_empty() { 400 } else { 200 };
            assert_eq!(revoke(&world, &app, token).await.status, status, "{token:?}");
        }
        assert!(works(&world, &first.access).await && works(&world, &second.access).await);
        assert_eq!(revoke(&world, &app, &first.access).await.status, 200);
        assert!(!works(&world, &first.access).await && works(&world, &second.access).await);
        // A hint that is wrong changes nothing.
        let pairs = [("token", first.refresh.as_str()), ("token_type_hint", "access_token")];
        let request = penstock_crm::Request { authorization: Some(basic(&app)), ..form("/oauth/revoke", &pairs) };
        assert_eq!(world.send(request).await.status, 200);
        assert!(!works(&world, &second.access).await);
        assert_eq!(refresh(&world, &app, &first.refresh).await.status, 400);
        assert_eq!(revoke(&world, &app, &first.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn one_grant_per_user_and_app() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let first = install(&world, &browser, &app).await;
        let second = install(&world, &browser, &app).await;
        assert!(!works(&world, &first.access).await && works(&world, &second.access).await);
        assert_eq!(refresh(&world, &app, &first.refresh).await.status, 400);
        let grants = own(&world, &admin, "GET", "/grants", None).await.ok();
        assert_eq!(grants.data().as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_user_takes_back_what_was_allowed() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let ann = world.user(&admin, "Ann", false).await;
        let of_admin = install(&world, &browser, &app).await;
        let of_ann = install(&world, &sign_in(&world, "ann@example.test").await, &app).await;
        let list = async |caller: &Caller| own(&world, caller, "GET", "/grants", None).await.ok().data().as_array().unwrap().clone();
        assert_eq!(list(&admin).await.len(), 2);
        let mine = list(&ann).await;
        assert_eq!(mine.len(), 1);
        let mut shown = mine[0].clone();
        assert_eq!(shown["scopes"], json!(["base", "deals:full", "webhooks:full"]));
        shown.as_object_mut().unwrap().retain(|key, _| ["user_id", "client_id", "app_name"].contains(&key.as_str()));
        assert_eq!(shown, json!({"user_id": ann.user.0, "client_id": app.client_id, "app_name": "Bridge & <Co>"}));
        // Others learn nothing of it.
        let of = |grants: &[Value], user: i64| grants.iter().find(|grant| grant["user_id"] == user).unwrap()["id"].clone();
        let grant = of(&list(&admin).await, admin.user.0);
        assert_eq!(own(&world, &ann, "DELETE", &format!("/grants/{grant}"), None).await.status, 404);
        assert_eq!(own(&world, &ann, "DELETE", &format!("/grants/{}", mine[0]["id"]), None).await.status, 200);
        assert!(!works(&world, &of_ann.access).await && works(&world, &of_admin.access).await);
        assert_eq!(own(&world, &admin, "DELETE", &format!("/grants/{grant}"), None).await.status, 200);
        assert!(!works(&world, &of_admin.access).await);
        assert_eq!(own(&world, &admin, "DELETE", &format!("/grants/{grant}"), None).await.status, 404);
        // The audit log has it all, the last first.
        let log = own(&world, &admin, "GET", "/audit", None).await.ok();
        let rows = log.data().as_array().unwrap().iter().filter(|row| row["action"].as_str().unwrap().starts_with("app_"));
        let rows: Vec<_> = rows.map(|row| format!("{} {} {}", row["action"], row["user_id"], row["via"]).replace('"', "")).collect();
        let (one, two) = (admin.user, ann.user);
        let expected = [
            format!("app_removed {one} token"),
            format!("app_removed {two} token"),
            format!("app_allowed {two} session"),
            format!("app_allowed {one} session"),
            format!("app_added {one} token"),
        ];
        assert_eq!(rows, expected);
    }
}

/// A receiver that answers once with each of these statuses, and keeps what it got.
async fn receiver(statuses: &'static [u16]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gone?a=1", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = requests.clone();
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            while !text.contains("\r\n\r\n{") || !text.ends_with('}') {
                let mut bytes = [0; 4096];
                let size = stream.read(&mut bytes).await.unwrap();
                text.push_str(std::str::from_utf8(&bytes[..size]).unwrap());
            }
            kept.lock().unwrap().push(text);
            // Nothing at all is an answer that is lost.
            if *status > 0 {
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (url, requests)
}

#[tokio::test]
async fn the_app_is_told_and_loses_its_webhooks() {
    for world in worlds().await {
        let (admin, other, browser) = start(&world).await;
        let (url, requests) = receiver(&[0, 500]).await;
        let body = json!({"name": "Told", "redirect_uris": [CALLBACK], "uninstall_url": url});
        let app = register_as(&world, &admin, body).await;
        let tokens = install(&world, &browser, &app).await;
        for (id, app_id) in [(1_i64, Some(app.id)), (2, Some(other.id)), (3, None)] {
            let values = vec![admin.company.into(), id.into(), app_id.into()];
            let text =
                "INSERT INTO webhooks (company_id, id, version, event_action, event_object, subscription_url, user_id, owner_id, app_id,
                 is_active, add_time) VALUES ($1, $2, '2.0', '*', '*', 'https://app.example/', 1, 1, $3, 1, 0)";
            world.store.execute(vec![Statement::new(text, values)]).await.unwrap();
        }
        assert_eq!(revoke(&world, &app, &tokens.refresh).await.status, 200);
        let mut sql = Sql::new("SELECT id, is_active, remove_reason FROM webhooks WHERE company_id = ");
        sql.bind(admin.company).push(" ORDER BY id");
        let rows = world.store.rows(sql, Weight::Light, 3).await.unwrap();
        let active: Vec<_> = rows.iter().map(|row| (row[0].as_int(), row[1].as_int(), row[2].as_text().is_some())).collect();
        assert_eq!(active, [(Some(1), Some(0), true), (Some(2), Some(1), false), (Some(3), Some(1), false)]);

        // The first answer is lost; whatever comes the second time is one.
        assert_eq!(world.run_jobs().await, 1);
        assert_eq!(world.run_jobs().await, 0, "it rests");
        world.pass(10);
        assert_eq!(world.run_jobs().await, 1);
        world.pass(3600);
        assert_eq!(world.run_jobs().await, 0);
        let requests = requests.lock().unwrap().clone();
        assert_eq!(requests.len(), 2);
        for request in requests {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("DELETE /gone?a=1 HTTP/1.1\r\n"), "{head}");
            let head = head.to_ascii_lowercase();
            assert!(head.contains("content-type: application/json"), "{head}");
            assert!(head.contains(&format!("authorization: {}", basic(&app).to_ascii_lowercase())), "{head}");
            let expected = json!({
                "client_id": app.client_id, "company_id": admin.company.0, "user_id": admin.user.0, "timestamp": "2026-03-02T09:00:00.000Z",
            });
            assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn a_deactivated_user_ends_nothing_but_gets_nowhere() {
    for world in worlds().await {
        let (admin, app, _) = start(&world).await;
        let ann = world.user(&admin, "Ann", false).await;
        let browser = sign_in(&world, "ann@example.test").await;
        let waiting = code(&world, &browser, &app).await;
        let tokens = install(&world, &browser, &app).await;
        world.deactivate(&ann).await;
        assert!(!works(&world, &tokens.access).await);
        assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 400);
        assert_eq!(redeem(&world, &app, &waiting).await.status, 400);
    }
}

#[tokio::test]
async fn a_stream_of_events_ends_with_the_grant() {
    for world in worlds().await {
        let (admin, app, browser) = start(&world).await;
        let token = install(&world, &browser, &app).await;
        let bearer = format!("Bearer {}", token.access);
        let ending = async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            revoke(&world, &app, &token.refresh).await
        };
        let both = async { tokio::join!(read(&world, "/api/penstock/events", &bearer), ending) };
        let (stream, revoked) = tokio::time::timeout(std::time::Duration::from_secs(20), both).await.unwrap();
        assert_eq!((stream.status, revoked.status), (200, 200));
        assert!(stream.text().starts_with("retry: "), "{}", stream.text());

        let narrow = register(&world, &admin, &["deals:full"]).await;
        let token = install(&world, &browser, &narrow).await;
        assert_eq!(read(&world, "/api/penstock/events", &format!("Bearer {}", token.access)).await.status, 403);
    }
}
