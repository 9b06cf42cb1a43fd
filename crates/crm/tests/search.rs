//! Search: what is found by what, in which order, by whom, page by page.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// What tells found items apart: kind and name or title.
fn names(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().into_iter().flatten();
    items.map(|row| row["item"]["name"].as_str().or(row["item"]["title"].as_str()).unwrap_or_default().to_owned()).collect()
}

fn query(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

async fn search(company: &Company, path: &str, term: &str, more: &str) -> Outcome<Value> {
    company.get(&format!("/api/v2{path}?term={}{more}", query(term))).await
}

async fn found(company: &Company, path: &str, term: &str, more: &str) -> Outcome<Vec<String>> {
    Ok(names(&search(company, path, term, more).await?))
}

async fn add(company: &Company, path: &str, record: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2{path}"), record).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

#[tokio::test]
async fn terms_find_what_they_match_best_first() -> Outcome {
    let persons = [
        json!({"name": "Leeward Mills"}),
        json!({"name": "Lee"}),
        json!({"name": "Ann Lee"}),
        json!({"name": "Lee Ann Öztürk"}),
        json!({"name": "Coleen Straße"}),
        json!({"name": "Zoë Weir", "emails": [{"value": "lee@quay.test"}, {"value": "zoe.weir@quay.test"}]}),
        json!({"name": "Ben Sluice", "phones": [{"value": "+372 (55) 123-456"}]}),
        json!({"name": "Łukasz O'Neill"}),
        json!({"name": "Al"}),
        json!({"name": "Lee"}),
    ];
    let cases: &[(&str, &str, &[&str])] = &[
        // The name itself (newest first), an e-mail that is it, a beginning, the beginning of a word, the inside of one.
        ("lee", "", &["Lee", "Lee", "Lee Ann Öztürk", "Leeward Mills", "Zoë Weir", "Ann Lee", "Coleen Straße"]),
        ("LEE", "&exact_match=true", &["Lee", "Lee"]),
        ("lee", "&fields=email", &["Zoë Weir"]),
        ("lee ann", "", &["Lee Ann Öztürk", "Ann Lee"]),
        ("ann öztürk", "", &["Lee Ann Öztürk"]),
        ("OZTURK", "", &["Lee Ann Öztürk"]),
        ("strasse", "", &["Coleen Straße"]),
        ("zoe", "", &["Zoë Weir"]),
        ("lukasz", "", &["Łukasz O'Neill"]),
        ("o'nei", "", &["Łukasz O'Neill"]),
        ("neill", "", &["Łukasz O'Neill"]),
        ("weir@quay", "", &["Zoë Weir"]),
        ("zoe.weir@quay.test", "&exact_match=true", &["Zoë Weir"]),
        ("+37255123456", "", &["Ben Sluice"]),
        ("0037255123456", "&exact_match=true", &["Ben Sluice"]),
        ("55-123", "&fields=phone", &["Ben Sluice"]),
        ("123456", "&fields=name", &[]),
        // Two letters begin a word, they are not looked for inside.
        ("al", "", &["Al"]),
        ("we", "", &["Zoë Weir"]),
        ("ee", "", &[]),
        ("lee al", "", &[]),
        ("%", "&exact_match=true", &[]),
        ("__", "", &[]),
        ("lee%", "", &[]),
        ("nobody", "", &[]),
    ];
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for person in &persons {
            add(&company, "/persons", person.clone()).await?;
        }
        for (term, more, expected) in cases {
            assert_eq!(found(&company, "/persons/search", term, more).await?, *expected, "{term} {more}");
            let all = found(&company, "/itemSearch", term, &format!("&item_types=person{more}")).await?;
            assert_eq!(all, *expected, "{term} {more} among all kinds");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_index_follows_every_write() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let other = company.add_deal(json!({"title": "Sluice"})).await?;
        assert_eq!(found(&company, "/deals/search", "weir", "").await?, ["Weir"]);
        company.change_deal(deal, json!({"title": "Lock"})).await?;
        assert_eq!(found(&company, "/deals/search", "weir", "").await?, [""; 0]);
        assert_eq!(found(&company, "/deals/search", "lock", "").await?, ["Lock"]);
        company.data("DELETE", &format!("/v1/deals/{deal}"), Value::Null).await?;
        assert_eq!(found(&company, "/deals/search", "lock", "").await?, [""; 0]);
        company.change_deal(deal, json!({"deleted": false})).await?;
        assert_eq!(found(&company, "/deals/search", "lock", "").await?, ["Lock"]);
        company.change_deal(deal, json!({"is_archived": true})).await?;
        assert_eq!(search(&company, "/deals/search", "lock", "").await?["items"][0]["item"]["is_archived"], true);
        company.change_deal(deal, json!({"is_archived": false})).await?;
        company.data("PUT", &format!("/v1/deals/{deal}/merge"), json!({"merge_with_id": other})).await?;
        assert_eq!(found(&company, "/deals/search", "lock", "").await?, [""; 0]);
        assert_eq!(found(&company, "/deals/search", "sluice", "").await?, ["Sluice"]);
        // More than wait for the index at a time, so that some are in it and some are not; and then all change once more.
        let mut deals = Vec::new();
        for number in 0..150 {
            deals.push(company.add_deal(json!({"title": format!("Batch {number:03}")})).await?);
        }
        assert_eq!(found(&company, "/deals/search", "batch", "&limit=500").await?.len(), 150);
        for (number, deal) in deals.iter().enumerate().filter(|(number, _)| number % 2 == 0) {
            company.change_deal(*deal, json!({"title": format!("Swap {number:03}")})).await?;
        }
        company.data("DELETE", &format!("/v1/deals/{}", deals[149]), Value::Null).await?;
        let newest_first: Vec<_> = (0..149).rev().filter(|number| number % 2 == 1).map(|number| format!("Batch {number:03}")).collect();
        assert_eq!(found(&company, "/deals/search", "batch", "&limit=500").await?, newest_first);
        assert_eq!(found(&company, "/deals/search", "wap", "&limit=500").await?.len(), 75);
    }
    Ok(())
}

#[tokio::test]
async fn everybody_finds_what_they_may_see() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let hidden = add(&company, "/persons", json!({"name": "Hidden Quay", "visible_to": 1})).await?;
        let organization = add(&company, "/organizations", json!({"name": "Quay Works", "visible_to": 1})).await?;
        add(&company, "/persons", json!({"name": "Open Quay", "org_id": organization})).await?;
        assert_eq!(found(&company, "/itemSearch", "quay", "").await?.len(), 3);
        let seen = search(&colleague, "/itemSearch", "quay", "").await?;
        assert_eq!(names(&seen), ["Open Quay"]);
        assert_eq!(seen["items"][0]["item"]["organization"], Value::Null, "hidden like the organization itself");
        company.data("POST", &format!("/api/v2/persons/{hidden}/followers"), json!({"user_id": ben})).await?;
        assert_eq!(found(&colleague, "/persons/search", "quay", "").await?, ["Open Quay", "Hidden Quay"]);
        company.data("PATCH", &format!("/api/v2/organizations/{organization}"), json!({"visible_to": 3})).await?;
        assert_eq!(found(&colleague, "/organizations/search", "quay", "").await?, ["Quay Works"]);
        company.data("PATCH", &format!("/api/v2/organizations/{organization}"), json!({"visible_to": 1, "owner_id": ben})).await?;
        assert_eq!(found(&colleague, "/organizations/search", "quay", "").await?, ["Quay Works"], "its owner");
        let by_field = "/api/v2/itemSearch/field?entity_type=person&field=name&match=middle&term=Quay";
        assert_eq!(colleague.get(by_field).await?.as_array().map(Vec::len), Some(2));
    }
    Ok(())
}

