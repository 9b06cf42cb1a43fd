//! The log of deliveries, and sending again.

use super::receiver::{Reaction, Receiver};
use super::{Outcome, Retry, add_person, each, rename, states, subscribe, subscribe_to};
use serde_json::{Value, json};

#[tokio::test]
async fn the_log_tells_every_attempt() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        let list = format!("/api/penstock/webhooks/{hook}/deliveries");
        assert_eq!(company.get(&list).await?, json!([]));
        receiver.react(|got| Reaction::Status(if got.attempt() == 1 { 503 } else { 200 }));
        let person = add_person(&company, "Mary").await?;
        company.deliver().await?;
        let waiting = company.get(&list).await?[0].clone();
        assert_eq!((&waiting["state"], &waiting["next_attempt_time"]), (&json!("waiting"), &json!("2026-03-02T09:00:03.000Z")));
        company.pass(3_000);
        company.deliver().await?;
        let log = company.get(&list).await?;
        let done = &log[0];
        for (key, value) in [
            ("action", json!("create")),
            ("object", json!("person")),
            ("record_id", json!(person)),
            ("event_time", json!("2026-03-02T09:00:00.000Z")),
            ("state", json!("delivered")),
            ("next_attempt_time", Value::Null),
        ] {
            assert_eq!(done[key], value, "{key}");
        }
        assert_eq!(done["event_id"], receiver.take()[0].event_id());
        let attempts: Vec<_> = done["attempts"].as_array().unwrap().iter().map(|attempt| (&attempt["time"], &attempt["status"])).collect();
        assert_eq!(attempts, [(&json!("2026-03-02T09:00:00.000Z"), &json!(503)), (&json!("2026-03-02T09:00:03.000Z"), &json!(200))]);
        assert!(done["attempts"][0]["duration_ms"].is_i64() && done["attempts"][0]["error"].is_null());
    }
    Ok(())
}

#[tokio::test]
async fn the_log_comes_in_pages_to_those_whose_subscription_it_is() -> Outcome {
    for company in each(Retry::Steady).await? {
        company.add_colleague().await?;
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        for number in 0..5 {
            add_person(&company, &format!("Person {number}")).await?;
        }
        company.deliver().await?;
        let (mut records, mut target) = (Vec::new(), format!("/api/penstock/webhooks/{hook}/deliveries?limit=2"));
        loop {
            let (status, page) = company.send("GET", &target, &Value::Null).await?;
            assert_eq!(status, 200);
            records.extend(page["data"].as_array().unwrap().iter().map(|row| row["record_id"].as_i64().unwrap()));
            let Some(cursor) = page["additional_data"]["next_cursor"].as_str() else { break };
            target = format!("/api/penstock/webhooks/{hook}/deliveries?limit=2&cursor={cursor}");
        }
        assert_eq!(records.len(), 5);
        assert!(records.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {records:?}");
        assert_eq!(company.send("GET", &format!("/api/penstock/webhooks/{hook}/deliveries?cursor=x"), &Value::Null).await?.0, 400);

        let colleague = company.as_colleague();
        for (method, path, body) in [
            ("GET", "deliveries", Value::Null),
            ("POST", "deliveries/1/replay", Value::Null),
            ("POST", "replay", json!({"since": "2026-01-01T00:00:00Z"})),
            ("POST", "test", Value::Null),
        ] {
            let target = format!("/api/penstock/webhooks/{hook}/{path}");
            assert_eq!(colleague.send(method, &target, &body).await?.0, 404, "{target}");
            assert_eq!(company.send(method, &format!("/api/penstock/webhooks/999/{path}"), &body).await?.0, 404);
        }
        let own = subscribe(&colleague, &receiver.url("/")).await?;
        assert_eq!(colleague.send("GET", &format!("/api/penstock/webhooks/{own}/deliveries"), &Value::Null).await?.0, 200);
        assert_eq!(company.send("GET", &format!("/api/penstock/webhooks/{own}/deliveries"), &Value::Null).await?.0, 200);
    }
    Ok(())
}

#[tokio::test]
async fn what_was_sent_can_be_sent_again() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        let person = add_person(&company, "Ann").await?;
        company.pass(60_000);
        rename(&company, person, "Anna").await?;
        company.pass(60_000);
        rename(&company, person, "Annabel").await?;
        company.deliver().await?;
        let first = receiver.take();
        assert_eq!(first.len(), 3);

        let log = company.get(&format!("/api/penstock/webhooks/{hook}/deliveries")).await?;
        let newest = log[0]["id"].as_i64().unwrap();
        let target = format!("/api/penstock/webhooks/{hook}/deliveries/{newest}/replay");
        assert_eq!(company.data("POST", &target, Value::Null).await?, json!({"id": newest, "state": "waiting"}));
        company.deliver().await?;
        let again = receiver.take();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].body, first[2].body, "the same event under the same id, as a first attempt");

        let target = format!("/api/penstock/webhooks/{hook}/replay");
        assert_eq!(company.data("POST", &target, json!({"since": "2026-03-02T09:01:00Z"})).await?, json!({"replayed": 2}));
        company.deliver().await?;
        let names: Vec<_> = receiver.take().iter().map(|got| got.body["data"]["name"].clone()).collect();
        assert_eq!(names, ["Anna", "Annabel"]);
        let log = company.get(&format!("/api/penstock/webhooks/{hook}/deliveries")).await?;
        assert_eq!(log[0]["attempts"].as_array().unwrap().len(), 3, "the log keeps what was before");

        for (body, status) in
            [(json!({}), 400), (json!({"since": "yesterday"}), 400), (json!({"since": 5}), 400), (json!({"from": "x"}), 400)]
        {
            assert_eq!(company.send("POST", &target, &body).await?.0, status, "{body}");
        }
        let unknown = format!("/api/penstock/webhooks/{hook}/deliveries/999/replay");
        assert_eq!(company.send("POST", &unknown, &Value::Null).await?.0, 404);
    }
    Ok(())
}

