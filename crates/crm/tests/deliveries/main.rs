//! What receivers are told, when, and in which order, on both engines.

#![allow(clippy::unwrap_used, clippy::panic)]

mod backlog;
#[path = "../company/mod.rs"]
mod company;
mod log;
mod nodes;
mod receiver;
mod seats;
mod strict;

use company::{Company, Outcome};
use penstock_crm::Settings;
use penstock_crm::webhooks::delivery::{Allow, Options, Retry};
use receiver::{Reaction, Receiver};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How long a receiver may take here.
const PATIENCE: Duration = Duration::from_millis(1500);

fn settings(retry: Retry) -> Settings {
    let webhooks = Options { retry, allow: Allow::loopback(), timeout: PATIENCE, ..Options::default() };
    Settings { webhooks, ..Settings::default() }
}

async fn each(retry: Retry) -> Outcome<Vec<Company>> {
    let mut companies = Vec::new();
    for company in Company::each().await? {
        let company = company.with_settings(settings(retry)).await?;
        company.at("2026-03-02 09:00:00")?;
        companies.push(company);
    }
    Ok(companies)
}

/// Subscribes a receiver to everything; answers the id.
async fn subscribe(company: &Company, url: &str) -> Outcome<i64> {
    subscribe_to(company, url, "*", "*").await
}

async fn subscribe_to(company: &Company, url: &str, action: &str, object: &str) -> Outcome<i64> {
    let body = json!({"subscription_url": url, "event_action": action, "event_object": object, "version": "2.0"});
    Ok(company.data("POST", "/v1/webhooks", body).await?["id"].as_i64().unwrap())
}

async fn add_person(company: &Company, name: &str) -> Outcome<i64> {
    Ok(company.data("POST", "/api/v2/persons", json!({"name": name})).await?["id"].as_i64().unwrap())
}

async fn rename(company: &Company, person: i64, name: &str) -> Outcome {
    company.data("PATCH", &format!("/api/v2/persons/{person}"), json!({"name": name})).await.map(drop)
}

