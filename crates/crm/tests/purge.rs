//! Deleted records: how long they can be brought back, and what is left once they are gone for good.

mod company;

use company::{Company, Outcome};
use penstock_crm::mail;
use serde_json::{Value, json};

async fn add(company: &Company, target: &str, body: Value) -> Outcome<i64> {
    let made = company.data("POST", target, body).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

/// How many rows of a table fulfil a condition.
async fn count(company: &Company, table: &str, condition: &str) -> Outcome<Value> {
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE company_id = $1 AND ({condition})");
    Ok(company.rows(&sql, 1).await?[0][0].clone())
}

/// How many rows of any table are about a record.
async fn traces(company: &Company, entity: &str, id: i64) -> Outcome<i64> {
    let mut traces = 0;
    for table in ["totals", "followers", "history", "recents", "search_documents", "activity_links"] {
        traces += count(company, table, &format!("entity = '{entity}' AND record_id = {id}")).await?.as_i64().unwrap_or_default();
    }
    Ok(traces)
}

#[tokio::test]
async fn records_come_back_within_thirty_days() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({"title": "Crane"})).await?;
        let person = add(&company, "/v1/persons", json!({"name": "Mary"})).await?;
        let organization = add(&company, "/v1/organizations", json!({"name": "Quay"})).await?;
        let targets = [
            (format!("/v1/deals/{deal}"), json!({"deleted": false})),
            (format!("/v1/persons/{person}"), json!({"active_flag": true})),
            (format!("/v1/organizations/{organization}"), json!({"active_flag": true})),
        ];
        for (target, restore) in &targets {
            company.at("2026-03-01")?.data("DELETE", target, Value::Null).await?;
            company.at("2026-03-30 23:59:59")?.keep_house().await?;
            assert_eq!(company.send("PUT", target, &json!({"owner_id": 1, "user_id": 1})).await?.0, 404, "{target}");
            company.data("PUT", target, restore.clone()).await?;

            company.at("2026-04-01")?.data("DELETE", target, Value::Null).await?;
            company.at("2026-05-01")?;
            assert_eq!(company.send("PUT", target, restore).await?.0, 404, "{target}: it is too late, purged or not");
            assert_eq!(company.send("GET", target, &Value::Null).await?.0, 404);
            company.keep_house().await?;
            assert_eq!(company.send("PUT", target, restore).await?.0, 404);
        }
        for table in ["deals", "persons", "organizations"] {
            assert_eq!(count(&company, table, "id > 0").await?, json!(0), "{table}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_purged_record_takes_what_is_its_own_and_leaves_the_rest() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_deal_field("c0de", "people").await?;
        let org = add(&company, "/v1/organizations", json!({"name": "Quay"})).await?;
        let kept_org = add(&company, "/v1/organizations", json!({"name": "Dock"})).await?;
        let person = add(&company, "/v1/persons", json!({"name": "Mary", "org_id": org})).await?;
        let other = add(&company, "/v1/persons", json!({"name": "Otto", "org_id": org})).await?;
        let gone = company.add_deal(json!({"title": "Gone", "person_id": person, "org_id": org})).await?;
        let deal = company.add_deal(json!({"title": "Kept", "person_id": person, "org_id": org, "c0de": person})).await?;
        let beside = company.add_deal(json!({"title": "Beside", "person_id": other, "c0de": other})).await?;
        company.data("POST", &format!("/v1/deals/{beside}/participants"), json!({"person_id": person})).await?;
        for target in [format!("deals/{gone}"), format!("persons/{person}"), format!("organizations/{org}")] {
            company.data("POST", &format!("/v1/{target}/followers"), json!({"user_id": 1})).await?;
            company.data("PUT", &format!("/v1/{target}"), json!({"title": "Renamed", "name": "Renamed"})).await?;
        }
        let lead =
            company.data("POST", "/v1/leads", json!({"title": "Lead", "person_id": other, "organization_id": org})).await?["id"].clone();
        let on_deal =
            add(&company, "/v1/notes", json!({"content": "x", "deal_id": gone, "person_id": other, "pinned_to_deal_flag": 1})).await?;
        let on_lead =
            add(&company, "/v1/notes", json!({"content": "y", "lead_id": lead, "person_id": other, "pinned_to_lead_flag": 1})).await?;
        let meeting =
            json!({"subject": "Meet", "deal_id": deal, "participants": [{"person_id": person}, {"person_id": other, "primary": true}]});
        let meeting = add(&company, "/api/v2/activities", meeting).await?;
        let old_activity = add(&company, "/api/v2/activities", json!({"subject": "Old", "deal_id": deal, "org_id": kept_org})).await?;
        let old_note = add(&company, "/v1/notes", json!({"content": "z", "deal_id": deal})).await?;
        company.data("POST", &format!("/v1/notes/{old_note}/comments"), json!({"content": "x"})).await?;
        let relation = json!({"type": "parent", "rel_owner_org_id": org, "rel_linked_org_id": kept_org});
        add(&company, "/v1/organizationRelationships", relation).await?;

        let product = add(&company, "/api/v2/products", json!({"name": "Rope"})).await?;
        let sold = json!({"product_id": product, "item_price": 3, "quantity": 2});
        company.data("POST", &format!("/api/v2/deals/{gone}/products"), sold).await?;
        let lists = json!({"title": "Kept", "deal_ids": [gone, deal], "person_ids": [person, other], "org_ids": [org]});
        let project = add(&company, "/api/v2/projects", lists.clone()).await?;
        let old_project = add(&company, "/api/v2/projects", lists).await?;
        let task = add(&company, "/api/v2/tasks", json!({"title": "Old", "project_id": old_project})).await?;
        let on_task = add(&company, "/v1/notes", json!({"content": "t", "task_id": task, "person_id": other})).await?;

        let lead_path = format!("/v1/leads/{}", lead.as_str().unwrap_or_default());
        for target in [
            format!("/v1/deals/{gone}"),
            format!("/v1/persons/{person}"),
            format!("/v1/organizations/{org}"),
            lead_path.clone(),
            format!("/v1/notes/{old_note}"),
            format!("/v1/activities/{old_activity}"),
            format!("/api/v2/projects/{old_project}"),
        ] {
            company.data("DELETE", &target, Value::Null).await?;
        }
        let note = format!("/v1/notes/{on_deal}");
        company.at("2026-03-30")?.keep_house().await?;
        assert_eq!(company.get(&note).await?["deal_id"], json!(gone), "not yet");
        let participants = format!("/api/v2/deals/{beside}?include_fields=participants_count");
        assert_eq!(company.get(&participants).await?["participants_count"], json!(2));

        company.at("2026-04-01")?;
        assert!(company.keep_house().await? >= 5);
        assert_eq!(company.keep_house().await?, 0, "nothing is left to do");
        for (entity, id) in [("deal", gone), ("person", person), ("organization", org), ("lead", 1), ("note", old_note)] {
            assert_eq!(traces(&company, entity, id).await?, 0, "{entity}");
        }
        let known = format!("activity_id = {old_activity} OR (entity = 'person' AND record_id = {person})");
        assert_eq!(count(&company, "activity_links", &known).await?, json!(0));
        let met = company.get(&format!("/api/v2/activities/{meeting}")).await?;
        assert_eq!(met["participants"], json!([{"person_id": other, "primary": true}]));
        assert_eq!(company.get(&format!("/v1/deals/{deal}")).await?["next_activity_id"], json!(meeting));
        for (table, condition) in [
            ("deal_products", "id > 0".to_owned()),
            ("projects", format!("id = {old_project}")),
            ("tasks", "id > 0".to_owned()),
            ("recents", "entity = 'task'".to_owned()),
            ("links", format!("record_id = {old_project} OR member_id = {gone} AND field_key = 'deal_ids'")),
        ] {
            assert_eq!(count(&company, table, &condition).await?, json!(0), "{table}");
        }
        let left = company.get(&format!("/api/v2/projects/{project}")).await?;
        assert_eq!((&left["deal_ids"], &left["person_ids"], &left["org_ids"]), (&json!([deal]), &json!([other]), &json!([])));
        assert_eq!(company.get(&format!("/v1/notes/{on_task}")).await?["task_id"], Value::Null);
        assert_eq!(count(&company, "field_values", "record_id > 0").await?, json!(1), "only what is beside");
        assert_eq!(count(&company, "note_comments", "id > 0").await?, json!(0));
        assert_eq!(count(&company, "recents", "entity = 'comment'").await?, json!(0));
        assert_eq!(count(&company, "organization_relationships", "id > 0").await?, json!(0));
        assert_eq!(count(&company, "participants", &format!("person_id = {person} OR deal_id = {gone}")).await?, json!(0));

        let shown = company.get(&format!("/v1/deals/{deal}")).await?;
        assert_eq!((&shown["person_id"], &shown["org_id"], &shown["c0de"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(company.get(&format!("/v1/deals/{beside}")).await?["c0de"], json!(other));
        assert_eq!(company.get(&participants).await?["participants_count"], json!(1));
        assert_eq!(company.get(&format!("/v1/persons/{other}")).await?["org_id"], Value::Null);
        let shown = company.get(&note).await?;
        assert_eq!((&shown["deal_id"], &shown["deal"], &shown["pinned_to_deal_flag"]), (&Value::Null, &Value::Null, &json!(false)));
        assert_eq!(shown["person"], json!({"name": "Otto"}));
        let shown = company.get(&format!("/v1/notes/{on_lead}")).await?;
        assert_eq!((&shown["lead_id"], &shown["pinned_to_lead_flag"]), (&Value::Null, &json!(false)));
        company.data("PUT", &note, json!({"content": "changed"})).await?;
        assert_eq!(company.send("GET", &lead_path, &Value::Null).await?.0, 404);
    }
    Ok(())
}

/// More than one transaction's worth goes, and only what is old enough; another company keeps what it has.
#[tokio::test]
async fn many_records_go_in_several_steps() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mut ids = Vec::new();
        for number in 0..230 {
            ids.push(add(&company, "/v1/persons", json!({"name": format!("Person {number}")})).await?);
        }
        for chunk in ids[..220].chunks(100) {
            let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            company.data("DELETE", &format!("/v1/persons?ids={list}"), Value::Null).await?;
        }
        company.at("2026-03-15")?.data("DELETE", &format!("/v1/persons/{}", ids[220]), Value::Null).await?;
        company.execute("INSERT INTO totals (company_id, entity, record_id) VALUES ($1 + 1, 'person', $2)", &[ids[0]]).await?;
        company.at("2026-04-01")?;
        let (one, two) = (company.another(), company.another());
        let (first, second) = tokio::join!(one.keep_house(), two.keep_house());
        assert!(first? + second? + company.keep_house().await? >= 220);
        assert_eq!(count(&company, "persons", "id > 0").await?, json!(10));
        assert_eq!(count(&company, "persons", "is_deleted = 1").await?, json!(1), "its time is not over");
        let foreign = "SELECT COUNT(*) FROM totals WHERE company_id = $1 + 1";
        assert_eq!(company.rows(foreign, 1).await?, [[json!(1)]]);
    }
    Ok(())
}

/// Deleted mail goes with its texts and attachments; what was not deleted stays.
#[tokio::test]
async fn deleted_mail_goes_after_thirty_days() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mut threads = Vec::new();
        for name in ["ann", "bob"] {
            let letter = format!(
                "From: {name}@example.com\r\nTo: ada@harbour.test\r\nMessage-ID: <{name}@example.com>\r\nMIME-Version: 1.0\r\n\
                 Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nGood morning\r\n\
                 --b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"offer.csv\"\r\n\r\n1;2\r\n--b--\r\n"
            );
            threads.push(mail::ingest(company.app(), company.id(), letter.as_bytes(), Some("ada@harbour.test")).await?.thread);
        }
        company.data("DELETE", &format!("/v1/mailbox/mailThreads/{}", threads[0]), Value::Null).await?;
        let left = async || -> Outcome<Vec<Value>> {
            let mut left = Vec::new();
            for table in ["mail_threads", "mail_messages", "mail_bodies", "files"] {
                left.push(count(&company, table, "company_id > 0").await?);
            }
            left.push(count(&company, "mail_parties", &format!("thread_id = {}", threads[0])).await?);
            Ok(left)
        };
        company.at("2026-03-30 23:59:59")?.keep_house().await?;
        assert_eq!(left().await?[..4], [json!(2), json!(2), json!(2), json!(2)]);
        company.at("2026-04-01")?.keep_house().await?;
        assert_eq!(left().await?, [json!(1), json!(1), json!(1), json!(1), json!(0)]);
    }
    Ok(())
}
