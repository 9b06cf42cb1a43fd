//! Leads that become deals, and deals that become leads.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

async fn add(company: &Company, target: &str, body: Value) -> Outcome<Value> {
    Ok(company.data("POST", target, body).await?["id"].clone())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Starts a conversion and answers where its state can be asked for.
async fn convert(company: &Company, target: &str, body: Value) -> Outcome<String> {
    let started = company.data("POST", target, body).await?;
    let (path, _) = target.rsplit_once('/').ok_or("no path")?;
    Ok(format!("{path}/status/{}", text(&started["conversion_id"])))
}

#[tokio::test]
async fn a_lead_becomes_a_deal_with_all_that_hangs_on_it() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_deal_field("c0de", "varchar").await?;
        let ben = company.add_colleague().await?;
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let org = add(&company, "/api/v2/organizations", json!({"name": "Quay"})).await?;
        let keys = json!({
            "title": "Pump", "person_id": mary, "organization_id": org, "owner_id": ben, "value": {"amount": 30, "currency": "USD"},
            "expected_close_date": "2026-05-01", "channel_id": "c1", "origin_id": "o1", "c0de": "text", "visible_to": "1",
        });
        let lead = add(&company, "/v1/leads", keys).await?;
        let note = add(&company, "/v1/notes", json!({"content": "x", "lead_id": lead, "pinned_to_lead_flag": 1})).await?;
        let activity = add(&company, "/v1/activities", json!({"subject": "Call", "due_date": "2026-03-09", "lead_id": lead})).await?;
        assert_eq!(company.get(&format!("/v1/leads/{}", text(&lead))).await?["next_activity_id"], activity);
        let gone = add(&company, "/v1/notes", json!({"content": "y", "lead_id": lead})).await?;
        company.data("DELETE", &format!("/v1/notes/{gone}"), Value::Null).await?;

        company.at("2026-03-02")?;
        let target = format!("/api/v2/leads/{}/convert/deal", text(&lead));
        let status = convert(&company, &target, json!({"stage_id": 3, "pipeline_id": 77})).await?;
        let (_, answer) = company.send("GET", &status, &Value::Null).await?;
        assert_eq!((&answer["data"]["status"], &answer["additional_data"]), (&json!("not_started"), &Value::Null));
        assert!(answer["data"].get("deal_id").is_none());
        assert_eq!(company.run_jobs().await?, 1);
        let done = company.get(&status).await?;
        let deal = done["deal_id"].clone();
        assert_eq!(done, json!({"conversion_id": done["conversion_id"], "status": "completed", "deal_id": deal}));
        assert_eq!(company.run_jobs().await?, 0);

        let made = company.get(&format!("/api/v2/deals/{deal}?include_fields=notes_count,source_lead_id,participants_count")).await?;
        let wanted = json!({
            "title": "Pump", "person_id": mary, "org_id": org, "owner_id": ben, "value": 30, "currency": "USD", "stage_id": 3,
            "pipeline_id": 1, "status": "open", "expected_close_date": "2026-05-01", "channel_id": "c1", "origin_id": "o1",
            "origin": "API", "visible_to": 1, "source_lead_id": lead, "notes_count": 1, "participants_count": 1, "creator_user_id": 1,
            "add_time": "2026-03-02T00:00:00Z", "label_ids": [], "custom_fields": {"c0de": "text"},
        });
        for (key, value) in wanted.as_object().into_iter().flatten() {
            assert_eq!(&made[key], value, "{key}");
        }
        let shown = company.get(&format!("/v1/deals/{deal}")).await?;
        assert_eq!((&shown["next_activity_id"], &shown["undone_activities_count"]), (&activity, &json!(1)));
        let moved = company.get(&format!("/v1/activities/{activity}")).await?;
        assert_eq!((&moved["deal_id"], &moved["lead_id"]), (&deal, &Value::Null));
        let moved = company.get(&format!("/v1/notes/{note}")).await?;
        assert_eq!((&moved["deal_id"], &moved["lead_id"]), (&deal, &Value::Null));
        assert_eq!((&moved["pinned_to_deal_flag"], &moved["pinned_to_lead_flag"]), (&json!(true), &json!(false)));
        assert_eq!(company.get(&format!("/v1/notes/{gone}")).await?["deal_id"], deal, "deleted notes go over, too");
        assert_eq!(company.send("GET", &format!("/v1/leads/{}", text(&lead)), &Value::Null).await?.0, 404);
        let events =
            company.rows("SELECT entity, action FROM outbox WHERE company_id = $1 AND entity IN ('lead', 'deal') ORDER BY id", 2).await?;
        assert_eq!(events, [[json!("lead"), json!("create")], [json!("deal"), json!("create")], [json!("lead"), json!("delete")]]);
    }
    Ok(())
}

