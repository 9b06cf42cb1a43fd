//! Kills servers while they tell a receiver what is written: every committed event arrives, the events of a record in their
//! order, and what arrives twice does so under one id. `PENSTOCK_CRASH_KILLS` says how often, 3 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic)]

mod crashing;
#[path = "../../crm/tests/deliveries/receiver.rs"]
mod receiver;
mod support;

use crashing::{Shared, Writer};
use penstock_cluster::Cluster;
use penstock_crm::webhooks::payload;
use penstock_model::{CompanyId, Value};
use penstock_store::{Sql, Store, Target, Weight};
use receiver::{Reaction, Receiver};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use support::{Place, Serving, TOKEN};

const WRITERS: usize = 4;
/// A lease of a node that was killed has to end first, and a retry comes after 3 seconds.
const PATIENCE: Duration = Duration::from_secs(120);

fn kills() -> u64 {
    std::env::var("PENSTOCK_CRASH_KILLS").map_or(3, |kills| kills.parse().unwrap())
}

fn serve(place: &Place) -> Serving {
    place.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN), ("PENSTOCK_WEBHOOK_ALLOW", "127.0.0.0/8")])
}

/// A receiver that fails now and then, and is slow enough that something is always on its way.
fn receiver() -> Receiver {
    let receiver = Receiver::start();
    let mut count = 0_u32;
    receiver.react(move |got| {
        count += 1;
        if got.attempt() == 1 && count.is_multiple_of(23) { Reaction::Status(500) } else { Reaction::Late(Duration::from_millis(2)) }
    });
    receiver
}

/// Subscribes the receiver to everything; answers the id.
fn subscribe(serving: &Serving, receiver: &Receiver) -> i64 {
    let body = serde_json::json!({"subscription_url": receiver.url("/"), "event_action": "*", "event_object": "*", "version": "2.0"});
    let headers = [("x-api-token", TOKEN), ("content-type", "application/json")];
    let answer = serving.client().send("POST", "/v1/webhooks", &headers, body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["data"]["id"].as_i64().unwrap()
}

fn writers(serving: &Serving) -> Vec<Writer> {
    let shared = Shared::create(serving.address, TOKEN);
    (0..WRITERS).map(|number| Writer::new(shared, number)).collect()
}

fn write_for(writers: &mut [Writer], serving: &Serving, time: Duration) {
    thread::scope(|scope| {
        for writer in writers {
            scope.spawn(|| writer.work_for(serving.address, TOKEN, time));
        }
    });
}

#[test]
fn nothing_committed_is_undelivered_on_sqlite() {
    let place = Place::sqlite();
    let target = Target::Directory(place.directory().to_owned());
    kill_and_check(&place, &target);
}

#[test]
fn nothing_committed_is_undelivered_on_postgres() {
    let place = Place::postgres();
    let target = Target::Postgres(place.database().to_owned());
    kill_and_check(&place, &target);
}

fn kill_and_check(place: &Place, target: &Target) {
    let receiver = receiver();
    let mut serving = serve(place);
    let hook = subscribe(&serving, &receiver);
    let mut writers = writers(&serving);
    for kill in 1..=kills() {
        let delay = Duration::from_millis(300 + kill * 277 % 900);
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(|| writer.work(serving.address, TOKEN));
            }
            thread::sleep(delay);
            serving.signal("KILL");
        });
        println!("kill {kill} after {delay:?}: {} requests have arrived", receiver.all().len());
        serving = serve(place);
        for writer in &mut writers {
            writer.verify(serving.address, TOKEN);
        }
    }
    assert!(writers.iter().map(|writer| writer.acknowledged).sum::<usize>() > 0);
    check(target, hook, &receiver);
    serving.stop();
}

#[test]
fn a_node_goes_on_where_another_was_killed() {
    let place = Place::postgres();
    let (receiver, other) = (receiver(), receiver());
    let (first, second) = (serve(&place), serve(&place));
    let hooks = [subscribe(&first, &receiver), subscribe(&second, &other)];
    let mut writers = writers(&first);
    thread::scope(|scope| {
        let (of_first, of_second) = writers.split_at_mut(WRITERS / 2);
        for writer in of_first {
            scope.spawn(|| writer.work(first.address, TOKEN));
        }
        for writer in of_second {
            scope.spawn(|| writer.work_for(second.address, TOKEN, Duration::from_millis(2500)));
        }
        thread::sleep(Duration::from_millis(1500));
        first.signal("KILL");
    });
    let target = Target::Postgres(place.database().to_owned());
    for (hook, receiver) in hooks.into_iter().zip([&receiver, &other]) {
        check(&target, hook, receiver);
    }
    for writer in &mut writers {
        writer.verify(second.address, TOKEN);
    }
    second.stop();
}

