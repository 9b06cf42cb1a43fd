//! Whatever keeps a command from beginning is one line and exit code 2.

mod support;

use rusqlite::Connection;
use std::net::TcpListener;
use support::{Place, feed, penstock, refusal, text};

#[test]
fn options_that_make_no_sense() {
    let place = Place::sqlite();
    for (arguments, word) in [
        (&["serve", "--no-such-option"][..], "--no-such-option"),
        (&["no-such-command"], "no-such-command"),
        (&[], "--help"),
        (&["user", "create"], "<EMAIL>"),
        (&["serve", "--listen", "nonsense"], "nonsense"),
        (&["serve", "--listen", "127.0.0.1:0", "--public-url", "crm.example.com"], "crm.example.com"),
        (&["serve", "--listen", "127.0.0.1:0", "--currency", "XYZ"], "XYZ"),
        (&["serve", "--listen", "127.0.0.1:0", "--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (&["serve", "--listen", "127.0.0.1:0", "--admin-email", "nobody"], "nobody"),
        (&["serve", "--log", "loud"], "loud"),
    ] {
        let said = refusal(&place.command(arguments).output().unwrap(), 2);
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    let output = place.command(&["serve", "--listen", "127.0.0.1:0"]).env("PENSTOCK_API_TOKEN", "secret").output().unwrap();
    let said = refusal(&output, 2);
    assert!(said.contains("40 hex digits") && !said.contains("secret"), "{said}");
}

#[test]
fn help_and_version_are_no_mistakes() {
    for argument in ["--help", "--version"] {
        let output = penstock(&[argument]).env("PENSTOCK_DATABASE_URL", "postgres://me:secret@db/x").output().unwrap();
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("penstock"));
    }
    let output = penstock(&["serve", "--help"]).env("PENSTOCK_DATABASE_URL", "postgres://me:secret@db/x").output().unwrap();
    let help = text(&output.stdout);
    assert!(help.contains("PENSTOCK_DATABASE_URL") && !help.contains("secret"), "{help}");
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::sqlite();
    let said = refusal(&place.command(&["serve", "--listen", &address]).output().unwrap(), 2);
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
    assert_eq!(place.directory().read_dir().unwrap().count(), 0, "the store was touched");
}

#[test]
fn a_data_directory_that_is_none() {
    let place = Place::sqlite();
    let file = place.directory().join("file");
    std::fs::write(&file, "").unwrap();
    for command in ["serve", "migrate", "user"] {
        let mut arguments = vec![command, "--data-dir", file.to_str().unwrap()];
        if command == "user" {
            arguments.push("list");
        }
        let said = refusal(&place.command(&arguments).env("PENSTOCK_LISTEN", "127.0.0.1:0").output().unwrap(), 2);
        assert!(said.contains(file.to_str().unwrap()), "{said}");
    }
}

#[test]
fn a_file_that_is_no_database() {
    let place = Place::sqlite();
    std::fs::write(place.directory().join("penstock.db"), "this is a shopping list, and a rather long one".repeat(99)).unwrap();
    refusal(&place.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap(), 2);
}

#[test]
fn a_database_that_does_not_answer() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = Place::on(format!("postgres://me:secret@{unused}/crm"));
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["user", "list"]] {
        let said = refusal(&place.command(arguments).output().unwrap(), 2);
        assert!(said.contains(&unused.to_string()) && !said.contains("secret"), "{said}");
    }
}

#[test]
fn a_store_of_a_newer_version() {
    let place = Place::sqlite();
    place.run(&["migrate"]);
    let database = Connection::open(place.directory().join("penstock.db")).unwrap();
    database.execute("INSERT INTO schema_steps (number, taken_time) VALUES (100000, 0)", []).unwrap();
    drop(database);
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["token", "revoke", "1"]] {
        let said = refusal(&place.command(arguments).output().unwrap(), 2);
        assert!(said.contains("100000"), "{said}");
    }
}

#[test]
fn a_store_that_nobody_has_set_up() {
    let place = Place::sqlite();
    let said = refusal(&place.command(&["user", "list"]).output().unwrap(), 2);
    assert!(said.contains("penstock migrate"), "{said}");
    place.run(&["migrate"]);
    let said = refusal(&place.command(&["user", "list"]).output().unwrap(), 2);
    assert!(said.contains("no such company"), "{said}");
}

#[test]
fn what_a_command_is_not_allowed_is_exit_code_1() {
    let place = Place::sqlite();
    place.serve().stop();
    place.run(&["user", "create", "ann@example.com"]);
    for (arguments, word) in [
        (&["user", "deactivate", "bob@example.com"][..], "bob@example.com"),
        (&["user", "deactivate", "1"], "last active administrator"),
        (&["user", "make-admin", "1", "--undo"], "last active administrator"),
        (&["user", "create", "ANN@example.com"], "exists already"),
        (&["user", "create", "ann"], "not an e-mail address"),
        (&["token", "issue", "3"], "no user 3"),
    ] {
        let said = refusal(&place.command(arguments).output().unwrap(), 1);
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    let said = refusal(&feed(&mut place.command(&["token", "issue", "2", "--token-stdin"]), "short\n"), 1);
    assert!(said.contains("40 hex digits"), "{said}");
    let taken = feed(&mut place.command(&["token", "issue", "2", "--token-stdin"]), support::TOKEN);
    assert!(refusal(&taken, 1).contains("belongs to somebody"));
}
