//! What listeners are told as it happens, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
mod company;

use browser::{ADA, Browser};
use company::{Company, Outcome};
use futures::StreamExt;
use penstock_crm::webhooks::live::Rhythm;
use penstock_crm::{ByteStream, Request, Response, Settings, accounts};
use penstock_model::{FixedClock, Time, UserId};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const PATH: &str = "/api/penstock/events";
const PATIENCE: Duration = Duration::from_secs(20);

/// What was told at once, in the words of the stream.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    id: i64,
    event: String,
    data: Value,
}

impl Frame {
    fn title(&self) -> String {
        format!("{} {}", self.event, self.data["data"]["title"].as_str().unwrap_or("-"))
    }
}

/// A client that listens.
struct Ear {
    stream: ByteStream,
    text: String,
    /// The last id of the stream.
    id: i64,
}

impl Ear {
    fn new(response: Response) -> Self {
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        for header in [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")] {
            assert!(response.headers.iter().any(|(name, value)| (*name, value.as_str()) == header), "{header:?}");
        }
        Ear { stream: response.stream.unwrap(), text: String::new(), id: -1 }
    }

    async fn of(company: &Company, query: &str) -> Self {
        Ear::new(company.answer("GET", &format!("{PATH}{query}"), Request::default()).await)
    }

    /// Goes on after an id, as browsers do.
    async fn after(company: &Company, id: i64) -> Self {
        let request = Request { last_event_id: Some(id.to_string()), ..Request::default() };
        Ear::new(company.answer("GET", &format!("{PATH}?object=deal"), request).await)
    }

    /// The next block that is not empty; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let piece = timeout(PATIENCE, self.stream.next()).await.expect("the stream says nothing")?;
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            let block = self.block().await?;
            let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned);
            if let Some(id) = line("id") {
                self.id = id.parse().unwrap();
            }
            if let Some(data) = line("data") {
                return Some(Frame { id: self.id, event: line("event").unwrap(), data: serde_json::from_str(&data).unwrap() });
            }
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        for _ in 0..count {
            frames.push(self.next().await.expect("the stream has ended"));
        }
        frames
    }

    async fn titles(&mut self, count: usize) -> Vec<String> {
        self.take(count).await.iter().map(Frame::title).collect()
    }

    /// Waits for the end, before which nothing more is told.
    async fn end(&mut self) {
        assert_eq!(self.next().await, None);
    }
}

async fn each() -> Outcome<[Company; 2]> {
    let companies = Company::each().await?;
    for company in &companies {
        company.at("2026-03-02 09:00:00")?;
    }
    Ok(companies)
}

/// Writes a deal in so many versions: `A 1`, `A 2` …
async fn deal_in_versions(company: &Company, versions: usize) -> Outcome<i64> {
    let deal = company.add_deal(json!({"title": "A 1", "visible_to": 3})).await?;
    for version in 2..=versions {
        company.change_deal(deal, json!({"title": format!("A {version}")})).await?;
    }
    Ok(deal)
}

