//! Users and tokens change under a running server.

mod support;

use support::{Place, TOKEN, feed, text};

#[test]
fn a_user_is_created_let_out_and_let_in() {
    for place in Place::each() {
        let serving = place.serve();
        let created = place.run(&["user", "create", "Ann@Example.com", "--name", "Ann Lee"]);
        assert!(created.starts_with("user 2 was created: ann@example.com\npassword: "), "{created}");
        let token = place.run(&["token", "issue", "ann@example.com"]).trim_end().to_owned();
        assert_eq!(token.len(), 40);
        serving.wait_for(&token, 200);

        place.run(&["user", "deactivate", "Ann@example.com"]);
        serving.wait_for(&token, 401);
        place.run(&["user", "activate", "2"]);
        serving.wait_for(&token, 200);
        assert_eq!(serving.status_for(TOKEN), 200);
    }
}

#[test]
fn a_new_token_ends_the_old_one() {
    for place in Place::each() {
        let serving = place.serve();
        assert_eq!(serving.status_for(TOKEN), 200);
        let mine = "f".repeat(40);
        let output = feed(&mut place.command(&["token", "issue", "1", "--token-stdin"]), &format!("{mine}\n"));
        assert_eq!(text(&output.stdout), format!("{mine}\n"), "{}", text(&output.stderr));
        serving.wait_for(&mine, 200);
        serving.wait_for(TOKEN, 401);
        place.run(&["token", "revoke", "1"]);
        serving.wait_for(&mine, 401);
    }
}

#[test]
fn rights_and_passwords_change() {
    for place in Place::each() {
        place.serve().stop();
        place.run(&["user", "create", "ann@example.com", "--admin"]);
        let given = feed(&mut place.command(&["user", "reset-password", "2", "--password-stdin"]), "open sesame\n");
        assert_eq!(text(&given.stdout), "ann@example.com has a new password\n", "{}", text(&given.stderr));
        assert!(place.run(&["user", "reset-password", "1"]).contains("\npassword: "));
        // With a second administrator the first one may go.
        place.run(&["user", "make-admin", "1", "--undo"]);
        place.run(&["user", "deactivate", "1"]);
        let list = place.run(&["user", "list"]);
        let lines: Vec<_> = list.lines().collect();
        assert_eq!(lines[0], "1\tadmin@penstock.local\tAdministrator\tinactive\tregular");
        assert_eq!(lines[1], "2\tann@example.com\tann\tactive\tadministrator");
    }
}
