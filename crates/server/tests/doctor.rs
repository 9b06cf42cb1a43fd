//! What the doctor finds, and that it finds nothing where all is well.

#![allow(clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use support::{Place, text};

/// What the doctor printed, and its exit code.
fn examine(place: &Place) -> (String, Option<i32>) {
    let output = place.command(&["doctor"]).output().unwrap();
    (text(&output.stdout), output.status.code())
}

fn change(place: &Place, sql: &str) {
    Connection::open(place.directory().join("penstock.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_new_store_is_healthy_even_while_it_serves() {
    for place in Place::each() {
        let serving = place.serve();
        let (report, code) = examine(&place);
        assert_eq!(code, Some(0), "{report}");
        assert!(!report.contains("PROBLEM"), "{report}");
        assert!(report.contains("\"My company\": 1 users, 1 tokens, 0 persons, 0 organizations, 0 deals"), "{report}");
        serving.stop();
    }
}

#[test]
fn missing_things_are_problems() {
    let place = Place::sqlite();
    let (report, code) = examine(&place);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("PROBLEM  the store lacks"), "{report}");
    place.run(&["migrate"]);
    let (report, code) = examine(&place);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("PROBLEM  there is no company"), "{report}");

    let nowhere = place.command(&["doctor", "--data-dir", "/no/such/directory"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(text(&nowhere.stdout).contains("/no/such/directory"));
}

#[test]
fn a_database_that_does_not_answer_is_a_problem() {
    let place = Place::on("postgres://me:secret@127.0.0.1:1/crm".to_owned());
    let (report, code) = examine(&place);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("PROBLEM") && !report.contains("secret"), "{report}");
}

#[test]
fn wrong_data_is_a_problem() {
    let place = Place::sqlite();
    place.serve().stop();
    change(&place, "UPDATE users SET active_flag = 0; UPDATE id_blocks SET next = 5 WHERE sort = 'stages'");
    let (report, code) = examine(&place);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("PROBLEM  company 1 has no active administrator"), "{report}");
    assert!(report.contains("PROBLEM  company 1: the counter of stages is behind"), "{report}");
}

#[test]
fn a_damaged_file_is_a_problem() {
    let place = Place::sqlite();
    place.serve().stop();
    let file = place.directory().join("penstock.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // Pages in the middle; the first holds the schema.
    let end = bytes.len();
    bytes[8192..end - 8192].fill(0xAA);
    std::fs::write(&file, bytes).unwrap();
    let (report, code) = examine(&place);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("PROBLEM"), "{report}");
}
