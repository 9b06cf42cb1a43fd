//! Subscribing, listing, ending (semantics.md 4.1, 28.1).

use super::company::{Company, Outcome};
use super::watch::keys;
use serde_json::{Value, json};

const KEYS: &[&str] = &[
    "id",
    "company_id",
    "owner_id",
    "user_id",
    "event_action",
    "event_object",
    "subscription_url",
    "version",
    "is_active",
    "add_time",
    "remove_time",
    "type",
    "http_auth_user",
    "http_auth_password",
    "remove_reason",
    "last_delivery_time",
    "last_http_status",
    "admin_id",
    "name",
];

fn wanted() -> Value {
    json!({"subscription_url": "https://receiver.test/hook?a=1", "event_action": "create", "event_object": "deal", "name": "Deals"})
}

fn with(key: &str, value: Value) -> Value {
    let mut body = wanted();
    body[key] = value;
    body
}

fn ok() -> Value {
    json!({"status": "ok", "success": true})
}

fn refused(errors: Value) -> Value {
    json!({"status": "error", "success": false, "errors": errors})
}

async fn subscribe(company: &Company, body: Value) -> Outcome<i64> {
    company.data("POST", "/v1/webhooks", body).await?["id"].as_i64().ok_or_else(|| "no id".into())
}

async fn listed(company: &Company) -> Outcome<Vec<i64>> {
    let hooks = company.get("/v1/webhooks").await?;
    Ok(hooks.as_array().into_iter().flatten().filter_map(|hook| hook["id"].as_i64()).collect())
}

#[tokio::test]
async fn a_subscription_is_made_listed_and_ended() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00.250")?;
        assert_eq!(company.send("GET", "/v1/webhooks", &Value::Null).await?, (200, json!({"status": "ok", "success": true, "data": []})));
        let mut body = wanted();
        body["http_auth_user"] = json!("miller");
        body["http_auth_password"] = json!("watermill");
        let (status, made) = company.send("POST", "/v1/webhooks", &body).await?;
        assert_eq!(status, 201, "{made}");
        assert_eq!((keys(&made), keys(&made["data"])), (vec!["status", "success", "data"], KEYS.to_vec()));
        let expected = json!({"id": 1, "company_id": company.id().0, "owner_id": 1, "user_id": 1, "event_action": "create",
            "event_object": "deal", "subscription_url": "https://receiver.test/hook?a=1", "version": "2.0", "is_active": 1,
            "add_time": "2026-03-01T12:00:00.250Z", "remove_time": null, "type": "general", "http_auth_user": "miller",
            "http_auth_password": "********", "remove_reason": null, "last_delivery_time": null, "last_http_status": null,
            "admin_id": 1, "name": "Deals"});
        assert_eq!(made["data"], expected);
        let (status, list) = company.send("GET", "/v1/webhooks", &Value::Null).await?;
        assert_eq!((status, list), (200, json!({"status": "ok", "success": true, "data": [expected]})));

        company.at("2026-03-02 12:00:00")?;
        assert_eq!(company.send("DELETE", "/v1/webhooks/1", &Value::Null).await?, (200, ok()));
        assert_eq!(listed(&company).await?, Vec::<i64>::new());
        let kept = "SELECT is_active, remove_time, remove_reason FROM webhooks WHERE company_id = $1";
        assert_eq!(company.rows(kept, 3).await?, [[json!(0), json!(1_772_452_800_000_i64), json!("removed by request")]]);
        for id in ["1", "2", "999999999", "0", "-1", "x"] {
            let answer = company.send("DELETE", &format!("/v1/webhooks/{id}"), &Value::Null).await?;
            assert_eq!(answer, (404, refused(json!({"id": ["not found"]}))), "{id}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_address_below_the_root_of_v2_is_the_same_one() -> Outcome {
    for company in Company::each().await? {
        let (status, made) = company.send("POST", "/api/v2/webhooks", &with("unheard_of", json!(1))).await?;
        assert_eq!((status, &made["status"]), (201, &json!("ok")), "as lenient as v1: {made}");
        assert_eq!(listed(&company).await?, [1]);
        assert_eq!(company.send("GET", "/api/v2/webhooks", &Value::Null).await?.1["data"][0], made["data"]);
        let (status, refusal) = company.send("POST", "/api/v2/webhooks", &with("subscription_url", json!("nowhere"))).await?;
        assert_eq!((status, refusal), (400, refused(json!({"subscription_url": ["invalid or non-reachable URL"]}))));
        assert_eq!(company.send("PATCH", "/api/v2/webhooks/1", &json!({})).await?.0, 405, "nothing updates a subscription");
        assert_eq!(company.send("DELETE", "/api/v2/webhooks/1", &Value::Null).await?, (200, ok()));
    }
    Ok(())
}

#[tokio::test]
async fn forms_and_numbers_in_texts_are_taken() -> Outcome {
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        let form = format!(
            "subscription_url=https%3A%2F%2Fhooks.example.com%2F&event_action=*&event_object=*&user_id={colleague}&version=1.0&name=&http_auth_user="
        );
        let answer = company.raw("POST", "/v1/webhooks", Some("application/x-www-form-urlencoded"), form.into_bytes(), None).await?;
        let made: Value = serde_json::from_slice(&answer.body)?;
        assert_eq!(answer.status, 201, "{made}");
        let of = ["user_id", "owner_id", "version", "name", "http_auth_user", "http_auth_password"].map(|key| made["data"][key].clone());
        assert_eq!(of, [json!(colleague), json!(1), json!("1.0"), Value::Null, Value::Null, Value::Null]);
        // The guide does not ask for a name.
        let mut nameless = wanted();
        nameless.as_object_mut().ok_or("no object")?.remove("name");
        assert!(subscribe(&company, nameless).await.is_ok());
    }
    Ok(())
}

