//! Notes and comments: what they hang on, who sees them, what is left of their HTML.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn add(company: &Company, target: &str, body: Value) -> Outcome<i64> {
    let made = company.data("POST", target, body).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

async fn note(company: &Company, keys: Value) -> Outcome<Value> {
    company.data("POST", "/v1/notes", keys).await
}

fn path(note: &Value) -> String {
    format!("/v1/notes/{}", note["id"])
}

/// The contents of a list.
async fn contents(company: &Company, query: &str) -> Outcome<Vec<String>> {
    let rows = company.get(&format!("/v1/notes{query}")).await?;
    let content = |row: &Value| row["content"].as_str().unwrap_or_default().to_owned();
    Ok(rows.as_array().into_iter().flatten().map(content).collect())
}

/// The number of notes that a record counts.
async fn count(company: &Company, target: &str) -> Outcome<Value> {
    Ok(company.get(&format!("/api/v2/{target}?include_fields=notes_count")).await?["notes_count"].clone())
}

#[tokio::test]
async fn a_note_on_a_deal_hangs_on_its_person_and_organization_too() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00")?;
        let org = add(&company, "/api/v2/organizations", json!({"name": "Quay"})).await?;
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary", "org_id": org})).await?;
        let otto = add(&company, "/api/v2/persons", json!({"name": "Otto"})).await?;
        let deal = company.add_deal(json!({"title": "Crane", "person_id": mary, "org_id": org})).await?;
        let made = note(&company, json!({"content": "<p>Hi</p><script>x</script>", "deal_id": deal, "pinned_to_deal_flag": 1})).await?;
        assert_eq!((&made["content"], &made["active_flag"]), (&json!("<p>Hi</p>"), &json!(true)));
        assert_eq!((&made["deal_id"], &made["person_id"], &made["org_id"]), (&json!(deal), &json!(mary), &json!(org)));
        assert_eq!((&made["deal"], &made["person"]), (&json!({"title": "Crane"}), &json!({"name": "Mary"})));
        assert_eq!((&made["organization"], &made["lead"], &made["project"]), (&json!({"name": "Quay"}), &Value::Null, &Value::Null));
        assert_eq!((&made["pinned_to_deal_flag"], &made["pinned_to_person_flag"]), (&json!(true), &json!(false)));
        assert_eq!((&made["last_update_user_id"], &made["user_id"]), (&Value::Null, &json!(1)));
        assert_eq!((&made["user"]["is_you"], &made["user"]["name"]), (&json!(true), &json!("Ada")));
        assert_eq!((&made["add_time"], &made["update_time"]), (&json!("2026-03-01 10:00:00"), &json!("2026-03-01 10:00:00")));
        for target in [format!("deals/{deal}"), format!("persons/{mary}"), format!("organizations/{org}")] {
            assert_eq!(count(&company, &target).await?, json!(1), "{target}");
        }

        let other = note(&company, json!({"content": "x", "deal_id": deal, "person_id": otto})).await?;
        assert_eq!((&other["person_id"], &other["org_id"]), (&json!(otto), &Value::Null), "named ones are not added to");
        company.at("2026-03-02 10:00:00")?;
        let changed = company.data("PUT", &path(&made), json!({"content": "Bye", "add_time": "2024-02-03 04:05:06"})).await?;
        assert_eq!((&changed["last_update_user_id"], &changed["update_time"]), (&json!(1), &json!("2026-03-02 10:00:00")));
        assert_eq!(changed["add_time"], json!("2024-02-03 04:05:06"));

        assert_eq!(company.data("DELETE", &path(&made), Value::Null).await?, json!(true));
        assert_eq!(company.get(&path(&made)).await?["active_flag"], json!(false), "a deleted note can be read");
        assert_eq!(count(&company, &format!("deals/{deal}")).await?, json!(1));
        assert_eq!(count(&company, &format!("persons/{mary}")).await?, json!(0));
        assert_eq!(company.send("PUT", &path(&made), &json!({"content": "x"})).await?.0, 404);
        assert_eq!(contents(&company, "").await?, ["x"]);
    }
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        for body in [
            json!({"content": "adrift"}),
            json!({"person_id": mary}),
            json!({"content": " ", "person_id": mary}),
            json!({"content": "<script>x</script>", "person_id": mary}),
            json!({"content": "x".repeat(100_001), "person_id": mary}),
            json!({"content": "x", "deal_id": 999}),
            json!({"content": "x", "lead_id": "00000000-0000-4000-8000-000000000000"}),
            json!({"content": "x", "project_id": 999, "pinned_to_project_flag": 1}),
            json!({"content": "x", "task_id": 999}),
            json!({"content": "x", "person_id": mary, "pinned_to_deal_flag": 1}),
            json!({"content": "x", "person_id": mary, "user_id": 999}),
            json!({"content": "x", "person_id": mary, "id": 5}),
        ] {
            let (status, answer) = company.send("POST", "/v1/notes", &body).await?;
            assert_eq!(status, 400, "{answer}");
        }
        let (_, answer) = company.send("POST", "/v1/notes", &json!({"content": "x", "deal_id": 999})).await?;
        let text = "Cannot add/update note because deal does not exist or you have no permissions to access this deal.";
        assert_eq!(answer["error"], json!(text));
        let by_ben = company.as_colleague();
        let own = json!({"content": "x", "person_id": mary, "user_id": 2});
        assert_eq!(by_ben.data("POST", "/v1/notes", own.clone()).await?["user_id"], json!(2));
        assert_eq!(by_ben.send("POST", "/v1/notes", &json!({"content": "x", "person_id": mary, "user_id": 1})).await?.0, 403);
        let made = note(&company, own).await?;
        assert_eq!((&made["user_id"], &made["user"]["is_you"]), (&json!(2), &json!(false)), "administrators name the author");
        assert_eq!(company.send("PUT", &path(&made), &json!({"person_id": null})).await?.0, 400);
        let pinned = company.data("PUT", &path(&made), json!({"pinned_to_person_flag": 1})).await?;
        assert_eq!(pinned["pinned_to_person_flag"], json!(true));
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_narrowed_and_sorted() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        company.at("2026-03-01 10:00:00")?;
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let deal = company.add_deal(json!({})).await?;
        let lead = company.data("POST", "/v1/leads", json!({"title": "Lead", "person_id": mary})).await?["id"].clone();
        note(&company, json!({"content": "b deal", "deal_id": deal, "pinned_to_deal_flag": 1})).await?;
        note(&company, json!({"content": "a person", "person_id": mary, "user_id": 2})).await?;
        company.at("2026-03-05 10:00:00")?;
        let on_lead = note(&company, json!({"content": "c lead", "lead_id": lead})).await?;
        assert_eq!(on_lead["lead"], json!({"title": "Lead"}));
        assert_eq!(on_lead["person_id"], Value::Null);
        let lead = lead.as_str().ok_or("no id")?;
        for (query, expected) in [
            ("".to_owned(), vec!["b deal", "a person", "c lead"]),
            ("?sort=content".to_owned(), vec!["a person", "b deal", "c lead"]),
            ("?sort=add_time%20DESC".to_owned(), vec!["c lead", "a person", "b deal"]),
            (format!("?deal_id={deal}"), vec!["b deal"]),
            (format!("?person_id={mary}"), vec!["a person"]),
            (format!("?lead_id={lead}"), vec!["c lead"]),
            ("?user_id=2".to_owned(), vec!["a person"]),
            ("?pinned_to_deal_flag=1".to_owned(), vec!["b deal"]),
            ("?pinned_to_deal_flag=0".to_owned(), vec!["a person", "c lead"]),
            ("?start_date=2026-03-02".to_owned(), vec!["c lead"]),
            ("?end_date=2026-03-01".to_owned(), vec!["b deal", "a person"]),
            ("?start_date=2026-03-05&end_date=2026-03-05".to_owned(), vec!["c lead"]),
            ("?updated_since=2026-03-05T10:00:00Z".to_owned(), vec!["c lead"]),
            ("?start=1&limit=1".to_owned(), vec!["a person"]),
            ("?org_id=999".to_owned(), vec![]),
        ] {
            assert_eq!(contents(&company, &query).await?, expected, "{query}");
        }
        assert_eq!(company.get("/v1/notes?org_id=999").await?, Value::Null);
        assert_eq!(company.send("GET", "/v1/notes?sort=password", &Value::Null).await?.0, 400);
    }
    Ok(())
}

