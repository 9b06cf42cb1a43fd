//! The flow of a record: changes and what was done, newest first, page by page.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn flow(company: &Company, target: &str) -> Outcome<Vec<Value>> {
    Ok(company.get(target).await?.as_array().cloned().unwrap_or_default())
}

async fn add(company: &Company, path: &str, record: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2{path}"), record).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

#[tokio::test]
async fn changes_come_newest_first_with_names() -> Outcome {
    for company in Company::each().await? {
        let code = "5a".repeat(20);
        company.at("2026-03-01")?.add_deal_field(&code, "varchar").await?;
        company.at("2026-03-01 08:00:00")?;
        let ben = company.add_colleague().await?;
        let person = add(&company, "/persons", json!({"name": "Ann"})).await?;
        let deal = company.add_deal(json!({"title": "Weir", "value": 50})).await?;
        let target = format!("/v1/deals/{deal}/flow");
        company.at("2026-03-01 09:00:00")?;
        company.change_deal(deal, json!({"value": 100.5})).await?;
        company.at("2026-03-01 10:00:00")?;
        company.change_deal(deal, json!({"stage_id": 2})).await?;
        company.at("2026-03-01 11:00:00")?;
        company.change_deal(deal, json!({"person_id": person})).await?;
        company.at("2026-03-01 12:00:00")?;
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"custom_fields": {code.clone(): "blue"}})).await?;
        company.at("2026-03-01 13:00:00")?;
        company.data("POST", &format!("/v1/deals/{deal}/followers"), json!({"user_id": ben})).await?;

        let rows = flow(&company, &target).await?;
        let told: Vec<_> =
            rows.iter().map(|row| (row["object"].as_str(), row["timestamp"].as_str(), row["data"]["field_key"].as_str())).collect();
        assert_eq!(
            told,
            [
                (Some("dealFollower"), Some("2026-03-01 13:00:00"), None),
                (Some("participant"), Some("2026-03-01 11:00:00"), None),
                (Some("dealChange"), Some("2026-03-01 11:00:00"), Some("person_id")),
                (Some("dealChange"), Some("2026-03-01 10:00:00"), Some("stage_id")),
                (Some("dealChange"), Some("2026-03-01 09:00:00"), Some("value")),
            ]
        );
        let data = |place: usize| &rows[place]["data"];
        assert_eq!((&data(0)["user_id"], &data(0)["deal_id"], &data(0)["action"]), (&json!(ben), &json!(deal), &json!("added")));
        assert_eq!((&data(0)["follower_user_id"], &data(1)["follower_user_id"]), (&json!(ben), &Value::Null));
        assert_eq!(data(1)["person_id"], json!(person));
        assert_eq!(data(2)["additional_data"], json!({"new_value_formatted": "Ann"}));
        assert_eq!((&data(2)["old_value"], &data(2)["new_value"]), (&Value::Null, &json!(person)));
        let stages = json!({"old_value_formatted": "Qualified", "new_value_formatted": "Contact Made"});
        assert_eq!(data(3)["additional_data"], stages);
        assert_eq!((&data(4)["old_value"], &data(4)["new_value"]), (&json!(50), &json!(100.5)));
        let id = data(4)["id"].clone();
        assert_eq!(
            data(4),
            &json!({
                "id": id, "item_id": deal, "user_id": 1, "field_key": "value", "old_value": 50, "new_value": 100.5,
                "is_bulk_update_flag": null, "log_time": "2026-03-01 09:00:00", "change_source": "api",
                "change_source_user_agent": null, "additional_data": [],
            })
        );

        let kinds = async |query: &str| -> Outcome<Vec<Value>> {
            Ok(flow(&company, &format!("{target}?{query}")).await?.iter().map(|row| row["object"].clone()).collect())
        };
        assert_eq!(kinds("all_changes=1").await?.len(), 6);
        assert_eq!(kinds("items=follower,participant").await?, ["dealFollower", "participant"]);
        assert_eq!(kinds("items=dealChange").await?, ["dealChange"; 3]);
        assert_eq!(kinds("items=change&all_changes=1").await?, ["dealChange"; 4]);
        assert_eq!(kinds("items=personChange,invoice,boat").await?, [""; 0]);
        assert_eq!(kinds("start=1&limit=2").await?, ["participant", "dealChange"]);
        let (_, page) = company.send("GET", &format!("{target}?start=1&limit=2"), &Value::Null).await?;
        let pagination = json!({"start": 1, "limit": 2, "more_items_in_collection": true, "next_start": 3});
        assert_eq!(page["additional_data"]["pagination"], pagination);
        assert_eq!(page["related_objects"]["user"]["1"]["name"], "Ada");
        assert_eq!(company.get(&format!("{target}?start=50")).await?, Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn activities_notes_and_comments_are_part_of_it() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 08:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let target = format!("/v1/deals/{deal}/flow");
        let note = company.data("POST", "/v1/notes", json!({"content": "A note", "deal_id": deal})).await?;
        company.at("2026-03-01 09:00:00")?;
        company.data("POST", &format!("/v1/notes/{}/comments", note["id"]), json!({"content": "A comment"})).await?;
        let planned = json!({"subject": "Call", "deal_id": deal, "due_date": "2026-03-05", "due_time": "10:30"});
        let planned = add(&company, "/activities", planned).await?;
        let other = json!({"subject": "Visit", "deal_id": deal, "due_date": "2026-03-05"});
        let other = add(&company, "/activities", other).await?;
        let done = add(&company, "/activities", json!({"subject": "Mail", "deal_id": deal, "due_date": "2026-01-01"})).await?;
        company.at("2026-03-01 10:00:00")?;
        company.data("PATCH", &format!("/api/v2/activities/{done}"), json!({"done": true})).await?;
        let gone = company.data("POST", "/v1/notes", json!({"content": "Gone", "deal_id": deal})).await?;
        company.data("DELETE", &format!("/v1/notes/{}", gone["id"]), Value::Null).await?;

        let told = async |query: &str| -> Outcome<Vec<(String, String, String)>> {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let rows = flow(&company, &format!("{target}{query}")).await?;
            Ok(rows.iter().map(|row| (text(&row["object"]), text(&row["timestamp"]), text(&row["data"]["id"]))).collect())
        };
        let row = |object: &str, time: &str, id: Value| (object.to_owned(), time.to_owned(), id.to_string());
        let activity = |time: &str, id: i64| row("activity", time, json!(id));
        let all = told("").await?;
        assert_eq!(
            all,
            [
                activity("2026-03-05 10:30:00", planned),
                activity("2026-03-05 00:00:00", other),
                activity("2026-03-01 10:00:00", done),
                row("comment", "2026-03-01 09:00:00", Value::Null),
                row("note", "2026-03-01 08:00:00", note["id"].clone()),
            ]
        );
        assert_eq!(told("?items=plannedActivity").await?, all[..2]);
        assert_eq!(told("?items=activity&limit=1&start=2").await?, all[2..3]);
        assert_eq!(told("?items=note,comment").await?, all[3..]);
        let rows = flow(&company, &target).await?;
        assert_eq!((&rows[0]["data"]["subject"], &rows[4]["data"]["content"]), (&json!("Call"), &json!("A note")));
        assert_eq!(rows[3]["data"]["content"], "A comment");
    }
    Ok(())
}

