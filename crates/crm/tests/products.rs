//! Products with their prices, variations and custom fields.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const PRODUCTS: &str = "/api/v2/products";

/// Makes a product and answers it.
async fn add(company: &Company, product: Value) -> Outcome<Value> {
    company.data("POST", PRODUCTS, product).await
}

fn one(product: &Value) -> String {
    format!("{PRODUCTS}/{}", product["id"])
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

async fn status(company: &Company, method: &str, target: &str, body: Value) -> Outcome<u16> {
    Ok(company.send(method, target, &body).await?.0)
}

#[tokio::test]
async fn a_product_needs_only_a_name() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let (code, answer) = company.send("POST", PRODUCTS, &json!({"name": " Sluice gate "})).await?;
        let expected = json!({
            "id": 1, "name": "Sluice gate", "code": "", "description": "", "unit": "", "tax": 0, "category": null, "owner_id": 1,
            "is_linkable": true, "is_deleted": false, "visible_to": 3,
            "add_time": "2026-03-01T12:00:00Z", "update_time": "2026-03-01T12:00:00Z",
            "billing_frequency": "one-time", "billing_frequency_cycles": null,
            "prices": [{"product_id": 1, "price": 0, "currency": "EUR", "cost": 0, "direct_cost": 0, "notes": ""}],
            "custom_fields": {},
        });
        assert_eq!((code, &answer["data"], answer.get("additional_data")), (201, &expected, Some(&Value::Null)));
        let (_, read) = company.send("GET", "/api/v2/products/1", &Value::Null).await?;
        assert_eq!(read, answer);
        let old = company.get("/v1/products/1").await?;
        for (key, value) in
            [("selectable", json!(true)), ("active_flag", json!(true)), ("first_char", json!("s")), ("visible_to", json!("3"))]
        {
            assert_eq!(old[key], value, "{key}");
        }
        let price = json!([{"id": 1978, "product_id": 1, "price": 0, "currency": "EUR", "cost": 0, "overhead_cost": 0, "notes": "", "price_formatted": "€0"}]);
        assert_eq!((&old["prices"], &old["product_variations"], &old["owner_id"]["value"]), (&price, &json!([]), &json!(1)));
    }
    Ok(())
}

#[tokio::test]
async fn prices_are_replaced_as_a_whole() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let prices = json!([{"currency": "EUR", "price": 22.5, "cost": 10, "direct_cost": 2.25, "notes": "list \"price\""}, {"currency": "USD", "price": 25}]);
        let product = add(&company, json!({"name": "Gate", "prices": prices})).await?;
        let shown: Vec<_> = product["prices"].as_array().into_iter().flatten().map(|price| (&price["currency"], &price["price"])).collect();
        assert_eq!(shown, [(&json!("EUR"), &json!(22.5)), (&json!("USD"), &json!(25))]);
        let changed = company.data("PATCH", &one(&product), json!({"prices": [{"currency": "USD", "price": 30}]})).await?;
        assert_eq!(changed["prices"], json!([{"product_id": 1, "price": 30, "currency": "USD", "cost": 0, "direct_cost": 0, "notes": ""}]));
        let old = json!({"prices": [{"price": "12.50", "overhead_cost": 3}]});
        let changed = company.data("PUT", &format!("/v1/products/{}", product["id"]), old).await?;
        assert_eq!((&changed["prices"][0]["price"], &changed["prices"][0]["overhead_cost"]), (&json!(12.5), &json!(3)));
        assert_eq!(changed["prices"][0]["currency"], "EUR", "v1 may leave the currency out");
        for prices in [
            json!([{"currency": "EUR"}, {"currency": "EUR"}]),
            json!([{"price": 1}]),
            json!([{"currency": "ZZZ"}]),
            json!([{"currency": "EUR", "price": -1}]),
            json!([{"currency": "EUR", "overhead_cost": 1}]),
            json!({"currency": "EUR"}),
            json!("EUR"),
        ] {
            assert_eq!(status(&company, "PATCH", &one(&product), json!({"prices": prices.clone()})).await?, 400, "{prices}");
        }
        let twice = json!({"prices": [{"currency": "EUR"}, {"currency": "EUR"}]});
        assert_eq!(status(&company, "PUT", &format!("/v1/products/{}", product["id"]), twice).await?, 400);
        assert_eq!(company.get(&one(&product)).await?["prices"][0]["price"], 12.5, "nothing has changed");
    }
    Ok(())
}

