//! Followers, participants, changelogs, copies, and the lists of what belongs to a record.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn add_person(company: &Company, name: &str) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/persons", json!({"name": name})).await?;
    made["id"].as_i64().ok_or_else(|| "the person has no id".into())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

/// All rows of a cursor list, read in pages of one.
async fn pages(company: &Company, target: &str) -> Outcome<Vec<Value>> {
    let mut rows = Vec::new();
    let mut page = format!("{target}?limit=1");
    loop {
        let (status, answer) = company.send("GET", &page, &Value::Null).await?;
        assert_eq!(status, 200, "{page}: {answer}");
        rows.extend(answer["data"].as_array().into_iter().flatten().cloned());
        match answer["additional_data"]["next_cursor"].as_str() {
            Some(cursor) => page = format!("{target}?limit=1&cursor={cursor}"),
            None => return Ok(rows),
        }
    }
}

#[tokio::test]
async fn followers_see_what_they_follow() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let made = company.data("POST", "/api/v2/organizations", json!({"name": "Quay", "visible_to": 1})).await?;
        let followers = format!("/api/v2/organizations/{}/followers", made["id"]);
        let old = format!("/v1/organizations/{}/followers", made["id"]);
        let permitted = format!("/v1/organizations/{}/permittedUsers", made["id"]);

        assert_eq!(company.get(&permitted).await?, json!([1]));
        assert_eq!(colleague.send("GET", &permitted, &Value::Null).await?.0, 404);
        assert_eq!(company.send("POST", &followers, &json!({"user_id": ben})).await?.0, 201);
        assert_eq!(company.send("POST", &followers, &json!({"user_id": ben})).await?.0, 400, "v2 refuses to follow twice");
        assert_eq!(company.send("POST", &followers, &json!({"user_id": 99})).await?.0, 400);
        assert_eq!(company.send("POST", &followers, &json!({"user_id": ben.to_string()})).await?.0, 400, "v2 is strict");
        let (status, again) = company.send("POST", &old, &json!({"user_id": ben.to_string()})).await?;
        assert_eq!((status, &again["data"]["org_id"]), (200, &made["id"]), "v1 answers the row there is");
        assert_eq!(colleague.get(&permitted).await?, json!([1, ben]));

        company.data("POST", &old, json!({"user_id": 1})).await?;
        let users: Vec<_> = pages(&company, &followers).await?.iter().map(|row| row["user_id"].clone()).collect();
        assert_eq!(users, [json!(ben), json!(1)]);
        company.at("2026-03-02")?;
        company.data("DELETE", &format!("{old}/{}", again["data"]["id"]), Value::Null).await?;
        assert_eq!(company.send("DELETE", &format!("{followers}/{ben}"), &Value::Null).await?.0, 404);
        assert_eq!(company.get(&permitted).await?, json!([1]));
        let log: Vec<_> = pages(&company, &format!("{followers}/changelog")).await?;
        let told: Vec<_> = log.iter().map(|row| (row["action"].as_str(), row["follower_user_id"].as_i64())).collect();
        assert_eq!(told, [(Some("removed"), Some(ben)), (Some("added"), Some(1)), (Some("added"), Some(ben))]);
        assert_eq!(log[0]["time"], "2026-03-02T00:00:00Z");
    }
    Ok(())
}

#[tokio::test]
async fn participants_come_and_go() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (add_person(&company, "Ann").await?, add_person(&company, "Bea").await?);
        let deal = company.add_deal(json!({"title": "Weir", "person_id": ann})).await?;
        let list = format!("/v1/deals/{deal}/participants");
        let total = async |person: i64| -> Outcome<Value> {
            let target = format!("/api/v2/persons/{person}?include_fields=participant_open_deals_count");
            Ok(company.get(&target).await?["participant_open_deals_count"].take())
        };

        let row = company.data("POST", &list, json!({"person_id": bea})).await?;
        assert_eq!((&row["person_id"]["value"], &row["related_item_data"]["title"]), (&json!(bea), &json!("Weir")));
        assert_eq!(company.data("POST", &list, json!({"person_id": bea})).await?["id"], row["id"], "the row there is");
        assert_eq!(company.send("POST", &list, &json!({"person_id": 999})).await?.0, 400);
        assert_eq!((total(ann).await?, total(bea).await?), (json!(0), json!(1)));
        assert_eq!(ids(&company.get(&format!("/v1/deals/{deal}/persons")).await?), [ann, bea]);
        assert_eq!(ids(&company.get(&format!("/v1/persons/{bea}/deals")).await?), [deal]);

        company.data("PUT", &format!("/v1/deals/{deal}"), json!({"person_id": bea})).await?;
        assert_eq!((total(ann).await?, total(bea).await?), (json!(0), json!(0)));
        assert_eq!(ids(&company.get(&list).await?), [row["id"].as_i64().unwrap_or_default()], "the former person went");
        company.data("POST", &list, json!({"person_id": ann})).await?;
        assert_eq!(total(ann).await?, 1);

        company.data("DELETE", &format!("{list}/{}", row["id"]), Value::Null).await?;
        let after = company.get(&format!("/api/v2/deals/{deal}?include_fields=participants_count")).await?;
        assert_eq!((&after["person_id"], &after["participants_count"]), (&Value::Null, &json!(1)));
        assert_eq!(company.send("DELETE", &format!("{list}/{}", row["id"]), &Value::Null).await?.0, 404);
        let log = pages(&company, &format!("/v1/deals/{deal}/participantsChangelog")).await?;
        let told: Vec<_> = log.iter().map(|row| (row["action"].as_str(), row["person_id"].as_i64())).collect();
        let expected = [("removed", bea), ("added", ann), ("removed", ann), ("added", bea), ("added", ann)];
        assert_eq!(told, expected.map(|(action, person)| (Some(action), Some(person))));
    }
    Ok(())
}

