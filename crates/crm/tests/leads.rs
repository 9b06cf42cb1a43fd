//! Leads and their labels.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const NO_LEAD: &str = "00000000-0000-4000-8000-000000000000";

async fn person(company: &Company, name: &str) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/persons", json!({"name": name})).await?;
    made["id"].as_i64().ok_or_else(|| "the person has no id".into())
}

async fn lead(company: &Company, keys: Value) -> Outcome<Value> {
    company.data("POST", "/v1/leads", keys).await
}

fn path(lead: &Value) -> String {
    format!("/v1/leads/{}", lead["id"].as_str().unwrap_or_default())
}

/// The titles of a list.
async fn titles(company: &Company, target: &str) -> Outcome<Vec<String>> {
    let rows = company.get(target).await?;
    let title = |row: &Value| row["title"].as_str().unwrap_or_default().to_owned();
    Ok(rows.as_array().ok_or("no list")?.iter().map(title).collect())
}

#[tokio::test]
async fn a_lead_has_the_keys_and_forms_of_its_own() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let mary = person(&company, "Mary").await?;
        let labels = company.get("/v1/leadLabels").await?;
        assert_eq!((&labels[0]["name"], &labels[1]["color"], &labels[2]["name"]), (&json!("Hot"), &json!("blue"), &json!("Warm")));
        company.add_deal_field("c0de", "varchar").await?;
        let fields = company.get("/v1/dealFields").await?;
        let channel =
            fields.as_array().into_iter().flatten().find(|field| field["key"] == "channel").ok_or("no channel")?["options"][0]["id"]
                .clone();
        let made = lead(
            &company,
            json!({
                "title": "Turbine", "person_id": mary, "value": {"amount": 12.5, "currency": "usd"}, "label_ids": [labels[1]["id"]],
                "origin_id": "o1", "channel": channel, "channel_id": "c1", "expected_close_date": "2026-04-01", "visible_to": "1",
            }),
        )
        .await?;
        let shown = made.as_object().ok_or("no lead")?;
        let keys: Vec<_> = shown.keys().map(String::as_str).collect();
        let expected = [
            "id",
            "title",
            "owner_id",
            "creator_id",
            "label_ids",
            "person_id",
            "organization_id",
            "source_name",
            "origin",
            "origin_id",
            "channel",
            "channel_id",
            "source_deal_id",
            "is_archived",
            "archive_time",
            "was_seen",
            "value",
            "expected_close_date",
            "next_activity_id",
            "add_time",
            "update_time",
            "visible_to",
            "cc_email",
        ];
        assert_eq!(keys, expected);
        assert_eq!((&made["owner_id"], &made["creator_id"], &made["person_id"]), (&json!(1), &json!(1), &json!(mary)));
        assert_eq!((&made["source_name"], &made["origin"], &made["origin_id"]), (&json!("API"), &json!("API"), &json!("o1")));
        assert_eq!((&made["channel"], &made["channel_id"]), (&channel, &json!("c1")));
        assert_eq!((&made["value"], &made["visible_to"]), (&json!({"amount": 12.5, "currency": "USD"}), &json!("1")));
        assert_eq!((&made["add_time"], &made["was_seen"]), (&json!("2026-03-01T12:00:00.000Z"), &json!(false)));
        assert_eq!(made["label_ids"], json!([labels[1]["id"]]));
        assert!(made["cc_email"].as_str().is_some_and(|address| address.starts_with("harbour+1+lead")));

        company.at("2026-03-02 12:00:00")?;
        let changed =
            company.data("PATCH", &path(&made), json!({"c0de": "text", "value": null, "label_ids": [], "was_seen": true})).await?;
        assert_eq!((&changed["c0de"], &changed["value"], &changed["label_ids"]), (&json!("text"), &Value::Null, &json!([])));
        assert_eq!((&changed["update_time"], &changed["was_seen"]), (&json!("2026-03-02T12:00:00.000Z"), &json!(true)));
        assert_eq!(company.get(&path(&made)).await?, changed);
        let cleared = company.data("PATCH", &path(&made), json!({"c0de": null})).await?;
        assert!(cleared.get("c0de").is_none(), "an unset custom field is shown");
        assert_eq!(company.get(&format!("{}/permittedUsers", path(&made))).await?, json!([1]));
    }
    Ok(())
}

