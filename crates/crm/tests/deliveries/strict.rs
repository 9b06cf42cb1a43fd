//! The schedule of the hosted service, with its bans (semantics.md 28.4).

use super::receiver::{Reaction, Receiver};
use super::{Outcome, Retry, add_person, each, states, subscribe_to};
use serde_json::Value;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn after_four_attempts_an_event_is_dropped() -> Outcome {
    for company in each(Retry::Pipedrive).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        receiver.react(|_| Reaction::Status(500));
        add_person(&company, "Ann").await?;
        company.deliver().await?;
        for pause in [3_000, 30_000, 150_000, 3_600_000, 86_400_000] {
            company.pass(pause);
            company.deliver().await?;
        }
        let attempts: Vec<_> = receiver.take().iter().map(|got| got.attempt()).collect();
        assert_eq!(attempts, [1, 2, 3, 4]);
        assert_eq!(states(&company, hook).await?, ["given_up"]);
    }
    Ok(())
}

#[tokio::test]
async fn ten_failures_bring_a_ban_of_half_an_hour() -> Outcome {
    for company in each(Retry::Pipedrive).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        receiver.react(|_| Reaction::Status(500));
        for number in 0..10 {
            add_person(&company, &format!("Person {number}")).await?;
        }
        company.deliver().await?;
        assert_eq!(receiver.take().len(), 10);
        receiver.react(|_| Reaction::Status(200));
        let lost = add_person(&company, "Lost").await?;
        company.deliver().await?;
        company.pass(30 * MINUTE);
        let later = add_person(&company, "Later").await?;
        company.deliver().await?;
        let words = receiver.words();
        assert!(words.contains(&format!("create person {later}")) && !words.contains(&format!("create person {lost}")), "{words:?}");
        let states = states(&company, hook).await?;
        assert_eq!(states[10..], ["lost", "delivered"]);
        assert!(states[..10].iter().all(|state| state == "delivered"), "retries go on: {states:?}");
    }
    Ok(())
}

#[tokio::test]
async fn three_days_without_a_success_remove_a_subscription() -> Outcome {
    for company in each(Retry::Pipedrive).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        receiver.react(|_| Reaction::Status(500));
        for day in 0..3 {
            add_person(&company, &format!("Person {day}")).await?;
            company.deliver().await?;
            company.pass(86_400_000);
        }
        let hooks = company.data("GET", "/v1/webhooks", Value::Null).await?;
        assert_eq!(hooks.as_array().unwrap().len(), 1, "not yet");
        add_person(&company, "Last").await?;
        company.deliver().await?;
        let hooks = company.data("GET", "/v1/webhooks", Value::Null).await?;
        assert_eq!(hooks.as_array().unwrap().len(), 0);
        let query = format!("SELECT is_active, remove_reason, remove_time FROM webhooks WHERE company_id = $1 AND id = {hook}");
        let row = company.rows(&query, 3).await?.remove(0);
        assert_eq!(row[0], 0);
        assert!(row[1].as_str().is_some_and(|reason| reason.contains("3 days")) && row[2].is_i64(), "{row:?}");
        assert!(states(&company, hook).await?.iter().all(|state| state != "waiting"));
    }
    Ok(())
}

#[tokio::test]
async fn a_steady_subscription_is_never_banned_or_removed() -> Outcome {
    for company in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        let hook = subscribe_to(&company, &receiver.url("/"), "*", "person").await?;
        receiver.react(|_| Reaction::Status(500));
        for number in 0..20 {
            add_person(&company, &format!("Person {number}")).await?;
        }
        company.deliver().await?;
        assert_eq!(receiver.take().len(), 20);
        for _ in 0..40 {
            company.pass(2 * 3_600_000);
            company.deliver().await?;
        }
        assert!(states(&company, hook).await?.iter().all(|state| state == "given_up"), "after three days");
        receiver.react(|_| Reaction::Status(200));
        receiver.take();
        let person = add_person(&company, "Later").await?;
        company.deliver().await?;
        assert_eq!(receiver.words(), [format!("create person {person}")]);
    }
    Ok(())
}