#[tokio::test]
async fn changelogs_tell_texts_newest_first() -> Outcome {
    for company in Company::each().await? {
        let code = "5a".repeat(20);
        company.at("2026-03-01")?.add_deal_field(&code, "monetary").await?;
        company.at("2026-03-01 01:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir", "value": 1})).await?;
        company.change_deal(deal, json!({"value": 2.5})).await?;
        company.at("2026-03-01 02:00:00")?;
        let amount = json!({"value": 100, "currency": "EUR"});
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"custom_fields": {code.clone(): amount}})).await?;
        let log = pages(&company, &format!("/v1/deals/{deal}/changelog")).await?;
        let told: Vec<_> = log.iter().map(|row| (&row["field_key"], &row["old_value"], &row["new_value"])).collect();
        let currency = json!(format!("{code}_currency"));
        let expected = [
            (&currency, &Value::Null, &json!("EUR")),
            (&json!(code), &Value::Null, &json!("100")),
            (&json!("value"), &json!("1"), &json!("2.5")),
        ];
        assert_eq!(told, expected);
        assert_eq!((&log[2]["time"], &log[2]["change_source"]), (&json!("2026-03-01 01:00:00"), &json!("api")));
        assert_eq!(company.send("GET", &format!("/v1/deals/{deal}/changelog?cursor=forged"), &Value::Null).await?.0, 400);

        let person = add_person(&company, "Ann").await?;
        let email = json!({"email": ["a@quay.test", "b@quay.test"]});
        company.data("PUT", &format!("/v1/persons/{person}"), email).await?;
        let log = company.get(&format!("/v1/persons/{person}/changelog")).await?;
        assert_eq!((&log[0]["old_value"], &log[0]["new_value"]), (&Value::Null, &json!("a@quay.test, b@quay.test")));
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_of_a_deal_begins_anew() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (add_person(&company, "Ann").await?, add_person(&company, "Bea").await?);
        let model = json!({"title": "Weir", "person_id": ann, "stage_id": 3, "value": 70, "currency": "USD", "status": "won"});
        let deal = company.add_deal(model).await?;
        company.data("POST", &format!("/v1/deals/{deal}/participants"), json!({"person_id": bea})).await?;
        company.data("POST", &format!("/v1/deals/{deal}/followers"), json!({"user_id": 1})).await?;
        company.at("2026-03-05")?;
        let copy = company.data("POST", &format!("/v1/deals/{deal}/duplicate"), Value::Null).await?;
        assert_eq!((&copy["title"], &copy["person_id"], &copy["stage_id"]), (&json!("Weir (copy)"), &json!(ann), &json!(3)));
        assert_eq!((&copy["value"], &copy["currency"], &copy["status"]), (&json!(70), &json!("USD"), &json!("open")));
        assert_eq!((&copy["add_time"], &copy["update_time"]), (&json!("2026-03-05 00:00:00"), &Value::Null));
        assert_eq!((&copy["won_time"], &copy["followers_count"], &copy["participants_count"]), (&Value::Null, &json!(0), &json!(0)));
        let persons = company.get(&format!("/v1/deals/{}/persons", copy["id"])).await?;
        assert_eq!(ids(&persons), [ann], "its own person takes part, the others of the model do not");
        company.data("DELETE", &format!("/v1/deals/{deal}"), Value::Null).await?;
        assert_eq!(company.send("POST", &format!("/v1/deals/{deal}/duplicate"), &Value::Null).await?.0, 404);
    }
    Ok(())
}