/// A deal decides who sees the notes about it; without one, any person or organization that can be seen does.
#[tokio::test]
async fn notes_are_seen_with_what_they_hang_on() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let hidden_org = add(&company, "/api/v2/organizations", json!({"name": "Secret", "visible_to": 1})).await?;
        let open = add(&company, "/api/v2/persons", json!({"name": "Open"})).await?;
        let hidden = add(&company, "/api/v2/persons", json!({"name": "Secret", "visible_to": 1})).await?;
        let hidden_deal = company.add_deal(json!({"title": "Secret", "person_id": open, "visible_to": "1"})).await?;
        let open_deal = company.add_deal(json!({"title": "Open", "person_id": hidden, "org_id": hidden_org})).await?;
        let hidden_lead =
            company.data("POST", "/v1/leads", json!({"title": "Secret", "person_id": open, "visible_to": "1"})).await?["id"].clone();
        let project = add(&company, "/api/v2/projects", json!({"title": "Secret"})).await?;
        company.execute("UPDATE projects SET visible_to = 1 WHERE company_id = $1", &[]).await?;
        let task = add(&company, "/api/v2/tasks", json!({"title": "Secret", "project_id": project})).await?;
        let unseen = [
            note(&company, json!({"content": "project", "project_id": project, "person_id": open})).await?,
            note(&company, json!({"content": "task", "task_id": task, "person_id": open})).await?,
            note(&company, json!({"content": "deal", "deal_id": hidden_deal})).await?,
            note(&company, json!({"content": "lead", "lead_id": hidden_lead, "person_id": open})).await?,
            note(&company, json!({"content": "person", "person_id": hidden, "org_id": hidden_org})).await?,
        ];
        let seen = note(&company, json!({"content": "open deal", "deal_id": open_deal})).await?;
        note(&company, json!({"content": "one of both", "person_id": open, "org_id": hidden_org})).await?;
        assert_eq!(contents(&ben, "").await?, ["open deal", "one of both"]);
        for note in &unseen {
            assert_eq!(ben.send("GET", &path(note), &Value::Null).await?.0, 404);
            assert_eq!(ben.send("PUT", &path(note), &json!({"content": "x"})).await?.0, 404);
            assert_eq!(ben.send("DELETE", &path(note), &Value::Null).await?.0, 404);
            assert_eq!(ben.send("POST", &format!("{}/comments", path(note)), &json!({"content": "x"})).await?.0, 404);
        }
        let shown = ben.get(&path(&seen)).await?;
        assert_eq!((&shown["deal"], &shown["person"]), (&json!({"title": "Open"}), &Value::Null), "a name that is hidden");
        assert_eq!((&shown["organization"], &shown["person_id"]), (&Value::Null, &json!(hidden)));
        assert_eq!(ben.send("POST", "/v1/notes", &json!({"content": "x", "deal_id": hidden_deal})).await?.0, 400);
        assert_eq!(ben.send("PUT", &path(&seen), &json!({"deal_id": hidden_deal})).await?.0, 400);
        assert_eq!(ben.data("PUT", &path(&seen), json!({"content": "changed"})).await?["content"], json!("changed"));
    }
    Ok(())
}