#[tokio::test]
async fn a_deal_becomes_a_lead_and_back() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let otto = add(&company, "/api/v2/persons", json!({"name": "Otto"})).await?;
        let deal = company.add_deal(json!({"title": "Crane", "person_id": mary, "value": 12.5, "stage_id": 4})).await?;
        company.data("POST", &format!("/v1/deals/{deal}/participants"), json!({"person_id": otto})).await?;
        let note = add(&company, "/v1/notes", json!({"content": "x", "deal_id": deal, "pinned_to_deal_flag": 1})).await?;

        let activity = add(&company, "/v1/activities", json!({"subject": "Call", "due_date": "2026-03-09", "deal_id": deal})).await?;

        // Regular users may not delete deals, but they may make leads of them.
        let status = convert(&ben, &format!("/api/v2/deals/{deal}/convert/lead"), Value::Null).await?;
        company.run_jobs().await?;
        let done = ben.get(&status).await?;
        assert_eq!(done["status"], json!("completed"), "{done}");
        let lead = company.get(&format!("/v1/leads/{}", text(&done["lead_id"]))).await?;
        let wanted = json!({
            "title": "Crane", "person_id": mary, "organization_id": null, "owner_id": 1, "creator_id": 2, "source_name": "Deal",
            "origin": "API", "source_deal_id": deal, "value": {"amount": 12.5, "currency": "EUR"}, "is_archived": false,
            "was_seen": false, "visible_to": "3", "label_ids": [], "next_activity_id": activity,
        });
        for (key, value) in wanted.as_object().into_iter().flatten() {
            assert_eq!(&lead[key], value, "{key}");
        }
        let moved = company.get(&format!("/v1/notes/{note}")).await?;
        assert_eq!((&moved["deal_id"], &moved["lead_id"]), (&Value::Null, &lead["id"]));
        assert_eq!((&moved["pinned_to_lead_flag"], &moved["person_id"]), (&json!(true), &mary));
        let gone = company.get(&format!("/v1/deals/{deal}")).await?;
        assert_eq!((&gone["status"], &gone["deleted"], &gone["notes_count"]), (&json!("deleted"), &json!(true), &json!(0)));
        let persons = |id: &Value| format!("/v1/persons/{id}");
        assert_eq!(company.get(&persons(&mary)).await?["open_deals_count"], json!(0));
        assert_eq!(company.get(&persons(&otto)).await?["participant_open_deals_count"], json!(0));

        let target = format!("/api/v2/leads/{}/convert/deal", text(&lead["id"]));
        let status = convert(&company, &target, json!({})).await?;
        company.run_jobs().await?;
        let back = company.get(&format!("/api/v2/deals/{}", company.get(&status).await?["deal_id"])).await?;
        assert_eq!((&back["title"], &back["stage_id"], &back["value"]), (&json!("Crane"), &json!(1), &json!(12.5)));
        assert_eq!(company.get(&persons(&mary)).await?["open_deals_count"], json!(1));
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_converted_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let lead = add(&company, "/v1/leads", json!({"title": "Pump", "person_id": mary, "visible_to": "1"})).await?;
        let target = format!("/api/v2/leads/{}/convert/deal", text(&lead));
        let (status, answer) = company.send("POST", &format!("/api/v2/leads/{UNKNOWN}/convert/deal"), &json!({})).await?;
        assert_eq!(
            (status, &answer["error"], &answer["error_info"]),
            (404, &json!("Entity was not found"), &json!("Object was not found."))
        );
        assert_eq!(company.send("POST", "/api/v2/deals/77/convert/lead", &Value::Null).await?.1["error"], json!("Entity was not found"));
        for (body, expected) in
            [(json!({"stage_id": 99}), 400), (json!({"pipeline_id": 99}), 400), (json!({"stage_id": "1"}), 400), (json!({"x": 1}), 400)]
        {
            assert_eq!(company.send("POST", &target, &body).await?.0, expected, "{body}");
        }
        assert_eq!(ben.send("POST", &target, &json!({})).await?.0, 404, "a hidden lead");
        let alone = company.add_deal(json!({"title": "Alone"})).await?;
        assert_eq!(company.send("POST", &format!("/api/v2/deals/{alone}/convert/lead"), &Value::Null).await?.0, 400);

        let other = add(&company, "/v1/leads", json!({"title": "Other", "person_id": mary})).await?;
        let status = convert(&company, &target, json!({})).await?;
        for path in [
            format!("/api/v2/leads/{}/convert/status/{UNKNOWN}", text(&lead)),
            format!("/api/v2/leads/{}/convert/status/x", text(&lead)),
            status.replace(text(&lead), text(&other)),
            status.replace("/leads/", "/deals/"),
        ] {
            assert_eq!(company.send("GET", &path, &Value::Null).await?.0, 404, "{path}");
        }
        assert_eq!(ben.send("GET", &status, &Value::Null).await?.0, 404, "somebody else's conversion");

        // The second one finds the lead gone, the third one archived.
        company.at("2026-03-01 10:00:01")?;
        let second = convert(&company, &target, json!({})).await?;
        let archived = format!("/api/v2/leads/{}/convert/deal", text(&other));
        let third = convert(&company, &archived, json!({})).await?;
        company.data("PATCH", &format!("/v1/leads/{}", text(&other)), json!({"is_archived": true})).await?;
        assert_eq!(company.send("POST", &archived, &json!({})).await?.0, 400);
        assert_eq!(company.run_jobs().await?, 3);
        for (path, expected) in [(status, "completed"), (second, "rejected"), (third, "rejected")] {
            assert_eq!(company.get(&path).await?["status"], json!(expected));
        }
        assert_eq!(company.rows("SELECT COUNT(*) FROM deals WHERE company_id = $1", 1).await?, [[json!(2)]]);
    }
    Ok(())
}

