//! Who sees what: the condition of the lists and the rule behind the permitted users are the same rule.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Above, in and below the middle group, and beside it.
const MEMBERS: [(&str, &str, i64); 5] = [
    ("upper", "1111111111111111111111111111111111111111", 1),
    ("middle", "2222222222222222222222222222222222222222", 2),
    ("mate", "3333333333333333333333333333333333333333", 2),
    ("lower", "4444444444444444444444444444444444444444", 3),
    ("beside", "5555555555555555555555555555555555555555", 4),
];

/// The groups: 1 above 2 above 3, and 4 below 1.
async fn grouped() -> Outcome<Vec<(Company, Vec<i64>)>> {
    let mut companies = Vec::new();
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for (id, parent) in [(2, 1), (3, 2), (4, 1)] {
            company.add_group(id, parent).await?;
        }
        let mut ids = Vec::new();
        for (name, token, group) in MEMBERS {
            ids.push(company.add_member(name, token, group).await?);
        }
        company.at("2026-03-02")?;
        companies.push((company, ids));
    }
    Ok(companies)
}

/// The members, by place, who see a record of this kind in their list.
async fn seen_by(company: &Company, path: &str, id: &Value) -> Outcome<Vec<usize>> {
    let mut seen = Vec::new();
    for (place, (_, token, _)) in MEMBERS.iter().enumerate() {
        let rows = company.with_token(token).get(&format!("/api/v2/{path}?ids={id}")).await?;
        if rows.as_array().is_some_and(|rows| !rows.is_empty()) {
            seen.push(place);
        }
    }
    Ok(seen)
}

#[tokio::test]
async fn groups_see_as_far_as_each_level_reaches() -> Outcome {
    // Owned by "middle": owner; their group and those above; also those below; everybody.
    let reach = [(1, vec![0, 1]), (3, vec![0, 1, 2]), (5, vec![0, 1, 2, 3]), (7, vec![0, 1, 2, 3, 4])];
    for (company, ids) in grouped().await? {
        for (path, name, link) in [("deals", "title", "deal_id"), ("persons", "name", "person_id"), ("organizations", "name", "org_id")] {
            for (level, expected) in &reach {
                let made =
                    company.data("POST", &format!("/api/v2/{path}"), json!({name: "A", "owner_id": ids[1], "visible_to": level})).await?;
                assert_eq!(seen_by(&company, path, &made["id"]).await?, *expected, "{path} visible to {level}");
                let activity = company.data("POST", "/api/v2/activities", json!({link: made["id"]})).await?;
                assert_eq!(seen_by(&company, "activities", &activity["id"]).await?, *expected, "activities of {path} visible to {level}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn permitted_users_are_those_who_see() -> Outcome {
    for (company, ids) in grouped().await? {
        for owner in &ids {
            for level in [1, 3, 5, 7] {
                let made = company.data("POST", "/api/v2/deals", json!({"title": "A", "owner_id": owner, "visible_to": level})).await?;
                let follower = ids[4];
                if level == 1 && *owner != follower {
                    company.data("POST", &format!("/api/v2/deals/{}/followers", made["id"]), json!({"user_id": follower})).await?;
                }
                let permitted = company.get(&format!("/v1/deals/{}/permittedUsers", made["id"])).await?;
                let seen: Vec<_> = seen_by(&company, "deals", &made["id"]).await?.into_iter().map(|place| ids[place]).collect();
                let permitted: Vec<_> =
                    permitted.as_array().into_iter().flatten().filter_map(Value::as_i64).filter(|user| ids.contains(user)).collect();
                assert_eq!(permitted, seen, "a deal of {owner} visible to {level}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn whoever_follows_a_user_sees_what_the_user_owns() -> Outcome {
    for (company, ids) in grouped().await? {
        let made = company.data("POST", "/api/v2/deals", json!({"title": "A", "owner_id": ids[1], "visible_to": 1})).await?;
        assert_eq!(seen_by(&company, "deals", &made["id"]).await?, [0, 1]);
        company.follow_user(ids[1], ids[4]).await?;
        assert_eq!(seen_by(&company, "deals", &made["id"]).await?, [0, 1, 4]);
        let permitted = company.get(&format!("/v1/deals/{}/permittedUsers", made["id"])).await?;
        assert!(permitted.as_array().is_some_and(|users| users.contains(&json!(ids[4]))), "{permitted}");
    }
    Ok(())
}

#[tokio::test]
async fn who_gives_a_record_away_still_gets_the_answer() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        for (new, old, owner) in [
            ("/api/v2/deals", "/v1/deals", "user_id"),
            ("/api/v2/persons", "/v1/persons", "owner_id"),
            ("/api/v2/organizations", "/v1/organizations", "owner_id"),
        ] {
            let title = if new.ends_with("deals") { "title" } else { "name" };
            let body = json!({title: "Weir", "visible_to": 1});
            let mut given = body.clone();
            given["owner_id"] = json!(1);
            let made = colleague.data("POST", new, given).await?;
            assert_eq!(made["owner_id"], 1, "{new}");
            assert_ne!(colleague.send("GET", &format!("{new}/{}", made["id"]), &Value::Null).await?.0, 200, "{new}");
            assert_ne!(colleague.send("PATCH", &format!("{new}/{}", made["id"]), &json!({"owner_id": ben})).await?.0, 200, "{new}");
            let made = colleague.data("POST", old, body).await?;
            assert_eq!(made[owner]["value"], ben, "{old}");
            let given = colleague.data("PUT", &format!("{old}/{}", made["id"]), json!({owner: 1})).await?;
            assert_eq!(given[owner]["value"], 1, "{old}");
            assert_ne!(colleague.send("GET", &format!("{old}/{}", made["id"]), &Value::Null).await?.0, 200, "{old}");
        }
    }
    Ok(())
}