#[tokio::test]
async fn a_test_event_is_sent_at_once() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe(&company, &receiver.url("/")).await?;
        let target = format!("/api/penstock/webhooks/{hook}/test");
        let outcome = company.data("POST", &target, Value::Null).await?;
        assert_eq!((&outcome["delivered"], &outcome["status"], &outcome["error"]), (&json!(true), &json!(200), &Value::Null));
        let got = receiver.take();
        assert_eq!((got.len(), got[0].what()), (1, "test test 0".to_owned()));
        assert_eq!(got[0].body["meta"]["webhook_id"], hook.to_string());

        receiver.react(|_| Reaction::Status(410));
        let outcome = company.data("POST", &target, Value::Null).await?;
        assert_eq!((&outcome["delivered"], &outcome["status"]), (&json!(false), &json!(410)));
        receiver.react(|_| Reaction::Hang);
        let outcome = company.data("POST", &target, Value::Null).await?;
        assert_eq!((&outcome["status"], &outcome["error"]), (&Value::Null, &json!("no answer in time")));
        assert!(states(&company, hook).await?.is_empty(), "it is no event");
    }
    Ok(())
}

#[tokio::test]
async fn a_subscription_that_ends_takes_what_waits_with_it() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        // Keeps the company among those with subscriptions.
        subscribe_to(&company, &receiver.url("/other"), "delete", "deal").await?;
        receiver.react(|_| Reaction::Status(500));
        for number in 0..3 {
            add_person(&company, &format!("Person {number}")).await?;
        }
        company.deliver().await?;
        assert_eq!(receiver.take().len(), 3);
        let (status, _) = company.send("DELETE", &format!("/v1/webhooks/{hook}"), &Value::Null).await?;
        assert_eq!(status, 200);
        add_person(&company, "Later").await?;
        company.pass(3_000);
        company.deliver().await?;
        assert!(receiver.take().is_empty());
        assert_eq!(states(&company, hook).await?, ["dropped", "dropped", "dropped"]);
        let (status, _) = company.send("GET", &format!("/api/penstock/webhooks/{hook}/deliveries"), &Value::Null).await?;
        assert_eq!(status, 404);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_old_goes() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        add_person(&company, "Old").await?;
        company.deliver().await?;
        company.pass(8 * 86_400_000);
        let young = add_person(&company, "Young").await?;
        company.deliver().await?;
        company.keep_house().await?;
        let log = company.get(&format!("/api/penstock/webhooks/{hook}/deliveries")).await?;
        assert_eq!((log.as_array().unwrap().len(), &log[0]["record_id"]), (1, &json!(young)));
        let kept = company.rows("SELECT COUNT(*) FROM event_log WHERE company_id = $1", 1).await?;
        let events = company.rows("SELECT COUNT(*) FROM outbox WHERE company_id = $1", 1).await?;
        assert_eq!(kept, events);
    }
    Ok(())
}
