//! The sample company as the command serves it.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};
use support::{Place, Serving, TOKEN, penstock, refusal, text};

const DAY: &str = "2026-03-02";

fn demo(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&["demo", "--now", DAY]);
    command.args(arguments);
    command
}

fn data(serving: &Serving, token: &str, path: &str) -> Value {
    let answer = serving.get(path, &[("x-api-token", token)]);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()["data"].clone()
}

/// The ids of all records of a list, page by page.
fn ids(serving: &Serving, token: &str, list: &str) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let mut path = format!("/api/v2/{list}?limit=500");
    loop {
        let answer = serving.get(&path, &[("x-api-token", token)]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let page = answer.json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|record| record["id"].as_i64().unwrap()));
        match page["additional_data"]["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v2/{list}?limit=500&cursor={cursor}"),
            None => return ids,
        }
    }
}

fn printed<'a>(serving: &'a Serving, label: &str) -> Vec<&'a str> {
    serving.printed.iter().filter(|line| line.starts_with(label)).filter_map(|line| line.rsplit(' ').next()).collect()
}

#[test]
fn lists_show_the_company_and_members_see_less_than_the_administrator() {
    for place in Place::each() {
        let serving = Serving::start(&mut demo(&place, &["--listen", "127.0.0.1:0", "--token", TOKEN]));
        assert!(serving.printed[0].ends_with(&format!("http://{}", serving.address)), "{:?}", serving.printed);
        assert_eq!(printed(&serving, "API token: "), [TOKEN]);
        let members = printed(&serving, "API token of ");
        assert_eq!(members.len(), 2);
        for (list, number) in [("persons", 1000), ("organizations", 333), ("deals", 1500)] {
            let all = ids(&serving, TOKEN, list);
            // Deleted ones are missing, archived deals stand in a list of their own.
            assert!(all.len() > number / 2 && all.len() <= number, "{} {list}", all.len());
            let seen: Vec<_> = members.iter().map(|token| ids(&serving, token, list)).collect();
            assert!(seen.iter().all(|seen| seen.len() > number / 10 && seen.is_subset(&all) && *seen != all), "{list}");
            assert_ne!(seen[0], seen[1], "{list}");
            assert!(!data(&serving, TOKEN, &format!("/v1/{list}?limit=50")).as_array().unwrap().is_empty());
        }
        assert_eq!(data(&serving, TOKEN, "/api/v2/pipelines").as_array().unwrap().len(), 3);
        assert_eq!(data(&serving, TOKEN, "/api/v2/stages").as_array().unwrap().len(), 12);
        serving.stop();
    }
}

#[test]
fn what_was_generated_is_served_later_and_never_again_a_demo() {
    for place in Place::each() {
        let output = demo(&place, &["--generate-only"]).env("PENSTOCK_API_TOKEN", TOKEN).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "no progress where nobody watches");
        assert!(text(&output.stdout).contains(&format!("API token: {TOKEN}\n")));

        let refused = demo(&place, &["--generate-only"]).output().unwrap();
        assert!(refusal(&refused, 1).contains("holds a company already"));
        let refused = demo(&place, &["--listen", "127.0.0.1:0"]).output().unwrap();
        assert!(refusal(&refused, 1).contains("holds a company already"));

        let serving = place.serve();
        assert_eq!(serving.printed, Vec::<String>::new(), "there is a company already");
        assert!(ids(&serving, TOKEN, "persons").len() > 900);
        serving.stop();
        assert!(place.run(&["doctor"]).contains("Larkmoor Trading"));
    }
}

#[test]
fn the_throw_away_directory_is_gone_at_the_end() {
    let temporary = tempfile::tempdir().unwrap();
    let entries = || std::fs::read_dir(temporary.path()).unwrap().count();
    let mut command = penstock(&["demo", "--listen", "127.0.0.1:0"]);
    let serving = Serving::start(command.env("TMPDIR", temporary.path()));
    assert_eq!(entries(), 1);
    serving.stop();
    assert_eq!(entries(), 0);
}

#[test]
fn a_signal_ends_the_generation() {
    let place = Place::sqlite();
    let mut child = demo(&place, &["--generate-only", "--scale", "medium"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !place.directory().join("penstock.db").exists() {
        assert!(Instant::now() < deadline, "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert!(said.starts_with("penstock: stopped early: ") && said.lines().count() == 1, "{said}");
}

#[test]
fn a_company_that_nobody_could_use_is_not_generated() {
    let output = penstock(&["demo", "--generate-only"]).output().unwrap();
    assert!(refusal(&output, 2).contains("--data-dir"));
    let output = penstock(&["demo", "--scale", "huge"]).output().unwrap();
    assert!(refusal(&output, 2).contains("small, medium or large"));
    let output = penstock(&["demo", "--now", "yesterday"]).output().unwrap();
    assert!(refusal(&output, 2).contains("not a time"));
}