#[tokio::test]
async fn persons_and_organizations_have_their_deals_too() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 08:00:00")?;
        let organization = add(&company, "/organizations", json!({"name": "Quay"})).await?;
        let person = add(&company, "/persons", json!({"name": "Ann"})).await?;
        company.at("2026-03-01 09:00:00")?;
        company.data("PATCH", &format!("/api/v2/persons/{person}"), json!({"org_id": organization})).await?;
        company.at("2026-03-01 10:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir", "person_id": person, "org_id": organization})).await?;
        company.at("2026-03-01 11:00:00")?;
        company.data("PATCH", &format!("/api/v2/organizations/{organization}"), json!({"name": "Quays"})).await?;

        let rows = flow(&company, &format!("/v1/persons/{person}/flow")).await?;
        assert_eq!((&rows[0]["object"], &rows[0]["data"]["id"], &rows[0]["data"]["title"]), (&json!("deal"), &json!(deal), &json!("Weir")));
        assert_eq!((&rows[1]["object"], &rows[1]["data"]["field_key"]), (&json!("personChange"), &json!("org_id")));
        assert_eq!(rows[1]["data"]["additional_data"], json!({"new_value_formatted": "Quays"}));
        let rows = flow(&company, &format!("/v1/organizations/{organization}/flow")).await?;
        let objects: Vec<_> = rows.iter().map(|row| row["object"].clone()).collect();
        assert_eq!(objects, ["organizationChange", "deal"]);
        assert_eq!(rows[0]["data"]["new_value"], "Quays");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_reads_the_flow_of_what_is_hidden() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 08:00:00")?;
        company.add_colleague().await?;
        let colleague = company.as_colleague();
        let person = add(&company, "/persons", json!({"name": "Hidden", "visible_to": 1})).await?;
        let deal = company.add_deal(json!({"title": "Hidden", "visible_to": 1})).await?;
        let open = company.add_deal(json!({"title": "Open"})).await?;
        company.at("2026-03-01 09:00:00")?;
        company.change_deal(open, json!({"person_id": person})).await?;
        assert_eq!(colleague.send("GET", &format!("/v1/persons/{person}/flow"), &Value::Null).await?.0, 404);
        assert_eq!(colleague.send("GET", &format!("/v1/deals/{deal}/flow"), &Value::Null).await?.0, 403);
        assert_eq!(colleague.send("GET", "/v1/deals/999/flow", &Value::Null).await?.0, 404);
        let rows = flow(&colleague, &format!("/v1/deals/{open}/flow?items=change")).await?;
        assert_eq!(rows[0]["data"]["additional_data"], json!([]), "the name of a hidden person stays hidden");
    }
    Ok(())
}

#[tokio::test]
async fn a_long_flow_is_read_page_by_page() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 08:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        for value in 1..=120 {
            company.change_deal(deal, json!({"value": value})).await?;
        }
        let mut values = Vec::new();
        for start in (0..120).step_by(50) {
            let rows = flow(&company, &format!("/v1/deals/{deal}/flow?start={start}&limit=50")).await?;
            values.extend(rows.iter().filter_map(|row| row["data"]["new_value"].as_i64()));
        }
        assert_eq!(values, (1..=120).rev().collect::<Vec<_>>(), "changes of one moment in their order");
    }
    Ok(())
}