#[tokio::test]
async fn rules_hold_in_creates_and_in_changes() -> Outcome {
    for company in Company::each().await? {
        let mary = person(&company, "Mary").await?;
        let refused = [
            json!({"title": "Nobody"}),
            json!({"person_id": mary}),
            json!({"title": " ", "person_id": mary}),
            json!({"title": "x", "person_id": 999}),
            json!({"title": "x", "person_id": mary, "value": {"amount": 1}}),
            json!({"title": "x", "person_id": mary, "value": {"amount": 1, "currency": "XYZ"}}),
            json!({"title": "x", "person_id": mary, "value": 5}),
            json!({"title": "x", "person_id": mary, "label_ids": [NO_LEAD]}),
            json!({"title": "x", "person_id": mary, "label_ids": ["hot"]}),
            json!({"title": "x", "person_id": mary, "channel": 999}),
            json!({"title": "x", "person_id": mary, "owner_id": 999}),
            json!({"title": "x", "person_id": mary, "id": NO_LEAD}),
        ];
        for body in refused {
            let (status, answer) = company.send("POST", "/v1/leads", &body).await?;
            assert_eq!(status, 400, "{body}: {answer}");
        }
        let made = lead(&company, json!({"title": "Pump", "person_id": mary, "is_archived": true})).await?;
        assert_eq!(made["is_archived"], json!(false), "a new lead is not archived");
        assert_eq!(company.send("PATCH", &path(&made), &json!({"person_id": null})).await?.0, 400);
        for missing in [NO_LEAD, "17", "x"] {
            let (status, answer) = company.send("GET", &format!("/v1/leads/{missing}"), &Value::Null).await?;
            let said = (&answer["error"], &answer["error_info"], &answer["data"]);
            assert_eq!((status, said), (404, (&json!("requested lead not found"), &json!("Object was not found."), &Value::Null)));
        }
        assert_eq!(company.data("DELETE", &path(&made), Value::Null).await?, json!({"id": made["id"]}));
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(company.send(method, &path(&made), &json!({})).await?.0, 404, "{method}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn archived_leads_rest_in_their_own_list() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mary = person(&company, "Mary").await?;
        let otto = person(&company, "Otto").await?;
        let one = lead(&company, json!({"title": "One", "person_id": mary})).await?;
        lead(&company, json!({"title": "Two", "person_id": otto})).await?;
        lead(&company, json!({"title": "Three", "person_id": mary})).await?;
        company.at("2026-03-02")?;
        let archived = company.data("PATCH", &path(&one), json!({"is_archived": true})).await?;
        assert_eq!(archived["archive_time"], json!("2026-03-02T00:00:00.000Z"));
        assert_eq!(company.send("PATCH", &path(&one), &json!({"title": "Uno"})).await?.0, 400);
        assert_eq!(company.data("PATCH", &path(&one), json!({"is_archived": true})).await?, archived);

        assert_eq!(titles(&company, "/v1/leads").await?, ["Two", "Three"]);
        assert_eq!(titles(&company, "/v1/leads?sort=title%20DESC").await?, ["Two", "Three"]);
        assert_eq!(titles(&company, &format!("/v1/leads?person_id={mary}")).await?, ["Three"]);
        assert_eq!(titles(&company, "/v1/leads?updated_since=2026-03-02T00:00:00Z").await?, Vec::<String>::new());
        assert_eq!(titles(&company, "/v1/leads/archived").await?, ["One"]);
        let (_, page) = company.send("GET", "/v1/leads?limit=1", &Value::Null).await?;
        let pagination = json!({"start": 0, "limit": 1, "more_items_in_collection": true, "next_start": 1});
        assert_eq!(page["additional_data"]["pagination"], pagination);

        let back = company.data("PATCH", &path(&one), json!({"is_archived": false, "title": "Uno"})).await?;
        assert_eq!((&back["archive_time"], &back["title"]), (&Value::Null, &json!("Uno")));
        assert_eq!(titles(&company, "/v1/leads/archived").await?, Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test]
async fn a_hidden_lead_is_not_there_for_others() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mary = person(&company, "Mary").await?;
        let hidden = lead(&company, json!({"title": "Secret", "person_id": mary, "visible_to": "1"})).await?;
        lead(&company, json!({"title": "Open", "person_id": mary})).await?;
        assert_eq!(titles(&ben, "/v1/leads").await?, ["Open"]);
        for (method, target) in
            [("GET", path(&hidden)), ("PATCH", path(&hidden)), ("DELETE", path(&hidden)), ("GET", path(&hidden) + "/permittedUsers")]
        {
            assert_eq!(ben.send(method, &target, &json!({})).await?.0, 404, "{method} {target}");
        }
        let given = company.data("PATCH", &path(&hidden), json!({"owner_id": 2})).await?;
        assert_eq!(given["owner_id"], json!(2));
        let away = ben.data("PATCH", &path(&hidden), json!({"owner_id": 1})).await?;
        assert_eq!(away["owner_id"], json!(1), "the answer shows what was written");
        assert_eq!(ben.send("GET", &path(&hidden), &Value::Null).await?.0, 404);
    }
    Ok(())
}

#[tokio::test]
async fn leads_lose_a_label_that_is_deleted() -> Outcome {
    for company in Company::each().await? {
        let mary = person(&company, "Mary").await?;
        let label = company.data("POST", "/v1/leadLabels", json!({"name": "Odd", "color": "dark-gray"})).await?;
        let target = format!("/v1/leadLabels/{}", label["id"].as_str().ok_or("no id")?);
        assert_eq!(company.send("POST", "/v1/leadLabels", &json!({"name": "Odd", "color": "turquoise"})).await?.0, 400);
        assert_eq!(company.send("POST", "/v1/leadLabels", &json!({"name": " ", "color": "red"})).await?.0, 400);
        let changed = company.data("PATCH", &target, json!({"color": "red"})).await?;
        assert_eq!((&changed["name"], &changed["color"]), (&json!("Odd"), &json!("red")));
        let made = lead(&company, json!({"title": "Pump", "person_id": mary, "label_ids": [label["id"]]})).await?;
        assert_eq!(company.data("DELETE", &target, Value::Null).await?, json!({"id": label["id"]}));
        assert_eq!(company.get(&path(&made)).await?["label_ids"], json!([]));
        assert_eq!(company.get("/v1/leadLabels").await?.as_array().map(Vec::len), Some(3));
        assert_eq!(company.send("PATCH", &target, &json!({"color": "blue"})).await?.0, 404);
        let sources = company.get("/v1/leadSources").await?;
        assert_eq!((sources.as_array().map(Vec::len), &sources[9]["name"]), (Some(10), &json!("API")));
    }
    Ok(())
}

#[tokio::test]
async fn changes_of_leads_are_remembered_and_told() -> Outcome {
    for company in Company::each().await? {
        let mary = person(&company, "Mary").await?;
        let made = lead(&company, json!({"title": "Pump", "person_id": mary})).await?;
        company.data("PATCH", &path(&made), json!({"title": "Two pumps"})).await?;
        company.data("DELETE", &path(&made), Value::Null).await?;
        let events = company.rows("SELECT action FROM outbox WHERE company_id = $1 AND entity = 'lead' ORDER BY id", 1).await?;
        assert_eq!(events, [[json!("create")], [json!("change")], [json!("delete")]]);
        let history = "SELECT field_key, old_value, new_value FROM history WHERE company_id = $1 AND entity = 'lead'";
        assert_eq!(company.rows(history, 3).await?, [[json!("title"), json!("Pump"), json!("Two pumps")]]);
    }
    Ok(())
}

#[tokio::test]
async fn labels_are_the_options_of_their_field() -> Outcome {
    for company in Company::each().await? {
        let made = company.data("POST", "/v1/leadLabels", json!({"name": "Later", "color": "gray"})).await?;
        let fields = company.get("/v1/leadFields?limit=500").await?;
        let field = fields.as_array().into_iter().flatten().find(|field| field["key"] == "label_ids").ok_or("no labels")?;
        let options = field["options"].as_array().ok_or("no options")?;
        assert_eq!(options.len(), 4);
        assert_eq!(options[3], json!({"id": made["id"], "label": "Later", "color": "gray"}));
    }
    Ok(())
}