#[tokio::test]
async fn boards_show_the_open_deals_of_their_owner() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let mine = company.add_deal(json!({"stage_id": 2, "value": 10, "currency": "EUR", "probability": 50})).await?;
        let dollars = company.add_deal(json!({"stage_id": 2, "value": 7, "currency": "USD"})).await?;
        let theirs = company.add_deal(json!({"stage_id": 3, "value": 5, "currency": "EUR", "user_id": ben})).await?;
        company.add_deal(json!({"stage_id": 2, "status": "won"})).await?;
        company.add_deal(json!({"stage_id": 2, "is_archived": true})).await?;
        for (target, expected) in [
            ("/v1/stages/2/deals", vec![mine, dollars]),
            ("/v1/stages/3/deals", vec![]),
            ("/v1/stages/3/deals?everyone=1", vec![theirs]),
            ("/v1/pipelines/1/deals", vec![mine, dollars]),
            (&format!("/v1/pipelines/1/deals?user_id={ben}&filter_id=77"), vec![theirs]),
            ("/v1/pipelines/1/deals?everyone=1&stage_id=3", vec![theirs]),
            ("/v1/pipelines/1/deals?limit=1&start=1", vec![dollars]),
        ] {
            assert_eq!(ids(&company.get(target).await?), expected, "{target}");
        }
        assert_eq!(company.send("GET", "/v1/stages/99/deals", &Value::Null).await?.0, 404);

        let target = "/v1/pipelines/1/deals?everyone=1&limit=1&get_summary=1&totals_convert_currency=default_currency";
        let (_, answer) = company.send("GET", target, &Value::Null).await?;
        let summary = &answer["additional_data"]["deals_summary"];
        let sums = |value: f64, weighted: f64, count: i64, text: [&str; 2]| json!({"count": count, "value": value, "value_formatted": text[0], "weighted_value": weighted, "weighted_value_formatted": text[1]});
        let as_floats = |sums: &Value| {
            let mut sums = sums.clone();
            for key in ["value", "weighted_value"] {
                sums[key] = json!(sums[key].as_f64());
            }
            sums
        };
        assert_eq!(as_floats(&summary["per_stages"]["2"]["EUR"]), sums(10.0, 5.0, 1, ["€10", "€5"]));
        assert_eq!(as_floats(&summary["per_stages_converted"]["2"]["EUR"]), sums(10.0, 5.0, 2, ["€10", "€5"]));
        assert_eq!((&summary["per_currency"], &summary["total_count"]), (&json!({"EUR": 2, "USD": 1}), &json!(3)));
        assert_eq!(summary["per_currency_full"], json!({"EUR": {"count": 2, "value": 15}, "USD": {"count": 1, "value": 7}}));
    }
    Ok(())
}

#[tokio::test]
async fn deletions_are_whole_and_happen_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (one, two) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        assert_eq!(company.send("DELETE", &format!("/v1/deals?ids={one},999"), &Value::Null).await?.0, 404);
        assert_eq!(company.get(&format!("/api/v2/deals/{one}")).await?["is_deleted"], false);
        let deleted = company.data("DELETE", &format!("/v1/deals?ids={one},{two},{one}"), Value::Null).await?;
        assert_eq!(deleted["id"], json!([one, two]));
        for version in ["/v1", "/api/v2"] {
            assert_eq!(company.send("DELETE", &format!("{version}/deals/{one}"), &Value::Null).await?.0, 404);
        }
        let sorted = company.get("/v1/deals?status=deleted&sort=add_time DESC, probability ASC").await?;
        assert_eq!(ids(&sorted), [one, two]);
        let sorted = company.get("/v1/deals?status=deleted&sort=add_time DESC").await?;
        assert_eq!(ids(&sorted), [two, one], "ties go the way of the last field");
    }
    Ok(())
}

#[tokio::test]
async fn of_two_pipelines_one_stays() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for _ in 0..5 {
            let other = company.data("POST", "/api/v2/pipelines", json!({"name": "Tender"})).await?["id"].clone();
            let pipelines = company.get("/api/v2/pipelines").await?;
            let [first, second] = [0, 1].map(|place| format!("/api/v2/pipelines/{}", pipelines[place]["id"]));
            assert_eq!(pipelines[1]["id"], other);
            let (one, two) = (company.another(), company.another());
            let (first, second) = tokio::join!(one.send("DELETE", &first, &Value::Null), two.send("DELETE", &second, &Value::Null));
            let mut statuses = [first?.0, second?.0];
            statuses.sort_unstable();
            assert!(matches!(statuses, [200, 400 | 409]), "{statuses:?}");
            assert_eq!(company.get("/api/v2/pipelines").await?.as_array().map(Vec::len), Some(1));
        }
    }
    Ok(())
}