/// The states of the deliveries of a subscription, oldest first.
async fn states(company: &Company, hook: i64) -> Outcome<Vec<String>> {
    let query = format!("SELECT state FROM webhook_deliveries WHERE company_id = $1 AND hook_id = {hook} ORDER BY seq");
    Ok(company.rows(&query, 1).await?.into_iter().map(|row| row[0].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn what_was_written_is_told_exactly_once_and_in_order() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let before = add_person(&company, "Earlier").await?;
        company.pass(1);
        let body = json!({"subscription_url": receiver.url("/all"), "event_action": "*", "event_object": "*", "version": "2.0",
            "http_auth_user": "ann", "http_auth_password": "pass:word"});
        let hook = company.data("POST", "/v1/webhooks", body).await?["id"].as_i64().unwrap();
        subscribe_to(&company, &receiver.url("/deals"), "change", "deal").await?;
        let person = add_person(&company, "Mary").await?;
        let deal = company.add_deal(json!({"title": "Pump", "currency": "EUR", "person_id": person})).await?;
        company.change_deal(deal, json!({"title": "Pumps"})).await?;
        company.change_deal(deal, json!({"title": "Pumps"})).await?;
        company.data("DELETE", &format!("/api/v2/deals/{deal}"), Value::Null).await?;
        rename(&company, before, "Later").await?;
        assert!(company.deliver().await? >= 6);

        let all = receiver.take();
        let of = |path: &str| -> Vec<String> { all.iter().filter(|got| got.path == path).map(|got| got.what()).collect() };
        let mut expected = vec![
            format!("create person {person}"),
            format!("create deal {deal}"),
            format!("change deal {deal}"),
            format!("delete deal {deal}"),
            format!("change person {before}"),
        ];
        let mut got = of("/all");
        let of_deal = |words: &[String]| -> Vec<String> { words.iter().filter(|what| what.contains(" deal ")).cloned().collect() };
        assert_eq!(of_deal(&got), of_deal(&expected), "in the order of the record");
        expected.sort();
        got.sort();
        assert_eq!(got, expected);
        assert_eq!(of("/deals"), [format!("change deal {deal}")]);

        let first = all.iter().find(|got| got.path == "/all").unwrap();
        assert_eq!(first.header("user-agent"), Some(concat!("Penstock/", env!("CARGO_PKG_VERSION"))));
        assert_eq!(first.header("authorization"), Some("Basic YW5uOnBhc3M6d29yZA=="));
        assert_eq!(first.header("content-type"), Some("application/json"));
        assert!(all.iter().find(|got| got.path == "/deals").unwrap().header("authorization").is_none());
        let changed = all.iter().find(|got| got.path == "/deals").unwrap();
        assert_eq!((&changed.body["data"]["title"], &changed.body["previous"]["title"]), (&json!("Pumps"), &json!("Pump")));

        assert_eq!(company.deliver().await?, 0);
        assert!(receiver.take().is_empty(), "nothing is told twice");
        let waiting = company.rows("SELECT COUNT(*) FROM outbox_waiting WHERE company_id = $1", 1).await?;
        assert_eq!(waiting[0][0], 0);
        let hooks = company.data("GET", "/v1/webhooks", Value::Null).await?;
        let shown = hooks.as_array().unwrap().iter().find(|shown| shown["id"] == hook).unwrap();
        assert_eq!(shown["last_http_status"], 200);
        assert!(shown["last_delivery_time"].as_str().unwrap().starts_with("2026-03-02"), "{shown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_failure_holds_up_its_own_record_only() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        let (ann, ben) = (add_person(&company, "Ann").await?, add_person(&company, "Ben").await?);
        rename(&company, ann, "Anna").await?;
        rename(&company, ben, "Benn").await?;
        let of_ann = format!(" person {ann}");
        let slow = of_ann.clone();
        receiver.react(move |got| Reaction::Status(if got.what().ends_with(&slow) { 500 } else { 204 }));

        company.deliver().await?;
        let first = receiver.take();
        let words = |who: &str| -> Vec<String> { first.iter().map(|got| got.what()).filter(|what| what.ends_with(who)).collect() };
        assert_eq!(words(&of_ann), [format!("create person {ann}")], "her second event waits for the first");
        assert_eq!(words(&format!(" person {ben}")), [format!("create person {ben}"), format!("change person {ben}")]);
        let event = first.iter().find(|got| got.what().ends_with(&of_ann)).unwrap().event_id();

        // 3, 30 and 150 seconds, then longer.
        for (attempt, pause) in [(2, 3), (3, 30), (4, 150), (5, 600), (6, 1800)] {
            company.pass(pause * 1000 - 1);
            company.deliver().await?;
            assert!(receiver.take().is_empty(), "attempt {attempt} comes too early");
            company.pass(1);
            company.deliver().await?;
            let again = receiver.take();
            assert_eq!(again.len(), 1);
            assert_eq!((again[0].attempt(), again[0].event_id()), (attempt, event.clone()));
        }
        // An event that comes meanwhile waits, too.
        rename(&company, ann, "Annabel").await?;
        company.deliver().await?;
        assert!(receiver.take().is_empty());
        assert_eq!(states(&company, hook).await?.iter().filter(|state| *state == "waiting").count(), 3);

        receiver.react(|_| Reaction::Status(200));
        company.pass(3_600_000);
        company.deliver().await?;
        let rest = receiver.take();
        let names: Vec<_> = rest.iter().map(|got| got.body["data"]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Ann", "Anna", "Annabel"]);
        assert_eq!(rest.iter().map(|got| got.attempt()).collect::<Vec<_>>(), [7, 1, 1]);
        assert!(states(&company, hook).await?.iter().all(|state| state == "delivered"));
    }
    Ok(())
}

#[tokio::test]
async fn whatever_is_no_success_in_time_is_a_failure() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "create", "person").await?;
        let reactions =
            [Reaction::Status(301), Reaction::Status(500), Reaction::Status(404), Reaction::Close, Reaction::Drip, Reaction::Hang];
        let people: Vec<i64> = {
            let mut people = Vec::new();
            for number in 0..reactions.len() {
                people.push(add_person(&company, &format!("Person {number}")).await?);
            }
            people
        };
        let by_person: BTreeMap<String, Reaction> = people.iter().map(i64::to_string).zip(reactions).collect();
        receiver.react(move |got| match got.attempt() {
            1 => by_person[got.body["meta"]["entity_id"].as_str().unwrap()],
            _ => Reaction::Status(202),
        });
        company.deliver().await?;
        // A connection that breaks before any answer may be tried once more by the client itself.
        let first: BTreeSet<String> = receiver.take().iter().map(|got| got.event_id()).collect();
        assert_eq!(first.len(), reactions.len());
        assert!(states(&company, hook).await?.iter().all(|state| state == "waiting"));
        company.pass(3_000);
        company.deliver().await?;
        let second: BTreeSet<String> = receiver.take().iter().map(|got| got.event_id()).collect();
        assert_eq!(second, first, "each was sent again under its id");
        assert!(states(&company, hook).await?.iter().all(|state| state == "delivered"));
    }
    Ok(())
}

