//! What a start prints, and what it leaves behind.

mod support;

use support::{Place, TOKEN};

#[test]
fn the_first_start_prints_what_it_made_up_and_the_second_nothing() {
    for place in Place::each() {
        let first = place.serve_with(&[]);
        let printed = first.printed.join("\n");
        let value = |label: &str| {
            let line = first.printed.iter().find_map(|line| line.strip_prefix(label));
            line.unwrap_or_else(|| panic!("{label:?} is not in {printed:?}")).to_owned()
        };
        assert!(printed.contains(&format!("http://{}", first.address)), "{printed}");
        assert_eq!(value("administrator: "), "admin@penstock.local");
        assert_eq!(value("password: ").len(), 20);
        let token = value("API token: ");
        assert_eq!(first.status_for(&token), 200);
        first.stop();

        let second = place.serve_with(&[]);
        assert_eq!(second.printed, Vec::<String>::new());
        assert_eq!(second.status_for(&token), 200);
        second.stop();
    }
}

#[test]
fn what_was_given_is_used_and_not_printed() {
    for place in Place::each() {
        let serving = place.serve_with(&[
            ("PENSTOCK_ADMIN_EMAIL", "Boss@Example.com"),
            ("PENSTOCK_ADMIN_PASSWORD", "correct horse"),
            ("PENSTOCK_API_TOKEN", TOKEN),
            ("PENSTOCK_COMPANY_NAME", "Acme"),
            ("PENSTOCK_PUBLIC_URL", "https://crm.example.com/"),
        ]);
        let printed = serving.printed.join("\n");
        assert!(printed.contains("Acme is ready at https://crm.example.com\n"), "{printed}");
        assert!(printed.contains("administrator: boss@example.com"), "{printed}");
        assert!(!printed.contains("correct horse") && !printed.contains(TOKEN), "{printed}");
        assert_eq!(serving.status_for(TOKEN), 200);
        assert_eq!(place.run(&["user", "list"]), "1\tboss@example.com\tAdministrator\tactive\tadministrator\n");
        serving.stop();
    }
}

#[test]
fn variables_without_a_value_count_as_not_set() {
    let place = Place::sqlite();
    let serving = place.serve_with(&[
        ("PENSTOCK_DATABASE_URL", ""),
        ("PENSTOCK_ADMIN_EMAIL", ""),
        ("PENSTOCK_API_TOKEN", ""),
        ("PENSTOCK_PUBLIC_URL", ""),
        ("PENSTOCK_LOG", ""),
    ]);
    assert!(serving.printed.iter().any(|line| line == "administrator: admin@penstock.local"));
    assert!(serving.printed.iter().any(|line| line.starts_with("API token: ")));
}

#[test]
fn servers_that_start_together_on_an_empty_database_make_one_company() {
    let place = Place::postgres();
    let servings: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| place.serve_with(&[]))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let printed: Vec<_> = servings.iter().filter(|serving| !serving.printed.is_empty()).collect();
    assert_eq!(printed.len(), 1);
    let token = printed[0].printed.iter().find_map(|line| line.strip_prefix("API token: ")).unwrap();
    for serving in &servings {
        assert_eq!(serving.status_for(token), 200);
    }
}

#[test]
fn migrate_prepares_a_store_without_a_company() {
    for place in Place::each() {
        assert!(place.run(&["migrate"]).starts_with("the store took "));
        assert_eq!(place.run(&["migrate"]), "the store is up to date\n");
        let serving = place.serve();
        assert!(!serving.printed.is_empty());
    }
}