#[tokio::test]
async fn comments_are_changed_by_their_authors() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        company.at("2026-03-01 10:00:00")?;
        let ben = company.as_colleague();
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let on = note(&company, json!({"content": "x", "person_id": mary})).await?;
        let comments = format!("{}/comments", path(&on));
        let made = company.data("POST", &comments, json!({"content": "<p>One</p><script>x</script>"})).await?;
        assert_eq!((&made["content"], &made["object_type"]), (&json!("<p>One</p>"), &json!("note")));
        assert_eq!((&made["object_id"], &made["company_id"]), (&json!(on["id"].to_string()), &json!(1)));
        assert_eq!((&made["add_time"], &made["updater_id"]), (&json!("2026-03-01T10:00:00.000Z"), &json!(1)));
        let second = ben.data("POST", &comments, json!({"content": "Two"})).await?;
        let target = |comment: &Value| format!("{comments}/{}", comment["uuid"].as_str().unwrap_or_default());
        assert_eq!(ben.send("PUT", &target(&made), &json!({"content": "Mine"})).await?.0, 403);
        assert_eq!(ben.send("DELETE", &target(&made), &Value::Null).await?.0, 403);
        company.at("2026-03-02 10:00:00")?;
        let changed = company.data("PUT", &target(&second), json!({"content": "Deux"})).await?;
        assert_eq!((&changed["content"], &changed["user_id"], &changed["updater_id"]), (&json!("Deux"), &json!(2), &json!(1)));
        assert_eq!(changed["update_time"], json!("2026-03-02T10:00:00.000Z"));
        let rows = company.get(&comments).await?;
        assert_eq!(rows.as_array().map(Vec::len), Some(2));
        for body in [json!({}), json!({"content": ""}), json!({"content": "x".repeat(100_001)}), json!({"content": 5})] {
            assert_eq!(company.send("POST", &comments, &body).await?.0, 400);
        }
        assert_eq!(ben.data("DELETE", &target(&second), Value::Null).await?, json!(true));
        assert_eq!(company.get(&target(&second)).await?["active_flag"], json!(false));
        assert_eq!(company.send("PUT", &target(&second), &json!({"content": "x"})).await?.0, 404);
        assert_eq!(company.get(&comments).await?.as_array().map(Vec::len), Some(1));
        let elsewhere = note(&company, json!({"content": "y", "person_id": mary})).await?;
        let misplaced = target(&made).replace(&path(&on), &path(&elsewhere));
        assert_eq!(company.send("GET", &misplaced, &Value::Null).await?.0, 404, "the comment of another note");
    }
    Ok(())
}