#[tokio::test]
async fn pages_go_through_everything_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        // More than are read at once, so that pages are read rank by rank.
        let titles = ["Harbour", "Harbour {}", "Old Harbour {}", "Northharbour {}", "Quiet {}"];
        for number in 0..640 {
            let title = titles[number % titles.len()].replace("{}", &number.to_string());
            company.add_deal(json!({"title": title})).await?;
        }
        add(&company, "/persons", json!({"name": "Ann", "emails": [{"value": "harbour"}]})).await?;
        let (mut all, mut page) = (Vec::new(), String::from("/api/v2/itemSearch?term=harbour&limit=37"));
        let mut scores = Vec::new();
        loop {
            let (_, answer) = company.send("GET", &page, &Value::Null).await?;
            let items = answer["data"]["items"].as_array().cloned().unwrap_or_default();
            scores.extend(items.iter().map(|row| row["result_score"].as_f64().unwrap_or_default()));
            all.extend(items.iter().map(|row| (row["item"]["type"].to_string(), row["item"]["id"].as_i64().unwrap_or_default())));
            match answer["additional_data"]["next_cursor"].as_str() {
                Some(cursor) => page = format!("/api/v2/itemSearch?term=harbour&limit=37&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(all.len(), 4 * 128 + 1);
        assert!(scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
        // Exact, then the e-mail, then beginnings, words, and what is inside of words; the newest of each first.
        let of =
            |title: i64| (0..640_i64).rev().filter(move |number| number % 5 == title).map(|number| ("\"deal\"".to_owned(), number + 1));
        let by_rank: Vec<_> = of(0).chain([("\"person\"".to_owned(), 1)]).chain(of(1)).chain(of(2)).chain(of(3)).collect();
        assert_eq!(all, by_rank);
        let mut once = all.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), all.len());
        // The same order by offset.
        let (_, old) = company.send("GET", "/v1/itemSearch?term=harbour&start=120&limit=100", &Value::Null).await?;
        let ids: Vec<_> = old["data"]["items"].as_array().into_iter().flatten().map(|row| row["item"]["id"].as_i64()).collect();
        assert_eq!(ids, all[120..220].iter().map(|(_, id)| Some(*id)).collect::<Vec<_>>());
        let pagination = &old["additional_data"]["pagination"];
        assert_eq!(pagination, &json!({"start": 120, "limit": 100, "more_items_in_collection": true, "next_start": 220}));
        let (_, last) = company.send("GET", "/v1/itemSearch?term=harbour&start=510&limit=100", &Value::Null).await?;
        assert_eq!(last["data"]["items"].as_array().map(Vec::len), Some(3));
        assert_eq!(last["additional_data"]["pagination"]["more_items_in_collection"], false);
        // A few of a kind among many.
        let exact = company.get("/api/v2/deals/search?term=harbour&exact_match=true&limit=500").await?;
        assert_eq!(exact["items"].as_array().map(Vec::len), Some(128));
    }
    Ok(())
}

