//! Mail servers go by the exit code of `mail ingest` whether they keep a message or send it back.

mod support;

use rusqlite::Connection;
use support::{Place, feed, refusal, text};

const EX_DATAERR: i32 = 65;
const EX_NOUSER: i32 = 67;
const EX_TEMPFAIL: i32 = 75;

const TO_THE_ADMINISTRATOR: &str = "From: ann@example.com\r\nTo: admin@penstock.local\r\nSubject: Offer\r\nMessage-ID: <1@example.com>\r\n\
     Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n\r\nGood morning\r\n";

#[test]
fn what_can_be_filed_is_filed_once() {
    for place in Place::each() {
        place.serve().stop();
        for outcome in ["was filed", "was known already"] {
            let output = feed(&mut place.command(&["mail", "ingest"]), TO_THE_ADMINISTRATOR);
            assert!(output.status.success(), "{}", text(&output.stderr));
            assert!(text(&output.stdout).contains(outcome), "{}", text(&output.stdout));
        }
    }
}

#[test]
fn what_can_never_be_filed_goes_back() {
    for place in Place::each() {
        place.serve().stop();
        let ingest = |message: &str, code: i32| refusal(&feed(&mut place.command(&["mail", "ingest"]), message), code);
        assert!(ingest("no header at all", EX_DATAERR).contains("no message"));
        assert!(ingest(&format!("{TO_THE_ADMINISTRATOR}{}", "x".repeat(20 << 20)), EX_DATAERR).contains("larger than"));
        assert!(ingest(&TO_THE_ADMINISTRATOR.replace("admin@", "nobody@"), EX_NOUSER).contains("no user"));
        let mut command = place.command(&["mail", "ingest", "--mailbox", "gone@example.com"]);
        assert!(refusal(&feed(&mut command, TO_THE_ADMINISTRATOR), EX_NOUSER).contains("gone@example.com"));
    }
}

#[test]
fn what_cannot_be_filed_now_is_kept() {
    let ingest = |place: &Place, more: &[&str]| {
        let arguments = [&["mail", "ingest"], more].concat();
        refusal(&feed(&mut place.command(&arguments), TO_THE_ADMINISTRATOR), EX_TEMPFAIL)
    };
    let place = Place::sqlite();
    place.serve().stop();
    assert!(ingest(&place, &["--data-dir", "/no/such/directory"]).contains("no directory"));
    assert!(ingest(&place, &["--no-such-option"]).contains("--no-such-option"));
    assert!(ingest(&place, &["--company", "99"]).contains("no such company"));
    // Where the database server is down.
    assert!(!ingest(&Place::on("postgres://nobody@127.0.0.1:1/none".to_owned()), &[]).is_empty());
    // A store that a newer version has written.
    let database = Connection::open(place.directory().join("penstock.db")).unwrap();
    database.execute("INSERT INTO schema_steps (number, taken_time) VALUES (100000, 0)", []).unwrap();
    assert!(ingest(&place, &[]).contains("this version knows"));
}

/// Somebody else writes all the time: the message waits, and then is to come again.
#[test]
fn a_busy_store_is_no_reason_to_send_mail_back() {
    let place = Place::sqlite();
    place.serve().stop();
    let mut database = Connection::open(place.directory().join("penstock.db")).unwrap();
    let writing = database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let output = feed(&mut place.command(&["mail", "ingest"]), TO_THE_ADMINISTRATOR);
    refusal(&output, EX_TEMPFAIL);
    writing.rollback().unwrap();
    assert!(feed(&mut place.command(&["mail", "ingest"]), TO_THE_ADMINISTRATOR).status.success());
}
