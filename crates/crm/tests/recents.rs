//! Recents: what has changed since a moment, in order, page by page, for whoever may see it.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn recents(company: &Company, query: &str) -> Outcome<Value> {
    let (status, answer) = company.send("GET", &format!("/v1/recents?{query}"), &Value::Null).await?;
    assert_eq!(status, 200, "{query}: {answer}");
    Ok(answer)
}

/// Kind and id of each row.
fn rows(answer: &Value) -> Vec<(String, i64)> {
    let rows = answer["data"].as_array().into_iter().flatten();
    rows.map(|row| (row["item"].as_str().unwrap_or_default().to_owned(), row["id"].as_i64().unwrap_or_default())).collect()
}

fn named(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter().map(|(item, id)| ((*item).to_owned(), *id)).collect()
}

async fn add(company: &Company, path: &str, record: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2{path}"), record).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

#[tokio::test]
async fn what_changed_comes_in_order() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 09:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let person = add(&company, "/persons", json!({"name": "Ann"})).await?;
        company.at("2026-03-01 10:00:00")?;
        let organization = add(&company, "/organizations", json!({"name": "Quay"})).await?;
        let pipeline = add(&company, "/pipelines", json!({"name": "Second"})).await?;
        let stage = add(&company, "/stages", json!({"name": "First", "pipeline_id": pipeline})).await?;
        company.at("2026-03-01 11:00:00")?;
        company.change_deal(deal, json!({"title": "Lock"})).await?;
        company.data("DELETE", &format!("/v1/persons/{person}"), Value::Null).await?;

        let all = recents(&company, "since_timestamp=2026-03-01%2009:00:00").await?;
        let expected = [("organization", organization), ("pipeline", pipeline), ("stage", stage), ("deal", deal), ("person", person)];
        assert_eq!(rows(&all), named(&expected));
        assert_eq!(
            all["additional_data"],
            json!({
                "since_timestamp": "2026-03-01 09:00:00", "last_timestamp_on_page": "2026-03-01 11:00:00",
                "pagination": {"start": 0, "limit": 100, "more_items_in_collection": false},
            })
        );
        let shown = &all["data"][3]["data"];
        assert_eq!((&shown["title"], &shown["user_id"], &shown["active"]), (&json!("Lock"), &json!(1), &json!(true)));
        assert_eq!(all["data"][4]["data"]["active_flag"], false, "deleted ones are shown as deleted");

        let page = recents(&company, "since_timestamp=2026-03-01&start=1&limit=2&items=deal,person,stage").await?;
        assert_eq!(rows(&page), named(&expected[3..]));
        assert_eq!(page["additional_data"]["pagination"]["more_items_in_collection"], false);
        let page = recents(&company, "since_timestamp=2026-03-01&limit=2").await?;
        assert_eq!(page["additional_data"]["pagination"]["next_start"], 2);
        assert_eq!(rows(&recents(&company, "since_timestamp=2026-03-01%2011:00:00").await?), named(&expected[3..]));
        let none = recents(&company, "since_timestamp=2026-03-01%2011:00:01").await?;
        assert_eq!((&none["data"], &none["additional_data"]["last_timestamp_on_page"]), (&Value::Null, &json!("2026-03-01 11:00:01")));

        // A month at most, and nothing that is gone.
        company.at("2026-04-15")?;
        let late = recents(&company, "since_timestamp=2020-01-01").await?;
        assert_eq!((rows(&late), &late["additional_data"]["since_timestamp"]), (Vec::new(), &json!("2026-03-15 00:00:00")));
        assert_eq!(rows(&recents(&company, "since_timestamp=2026-03-01&items=lead").await?), named(&[]));
        assert_eq!(company.send("GET", "/v1/recents", &Value::Null).await?.0, 400);
        assert_eq!(company.send("GET", "/v1/recents?since_timestamp=soon", &Value::Null).await?.0, 400);
        assert_eq!(company.send("GET", "/v1/recents?since_timestamp=2026-04-01&items=boat", &Value::Null).await?.0, 400);
    }
    Ok(())
}