#[tokio::test]
async fn notes_move_when_records_are_merged() -> Outcome {
    for company in Company::each().await? {
        let (removed, kept) = (company.add_deal(json!({"title": "One"})).await?, company.add_deal(json!({"title": "Two"})).await?);
        let person = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let other = add(&company, "/api/v2/persons", json!({"name": "M."})).await?;
        let on_deal = note(&company, json!({"content": "x", "deal_id": removed, "pinned_to_deal_flag": 1})).await?;
        let on_person = note(&company, json!({"content": "y", "person_id": person})).await?;
        let lead = company.data("POST", "/v1/leads", json!({"title": "Lead", "person_id": person})).await?;
        company.data("PUT", &format!("/v1/deals/{removed}/merge"), json!({"merge_with_id": kept})).await?;
        company.data("PUT", &format!("/v1/persons/{person}/merge"), json!({"merge_with_id": other})).await?;
        let moved = company.get(&path(&on_deal)).await?;
        assert_eq!(
            (&moved["deal_id"], &moved["deal"], &moved["pinned_to_deal_flag"]),
            (&json!(kept), &json!({"title": "Two"}), &json!(true))
        );
        assert_eq!(company.get(&path(&on_person)).await?["person_id"], json!(other));
        let lead = company.get(&format!("/v1/leads/{}", lead["id"].as_str().unwrap_or_default())).await?;
        assert_eq!(lead["person_id"], json!(other));
        assert_eq!(
            (count(&company, &format!("deals/{kept}")).await?, count(&company, &format!("persons/{other}")).await?),
            (json!(1), json!(1))
        );
        assert_eq!(count(&company, &format!("deals/{removed}")).await?, json!(0));
    }
    Ok(())
}

/// A note is a sign of life: the deal begins to rot anew (semantics.md 9.1).
#[tokio::test]
async fn a_note_lets_a_deal_rot_later() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.data("PUT", "/v1/stages/1", json!({"rotten_flag": true, "rotten_days": 3})).await?;
        let deal = company.add_deal(json!({"stage_id": 1})).await?;
        company.at("2026-03-03")?;
        note(&company, json!({"content": "x", "deal_id": deal})).await?;
        company.at("2026-03-05")?;
        assert_eq!(company.get(&format!("/v1/deals/{deal}")).await?["rotten_time"], Value::Null);
        company.at("2026-03-07")?;
        assert_eq!(company.get(&format!("/v1/deals/{deal}")).await?["rotten_time"], json!("2026-03-06 00:00:00"));
    }
    Ok(())
}
