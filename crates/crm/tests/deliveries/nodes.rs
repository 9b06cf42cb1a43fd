//! Several processes on one company.

use super::receiver::{Reaction, Receiver};
use super::{Outcome, Retry, add_person, each, rename, settings, subscribe_to};
use std::collections::BTreeMap;
use std::time::Duration;

#[tokio::test]
async fn changes_of_a_record_by_two_nodes_keep_their_order() -> Outcome {
    for first in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        subscribe_to(&first, &receiver.url("/"), "*", "person").await?;
        let second = first.node(settings(Retry::Steady)).await?;
        let people = [add_person(&first, "Name 0").await?, add_person(&second, "Name 0").await?];
        // Each has a block of ids of its own, and both write at the same moment of their clocks.
        for number in 1..=20 {
            let node = if number % 3 == 0 { &first } else { &second };
            for person in people {
                rename(node, person, &format!("Name {number}")).await?;
            }
            if number % 5 == 0 {
                first.deliver().await?;
            }
        }
        second.deliver().await?;
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for got in receiver.take() {
            let id = got.body["meta"]["entity_id"].as_str().unwrap().to_owned();
            names.entry(id).or_default().push(got.body["data"]["name"].as_str().unwrap().to_owned());
        }
        let expected: Vec<_> = (0..=20).map(|number| format!("Name {number}")).collect();
        for person in people {
            assert_eq!(names[&person.to_string()], expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn nodes_that_deliver_at_the_same_time_tell_everything_once() -> Outcome {
    for first in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        for path in ["/1", "/2", "/3"] {
            subscribe_to(&first, &receiver.url(path), "*", "person").await?;
        }
        let second = first.node(settings(Retry::Steady)).await?;
        for number in 0..120 {
            add_person(if number % 2 == 0 { &first } else { &second }, &format!("Person {number}")).await?;
        }
        let (one, other) = tokio::join!(first.deliver(), second.deliver());
        assert_eq!(one? + other?, 120, "each event was taken once");
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for got in receiver.take() {
            *times.entry(format!("{} {}", got.path, got.event_id())).or_default() += 1;
        }
        assert_eq!(times.len(), 360);
        assert!(times.values().all(|times| *times == 1));
        let seqs = first.rows("SELECT COUNT(*), MIN(seq), MAX(seq) FROM event_log WHERE company_id = $1", 3).await?.remove(0);
        assert_eq!(seqs[0], seqs[2], "there are no gaps: {seqs:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_a_dead_node_held_another_sends() -> Outcome {
    for first in each(Retry::Steady).await? {
        let receiver = Receiver::start();
        subscribe_to(&first, &receiver.url("/"), "*", "person").await?;
        let second = first.node(settings(Retry::Steady)).await?;
        receiver.react(|_| Reaction::Hang);
        let person = add_person(&first, "Mary").await?;
        let dying = tokio::spawn({
            let app = first.shared_app();
            async move { app.deliver_webhooks().await.map(drop) }
        });
        while receiver.all().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Dies while the delivery is on its way.
        dying.abort();
        let _ = dying.await;
        receiver.take();
        receiver.react(|_| Reaction::Status(200));
        let waits = tokio::time::timeout(Duration::from_millis(300), second.deliver()).await;
        assert!(waits.is_err() && receiver.take().is_empty(), "the lease still holds");
        first.pass(15_000);
        // The workers of the call that was broken off end a moment after it.
        tokio::time::sleep(Duration::from_millis(50)).await;
        second.deliver().await?;
        assert_eq!(receiver.words(), [format!("create person {person}")]);
    }
    Ok(())
}