#[tokio::test]
async fn bills_have_a_term() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Service", "billing_frequency": "monthly", "billing_frequency_cycles": 24})).await?;
        assert_eq!((&product["billing_frequency"], &product["billing_frequency_cycles"]), (&json!("monthly"), &json!(24)));
        for body in [
            json!({"billing_frequency": "weekly", "billing_frequency_cycles": null}),
            json!({"billing_frequency": "one-time", "billing_frequency_cycles": 3}),
            json!({"billing_frequency_cycles": 0}),
            json!({"billing_frequency_cycles": 209}),
            json!({"billing_frequency": "daily"}),
            json!({"tax": -1}),
            json!({"name": ""}),
            json!({"name": null}),
            json!({"is_deleted": true}),
        ] {
            assert_eq!(status(&company, "PATCH", &one(&product), body.clone()).await?, 400, "{body}");
        }
        let once = company.data("PATCH", &one(&product), json!({"billing_frequency": "one-time"})).await?;
        assert_eq!(once["billing_frequency_cycles"], Value::Null, "what is billed once has no term");
        let old = company.data("POST", "/v1/products", json!({"name": "Bins", "billing_frequency": "weekly"})).await?;
        assert_eq!(old["billing_frequency_cycles"], Value::Null, "v1 products may be weekly without end");
        let (code, answer) = company.send("POST", "/v1/products", &json!({"name": " "})).await?;
        assert_eq!((code, &answer["error"]), (400, &json!("Name must be given.")));
    }
    Ok(())
}

#[tokio::test]
async fn categories_are_numbers_that_read_as_text() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let made = company.data("POST", "/api/v2/productFields/category/options", json!([{"label": "Steel"}])).await?;
        let option = made[0]["id"].clone();
        company.at("2026-03-01 01:00:00")?;
        let product = add(&company, json!({"name": "Gate", "category": option})).await?;
        let text = json!(option.to_string());
        assert_eq!(product["category"], text);
        assert_eq!(company.get(&format!("/v1/products/{}", product["id"])).await?["category"], text);
        assert_eq!(status(&company, "PATCH", &one(&product), json!({"category": 9999})).await?, 400);
        assert_eq!(status(&company, "PATCH", &one(&product), json!({"category": text})).await?, 400, "v2 takes a number");
        assert_eq!(company.data("PATCH", &one(&product), json!({"category": null})).await?["category"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn a_v1_product_can_be_sent_back() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let prices = json!([{"currency": "EUR", "price": 22.5, "direct_cost": 2}, {"currency": "USD", "price": 25, "notes": "abroad"}]);
        let made = company.data("POST", "/api/v2/productFields/category/options", json!([{"label": "Steel"}])).await?;
        company.at("2026-03-01 01:00:00")?;
        let model = json!({"name": "Gate", "prices": prices, "category": made[0]["id"], "tax": 19, "unit": "piece"});
        let product = add(&company, model).await?;
        company.data("POST", &format!("{}/variations", one(&product)), json!({"name": "Large"})).await?;
        let before = company.get(&one(&product)).await?;
        let old = format!("/v1/products/{}", product["id"]);
        company.at("2026-03-02")?;
        let row = company.get(&old).await?;
        company.data("PUT", &old, row).await?;
        assert_eq!(company.get(&one(&product)).await?, before);
    }
    Ok(())
}