#[tokio::test]
async fn words_of_the_first_version_mean_it_where_none_is_named() -> Outcome {
    let [company, _] = Company::each().await?;
    for (action, object, version) in [
        ("added", "deal", "1.0"),
        ("*", "activityType", "1.0"),
        ("merged", "*", "1.0"),
        ("*", "*", "2.0"),
        ("*", "deal", "2.0"),
        ("create", "deal", "2.0"),
    ] {
        let body = json!({"subscription_url": "https://hooks.example.com/", "event_action": action, "event_object": object});
        let (status, answer) = company.send("POST", "/v1/webhooks", &body).await?;
        assert_eq!((status, &answer["data"]["version"]), (201, &json!(version)), "{action}.{object}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_is_said_key_by_key() -> Outcome {
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        company.data("PUT", &format!("/v1/users/{colleague}"), json!({"active_flag": 0})).await?;
        let bad_url = json!({"subscription_url": ["invalid or non-reachable URL"]});
        let long = "x".repeat(256);
        for (body, errors) in [
            (with("subscription_url", json!("nowhere")), bad_url.clone()),
            (with("subscription_url", json!("ftp://receiver.test/")), bad_url.clone()),
            (with("subscription_url", json!("")), bad_url.clone()),
            (with("subscription_url", json!("https://a:b@receiver.test/")), bad_url.clone()),
            // This very API.
            (with("subscription_url", json!("http://crm.test/v1/deals")), bad_url.clone()),
            (with("subscription_url", json!("http://CRM.test:80/api/v2/deals")), bad_url),
            (with("subscription_url", Value::Null), json!({"subscription_url": ["is required"]})),
            (with("event_action", Value::Null), json!({"event_action": ["is required"]})),
            (with("event_object", json!(5)), json!({"event_object": ["The value is not a valid 'string'"]})),
            (with("version", json!("3.0")), json!({"version": ["must be one of 1.0, 2.0"]})),
            (with("event_action", json!("moved")), json!({"event_action": ["is no action of version 2.0"]})),
            (
                json!({"subscription_url": "http://a.test", "event_action": "added", "event_object": "activityType", "version": "2.0"}),
                json!({"event_action": ["is no action of version 2.0"], "event_object": ["is no object of version 2.0"]}),
            ),
            (with("event_object", json!("file")), json!({"event_object": ["is no object of version 2.0"]})),
            (with("name", json!(long)), json!({"name": ["must not be longer than 255 characters"]})),
            (with("http_auth_user", json!("a:b")), json!({"http_auth_user": ["must not contain a colon"]})),
            (with("user_id", json!(999_999)), json!({"user_id": ["user not found or not active"]})),
            (with("user_id", json!(colleague)), json!({"user_id": ["user not found or not active"]})),
            (
                json!({"subscription_url": "x", "event_action": "create", "event_object": "lead", "version": "1.0"}),
                json!({"subscription_url": ["invalid or non-reachable URL"], "event_action": ["is no action of version 1.0"],
                    "event_object": ["is no object of version 1.0"]}),
            ),
            (
                json!({"subscription_url": "http://a.test", "event_action": "merged", "event_object": "note", "version": "1.0"}),
                json!({"event_action": ["note is never merged"]}),
            ),
        ] {
            let answer = company.send("POST", "/v1/webhooks", &body).await?;
            assert_eq!(answer, (400, refused(errors)), "{body}");
        }
        assert_eq!(listed(&company).await?, Vec::<i64>::new());
        let answer = company.raw("POST", "/v1/webhooks", Some("application/json"), b"{".to_vec(), None).await?;
        assert_eq!((answer.status, serde_json::from_slice(&answer.body)?), (400, refused(json!({"body": ["the body is not valid JSON"]}))));
    }
    Ok(())
}

#[tokio::test]
async fn every_word_of_each_version_is_taken() -> Outcome {
    use penstock_crm::webhooks::hook::Shape::{V1, V2};
    use penstock_crm::webhooks::words::{actions, objects};
    let [company, _] = Company::each().await?;
    for shape in [V1, V2] {
        let every = |words: &'static [&'static str]| words.iter().copied().chain(["*"]);
        let pairs = every(actions(shape)).map(|action| (action, "*")).chain(every(objects(shape)).map(|object| ("*", object)));
        for (action, object) in pairs {
            let body =
                json!({"subscription_url": "http://a.test", "event_action": action, "event_object": object, "version": shape.word()});
            let id = subscribe(&company, body).await?;
            company.send("DELETE", &format!("/v1/webhooks/{id}"), &Value::Null).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn only_administrators_see_and_end_those_of_others() -> Outcome {
    let forbidden = || json!({"success": false, "message": "Forbidden"});
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        let ben = company.as_colleague();
        let of_ada = subscribe(&company, wanted()).await?;
        let of_ben = subscribe(&ben, with("user_id", json!(colleague))).await?;
        assert_eq!(listed(&company).await?, [of_ada, of_ben]);
        assert_eq!(listed(&ben).await?, [of_ben]);
        assert_eq!(ben.send("POST", "/v1/webhooks", &with("user_id", json!(1))).await?, (403, forbidden()));
        assert_eq!(ben.send("DELETE", &format!("/v1/webhooks/{of_ada}"), &Value::Null).await?, (403, forbidden()));
        assert_eq!(company.send("DELETE", &format!("/v1/webhooks/{of_ben}"), &Value::Null).await?, (200, ok()));
        // What an app has made, nobody else removes.
        let lent = subscribe(&company, wanted()).await?;
        company.execute("UPDATE webhooks SET app_id = 7 WHERE company_id = $1 AND id = $2", &[lent]).await?;
        assert_eq!(company.send("DELETE", &format!("/v1/webhooks/{lent}"), &Value::Null).await?, (403, forbidden()));
        let hooks = company.get("/v1/webhooks").await?;
        assert_eq!(hooks.as_array().and_then(|hooks| hooks.last()).map(|hook| &hook["type"]), Some(&json!("application")));
    }
    Ok(())
}

#[tokio::test]
async fn a_user_has_at_most_forty() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        for _ in 0..39 {
            subscribe(&company, wanted()).await?;
        }
        // Two at once for the last place.
        let (body, other) = (wanted(), company.another());
        let (one, two) = tokio::join!(company.send("POST", "/v1/webhooks", &body), other.send("POST", "/v1/webhooks", &body));
        let mut statuses = [one?.0, two?.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
        let (status, refusal) = company.send("POST", "/v1/webhooks", &wanted()).await?;
        assert_eq!((status, refusal), (422, refused(json!({"user_id": ["there can be at most 40 webhooks of a user"]}))));
        assert_eq!(listed(&company).await?.len(), 40);
        subscribe(&company.as_colleague(), wanted()).await?;
        let last = listed(&company.another()).await?[0];
        company.send("DELETE", &format!("/v1/webhooks/{last}"), &Value::Null).await?;
        subscribe(&company, wanted()).await?;
    }
    Ok(())
}
