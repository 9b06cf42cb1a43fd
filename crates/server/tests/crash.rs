//! Kills the server in the middle of concurrent writes, again and again: what it had answered stays, what follows from
//! a write stays with it, and nothing is there by half. `PENSTOCK_CRASH_KILLS` says how often, 3 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic)]

mod crashing;
mod support;

use crashing::{Shared, Writer, check};
use penstock_store::{Store, Target};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, SystemTime};
use support::{Place, TOKEN};

const WRITERS: usize = 4;

fn kills() -> u32 {
    std::env::var("PENSTOCK_CRASH_KILLS").map_or(3, |kills| kills.parse().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost_on_sqlite() {
    let place = Place::sqlite();
    let target = Target::Directory(place.directory().to_owned());
    crash(&place, &target);
}

#[test]
fn nothing_acknowledged_is_lost_on_postgres() {
    let place = Place::postgres();
    let target = Target::Postgres(place.database().to_owned());
    crash(&place, &target);
}

fn crash(place: &Place, target: &Target) {
    let shared = Shared::create(place.serve().address, TOKEN);
    let mut writers: Vec<_> = (0..WRITERS).map(|number| Writer::new(shared, number)).collect();
    let mut ids = BTreeSet::new();
    let mut acknowledged = 0;
    for kill in 1..=kills() {
        let serving = place.serve();
        let delay = Duration::from_millis(200 + random() % 1000);
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(|| writer.work(serving.address, TOKEN));
            }
            thread::sleep(delay);
            serving.signal("KILL");
        });
        drop(serving);

        let serving = place.serve();
        for writer in &mut writers {
            writer.verify(serving.address, TOKEN);
            for id in writer.take_new_ids() {
                assert!(ids.insert(id), "the id {id:?} was given twice");
            }
        }
        serving.signal("KILL");
        drop(serving);

        let written = writers.iter().map(|writer| writer.acknowledged).sum();
        println!("kill {kill} after {delay:?}: {} writes were acknowledged", written - acknowledged);
        acknowledged = written;
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = Store::open(target).await.unwrap();
            check::everything(&store).await;
            store.close().await;
        });
    }
    assert!(acknowledged > 0, "the server was always killed before it had answered");
}

/// A number that differs from run to run.
fn random() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into()
}