#[tokio::test]
async fn activities_notes_and_products_are_listed() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 09:00:00")?;
        let deal = company.add_deal(json!({"title": "Weir", "visible_to": 1})).await?;
        company.add_colleague().await?;
        company.at("2026-03-01 10:00:00")?;
        let activity = add(&company, "/activities", json!({"subject": "Call", "deal_id": deal})).await?;
        let kind = company.data("POST", "/v1/activityTypes", json!({"name": "Visit", "icon_key": "car"})).await?;
        let note = company.data("POST", "/v1/notes", json!({"content": "A note", "deal_id": deal})).await?;
        let product = add(&company, "/products", json!({"name": "Rope"})).await?;
        let items = "items=activity,activityType,note,product";
        let all = recents(&company, &format!("since_timestamp=2026-03-01%2010:00:00&{items}")).await?;
        let id = |row: &Value| row["id"].as_i64().unwrap_or_default();
        assert_eq!(rows(&all), named(&[("activity", activity), ("activityType", id(&kind)), ("note", id(&note)), ("product", product)]));
        let shown = |place: usize, key: &str| all["data"][place]["data"][key].clone();
        assert_eq!((shown(0, "subject"), shown(0, "deal_id")), (json!("Call"), json!(deal)));
        assert_eq!((shown(1, "key_string"), shown(2, "content"), shown(3, "name")), (json!("visit"), json!("A note"), json!("Rope")));
        let seen = recents(&company.as_colleague(), &format!("since_timestamp=2026-03-01%2010:00:00&{items}")).await?;
        assert_eq!(rows(&seen), named(&[("activityType", id(&kind)), ("product", product)]), "the rest is about a hidden deal");
    }
    Ok(())
}

#[tokio::test]
async fn only_what_the_caller_may_see_changed() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 09:00:00")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let hidden = company.add_deal(json!({"title": "Hidden", "visible_to": 1})).await?;
        let open = company.add_deal(json!({"title": "Open"})).await?;
        let since = "since_timestamp=2026-03-01&items=deal,user";
        let seen = |deals: &[i64]| {
            let deals = deals.iter().map(|id| ("deal".to_owned(), *id));
            deals.chain([("user".to_owned(), ben)]).collect::<Vec<_>>()
        };
        assert_eq!(rows(&recents(&company, since).await?), seen(&[hidden, open]));
        assert_eq!(rows(&recents(&colleague, since).await?), seen(&[open]));
        company.data("POST", &format!("/api/v2/deals/{hidden}/followers"), json!({"user_id": ben})).await?;
        assert_eq!(rows(&recents(&colleague, since).await?), seen(&[hidden, open]));
    }
    Ok(())
}

#[tokio::test]
async fn a_private_filter_is_its_owners() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 09:00:00")?;
        company.add_colleague().await?;
        company.at("2026-03-02 09:00:00")?;
        let conditions = json!({"glue": "and", "conditions": [{"glue": "and", "conditions": []}, {"glue": "or", "conditions": []}]});
        for (name, visible_to) in [("Private", 1), ("Shared", 7)] {
            let filter = json!({"name": name, "type": "deals", "visible_to": visible_to, "conditions": conditions});
            company.data("POST", "/v1/filters", filter).await?;
        }
        let query = "since_timestamp=2026-03-02%2000:00:00&items=filter";
        let names = |answer: Value| {
            let rows = answer["data"].as_array().cloned().unwrap_or_default();
            rows.iter().map(|row| row["data"]["name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(recents(&company, query).await?), ["Private", "Shared"]);
        let colleague = company.as_colleague();
        colleague.at("2026-03-02 09:00:00")?;
        assert_eq!(names(recents(&colleague, query).await?), ["Shared"]);
    }
    Ok(())
}
