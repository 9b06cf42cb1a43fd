//! Random sequences of requests against a small model: each answer, and after each step everything that can be read.
//! `PROPTEST_CASES` says how many sequences; a failing one is kept in `regressions.txt` and tried first from then on.

#![allow(clippy::unwrap_used, clippy::panic)]

mod agenda;
mod conditions;
mod filters;
mod leads;
mod reference;
mod sales;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod system;

use proptest::test_runner::{Config, FailurePersistence, FileFailurePersistence, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use reference::State;
use std::sync::atomic::Ordering;
use support::World;
use system::System;

const CASES: u32 = 60;
const STEPS: usize = 60;

fn config() -> Config {
    let kept: Box<dyn FailurePersistence> = Box::new(FileFailurePersistence::Direct("tests/model/regressions.txt"));
    let default = Config { failure_persistence: Some(kept), max_shrink_iters: 400, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { Config { cases: CASES, ..default } }
}

#[test]
fn sqlite_does_what_the_model_does() {
    follows_the_model(World::sqlite());
}

#[test]
fn postgres_does_what_the_model_does() {
    follows_the_model(World::postgres());
}

fn follows_the_model(world: impl Future<Output = World>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(world);
    let sequences = State::sequential_strategy(1..STEPS);
    TestRunner::new(config())
        .run(&sequences, |(mut state, steps, seen)| {
            runtime.block_on(async {
                let mut system = System::new(&world).await;
                for step in &steps {
                    // Tells the runner how far it got, so that it drops the rest first when it shrinks.
                    if let Some(seen) = &seen {
                        seen.fetch_add(1, Ordering::SeqCst);
                    }
                    let before = state.clone();
                    let expected = state.act(step);
                    system.act(&before, step, expected).await?;
                    system.compare(&state).await?;
                }
                system.compare_lists(&state).await?;
                system.compare_sales(&state).await?;
                system.compare_filters(&state).await?;
                system.compare_deleted(&state).await
            })
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
