//! Visibility groups as administrators arrange them, and what that changes in what people see.

mod company;

use company::{Company, Outcome};
use penstock_crm::Settings;
use serde_json::{Value, json};

const GROUPS: &str = "/api/penstock/visibility-groups";
const ANN: &str = "1111111111111111111111111111111111111111";
const BOB: &str = "2222222222222222222222222222222222222222";

async fn add(company: &Company, name: &str, parent: Option<i64>) -> Outcome<i64> {
    let made = company.data("POST", GROUPS, json!({"name": name, "parent_id": parent})).await?;
    made["id"].as_i64().ok_or_else(|| "the group has no id".into())
}

async fn put_in(company: &Company, user: i64, group: i64) -> Outcome<Value> {
    company.data("PUT", &format!("/api/penstock/users/{user}/visibility-group"), json!({"group_id": group})).await
}

/// The status of a request.
async fn status(company: &Company, method: &str, target: &str, body: Value) -> Outcome<u16> {
    Ok(company.send(method, target, &body).await?.0)
}

#[tokio::test]
async fn groups_are_made_renamed_moved_and_deleted() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let default = json!({"id": 1, "name": "Default group", "parent_id": null, "user_ids": [1, ben]});
        assert_eq!(company.get(GROUPS).await?, json!([default]));
        let (status_of_add, made) = company.send("POST", GROUPS, &json!({"name": " North ", "parent_id": 1})).await?;
        assert_eq!((status_of_add, &made["data"]), (201, &json!({"id": 2, "name": "North", "parent_id": 1, "user_ids": []})));
        let south = add(&company, "South", None).await?;
        let coast = add(&company, "Coast", Some(south)).await?;

        let one = |id: i64| format!("{GROUPS}/{id}");
        let moved = company.data("PATCH", &one(coast), json!({"parent_id": 2, "name": "Harbours"})).await?;
        assert_eq!(moved, json!({"id": coast, "name": "Harbours", "parent_id": 2, "user_ids": []}));
        assert_eq!(company.data("PATCH", &one(coast), json!({"parent_id": null})).await?["parent_id"], Value::Null);
        assert_eq!(company.data("PATCH", &one(1), json!({"name": "Everybody", "parent_id": null})).await?["name"], "Everybody");
        assert_eq!(put_in(&company, ben, coast).await?["user_ids"], json!([ben]));
        assert_eq!(company.get(GROUPS).await?[0]["user_ids"], json!([1]));

        for body in [
            json!({}),
            json!({"name": ""}),
            json!({"name": null}),
            json!({"name": "x".repeat(256)}),
            json!({"name": "A", "parent_id": 99}),
            json!({"name": "A", "parent_id": "1"}),
            json!({"name": "A", "order": 1}),
        ] {
            assert_eq!(status(&company, "POST", GROUPS, body.clone()).await?, 400, "{body}");
        }
        company.data("PATCH", &one(2), json!({"parent_id": south})).await?;
        company.data("PATCH", &one(coast), json!({"parent_id": 2})).await?;
        for (id, body, expected) in [
            (south, json!({"parent_id": south}), 400),
            (south, json!({"parent_id": 2}), 400),
            (south, json!({"parent_id": coast}), 400),
            (south, json!({"parent_id": 99}), 400),
            (south, json!({"name": ""}), 400),
            (1, json!({"parent_id": south}), 400),
            (99, json!({"name": "A"}), 404),
        ] {
            assert_eq!(status(&company, "PATCH", &one(id), body.clone()).await?, expected, "{id} {body}");
        }
        for (id, expected) in [(1, 400), (coast, 409), (2, 409), (south, 409), (99, 404)] {
            assert_eq!(status(&company, "DELETE", &one(id), Value::Null).await?, expected, "{id}");
        }
        for (user, group, expected) in [(ben, json!(99), 400), (ben, json!("1"), 400), (ben, Value::Null, 400), (99, json!(1), 404)] {
            let path = format!("/api/penstock/users/{user}/visibility-group");
            assert_eq!(status(&company, "PUT", &path, json!({"group_id": group})).await?, expected, "{user} {group}");
        }
        put_in(&company, ben, 1).await?;
        for id in [coast, 2, south] {
            assert_eq!(company.data("DELETE", &one(id), Value::Null).await?, json!({"id": id}));
        }
        assert_eq!(company.get(GROUPS).await?, json!([{"id": 1, "name": "Everybody", "parent_id": null, "user_ids": [1, ben]}]));
    }
    Ok(())
}