#[tokio::test]
async fn every_type_of_custom_field_goes_with_a_product() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Ann"})).await?["id"].clone();
        let organization = company.data("POST", "/api/v2/organizations", json!({"name": "Weir"})).await?["id"].clone();
        let mut sent = serde_json::Map::new();
        for (field_type, value) in [
            ("varchar", json!("a")),
            ("varchar_auto", json!("b")),
            ("text", json!("c")),
            ("double", json!(1.5)),
            ("monetary", json!({"value": 10, "currency": "USD"})),
            ("date", json!("2026-03-01")),
            ("daterange", json!({"value": "2026-03-01", "until": "2026-03-02"})),
            ("time", json!({"value": "09:00:00", "timezone_name": "Europe/Tallinn"})),
            ("timerange", json!({"value": "09:00:00", "until": "10:00:00", "timezone_name": "Europe/Tallinn"})),
            ("phone", json!("+372 5")),
            ("user", json!(1)),
            ("people", person),
            ("org", organization),
            ("address", json!({"value": "Quay 1"})),
            ("enum", Value::Null),
            ("set", Value::Null),
        ] {
            let mut field = json!({"field_name": field_type, "field_type": field_type});
            if value.is_null() {
                field["options"] = json!([{"label": "one"}, {"label": "two"}]);
            }
            let made = company.data("POST", "/api/v2/productFields", field).await?;
            let first = made["options"][0]["id"].clone();
            let value = match field_type {
                "enum" => first,
                "set" => json!([first]),
                _ => value,
            };
            sent.insert(made["field_code"].as_str().unwrap_or_default().to_owned(), value);
        }
        company.at("2026-03-01 01:00:00")?;
        let product = add(&company, json!({"name": "Gate", "custom_fields": sent})).await?;
        for (code, value) in &sent {
            let shown = &product["custom_fields"][code];
            match value {
                Value::Object(parts) => parts.iter().for_each(|(part, value)| assert_eq!(&shown[part], value, "{shown}")),
                value => assert_eq!(shown, value),
            }
        }
        let code = sent.keys().next().cloned().unwrap_or_default();
        let listed = company.get(&format!("{PRODUCTS}?custom_fields={code}")).await?;
        assert_eq!(listed[0]["custom_fields"], json!({code.clone(): "a"}));
        let old = company.data("PUT", &format!("/v1/products/{}", product["id"]), json!({code.clone(): "z"})).await?;
        assert_eq!(old[&code], "z");
        assert_eq!(status(&company, "PATCH", &one(&product), json!({"custom_fields": {"f".repeat(40): 1}})).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_narrowed_sorted_and_paged() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        for (name, owner) in [("Weir", 1), ("bolt", ben), ("Axle", 1), ("Élan", 1)] {
            add(&company, json!({"name": name, "owner_id": owner})).await?;
        }
        company.at("2026-03-05")?.data("PATCH", "/api/v2/products/1", json!({"code": "W"})).await?;
        company.data("DELETE", "/api/v2/products/4", Value::Null).await?;
        for (target, expected) in [
            ("", vec![1, 2, 3]),
            (&format!("?owner_id={ben}"), vec![2]),
            ("?ids=3,1,99", vec![1, 3]),
            ("?updated_since=2026-03-05T00:00:00Z", vec![1]),
            ("?sort_by=update_time&sort_direction=desc&limit=1", vec![1]),
            ("?sort_direction=desc", vec![3, 2, 1]),
        ] {
            assert_eq!(ids(&company.get(&format!("{PRODUCTS}{target}")).await?), expected, "{target}");
        }
        let mut seen = Vec::new();
        let mut target = format!("{PRODUCTS}?sort_by=name&limit=1");
        loop {
            let (_, answer) = company.send("GET", &target, &Value::Null).await?;
            seen.extend(ids(&answer["data"]));
            match answer["additional_data"]["next_cursor"].as_str() {
                Some(cursor) => target = format!("{PRODUCTS}?sort_by=name&limit=1&cursor={cursor}"),
                None => break,
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3], "each once, in whatever order the engine sorts letters");
        assert_eq!(status(&company, "GET", &format!("{PRODUCTS}?sort_by=code"), Value::Null).await?, 400);
        assert_eq!(status(&company, "GET", &format!("{PRODUCTS}?filter_id=1"), Value::Null).await?, 404);

        for (target, expected) in [
            ("", vec![1, 2, 3]),
            ("?first_char=B", vec![2]),
            (&format!("?user_id={ben}"), vec![2]),
            ("?ids=3,1", vec![1, 3]),
            ("?start=1&limit=1", vec![2]),
        ] {
            assert_eq!(ids(&company.get(&format!("/v1/products{target}")).await?), expected, "{target}");
        }
        let (_, answer) = company.send("GET", "/v1/products?get_summary=1&limit=1&user_id=1", &Value::Null).await?;
        assert_eq!(answer["additional_data"]["summary"], json!({"total_count": "2"}));
        assert_eq!(answer["additional_data"]["pagination"]["more_items_in_collection"], true);
        assert_eq!(answer["related_objects"]["user"]["1"]["id"], 1);
        assert_eq!(company.get("/v1/products?first_char=x").await?, Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn variations_have_prices_of_their_own() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let list = format!("{}/variations", one(&product));
        let wide = json!({"name": " Wide ", "prices": [{"currency": "USD", "price": 40, "cost": 18, "direct_cost": 3, "notes": "wide"}]});
        company.at("2026-03-02")?;
        let (code, answer) = company.send("POST", &list, &wide).await?;
        let expected = json!({"id": 1, "name": "Wide", "product_id": 1, "prices": [
            {"product_variation_id": 1, "price": 40, "currency": "USD", "cost": 18, "direct_cost": 3, "notes": "wide"}]});
        assert_eq!((code, &answer["data"]), (201, &expected));
        assert_eq!(company.get(&one(&product)).await?["update_time"], "2026-03-02T00:00:00Z");
        let narrow = company.data("POST", &list, json!({"name": "Narrow"})).await?;
        assert_eq!(
            narrow["prices"][0],
            json!({"product_variation_id": 2, "price": 0, "currency": "EUR", "cost": 0, "direct_cost": 0, "notes": ""})
        );
        let (_, page) = company.send("GET", &format!("{list}?limit=1"), &Value::Null).await?;
        assert_eq!(ids(&page["data"]), [1]);
        let cursor = page["additional_data"]["next_cursor"].as_str().unwrap_or_default().to_owned();
        let (_, page) = company.send("GET", &format!("{list}?limit=1&cursor={cursor}"), &Value::Null).await?;
        assert_eq!((ids(&page["data"]), &page["additional_data"]), (vec![2], &json!({"next_cursor": null})));

        let changed = company.data("PATCH", &format!("{list}/1"), json!({"name": "Wider"})).await?;
        assert_eq!((&changed["name"], &changed["prices"]), (&json!("Wider"), &expected["prices"]));
        let changed = company.data("PATCH", &format!("{list}/1"), json!({"prices": []})).await?;
        assert_eq!((&changed["name"], &changed["prices"][0]["currency"]), (&json!("Wider"), &json!("EUR")));
        for body in [json!({"name": ""}), json!({"name": null}), json!({"name": "x".repeat(256)}), json!({"prices": 1}), json!({"cost": 1})]
        {
            assert_eq!(status(&company, "PATCH", &format!("{list}/1"), body.clone()).await?, 400, "{body}");
        }
        let old = company.get("/v1/products/1").await?;
        let first = &old["product_variations"][0];
        assert_eq!((&first["name"], &first["prices"][0]["comment"]), (&json!("Wider"), &json!("")));

        let copy = company.data("POST", &format!("{}/duplicate", one(&product)), Value::Null).await?;
        assert_eq!((&copy["name"], &copy["prices"][0]["product_id"]), (&json!("Gate (copy)"), &copy["id"]));
        let copied = company.get(&format!("{}/variations", one(&copy))).await?;
        let told: Vec<_> = copied.as_array().into_iter().flatten().map(|row| (&row["name"], &row["product_id"])).collect();
        assert_eq!(told, [(&json!("Wider"), &copy["id"]), (&json!("Narrow"), &copy["id"])]);
        assert!(ids(&copied).iter().all(|id| *id > 2), "they are others");
        assert_eq!(copied[0]["prices"][0]["product_variation_id"], copied[0]["id"]);

        assert_eq!(company.data("DELETE", &format!("{list}/1"), Value::Null).await?, json!({"id": 1}));
        assert_eq!(status(&company, "DELETE", &format!("{list}/1"), Value::Null).await?, 404);
        assert_eq!(
            status(&company, "PATCH", &format!("{}/variations/2", one(&copy)), json!({"name": "x"})).await?,
            404,
            "of another product"
        );
    }
    Ok(())
}