#[tokio::test]
async fn searches_are_narrowed_and_shown() -> Outcome {
    for company in Company::each().await? {
        let code = "5a".repeat(20);
        company.at("2026-03-01")?.add_deal_field(&code, "varchar").await?;
        company.at("2026-03-01 01:00:00")?;
        let address = json!({"value": "Quay 3, Tallinn"});
        let organization = add(&company, "/organizations", json!({"name": "Lock Works", "address": address})).await?;
        let person =
            add(&company, "/persons", json!({"name": "Ann Weir", "org_id": organization, "emails": [{"value": "ann@lock.test"}]})).await?;
        let custom = json!({code.clone(): "Blue Öland gate"});
        let deal = add(
            &company,
            "/deals",
            json!({"title": "Gate", "person_id": person, "org_id": organization, "value": 12.5, "custom_fields": custom}),
        )
        .await?;
        add(&company, "/deals", json!({"title": "Gate of others"})).await?;
        let won = add(&company, "/deals", json!({"title": "Won gate", "org_id": organization, "status": "won"})).await?;

        let of_person = search(&company, "/deals/search", "gate", &format!("&person_id={person}&include_fields=deal.cc_email")).await?;
        assert_eq!(
            of_person["items"],
            json!([{"result_score": 1, "item": {
                "id": deal, "type": "deal", "title": "Gate", "value": 12.5, "currency": "EUR", "status": "open", "visible_to": 3,
                "owner": {"id": 1}, "stage": {"id": 1, "name": "Qualified"}, "pipeline": {"id": 1},
                "person": {"id": person, "name": "Ann Weir"},
                "organization": {"id": organization, "name": "Lock Works", "address": "Quay 3, Tallinn"},
                "custom_fields": ["Blue Öland gate"], "notes": [], "is_archived": false,
                "cc_email": format!("harbour+deal{deal}@pipedrivemail.com"),
            }}])
        );
        let of_organization = format!("&organization_id={organization}");
        assert_eq!(found(&company, "/deals/search", "gate", &of_organization).await?, ["Gate", "Won gate"]);
        assert_eq!(found(&company, "/deals/search", "gate", "&status=won").await?, ["Won gate"]);
        assert_eq!(found(&company, "/deals/search", "gate", &format!("{of_organization}&status=open")).await?, ["Gate"]);
        assert_eq!(found(&company, "/persons/search", "ann", &of_organization).await?, ["Ann Weir"]);
        assert_eq!(found(&company, "/persons/search", "ann", "&organization_id=999").await?, [""; 0]);
        assert_eq!(found(&company, "/deals/search", "oland", "&fields=custom_fields").await?, ["Gate"]);
        assert_eq!(found(&company, "/deals/search", "oland", "&fields=title").await?, [""; 0]);
        assert_eq!(found(&company, "/organizations/search", "tallinn", "&fields=address").await?, ["Lock Works"]);
        assert_eq!(found(&company, "/itemSearch", "gate", "&item_types=person,product,file").await?, [""; 0]);

        let with_related = search(&company, "/itemSearch", "lock works", "&search_for_related_items=true").await?;
        let related: Vec<_> = with_related["related_items"].as_array().into_iter().flatten().collect();
        assert!(related.iter().all(|row| row["result_score"] == 0));
        let ids: Vec<_> = related.iter().map(|row| (row["item"]["type"].as_str(), row["item"]["id"].as_i64())).collect();
        assert_eq!(ids, [(Some("deal"), Some(won)), (Some("deal"), Some(deal)), (Some("person"), Some(person))]);

        let old = company.get("/v1/persons/search?term=ann").await?;
        let item = &old["items"][0]["item"];
        assert_eq!((&item["emails"], &item["primary_email"]), (&json!(["ann@lock.test"]), &json!("ann@lock.test")));
        assert_eq!(item["update_time"], "2026-03-01 01:00:00");
    }
    Ok(())
}