#[tokio::test]
async fn organizations_are_related_and_each_side_sees_it_its_way() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mut orgs = Vec::new();
        for (name, visible_to) in [("Parent", 3), ("Daughter", 3), ("Secret", 1), ("Other", 3)] {
            let made = company.data("POST", "/api/v2/organizations", json!({"name": name, "visible_to": visible_to})).await?;
            orgs.push(made["id"].as_i64().ok_or("no id")?);
        }
        let [parent, daughter, secret, other] = orgs[..] else { return Err("four organizations".into()) };
        let path = "/v1/organizationRelationships";
        let relate = |kind: &str, owner: i64, linked: i64| json!({"type": kind, "rel_owner_org_id": owner, "rel_linked_org_id": linked});
        let mut body = relate("parent", parent, daughter);
        body["org_id"] = json!(parent);
        let (status, made) = company.send("POST", path, &body).await?;
        let row = &made["data"];
        assert_eq!((status, &row["type"], &row["active_flag"]), (200, &json!("parent"), &json!("true")));
        assert_eq!((&row["rel_owner_org_id"]["value"], &row["rel_linked_org_id"]["name"]), (&json!(parent), &json!("Daughter")));
        assert_eq!((&row["calculated_type"], &row["calculated_related_org_id"]), (&json!("daughter"), &json!(daughter)));
        assert_eq!(made["related_objects"]["organization"][daughter.to_string()]["name"], json!("Daughter"));
        let one = format!("{path}/{}", row["id"]);
        let seen = company.get(&format!("{one}?org_id={daughter}")).await?;
        assert_eq!((&seen["calculated_type"], &seen["calculated_related_org_id"]), (&json!("parent"), &json!(parent)));
        assert_eq!(seen["related_organization_name"], json!("Parent"));
        assert!(company.get(&one).await?.get("calculated_type").is_none());

        let hidden = company.data("POST", path, relate("related", secret, parent)).await?;
        for wrong in [
            relate("parent", parent, parent),
            relate("cousin", parent, daughter),
            relate("parent", parent, 999),
            json!({"type": "parent", "rel_owner_org_id": parent}),
        ] {
            assert_eq!(company.send("POST", path, &wrong).await?.0, 400, "{wrong}");
        }
        assert_eq!(ben.send("POST", path, &relate("related", secret, other)).await?.0, 400);
        assert_eq!(company.send("GET", path, &Value::Null).await?.0, 400, "org_id is required");
        assert_eq!(ids(&company.get(&format!("{path}?org_id={parent}")).await?).len(), 2);
        assert_eq!(ids(&ben.get(&format!("{path}?org_id={parent}")).await?), [seen["id"].as_i64().ok_or("no id")?]);
        assert_eq!(ben.send("GET", &format!("{path}?org_id={secret}"), &Value::Null).await?.0, 404);
        assert_eq!(ben.send("GET", &format!("{path}/{}", hidden["id"]), &Value::Null).await?.0, 404);
        assert_eq!(ben.send("DELETE", &format!("{path}/{}", hidden["id"]), &Value::Null).await?.0, 404);

        let changed = company.data("PUT", &one, json!({"type": "related", "org_id": daughter})).await?;
        assert_eq!((&changed["type"], &changed["calculated_type"]), (&json!("related"), &json!("related")));
        company.data("DELETE", &format!("/v1/organizations/{daughter}"), Value::Null).await?;
        assert_eq!(company.send("GET", &one, &Value::Null).await?.0, 404, "one side is deleted");
        company.data("PUT", &format!("/v1/organizations/{daughter}"), json!({"active_flag": true})).await?;
        assert_eq!(company.get(&one).await?["id"], seen["id"], "and comes back");

        // A merge moves relationships, and ends one between the two.
        let third = company.data("POST", path, relate("parent", daughter, other)).await?;
        company.data("PUT", &format!("/v1/organizations/{daughter}/merge"), json!({"merge_with_id": parent})).await?;
        assert_eq!(company.send("GET", &one, &Value::Null).await?.0, 404);
        let moved = company.get(&format!("{path}/{}?org_id={other}", third["id"])).await?;
        assert_eq!((&moved["rel_owner_org_id"]["value"], &moved["calculated_type"]), (&json!(parent), &json!("parent")));
        assert_eq!(company.data("DELETE", &format!("{path}/{}", third["id"]), Value::Null).await?, json!({"id": third["id"]}));
        assert_eq!(company.send("GET", &format!("{path}/{}", third["id"]), &Value::Null).await?.0, 404);
        assert_eq!(company.get(&format!("{path}?org_id={other}")).await?, Value::Null);
    }
    Ok(())
}