#[tokio::test]
async fn deleted_products_come_back_and_are_gone_after_a_month() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let old = format!("/v1/products/{}", product["id"]);
        let (code, answer) = company.send("DELETE", &one(&product), &Value::Null).await?;
        assert_eq!((code, &answer["data"], answer.get("additional_data")), (200, &json!({"id": 1}), Some(&Value::Null)));
        assert_eq!(status(&company, "DELETE", &one(&product), Value::Null).await?, 404);
        assert_eq!(company.get(&one(&product)).await?["is_deleted"], true);
        assert_eq!(status(&company, "PATCH", &one(&product), json!({"name": "x"})).await?, 404);
        assert_eq!(company.data("PUT", &old, json!({"active_flag": true})).await?["active_flag"], true);
        assert_eq!(ids(&company.get(PRODUCTS).await?), [1]);
        assert_eq!(company.data("PUT", &old, json!({"active_flag": false})).await?["active_flag"], false);
        company.at("2026-04-15")?;
        assert_eq!(status(&company, "GET", &one(&product), Value::Null).await?, 404);
    }
    Ok(())
}

#[tokio::test]
async fn a_merged_person_is_replaced_in_products_too() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let field = json!({"field_name": "Inventor", "field_type": "people"});
        let code = company.data("POST", "/api/v2/productFields", field).await?["field_code"].as_str().unwrap_or_default().to_owned();
        company.at("2026-03-01 01:00:00")?;
        let mut persons = Vec::new();
        for name in ["Ann", "Bea"] {
            persons.push(company.data("POST", "/api/v2/persons", json!({"name": name})).await?["id"].clone());
        }
        let product = add(&company, json!({"name": "Gate", "custom_fields": {code.clone(): persons[0]}})).await?;
        company.data("PUT", &format!("/v1/persons/{}/merge", persons[0]), json!({"merge_with_id": persons[1]})).await?;
        assert_eq!(company.get(&one(&product)).await?["custom_fields"][&code], persons[1]);
    }
    Ok(())
}