#[tokio::test]
async fn notes_products_leads_and_projects_are_found() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let organization = add(&company, "/organizations", json!({"name": "Lock Works"})).await?;
        let person = add(&company, "/persons", json!({"name": "Ann Weir", "emails": [{"value": "ann@lock.test"}]})).await?;
        let deal = company.add_deal(json!({"title": "Gate", "person_id": person, "visible_to": 1})).await?;
        let note =
            async |content: &str, link: &str, id: Value| company.data("POST", "/v1/notes", json!({"content": content, link: id})).await;
        let made = note("<p>Wants <b>blue</b> paint &amp; rope</p>", "deal_id", json!(deal)).await?;
        note("A rope for the quay", "org_id", json!(organization)).await?;

        // The note on the deal hangs on its person, too; whoever may not see the deal sees neither note nor text.
        let found_by_note = search(&company, "/itemSearch", "rope", "").await?;
        assert_eq!(names(&found_by_note), ["Lock Works", "Gate", "Ann Weir"]);
        assert_eq!(found_by_note["items"][1]["item"]["notes"], json!(["Wants blue paint & rope"]));
        assert_eq!(found(&colleague, "/itemSearch", "rope", "").await?, ["Lock Works"]);
        assert_eq!(found(&company, "/itemSearch", "rope", "&fields=name,title").await?, [""; 0]);
        assert_eq!(found(&company, "/deals/search", "paint & rope", "&fields=notes").await?, ["Gate"]);
        assert_eq!(found(&company, "/deals/search", "wants blue paint & rope", "&exact_match=true").await?, ["Gate"]);
        assert_eq!(found(&company, "/deals/search", "strong", "").await?, [""; 0]);
        company.data("POST", &format!("/v1/deals/{deal}/followers"), json!({"user_id": ben})).await?;
        assert_eq!(found(&colleague, "/deals/search", "rope", "").await?, ["Gate"]);
        company.data("DELETE", &format!("/v1/notes/{}", made["id"]), Value::Null).await?;
        assert_eq!(found(&company, "/itemSearch", "rope", "").await?, ["Lock Works"]);

        let prices = json!([{"price": 30, "currency": "USD"}, {"price": 12.5, "currency": "EUR"}]);
        add(&company, "/products", json!({"name": "Rope", "code": "R-100", "prices": prices})).await?;
        let product = search(&company, "/products/search", "r-100", "&include_fields=product.price").await?;
        let item = &product["items"][0]["item"];
        assert_eq!(
            (&item["name"], &item["code"], &item["price"], &item["tax"]),
            (&json!("Rope"), &json!("R-100"), &json!(12.5), &json!(0))
        );

        let lead = json!({"title": "Gate lead", "person_id": person, "value": {"amount": 5, "currency": "EUR"}});
        let lead = company.data("POST", "/v1/leads", lead).await?;
        note("Rope by lead", "lead_id", lead["id"].clone()).await?;
        let leads = search(&company, "/leads/search", "rope", &format!("&person_id={person}&include_fields=lead.was_seen")).await?;
        let item = &leads["items"][0]["item"];
        assert_eq!((&item["id"], &item["title"], &item["notes"]), (&lead["id"], &json!("Gate lead"), &json!(["Rope by lead"])));
        assert_eq!((&item["emails"], &item["value"], &item["was_seen"]), (&json!(["ann@lock.test"]), &json!(5), &json!(false)));
        assert_eq!(found(&company, "/itemSearch", "rope", "").await?, ["Rope", "Gate lead", "Lock Works"]);

        let board = company.data("POST", "/api/v2/boards", json!({"name": "Board"})).await?;
        let phase = company.data("POST", "/api/v2/phases", json!({"name": "First", "board_id": board["id"]})).await?;
        let project = json!({
            "title": "Dredging", "description": "With rope and anchor", "board_id": board["id"], "phase_id": phase["id"],
            "person_ids": [person], "deal_ids": [deal],
        });
        let project = add(&company, "/projects", project).await?;
        let projects = search(&company, "/projects/search", "anchor", &format!("&person_id={person}")).await?;
        assert_eq!(
            projects["items"],
            json!([{"result_score": 0.4, "item": {
                "id": project, "type": "project", "title": "Dredging", "status": "open", "owner": {"id": 1}, "board_id": board["id"],
                "phase": {"id": phase["id"], "name": "First"}, "person": {"id": person, "name": "Ann Weir"}, "organization": null,
                "deal": {"id": deal, "title": "Gate"}, "deal_count": 1, "description": "With rope and anchor", "end_date": null,
                "custom_fields": [], "notes": [],
            }}])
        );
        assert_eq!(found(&company, "/projects/search", "anchor", "&person_id=999").await?, [""; 0]);
    }
    Ok(())
}