#[test]
fn a_restart_of_the_database_loses_nothing() {
    // Tests need no commits that outlive a crash, but this one does.
    let cluster = Cluster::start_with("synchronous_commit = on").unwrap();
    let place = Place::on(cluster.database().unwrap());
    let receiver = receiver();
    let serving = serve(&place);
    let hook = subscribe(&serving, &receiver);
    let mut writers = writers(&serving);
    for _ in 0..2 {
        thread::scope(|scope| {
            scope.spawn(|| write_for(&mut writers, &serving, Duration::from_millis(1500)));
            thread::sleep(Duration::from_millis(700));
            crash(cluster.directory().unwrap());
        });
        serving.wait_for(TOKEN, 200);
        for writer in &mut writers {
            writer.verify(serving.address, TOKEN);
        }
    }
    check(&Target::Postgres(place.database().to_owned()), hook, &receiver);
    serving.stop();
}

/// Kills the process behind a connection, whereupon PostgreSQL ends all others and starts anew from its log.
fn crash(directory: &Path) {
    let file = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap();
    let postmaster = file.lines().next().unwrap();
    let listed = Command::new("ps").args(["-o", "pid=,args=", "--ppid", postmaster]).output().unwrap();
    let listed = support::text(&listed.stdout);
    let behind = listed.lines().find(|line| line.contains("127.0.0.1")).unwrap_or_else(|| panic!("nobody is connected: {listed}"));
    let pid = behind.split_whitespace().next().unwrap();
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
}

/// Waits until nothing is left to tell, and compares what has arrived with what was committed.
fn check(target: &Target, hook: i64, receiver: &Receiver) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (events, skipped) = runtime.block_on(async {
        let store = Store::open(target).await.unwrap();
        wait(&store, hook).await;
        let events =
            "SELECT id, entity, record_id, version FROM outbox WHERE company_id = 1 AND entity IN ('deal', 'person', 'organization')";
        let events = rows(&store, events, 4).await;
        let skipped = format!("SELECT event_id FROM webhook_deliveries WHERE company_id = 1 AND hook_id = {hook} AND state = 'skipped'");
        let skipped = rows(&store, &skipped, 1).await;
        store.close().await;
        (events, skipped)
    });
    let mut records: BTreeMap<(String, i64), Vec<(i64, String)>> = BTreeMap::new();
    for row in &events {
        if skipped.iter().any(|skipped| skipped[0] == row[0]) {
            continue;
        }
        let id = payload::event_id(CompanyId(1), hook, row[0].as_int().unwrap());
        let key = (row[1].as_text().unwrap().to_owned(), row[2].as_int().unwrap());
        records.entry(key).or_default().push((row[3].as_int().unwrap(), id));
    }
    let arrived = receiver.all();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, got) in arrived.iter().enumerate() {
        first.entry(got.event_id()).or_insert(place);
    }
    let mut committed = 0;
    for (record, mut events) in records {
        events.sort();
        committed += events.len();
        let places: Vec<_> = events
            .iter()
            .map(|(version, id)| *first.get(id).unwrap_or_else(|| panic!("version {version} of {record:?} has not arrived")))
            .collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{record:?}: {places:?}");
    }
    println!("{committed} events, {} requests", arrived.len());
    assert!(committed > 10, "there was next to nothing to deliver");
}

async fn wait(store: &Store, hook: i64) {
    let deadline = Instant::now() + PATIENCE;
    let waiting = format!("SELECT COUNT(*) FROM webhook_deliveries WHERE company_id = 1 AND hook_id = {hook} AND state = 'waiting'");
    loop {
        let mut left = Vec::new();
        for query in ["SELECT COUNT(*) FROM outbox_waiting WHERE company_id = 1", &waiting] {
            left.push(rows(store, query, 1).await[0][0].as_int().unwrap());
        }
        if left == [0, 0] {
            return;
        }
        if Instant::now() >= deadline {
            let waiting = "SELECT hook_id, seq, entity, record_id, next_time, attempts FROM webhook_deliveries WHERE company_id = 1 AND state = 'waiting'";
            panic!("events and deliveries that wait: {left:?}, {:?}", rows(store, waiting, 6).await);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn rows(store: &Store, query: &str, width: usize) -> Vec<Vec<Value>> {
    store.rows(Sql::new(query), Weight::Heavy, width).await.unwrap()
}
