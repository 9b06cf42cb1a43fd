//! Access tokens as credentials of the API.

use crate::round::*;
use crate::support::World;
use penstock_crm::Request;
use serde_json::json;

const INFO: &str = "Please check developers.pipedrive.com";

#[tokio::test]
async fn what_is_no_access_token_is_refused_in_its_own_words() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let app = register(&world, &admin, &["deals:full"]).await;
        let tokens = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await;
        let malformed =
            json!({"success": false, "error": "Invalid request: malformed authorization header", "errorCode": 400, "error_info": INFO});
        let wrong = json!({"success": false, "error": "Invalid token: access_token is invalid", "errorCode": 401, "error_info": INFO});
        let unauthorized = json!({"success": false, "error": "unauthorized access", "errorCode": 401, "error_info": INFO});
        let mut flipped = tokens.access.clone().into_bytes();
        let last = flipped.last_mut().unwrap();
        *last = if *last == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        for (header, body) in [
            (String::new(), &malformed),
            ("Bearer".to_owned(), &malformed),
            ("Bearer ".to_owned(), &malformed),
            (tokens.access.clone(), &malformed),
            (format!("Bearer {} x", tokens.access), &malformed),
            (basic(&app), &malformed),
            (format!("Bearer {flipped}"), &wrong),
            (format!("Bearer {}A", tokens.access), &wrong),
            ("Bearer v1u:".to_owned(), &wrong),
            (format!("Bearer {}", admin.token), &unauthorized),
            (format!("Bearer {}", tokens.refresh), &unauthorized),
            ("Bearer undefined".to_owned(), &unauthorized),
        ] {
            for path in ["/v1/users/me", "/api/v2/deals", "/v1/nothing", "/api/penstock/grants"] {
                let answer = read(&world, path, &header).await;
                assert_eq!(&answer.json, body, "{header} {path}");
                assert_eq!(i64::from(answer.status), body["errorCode"].as_i64().unwrap());
                assert_eq!(answer.header("x-401-by-gw").is_some(), answer.status == 401);
                assert_eq!(answer.header("www-authenticate").is_some(), *body == wrong);
            }
        }
        assert!(works(&world, &tokens.access).await);
        // Clients of 2020 send this beside the API token.
        for header in ["Bearer undefined", "Bearer ", "nonsense"] {
            assert_eq!(read(&world, &format!("/v1/users/me?api_token={}", admin.token), header).await.status, 200);
        }
        // An API token counts before everything else.
        let request = Request {
            method: "GET".to_owned(),
            path: "/api/v2/leads/search".to_owned(),
            query: "term=abc".to_owned(),
            api_token: Some(admin.token.clone()),
            authorization: Some(format!("Bearer {}", tokens.access)),
            ..Request::default()
        };
        assert_eq!(world.send(request).await.status, 200);
    }
}

#[tokio::test]
async fn an_app_does_what_its_user_does() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let app = register(&world, &admin, &["deals:full", "messengers-integration", "webhooks:full", "admin"]).await;
        let token = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await.access;
        let send = async |method: &str, path: &str, body: serde_json::Value| {
            let request = Request {
                method: method.to_owned(),
                path: path.to_owned(),
                authorization: Some(format!("bearer {token}")),
                content_type: Some("application/json".to_owned()),
                body: body.to_string().into_bytes(),
                ..Request::default()
            };
            world.send(request).await
        };
        let deal = send("POST", "/api/v2/deals", json!({"title": "Weir"})).await.ok();
        assert_eq!(deal.data()["owner_id"], admin.user.0);
        let channel = send("POST", "/v1/channels", json!({"name": "Chat", "provider_channel_id": "c"})).await.ok();
        assert_eq!(channel.data()["marketplace_client_id"], app.client_id.as_str());
        let hook = json!({"subscription_url": "http://127.0.0.1:9/", "event_action": "*", "event_object": "*"});
        let hook = send("POST", "/v1/webhooks", hook).await.ok();
        let id = hook.data()["id"].clone();
        // An app sees its own webhooks only, and nobody else removes them.
        let hooks = read(&world, "/v1/webhooks", &format!("Bearer {token}")).await.ok();
        assert_eq!(hooks.data().as_array().unwrap().len(), 1);
        let by_admin = world.call(&admin, penstock_crm::Version::V1, penstock_crm::Method::Delete, &format!("/webhooks/{id}"), None).await;
        assert_eq!(by_admin.status, 403);
    }
}

#[tokio::test]
async fn companies_stay_apart() {
    for world in worlds().await {
        let alpha = world.company("Alpha").await;
        let beta = world.company("Beta").await;
        // An app of one company, let in by people of both.
        let app = register(&world, &alpha, &["users:read"]).await;
        let in_beta = sign_in(&world, "admin@beta.test").await;
        let page = get(&world, "/oauth/authorize", &query(&app, &[]), Some(&in_beta)).await.ok();
        assert!(page.text().contains("registered by Alpha company"), "{}", page.text());
        let of_alpha = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await;
        let of_beta = install(&world, &in_beta, &app).await;
        for (tokens, caller) in [(&of_alpha, &alpha), (&of_beta, &beta)] {
            let me = read(&world, "/v1/users/me", &format!("Bearer {}", tokens.access)).await.ok();
            assert_eq!(me.data()["company_id"], caller.company.0);
            let grants = own(&world, caller, "GET", "/grants", None).await.ok();
            assert_eq!(grants.data().as_array().unwrap().len(), 1);
        }
        // The app is not theirs to look after.
        assert_eq!(own(&world, &beta, "GET", "/apps", None).await.ok().data().as_array().unwrap().len(), 0);
        for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/rotate")] {
            assert_eq!(own(&world, &beta, method, &format!("/apps/{}{path}", app.id), None).await.status, 404);
        }
        // Taking it back in one company changes nothing in the other.
        assert_eq!(revoke(&world, &app, &of_beta.refresh).await.status, 200);
        assert!(works(&world, &of_alpha.access).await && !works(&world, &of_beta.access).await);
        let again = install(&world, &in_beta, &app).await;
        // Removing the app ends it everywhere; other companies notice as other processes do.
        assert_eq!(own(&world, &alpha, "DELETE", &format!("/apps/{}", app.id), None).await.status, 200);
        world.pass(2);
        assert!(!works(&world, &of_alpha.access).await && !works(&world, &again.access).await);
        assert_eq!(refusal(&refresh(&world, &app, &again.refresh).await).0, 401);
    }
}

#[tokio::test]
async fn other_processes_notice_the_end_of_a_token() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let app = register(&world, &admin, &[]).await;
        let tokens = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await;
        assert!(works(&world, &tokens.access).await);
        let other: &World = &world.another().await;
        assert!(works(other, &tokens.access).await);
        assert_eq!(revoke(other, &app, &tokens.refresh).await.status, 200);
        assert!(!works(other, &tokens.access).await);
        world.pass(2);
        assert!(!works(&world, &tokens.access).await);
    }
}