/// Many notes, so that they are read rank by rank: each record comes once, at its best place.
#[tokio::test]
async fn a_record_with_many_notes_is_found_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mut deals = Vec::new();
        for number in 0..40 {
            let title = if number % 4 == 0 { format!("Rope {number}") } else { format!("Gate {number}") };
            deals.push(company.add_deal(json!({"title": title})).await?);
        }
        for round in 0..8 {
            for (number, deal) in deals.iter().enumerate() {
                let content = if (number + round) % 5 == 0 { "Rope".to_owned() } else { format!("About a towrope and rope {round}") };
                company.data("POST", "/v1/notes", json!({"content": content, "deal_id": deal})).await?;
            }
        }
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let (_, answer) = company.send("GET", &format!("/api/v2/deals/search?term=rope&limit=7{cursor}"), &Value::Null).await?;
            let items = answer["data"]["items"].as_array().cloned().unwrap_or_default();
            all.extend(items.iter().map(|row| (row["item"]["id"].as_i64().unwrap_or_default(), row["result_score"].as_f64())));
            match answer["additional_data"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut once: Vec<_> = all.iter().map(|(id, _)| *id).collect();
        once.sort_unstable();
        assert_eq!(once, deals);
        assert!(all.iter().all(|(_, score)| *score == Some(0.9)), "every deal has a note that is the term: {all:?}");
        let titled = company.get("/api/v2/deals/search?term=rope&fields=title&limit=100").await?;
        assert_eq!(titled["items"].as_array().map(Vec::len), Some(10));
    }
    Ok(())
}