#[tokio::test]
async fn only_administrators_of_the_account_arrange_groups() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let areas = json!({"access": [{"app": "sales", "admin": true}, {"app": "global", "admin": true}]});
        company.data("PUT", &format!("/api/penstock/users/{ben}/access"), areas).await?;
        let group = add(&company, "North", None).await?;
        let colleague = company.as_colleague();
        let own = format!("/api/penstock/users/{ben}/visibility-group");
        for (method, target, body) in [
            ("GET", GROUPS.to_owned(), Value::Null),
            ("POST", GROUPS.to_owned(), json!({"name": "Mine"})),
            ("PATCH", format!("{GROUPS}/{group}"), json!({"name": "Mine"})),
            ("DELETE", format!("{GROUPS}/{group}"), Value::Null),
            ("PUT", own, json!({"group_id": group})),
        ] {
            assert_eq!(status(&colleague, method, &target, body).await?, 403, "{method} {target}");
        }
        assert_eq!(company.get(GROUPS).await?[1], json!({"id": group, "name": "North", "parent_id": null, "user_ids": []}));
    }
    Ok(())
}

/// The levels of a deal of Ann's that Bob sees.
async fn seen(bob: &Company, deals: &[(i64, Value)]) -> Outcome<Vec<i64>> {
    let mut levels = Vec::new();
    for (level, id) in deals {
        let (status, _) = bob.send("GET", &format!("/api/v2/deals/{id}"), &Value::Null).await?;
        let listed = bob.get(&format!("/api/v2/deals?ids={id}")).await?.as_array().is_some_and(|rows| !rows.is_empty());
        let found = bob.get("/api/v2/deals/search?term=Weir").await?;
        let found = found["items"].as_array().is_some_and(|items| items.iter().any(|item| item["item"]["id"] == *id));
        assert_eq!((status == 200, listed), (found, found), "visible to {level}: one, the list and the search agree");
        levels.extend(found.then_some(*level));
    }
    Ok(levels)
}

#[tokio::test]
async fn what_people_see_follows_groups_at_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bob) = (company.add_member("ann", ANN, 1).await?, company.add_member("bob", BOB, 1).await?);
        company.at("2026-03-02")?;
        let mut deals = Vec::new();
        for level in [1, 3, 5, 7] {
            let deal = json!({"title": "Weir", "owner_id": ann, "visible_to": level});
            deals.push((level, company.data("POST", "/api/v2/deals", deal).await?["id"].clone()));
        }
        let eyes = company.with_token(BOB);
        assert_eq!(seen(&eyes, &deals).await?, [3, 5, 7], "one group is the whole company");
        let upper = add(&company, "Upper", None).await?;
        assert_eq!(seen(&eyes, &deals).await?, [3, 5, 7], "both are in the default group");
        put_in(&company, bob, upper).await?;
        assert_eq!(seen(&eyes, &deals).await?, [7], "beside each other");
        let lower = add(&company, "Lower", Some(upper)).await?;
        put_in(&company, ann, lower).await?;
        assert_eq!(seen(&eyes, &deals).await?, [1, 3, 5, 7], "Bob's group is above");
        put_in(&company, bob, lower).await?;
        assert_eq!(seen(&eyes, &deals).await?, [3, 5, 7], "together");
        put_in(&company, ann, upper).await?;
        assert_eq!(seen(&eyes, &deals).await?, [5, 7], "Bob's group is below");
        company.data("PATCH", &format!("{GROUPS}/{lower}"), json!({"parent_id": null})).await?;
        assert_eq!(seen(&eyes, &deals).await?, [7], "the groups were parted");
        company.data("PATCH", &format!("{GROUPS}/{upper}"), json!({"parent_id": lower})).await?;
        assert_eq!(seen(&eyes, &deals).await?, [1, 3, 5, 7], "and put the other way round");
        for user in [ann, bob] {
            put_in(&company, user, 1).await?;
        }
        for group in [upper, lower] {
            company.data("DELETE", &format!("{GROUPS}/{group}"), Value::Null).await?;
        }
        assert_eq!(seen(&eyes, &deals).await?, [3, 5, 7], "as it began");
    }
    Ok(())
}