#[tokio::test]
async fn changes_are_told_in_their_order_and_in_the_second_shape() -> Outcome {
    for company in each().await? {
        deal_in_versions(&company, 1).await?;
        company.deliver().await?;
        let mut ear = Ear::of(&company, "").await;
        let deal = company.add_deal(json!({"title": "Pump", "currency": "EUR"})).await?;
        company.pass(1000);
        company.change_deal(deal, json!({"title": "Pumps"})).await?;
        company.data("DELETE", &format!("/api/v2/deals/{deal}"), Value::Null).await?;
        company.deliver().await?;
        let frames = ear.take(3).await;
        let events: Vec<_> = frames.iter().map(|frame| frame.event.as_str()).collect();
        assert_eq!(events, ["deal.create", "deal.change", "deal.delete"]);
        assert!(frames.windows(2).all(|pair| pair[0].id < pair[1].id), "{frames:#?}");

        let change = &frames[1].data;
        assert_eq!(change["data"]["title"], "Pumps");
        assert_eq!(change["previous"]["title"], "Pump");
        assert_eq!(change["previous"]["currency"], Value::Null, "it has not changed");
        assert_eq!(frames[0].data["previous"], Value::Null);
        assert_eq!(frames[2].data["data"], Value::Null);
        let meta = change["meta"].as_object().unwrap();
        for (key, value) in [("action", "change"), ("entity", "deal"), ("version", "2.0"), ("user_id", "1"), ("change_source", "api")] {
            assert_eq!(meta[key], value, "{key}");
        }
        assert_eq!(meta["entity_id"], deal.to_string());
        for key in ["webhook_id", "webhook_owner_id", "attempt", "type"] {
            assert!(!meta.contains_key(key), "{key}");
        }
        assert_eq!(meta["id"].as_str().unwrap().len(), 36);
        assert_ne!(meta["id"], frames[0].data["meta"]["id"]);
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_broken_off() -> Outcome {
    for company in each().await? {
        let mut ear = Ear::of(&company, "?object=deal").await;
        deal_in_versions(&company, 8).await?;
        company.deliver().await?;
        let all = ear.take(8).await;
        for (number, frame) in all.iter().enumerate() {
            let mut again = Ear::after(&company, frame.id).await;
            assert_eq!(again.take(7 - number).await, all[number + 1..]);
        }
        // What happens between two streams is told by the second, also where the first one was told nothing.
        let mut idle = Ear::of(&company, "?object=note").await;
        idle.block().await.unwrap();
        let known = all[7].id;
        drop((ear, idle));
        company.add_deal(json!({"title": "Meanwhile"})).await?;
        company.deliver().await?;
        let mut again = Ear::after(&company, known).await;
        company.add_deal(json!({"title": "Now"})).await?;
        company.deliver().await?;
        assert_eq!(again.titles(2).await, ["deal.create Meanwhile", "deal.create Now"]);
        let mut by_query = Ear::of(&company, &format!("?object=deal&last_event_id={known}")).await;
        assert_eq!(by_query.titles(2).await, ["deal.create Meanwhile", "deal.create Now"]);
    }
    Ok(())
}

#[tokio::test]
async fn listeners_are_told_what_they_may_see() -> Outcome {
    for company in each().await? {
        company.add_colleague().await?;
        let (mut ada, mut ben) = (Ear::of(&company, "?object=deal").await, Ear::of(&company.as_colleague(), "?object=deal").await);
        let deal = company.add_deal(json!({"title": "Hidden", "visible_to": 1})).await?;
        company.change_deal(deal, json!({"title": "Open", "visible_to": 3})).await?;
        company.change_deal(deal, json!({"title": "Hidden again", "visible_to": 1})).await?;
        company.add_deal(json!({"title": "The end", "visible_to": 3})).await?;
        company.deliver().await?;
        let told = ["deal.create Hidden", "deal.change Open", "deal.change Hidden again", "deal.create The end"];
        assert_eq!(ada.titles(4).await, told);
        assert_eq!(ben.titles(2).await, ["deal.change Open", "deal.create The end"]);
        let mut again = Ear::after(&company.as_colleague(), 0).await;
        assert_eq!(again.titles(2).await, ["deal.change Open", "deal.create The end"]);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_told_can_be_narrowed() -> Outcome {
    for company in each().await? {
        let mut deleted = Ear::of(&company, "?action=delete").await;
        let mut added = Ear::of(&company, "?object=person,organization&action=create,delete").await;
        let deal = deal_in_versions(&company, 2).await?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Mary"})).await?["id"].clone();
        company.data("PATCH", &format!("/api/v2/persons/{person}"), json!({"name": "Maria"})).await?;
        company.data("DELETE", &format!("/api/v2/deals/{deal}"), Value::Null).await?;
        company.data("POST", "/api/v2/organizations", json!({"name": "Harbour"})).await?;
        company.data("DELETE", &format!("/api/v2/persons/{person}"), Value::Null).await?;
        company.deliver().await?;
        let events = |frames: Vec<Frame>| frames.into_iter().map(|frame| frame.event).collect::<Vec<_>>();
        assert_eq!(events(deleted.take(2).await), ["deal.delete", "person.delete"]);
        assert_eq!(events(added.take(3).await), ["person.create", "organization.create", "person.delete"]);

        for query in
            ["?object=deals", "?action=added", "?last_event_id=x", "?last_event_id=-1", "?last_event_id=99999999999999999999", "?x=1"]
        {
            assert_eq!(company.send("GET", &format!("{PATH}{query}"), &Value::Null).await?.0, 400, "{query}");
        }
        let request = Request { last_event_id: Some("1; x".to_owned()), ..Request::default() };
        assert_eq!(company.answer("GET", &format!("{PATH}?last_event_id=1"), request).await.status, 400);
        let request = Request { method: "GET".to_owned(), path: PATH.to_owned(), ..Request::default() };
        assert_eq!(company.handle(request).await.status, 401);
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_ends_with_what_has_opened_it() -> Outcome {
    for company in each().await? {
        let ben_id = company.add_colleague().await?;
        let ben = company.as_colleague();
        let mut by_token = Ear::of(&ben, "").await;
        let mut browser = Browser::of(&company, ADA).await?;
        let mut by_session = Ear::new(browser.get(PATH).await?);
        let mut of_ada = Ear::of(&company, "?object=deal").await;

        company.data("PUT", &format!("/v1/users/{ben_id}"), json!({"active_flag": 0})).await?;
        company.add_deal(json!({"title": "Later", "visible_to": 3})).await?;
        company.deliver().await?;
        by_token.end().await;

        company.data("PUT", &format!("/v1/users/{ben_id}"), json!({"active_flag": 1})).await?;
        let mut by_token = Ear::of(&ben, "?object=deal").await;
        accounts::revoke_token(company.app().store(), &FixedClock(Time::from_millis(0)), company.id(), UserId(ben_id)).await?;
        company.pass(1_000);
        by_token.end().await;

        let session = company.get("/api/penstock/sessions").await?[0]["id"].clone();
        company.data("DELETE", &format!("/api/penstock/sessions/{session}"), Value::Null).await?;
        while let Some(frame) = by_session.next().await {
            assert!(["user", "deal"].contains(&frame.event.split('.').next().unwrap()), "{frame:?}");
        }
        assert_eq!(of_ada.titles(1).await, ["deal.create Later"], "that of another user goes on");
        company.app().end_streams();
        of_ada.end().await;
        Ear::of(&company, "").await.end().await;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_kept_no_more_is_a_gap() -> Outcome {
    for company in each().await? {
        deal_in_versions(&company, 6).await?;
        company.deliver().await?;
        let last: i64 = company.rows("SELECT MAX(seq) FROM event_log WHERE company_id = $1", 1).await?[0][0].as_i64().unwrap();
        company.execute("DELETE FROM event_log WHERE company_id = $1 AND seq <= $2", &[last - 2]).await?;
        let mut ear = Ear::after(&company, last - 4).await;
        let gap = ear.next().await.unwrap();
        assert_eq!((gap.event.as_str(), gap.id), ("gap", last - 2));
        assert_eq!(gap.data, json!({"last_event_id": (last - 4).to_string(), "first_event_id": (last - 1).to_string()}));
        assert_eq!(ear.titles(2).await, ["deal.change A 5", "deal.change A 6"]);
        assert_eq!(Ear::after(&company, last - 2).await.titles(2).await, ["deal.change A 5", "deal.change A 6"], "nothing is missing");

        company.pass(60 * 86_400_000);
        company.keep_house().await?;
        let mut ear = Ear::after(&company, last - 1).await;
        // A log that does not reach as far as the client has seen is another one.
        let mut ahead = Ear::after(&company, last + 1_000).await;
        company.add_deal(json!({"title": "New"})).await?;
        company.deliver().await?;
        for ear in [&mut ear, &mut ahead] {
            let gap = ear.next().await.unwrap();
            assert_eq!((gap.event.as_str(), gap.id), ("gap", last));
            assert_eq!(ear.titles(1).await, ["deal.create New"]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_node_tells_what_the_others_write() -> Outcome {
    for first in each().await? {
        let second = first.node(Settings::default()).await?;
        let (mut one, mut other) = (Ear::of(&first, "?object=deal").await, Ear::of(&second, "?object=deal").await);
        let deal = deal_in_versions(&first, 1).await?;
        let mut expected = vec!["deal.create A 1".to_owned()];
        for version in 2..=30 {
            let node = if version % 3 == 0 { &first } else { &second };
            node.change_deal(deal, json!({"title": format!("A {version}")})).await?;
            expected.push(format!("deal.change A {version}"));
            if version % 7 == 0 {
                let (one, other) = tokio::join!(first.deliver(), second.deliver());
                one?;
                other?;
            }
        }
        second.deliver().await?;
        let (told, told_too) = (one.take(30).await, other.take(30).await);
        assert_eq!(told, told_too, "the ids are the same on all nodes");
        assert_eq!(told.iter().map(Frame::title).collect::<Vec<_>>(), expected);
        // A client goes on at another node.
        drop(other);
        let mut moved = Ear::after(&first, told[20].id).await;
        assert_eq!(moved.take(9).await, told[21..]);
    }
    Ok(())
}

#[tokio::test]
async fn a_listener_that_falls_behind_misses_nothing_and_holds_up_nobody() -> Outcome {
    const VERSIONS: usize = 400;
    for company in each().await? {
        let (mut slow, mut quick) = (Ear::of(&company, "?object=deal").await, Ear::of(&company, "?object=deal").await);
        slow.block().await.unwrap();
        let deal = deal_in_versions(&company, 1).await?;
        let mut titles = Vec::new();
        for version in 2..=VERSIONS {
            company.change_deal(deal, json!({"title": format!("A {version}")})).await?;
            if version % 100 == 0 {
                company.deliver().await?;
                titles.extend(quick.titles(100).await);
            }
        }
        let expected: Vec<_> =
            (1..=VERSIONS).map(|version| format!("deal.{} A {version}", if version == 1 { "create" } else { "change" })).collect();
        assert_eq!(titles, expected);
        assert_eq!(slow.titles(VERSIONS).await, expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_user_has_a_limited_number_of_streams() -> Outcome {
    for company in each().await? {
        company.add_colleague().await?;
        let mut ears = Vec::new();
        for _ in 0..20 {
            ears.push(Ear::of(&company, "").await);
        }
        let refused = company.answer("GET", PATH, Request::default()).await;
        assert_eq!(refused.status, 429);
        assert!(refused.headers.contains(&("retry-after", "10".to_owned())));
        Ear::of(&company.as_colleague(), "").await;
        ears.pop();
        Ear::of(&company, "").await;
    }
    Ok(())
}

/// The same companies with streams that do at once what they else do after a while.
async fn each_with(rhythm: Rhythm) -> Outcome<Vec<Company>> {
    let mut companies = Vec::new();
    for company in each().await? {
        companies.push(company.with_settings(Settings { events: rhythm, ..Settings::default() }).await?);
    }
    Ok(companies)
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_lives_and_how_far_it_has_looked() -> Outcome {
    assert_eq!(Rhythm::default().silence, Duration::from_secs(15));
    for company in each_with(Rhythm { silence: Duration::from_millis(20), ..Rhythm::default() }).await? {
        let mut ear = Ear::of(&company, "?object=note").await;
        let hello = ear.block().await.unwrap();
        assert!(hello.starts_with("retry: "), "{hello}");
        assert_eq!([ear.block().await.unwrap(), ear.block().await.unwrap()], [":", ":"], "there is nothing new");
        deal_in_versions(&company, 3).await?;
        company.deliver().await?;
        let last: i64 = company.rows("SELECT MAX(seq) FROM event_log WHERE company_id = $1", 1).await?[0][0].as_i64().unwrap();
        // None of it is for this client, who nevertheless goes on behind it when it comes back.
        let mut beat = ear.block().await.unwrap();
        while !beat.ends_with(&format!("id: {last}")) {
            assert!(beat.starts_with(':') && !beat.contains("data"), "{beat}");
            beat = ear.block().await.unwrap();
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_ends_after_its_longest_time() -> Outcome {
    assert_eq!(Rhythm::default().longest, Duration::from_secs(3_600));
    for company in each_with(Rhythm { longest: Duration::from_millis(200), ..Rhythm::default() }).await? {
        let (mut quiet, mut busy) = (Ear::of(&company, "").await, Ear::of(&company, "?object=deal").await);
        let deal = deal_in_versions(&company, 1).await?;
        for version in 0.. {
            company.change_deal(deal, json!({"title": format!("B {version}")})).await?;
            company.deliver().await?;
            if busy.next().await.is_none() {
                break;
            }
        }
        while quiet.next().await.is_some() {}
        // The client comes back, as often as it takes, and misses nothing.
        company.change_deal(deal, json!({"title": "The end"})).await?;
        company.deliver().await?;
        let mut known = busy.id;
        let mut told = String::new();
        while told != "deal.change The end" {
            let mut again = Ear::after(&company, known).await;
            while let Some(frame) = again.next().await {
                assert_eq!(frame.id, known + 1, "nothing is left out");
                (known, told) = (frame.id, frame.title());
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_client_that_reads_late_is_told_nothing_once_it_is_not_let_in() -> Outcome {
    for company in each_with(Rhythm { check: Duration::ZERO, ..Rhythm::default() }).await? {
        let ben_id = company.add_colleague().await?;
        let (mut ben, mut ada) = (Ear::of(&company.as_colleague(), "?object=deal").await, Ear::of(&company, "?object=deal").await);
        ben.block().await.unwrap();
        deal_in_versions(&company, 2).await?;
        company.deliver().await?;
        assert_eq!(ada.titles(2).await, ["deal.create A 1", "deal.change A 2"]);
        accounts::revoke_token(company.app().store(), &FixedClock(Time::from_millis(0)), company.id(), UserId(ben_id)).await?;
        company.pass(1_000);
        ben.end().await;
    }
    Ok(())
}
