//! What widespread clients send and read beyond the published documents, and recorded answers have.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn ids(company: &Company, target: &str) -> Outcome<Vec<i64>> {
    let rows = company.get(target).await?;
    Ok(rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect())
}

#[tokio::test]
async fn lists_of_v1_take_the_order_in_the_words_of_v2() -> Outcome {
    for company in Company::each().await? {
        let mut deals = Vec::new();
        for (day, title) in [("2026-03-01", "Weir"), ("2026-03-02", "Lock"), ("2026-03-03", "Quay")] {
            deals.push(company.at(day)?.add_deal(json!({"title": title})).await?);
        }
        company.at("2026-03-04")?.data("PUT", &format!("/v1/deals/{}", deals[0]), json!({"title": "Weir 2"})).await?;
        let [first, second, third] = [deals[0], deals[1], deals[2]];
        for (query, expected) in [
            ("sort_by=update_time&sort_direction=asc", [second, third, first]),
            ("sort_by=update_time&sort_direction=desc", [first, third, second]),
            ("sort_by=add_time&sort_direction=desc", [third, second, first]),
            ("sort_by=update_time", [second, third, first]),
            ("sort=id%20DESC&sort_by=update_time", [third, second, first]),
            ("sort_by=title&sort_direction=desc", [first, second, third]),
            ("sort_direction=desc", [first, second, third]),
        ] {
            assert_eq!(ids(&company, &format!("/v1/deals?{query}")).await?, expected, "{query}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn queries_of_v2_take_flags_as_python_writes_them() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let found = async |flag: &str| -> Outcome<usize> {
            let found = company.get(&format!("/api/v2/deals/search?term=we&exact_match={flag}")).await?;
            Ok(found["items"].as_array().map_or(0, Vec::len))
        };
        assert_eq!((found("False").await?, found("True").await?), (1, 0));
        assert_eq!(company.send("GET", "/api/v2/deals/search?term=we&exact_match=no", &Value::Null).await?.0, 400);
        let followers = format!("/api/v2/deals/{deal}/followers?limit=500&sort_by=update_time&sort_direction=desc");
        assert_eq!(company.get(&followers).await?, json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn operations_have_second_addresses() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let (status, copy) = company.send("POST", &format!("/api/v2/deals/{deal}/duplicate"), &Value::Null).await?;
        assert_eq!((status, &copy["data"]["title"], &copy["data"]["user_id"]), (200, &json!("Weir (copy)"), &json!(1)));

        let person = company.data("POST", "/v1/persons", json!({"name": "Ann"})).await?;
        let lead = company.data("POST", "/v1/leads", json!({"title": "Sluice", "person_id": person["id"]})).await?;
        let lead = format!("/v1/leads/{}", lead["id"].as_str().unwrap_or_default());
        assert_eq!(company.data("PUT", &lead, json!({"title": "Sluice gate"})).await?["title"], "Sluice gate");
        assert_eq!(company.send("PATCH", &format!("/v1/deals/{deal}"), &json!({"title": "x"})).await?.0, 405);
        assert_eq!(company.send("PUT", &format!("/api/v2/deals/{deal}"), &json!({"title": "x"})).await?.0, 405);

        assert_eq!(company.get("/users/me").await?["id"], 1);
        assert_eq!(company.get("/deals:(id)?limit=1").await?, json!([{"id": deal}]));
        assert_eq!(company.send("GET", "/nothing/me", &Value::Null).await?.0, 404);
    }
    Ok(())
}

#[tokio::test]
async fn answers_have_what_recorded_ones_have() -> Outcome {
    for company in Company::each().await? {
        let user = company.add_colleague().await?;
        let (_, users) = company.send("GET", "/v1/users", &Value::Null).await?;
        assert_eq!(users["additional_data"], json!({"company_id": company.id().0}));
        assert_eq!((&users["data"][0]["is_admin"], &users["data"][1]["is_admin"]), (&json!(1), &json!(0)));
        let (_, one) = company.send("GET", &format!("/v1/users/{user}"), &Value::Null).await?;
        assert_eq!((&one["additional_data"]["company_id"], &one["data"]["is_admin"]), (&json!(company.id().0), &json!(0)));

        let settings = company.get("/v1/userSettings").await?;
        assert_eq!((&settings["default_currency"], &settings["advanced_permissions"]), (&json!("EUR"), &json!(true)));

        let (_, pipelines) = company.send("GET", "/v1/pipelines?limit=250", &Value::Null).await?;
        assert_eq!(pipelines["additional_data"]["pagination"], json!({"start": 0, "limit": 250, "more_items_in_collection": false}));

        let recents = "/v1/recents?since_timestamp=1960-01-01%2000:00:00&items=";
        let shown = company.get(&format!("{recents}user")).await?;
        let of_user = |row: &Value| (row["id"].clone(), row["data"][0]["id"].clone());
        let listed: Vec<_> = shown.as_array().into_iter().flatten().map(of_user).collect();
        assert_eq!(listed, [(json!(1), json!(1)), (json!(user), json!(user))], "the first user, too");
        assert_eq!(company.get(&format!("{recents}project,task")).await?, Value::Null);

        let (_, organization) = company.send("POST", "/v1/organizations", &json!({"name": "Weir"})).await?;
        assert_eq!(organization["additional_data"], json!({"didMerge": false}));
        let (_, person) = company.send("POST", "/v1/persons", &json!({"name": "Ann", "email": "a@b.example", "phone": ["1"]})).await?;
        assert_eq!(person["additional_data"]["didMerge"], json!(false));
        assert_eq!(person["data"]["email"], json!([{"value": "a@b.example", "primary": true, "label": ""}]));
        assert_eq!(person["data"]["phone"][0]["label"], "");
    }
    Ok(())
}

#[tokio::test]
async fn refusals_have_the_words_of_recorded_ones() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for (target, body, error) in [
            ("/api/v2/deals", json!({"title": "x", "user_id": 1}), "user_id: Parameter 'user_id' is not allowed for this request"),
            ("/api/v2/activities", json!({"subject": "x", "due_time": "foo"}), "due_time: This value is not a valid datetime."),
        ] {
            let (status, answer) = company.send("POST", target, &body).await?;
            assert_eq!((status, &answer["error"]), (400, &json!(format!("Validation failed: {error}"))));
        }
    }
    Ok(())
}

#[tokio::test]
async fn deals_of_v2_name_their_source_and_attached_products_their_id() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Weir", "channel_id": "fair"})).await?;
        assert_eq!(deal["channel_id"], "fair");
        let changed = company.data("PATCH", &format!("/api/v2/deals/{}", deal["id"]), json!({"channel_id": "web"})).await?;
        assert_eq!(changed["channel_id"], "web");
        let product = company.data("POST", "/v1/products", json!({"name": "Gate"})).await?;
        let attached = json!({"product_id": product["id"], "item_price": 300, "quantity": 1});
        let attached = company.data("POST", &format!("/v1/deals/{}/products", deal["id"]), attached).await?;
        assert_eq!(attached["product_attachment_id"], attached["id"]);
        assert!(attached["id"].is_i64());
    }
    Ok(())
}