#[tokio::test]
async fn field_search_minds_case() -> Outcome {
    for company in Company::each().await? {
        let code = "5a".repeat(20);
        company.at("2026-03-01")?.add_deal_field(&code, "varchar").await?;
        company.at("2026-03-01 01:00:00")?;
        for title in ["Monkey", "monkey", "Monkey", "Monkeys", "A Monkey"] {
            add(&company, "/deals", json!({"title": title, "custom_fields": {code.clone(): format!("{title}!")}})).await?;
        }
        let v2 = async |more: &str| -> Outcome<Vec<Value>> {
            let rows = company.get(&format!("/api/v2/itemSearch/field?entity_type=deal&{more}")).await?;
            Ok(rows.as_array().into_iter().flatten().map(|row| row["name"].clone()).collect())
        };
        assert_eq!(v2("field=title&term=Monkey").await?, ["Monkey", "Monkey"]);
        assert_eq!(v2("field=title&term=MONKEY&match=exact").await?, [""; 0]);
        assert_eq!(v2("field=title&term=Monk&match=beginning").await?, ["Monkeys", "Monkey", "Monkey"]);
        assert_eq!(v2("field=title&term=onke&match=middle").await?, ["A Monkey", "Monkeys", "Monkey", "monkey", "Monkey"]);
        assert_eq!(v2(&format!("field={code}&term=monkey!&match=middle")).await?, ["monkey!"]);
        assert_eq!(v2("field=title&term=onke&match=middle&limit=2").await?, ["A Monkey", "Monkeys"]);
        let (_, first) = company
            .send("GET", "/api/v2/itemSearch/field?entity_type=deal&field=title&term=onke&match=middle&limit=2", &Value::Null)
            .await?;
        let cursor = first["additional_data"]["next_cursor"].as_str().unwrap_or_default();
        assert_eq!(v2(&format!("field=title&term=onke&match=middle&limit=2&cursor={cursor}")).await?, ["Monkey", "monkey"]);

        let values = company.get("/v1/itemSearch/field?field_type=dealField&field_key=title&term=onke").await?;
        assert_eq!(values, json!([{"title": "A Monkey"}, {"title": "Monkeys"}, {"title": "Monkey"}, {"title": "monkey"}]));
        let exact = "/v1/itemSearch/field?field_type=dealField&field_key=title&term=Monkey&exact_match=1&return_item_ids=1";
        assert_eq!(company.get(exact).await?, json!([{"id": 3, "title": "Monkey"}, {"id": 1, "title": "Monkey"}]));
        let (_, page) = company.send("GET", &format!("{exact}&start=1&limit=1"), &Value::Null).await?;
        assert_eq!(page["data"], json!([{"id": 1, "title": "Monkey"}]));
        assert_eq!(page["additional_data"]["pagination"], json!({"start": 1, "limit": 1, "more_items_in_collection": false}));
    }
    Ok(())
}

#[tokio::test]
async fn bad_searches_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for (target, status) in [
            ("/api/v2/itemSearch", 400),
            ("/api/v2/itemSearch?term=a", 400),
            ("/v1/itemSearch?term=a", 400),
            ("/api/v2/itemSearch?term=a&exact_match=true", 200),
            ("/api/v2/itemSearch?term=%C3%A9%C3%A9", 200),
            ("/api/v2/itemSearch?term=ab&item_types=boat", 400),
            ("/api/v2/itemSearch?term=ab&fields=boat", 400),
            ("/api/v2/itemSearch?term=ab&limit=101", 400),
            ("/v1/itemSearch?term=ab&limit=101", 200),
            ("/api/v2/persons/search?term=ab&limit=500", 200),
            ("/api/v2/itemSearch?term=ab&cursor=e30", 400),
            ("/api/v2/deals/search?term=ab&cursor=eyJmaWVsZCI6ImlkIiwiZmllbGRWYWx1ZSI6Nywic29ydERpcmVjdGlvbiI6ImFzYyIsImlkIjo3fQ", 400),
            ("/api/v2/deals/search?term=ab&status=gone", 400),
            ("/api/v2/itemSearch/field?term=ab&entity_type=deal&field=value", 400),
            ("/api/v2/itemSearch/field?term=ab&entity_type=deal&field=nothing", 400),
            ("/api/v2/itemSearch/field?term=ab&entity_type=boat&field=title", 400),
            ("/api/v2/itemSearch/field?term=a&entity_type=deal&field=title&match=middle", 400),
            ("/v1/itemSearch/field?term=ab&field_type=dealField", 400),
            ("/api/v2/itemSearch?term=%22%20OR%20%2A%20NEAR(", 200),
        ] {
            let (answered, body) = company.send("GET", target, &Value::Null).await?;
            assert_eq!(answered, status, "{target}: {body}");
        }
        let long = "x".repeat(5_000);
        assert_eq!(company.send("GET", &format!("/api/v2/itemSearch?term={long}"), &Value::Null).await?.0, 200);
    }
    Ok(())
}