#[tokio::test]
async fn two_nodes_keep_the_tree_whole() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let other = company.node(Settings::default()).await?;
        let (one, two) = (add(&company, "One", None).await?, add(&company, "Two", None).await?);
        for round in 0..8 {
            company.pass(2_000);
            let path = |id: i64| format!("{GROUPS}/{id}");
            let (below_two, below_one) = (json!({"parent_id": two}), json!({"parent_id": one}));
            let (path_one, path_two) = (path(one), path(two));
            let (first, second) = tokio::join!(company.send("PATCH", &path_one, &below_two), other.send("PATCH", &path_two, &below_one));
            let mut statuses = [first?.0, second?.0];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400], "round {round}: one of them would close a circle");
            for id in [one, two] {
                company.data("PATCH", &path(id), json!({"parent_id": null})).await?;
            }

            let short_lived = add(&company, "Short-lived", None).await?;
            company.pass(2_000);
            let user = format!("/api/penstock/users/{ben}/visibility-group");
            let (to_group, doomed) = (json!({"group_id": short_lived}), path(short_lived));
            let (filled, deleted) = tokio::join!(company.send("PUT", &user, &to_group), other.send("DELETE", &doomed, &Value::Null));
            let outcome = (filled?.0, deleted?.0);
            assert!([(200, 409), (400, 200)].contains(&outcome), "round {round}: {outcome:?}");
            let lost = "SELECT u.id FROM users u WHERE u.company_id = $1 AND NOT EXISTS
                 (SELECT 1 FROM groups g WHERE g.company_id = u.company_id AND g.id = u.group_id)";
            assert!(company.rows(lost, 1).await?.is_empty(), "round {round}: nobody is in a group that is gone");
            company.pass(2_000);
            put_in(&company, ben, 1).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_audit_log_tells_of_groups() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let group = add(&company, "North", Some(1)).await?;
        company.data("PATCH", &format!("{GROUPS}/{group}"), json!({"name": "South"})).await?;
        company.data("PATCH", &format!("{GROUPS}/{group}"), json!({"name": "South"})).await?;
        put_in(&company, ben, group).await?;
        put_in(&company, ben, group).await?;
        put_in(&company, ben, 1).await?;
        assert_eq!(status(&company, "DELETE", &format!("{GROUPS}/1"), Value::Null).await?, 400);
        company.data("DELETE", &format!("{GROUPS}/{group}"), Value::Null).await?;
        let rows = company.get("/api/penstock/audit?user_id=1").await?;
        let told: Vec<_> =
            rows.as_array().into_iter().flatten().map(|row| json!([row["action"], row["object_id"], row["details"]])).collect();
        let moved = |from: i64, to: i64| json!(["user_changed", ben, {"group_id": {"from": from, "to": to}}]);
        assert_eq!(
            told,
            [
                json!(["visibility_group_deleted", group, {"name": {"from": "South"}}]),
                moved(group, 1),
                moved(1, group),
                json!(["visibility_group_changed", group, {"name": {"from": "North", "to": "South"}}]),
                json!(["visibility_group_added", group, {"name": {"to": "North"}, "parent_id": {"to": 1}}]),
            ]
        );
    }
    Ok(())
}