/// A process takes a job up and dies: another one does it once the lease is over, and does it once.
#[tokio::test]
async fn a_crash_loses_nothing() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00")?;
        let mary = add(&company, "/api/v2/persons", json!({"name": "Mary"})).await?;
        let lead = add(&company, "/v1/leads", json!({"title": "Pump", "person_id": mary})).await?;
        let status = convert(&company, &format!("/api/v2/leads/{}/convert/deal", text(&lead)), json!({})).await?;
        // What a process leaves that is killed between taking the job up and its commit: 2026-03-01 10:01:00 UTC.
        let taken = "UPDATE jobs SET status = 'running', attempts = 1, lease_until = $2 WHERE company_id = $1";
        company.execute(taken, &[1_772_359_260_000]).await?;
        assert_eq!(company.get(&status).await?["status"], json!("running"));
        assert_eq!(company.run_jobs().await?, 0, "the holder may still be alive");
        company.at("2026-03-01 10:01:00")?;
        assert_eq!(company.run_jobs().await?, 1);
        assert_eq!(company.get(&status).await?["status"], json!("completed"));
        assert_eq!(company.rows("SELECT COUNT(*) FROM deals WHERE company_id = $1", 1).await?, [[json!(1)]]);

        company.at("2026-03-04 10:01:01")?;
        company.keep_house().await?;
        assert_eq!(company.send("GET", &status, &Value::Null).await?.0, 404, "the state is kept for a few days");
    }
    Ok(())
}
