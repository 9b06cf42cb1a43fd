//! Activities: what they fill in and refuse, what their lists hold, series, types, and what deals, persons, organizations
//! and leads know of them after every change.

#[path = "../company/mod.rs"]
mod company;
mod lists;
mod series;
mod totals;
mod types;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn add(company: &Company, activity: Value) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/activities", activity).await?;
    made["id"].as_i64().ok_or_else(|| "the activity has no id".into())
}

async fn change(company: &Company, id: i64, keys: Value) -> Outcome<Value> {
    company.data("PATCH", &format!("/api/v2/activities/{id}"), keys).await
}

async fn named(company: &Company, path: &str, name: &str) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2/{path}"), json!({"name": name})).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

/// Adds a lead of a new person and answers its UUID.
async fn add_lead(company: &Company) -> Outcome<String> {
    let person = named(company, "persons", "Lea").await?;
    let lead = company.data("POST", "/v1/leads", json!({"title": "Mill wheel", "person_id": person})).await?;
    lead["id"].as_str().map(str::to_owned).ok_or_else(|| "the lead has no id".into())
}

#[tokio::test]
async fn gaps_are_filled() -> Outcome {
    for company in Company::each().await? {
        // In Tallinn the second of March has begun.
        company.at("2026-03-01 23:00:00")?;
        let old = company.data("POST", "/v1/activities", json!({})).await?;
        assert_eq!((&old["subject"], &old["type"], &old["type_name"]), (&json!("Call"), &json!("call"), &json!("Call")));
        assert_eq!((&old["user_id"], &old["assigned_to_user_id"], &old["owner_name"]), (&json!(1), &json!(1), &json!("Ada")));
        assert_eq!((&old["due_date"], &old["due_time"], &old["duration"]), (&json!("2026-03-02"), &json!(""), &json!("")));
        assert_eq!((&old["busy_flag"], &old["done"], &old["marked_as_done_time"]), (&json!(false), &json!(false), &json!("")));
        assert_eq!((&old["participants"], &old["attendees"], &old["series"]), (&json!([]), &json!([]), &json!([])));
        let new = company.data("POST", "/api/v2/activities", json!({"subject": "Weir", "due_time": "9:30", "duration": "01:20"})).await?;
        assert_eq!((&new["due_time"], &new["duration"], &new["busy"]), (&json!("09:30:00"), &json!("01:20:00"), &json!(true)));
        assert_eq!((&new["update_time"], &new["note"]), (&new["add_time"], &Value::Null));
        let id = new["id"].as_i64().unwrap_or_default();

        let free = change(&company, id, json!({"busy": false})).await?;
        assert_eq!(free["busy"], false);
        let still = change(&company, id, json!({"due_time": "10:00"})).await?;
        assert_eq!(still["busy"], false, "who has said so is not asked again");
        let unset = change(&company, id, json!({"busy": null})).await?;
        assert_eq!(unset["busy"], true);
        let all_day = change(&company, id, json!({"due_time": null})).await?;
        assert_eq!((&all_day["busy"], &all_day["due_time"]), (&json!(false), &Value::Null));

        let done = company.data("PUT", &format!("/v1/activities/{id}"), json!({"done": "1", "type": "MEETING"})).await?;
        assert_eq!((&done["done"], &done["type"]), (&json!(true), &json!("meeting")));
        assert_eq!((&done["marked_as_done_time"], &done["update_user_id"]), (&json!("2026-03-01 23:00:00"), &json!(1)));
        let again = company.data("PUT", &format!("/v1/activities/{id}"), done).await?;
        assert_eq!(again["marked_as_done_time"], "2026-03-01 23:00:00", "comes back as it was read");
        let open = change(&company, id, json!({"done": false})).await?;
        assert_eq!(open["marked_as_done_time"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn records_come_back_as_they_were_read() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let location = json!({"value": "Water Lane 7, Leeds", "locality": "Leeds"});
        let id = add(
            &company,
            json!({"deal_id": deal, "due_time": "15:00", "note": "Boots", "location": location, "busy": true,
            "participants": [{"person_id": ann, "primary": false}, {"person_id": bea, "primary": true}],
            "attendees": [{"email": "cy@quay.test", "name": "Cy", "is_organizer": true}]}),
        )
        .await?;
        let path = format!("/v1/activities/{id}");
        let read = company.get(&path).await?;
        assert_eq!((&read["location"], &read["location_locality"]), (&json!("Water Lane 7, Leeds"), &json!("Leeds")));
        assert_eq!((&read["deal_title"], &read["person_name"]), (&json!("Weir"), &json!("Bea")));
        assert_eq!(read["attendees"][0]["email_address"], "cy@quay.test");
        let before = company.rows("SELECT version, update_time FROM activities WHERE company_id = $1", 2).await?;
        company.at("2026-03-02")?;
        company.data("PUT", &path, read).await?;
        assert_eq!(company.rows("SELECT version, update_time FROM activities WHERE company_id = $1", 2).await?, before);
        // Another person alone takes the place of the primary one.
        let changed = company.data("PUT", &path, json!({"person_id": ann})).await?;
        assert_eq!(changed["participants"], json!([{"person_id": ann, "primary_flag": true}]));
    }
    Ok(())
}

#[tokio::test]
async fn nonsense_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let id = add(&company, json!({})).await?;
        for body in [
            json!({"type": "dance"}),
            json!({"due_time": "25:00"}),
            json!({"duration": "soon"}),
            json!({"due_date": "2026-02-30"}),
            json!({"due_date": null}),
            json!({"done": 1}),
            json!({"deal_id": 999}),
            json!({"project_id": 1}),
            json!({"lead_id": "nobody"}),
            json!({"owner_id": 99}),
            json!({"priority": 1}),
            json!({"subject": "x".repeat(256)}),
            json!({"note": "x".repeat(100_001)}),
            json!({"participants": {"person_id": 1}}),
            json!({"participants": [{"person_id": 999, "primary": true}]}),
            json!({"attendees": ["a@b.test"]}),
            json!({"attendees": [{"name": "Ann"}]}),
            json!({"attendees": [{"email": "a@b.test", "user_id": 99}]}),
            json!({"conference_meeting_url": "https://meet.test"}),
        ] {
            for (method, target) in [("POST", "/api/v2/activities".to_owned()), ("PATCH", format!("/api/v2/activities/{id}"))] {
                let (status, answer) = company.send(method, &target, &body).await?;
                assert_eq!((status, &answer["success"]), (400, &json!(false)), "{method} {body}: {answer}");
            }
        }
        assert_eq!(company.send("PATCH", &format!("/api/v2/activities/{id}"), &json!({"subject": " "})).await?.0, 400);
        let count = company.rows("SELECT COUNT(*), MAX(version) FROM activities WHERE company_id = $1", 2).await?;
        assert_eq!(count, [[json!(1), json!(1)]], "nothing has changed");
        let both = json!({"deal_id": company.add_deal(json!({})).await?, "lead_id": add_lead(&company).await?});
        let linked = company.data("POST", "/api/v2/activities", both).await?;
        assert_eq!(linked["lead_id"], Value::Null, "the deal counts");
    }
    Ok(())
}