#[tokio::test]
async fn a_dead_receiver_takes_no_time_of_others() -> Outcome {
    for company in each(Retry::Steady).await? {
        let (dead, quick) = (Receiver::start(), Receiver::start());
        dead.react(|_| Reaction::Hang);
        for path in ["/1", "/2", "/3"] {
            subscribe(&company, &dead.url(path)).await?;
        }
        subscribe(&company, &quick.url("/")).await?;
        let app = company.shared_app();
        let running = tokio::spawn(company.shared_app().run_webhooks());
        let started = Instant::now();
        for number in 0..20 {
            add_person(&company, &format!("Person {number}")).await?;
        }
        while quick.all().len() < 20 {
            assert!(started.elapsed() < Duration::from_secs(20), "{} of 20", quick.all().len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // One after the other the dead ones alone would take 60 times the patience, four at a time 15 times.
        assert!(started.elapsed() < PATIENCE * 10, "{:?}", started.elapsed());
        assert_eq!(quick.all().len(), 20);
        app.stop_webhooks();
        tokio::time::timeout(Duration::from_secs(5), running).await??;
        let leases = company.rows("SELECT COUNT(*) FROM webhook_senders WHERE company_id = $1 AND lease_until > 0", 1).await?;
        assert_eq!(leases[0][0], 0, "an orderly end gives the leases back");
    }
    Ok(())
}

#[tokio::test]
async fn an_event_is_sent_soon_after_its_write() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        subscribe(&company, &receiver.url("/")).await?;
        let app = company.shared_app();
        let running = tokio::spawn(company.shared_app().run_webhooks());
        tokio::time::sleep(Duration::from_millis(300)).await;
        add_person(&company, "Mary").await?;
        let written = Instant::now();
        while receiver.all().is_empty() {
            assert!(written.elapsed() < Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(written.elapsed() < Duration::from_millis(800), "{:?}: not at the next poll", written.elapsed());
        app.stop_webhooks();
        running.await?;
    }
    Ok(())
}

#[tokio::test]
async fn nobody_is_told_of_what_the_subscriptions_user_may_not_see() -> Outcome {
    for company in each(Retry::Steady).await? {
        let colleague = company.add_colleague().await?;
        let receiver = Receiver::start();
        subscribe(&company, &receiver.url("/admin")).await?;
        subscribe(&company.as_colleague(), &receiver.url("/colleague")).await?;
        let hidden = company.data("POST", "/api/v2/persons", json!({"name": "Hidden", "visible_to": 1})).await?["id"].clone();
        let shown = company.data("POST", "/api/v2/persons", json!({"name": "Shown", "visible_to": 7})).await?["id"].clone();
        let own =
            company.data("POST", "/api/v2/persons", json!({"name": "Own", "visible_to": 1, "owner_id": colleague})).await?["id"].clone();
        company.deliver().await?;
        let all = receiver.take();
        let told = |path: &str, id: &Value| all.iter().any(|got| got.path == path && got.what() == format!("create person {id}"));
        assert!(told("/admin", &hidden) && told("/admin", &shown) && told("/admin", &own));
        assert!(!told("/colleague", &hidden) && told("/colleague", &shown) && told("/colleague", &own));
    }
    Ok(())
}

#[tokio::test]
async fn receivers_in_closed_places_are_refused_and_never_called() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe(&company, &receiver.url("/")).await?;
        // Without the permission of the operator.
        let company = company.with_settings(Settings::default()).await?;
        for url in
            [receiver.url("/"), "http://localhost/".to_owned(), "http://[::ffff:10.0.0.1]/".to_owned(), "http://169.254.169.254/".into()]
        {
            let body = json!({"subscription_url": url, "event_action": "*", "event_object": "*"});
            assert_eq!(company.send("POST", "/v1/webhooks", &body).await?.0, 400, "{url}");
        }
        add_person(&company, "Mary").await?;
        company.deliver().await?;
        assert!(receiver.take().is_empty());
        let log = company.get(&format!("/api/penstock/webhooks/{hook}/deliveries")).await?;
        assert_eq!(log[0]["attempts"][0]["error"], "the address of the receiver is not a public one");
    }
    Ok(())
}
