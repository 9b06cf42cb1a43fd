//! Registering apps.

use crate::round::*;
use serde_json::{Value, json};

#[tokio::test]
async fn administrators_look_after_apps() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let ann = world.user(&admin, "Ann", false).await;
        let body = json!({
            "name": "Bridge", "redirect_uris": [CALLBACK], "scopes": ["deals:full"], "uninstall_url": "https://app.example/gone",
        });
        assert_eq!(own(&world, &ann, "POST", "/apps", Some(body.clone())).await.status, 403);
        let made = own(&world, &admin, "POST", "/apps", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let mut expected = made.data().clone();
        let secret = expected.as_object_mut().unwrap().remove("client_secret").unwrap();
        assert_eq!((secret.as_str().unwrap().len(), expected["client_id"].as_str().unwrap().len()), (40, 16));
        assert_eq!(expected["scopes"], json!(["base", "deals:full"]));
        let id = expected["id"].clone();
        let show = async || own(&world, &admin, "GET", &format!("/apps/{id}"), None).await.ok().data().clone();
        assert_eq!(show().await, expected, "the secret is shown once");
        assert_eq!(own(&world, &admin, "GET", "/apps", None).await.data(), &json!([expected]));
        for (method, path) in
            [("GET", "/apps"), ("GET", "/apps/1"), ("PATCH", "/apps/1"), ("DELETE", "/apps/1"), ("POST", "/apps/1/rotate")]
        {
            assert_eq!(own(&world, &ann, method, path, None).await.status, 403, "{method} {path}");
        }

        let change = json!({"name": "Ferry", "scopes": ["leads:read"], "redirect_uris": ["https://b.example/"], "uninstall_url": null});
        own(&world, &admin, "PATCH", &format!("/apps/{id}"), Some(change)).await.ok();
        let changed = show().await;
        assert_eq!(changed["name"], "Ferry");
        assert_eq!(changed["scopes"], json!(["base", "leads:read"]));
        assert_eq!((&changed["redirect_uris"], &changed["uninstall_url"]), (&json!(["https://b.example/"]), &Value::Null));
        assert_eq!(changed["client_id"], expected["client_id"]);

        assert_eq!(own(&world, &admin, "DELETE", &format!("/apps/{id}"), None).await.status, 200);
        assert_eq!(own(&world, &admin, "GET", &format!("/apps/{id}"), None).await.status, 404);
    }
}

#[tokio::test]
async fn what_cannot_be_registered() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let good = json!({"name": "Bridge", "redirect_uris": [CALLBACK]});
        for (key, value) in [
            ("name", json!("")),
            ("name", json!("a\nb")),
            ("name", json!("a".repeat(256))),
            ("redirect_uris", json!([])),
            ("redirect_uris", json!(CALLBACK)),
            ("redirect_uris", json!([1])),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("redirect_uris", json!(["https://app.example/#x"])),
            ("redirect_uris", json!(vec![CALLBACK; 21])),
            ("scopes", json!(["deals:write"])),
            ("scopes", json!("deals:full")),
            ("uninstall_url", json!("ftp://app.example")),
            ("is_public", json!("yes")),
            ("secret", json!("x")),
        ] {
            let mut body = good.clone();
            body[key] = value;
            let answer = own(&world, &admin, "POST", "/apps", Some(body.clone())).await;
            assert_eq!(answer.status, 400, "{body}");
            assert!(answer.json["error"].as_str().unwrap().contains(key), "{}", answer.text());
        }
        assert_eq!(own(&world, &admin, "GET", "/apps", None).await.data(), &json!([]));
    }
}

#[tokio::test]
async fn a_new_secret_ends_the_old_one() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let app = register(&world, &admin, &[]).await;
        let tokens = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await;
        let rotated = own(&world, &admin, "POST", &format!("/apps/{}/rotate", app.id), None).await.ok();
        let secret = rotated.data()["client_secret"].as_str().map(str::to_owned);
        assert_ne!(secret, app.secret);
        assert!(!rotated.data()["rotate_time"].is_null());
        assert_eq!(refusal(&refresh(&world, &app, &tokens.refresh).await).0, 401);
        let app = App { secret, ..app };
        assert_eq!(refresh(&world, &app, &tokens.refresh).await.status, 200);
        let body = json!({"name": "Phone", "redirect_uris": [CALLBACK], "is_public": true});
        let public = register_as(&world, &admin, body).await;
        assert_eq!(own(&world, &admin, "POST", &format!("/apps/{}/rotate", public.id), None).await.status, 400);
    }
}

#[tokio::test]
async fn an_app_that_asks_for_less_gets_less() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        let app = register(&world, &admin, &["deals:full", "leads:read"]).await;
        let tokens = install(&world, &sign_in(&world, "admin@alpha.test").await, &app).await;
        own(&world, &admin, "PATCH", &format!("/apps/{}", app.id), Some(json!({"scopes": ["leads:read", "users:read"]}))).await.ok();
        let answer = refresh(&world, &app, &tokens.refresh).await;
        assert_eq!(answer.json["scope"], "base,leads:read", "and not what nobody has allowed");
    }
}
