//! The rows of deals that products are sold in, additional discounts, installments.

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
async fn hidden_products_stay_hidden_in_what_is_sold() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let product = add(&company, json!({"name": "Secret gate", "visible_to": 1})).await?;
        let deal = company.add_deal(json!({"visible_to": 7})).await?;
        let rows = format!("/api/v2/deals/{deal}/products");
        let row = json!({"product_id": product["id"], "item_price": 5, "quantity": 2});
        let made = company.data("POST", &rows, row.clone()).await?;
        assert_eq!(made["name"], "Secret gate");

        for target in [one(&product), format!("{}/variations", one(&product)), format!("/v1/products/{}/deals", product["id"])] {
            assert_eq!(status(&colleague, "GET", &target, Value::Null).await?, 404, "{target}");
        }
        assert_eq!(colleague.get(PRODUCTS).await?, json!([]));
        assert_eq!(status(&colleague, "POST", &rows, row.clone()).await?, 400, "what one does not see cannot be attached");
        let shown = colleague.get(&rows).await?;
        assert_eq!((&shown[0]["name"], &shown[0]["sum"], &shown[0]["product_id"]), (&Value::Null, &json!(10), &product["id"]));
        let shown = colleague.get(&format!("/v1/deals/{deal}/products?include_product_data=1")).await?;
        assert_eq!((&shown[0]["name"], &shown[0]["product"]), (&Value::Null, &Value::Null));
        let changed = colleague.data("PATCH", &format!("{rows}/{}", made["id"]), json!({"quantity": 3})).await?;
        assert_eq!(changed["sum"], 15, "the row itself can be changed by whoever sees the deal");

        assert_eq!(status(&company, "POST", &format!("{}/followers", one(&product)), json!({"user_id": ben})).await?, 201);
        assert_eq!(colleague.get(&rows).await?[0]["name"], "Secret gate", "followers see it");
        assert_eq!(company.get(&format!("/v1/products/{}/permittedUsers", product["id"])).await?, json!([1, ben]));
        let followers = format!("/v1/products/{}/followers", product["id"]);
        let (code, again) = company.send("POST", &followers, &json!({"user_id": ben})).await?;
        assert_eq!((code, &again["data"]["product_id"]), (201, &product["id"]));
        company.data("POST", &followers, json!({"user_id": 1})).await?;
        let (_, answer) = company.send("GET", &format!("{followers}?start=1&limit=1"), &Value::Null).await?;
        assert_eq!(answer["data"].as_array().map(Vec::len), Some(1));
        let pagination = json!({"start": 1, "limit": 1, "more_items_in_collection": false});
        assert_eq!((&answer["data"][0]["user_id"], &answer["additional_data"]["pagination"]), (&json!(1), &pagination));
        company.data("DELETE", &format!("{}/followers/{ben}", one(&product)), Value::Null).await?;
        let log = company.get(&format!("{}/followers/changelog", one(&product))).await?;
        assert_eq!((&log[0]["action"], &log[0]["follower_user_id"]), (&json!("removed"), &json!(ben)));

        let hidden = company.add_deal(json!({"visible_to": 1})).await?;
        company.data("POST", &format!("/api/v2/deals/{hidden}/products"), row).await?;
        for (method, target) in [("GET", ""), ("POST", ""), ("POST", "/bulk"), ("DELETE", "")] {
            let body = if method == "POST" { json!({"product_id": 1, "item_price": 1, "quantity": 1}) } else { Value::Null };
            let body = if target.is_empty() { body } else { json!({"data": [body]}) };
            let target = format!("/api/v2/deals/{hidden}/products{target}");
            assert_eq!(status(&colleague, method, &target, body).await?, 403, "{method} {target}");
        }
        let listed = colleague.get(&format!("/api/v2/deals/products?deal_ids={deal},{hidden}")).await?;
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
    }
    Ok(())
}

#[tokio::test]
async fn rows_have_the_names_and_forms_of_their_version() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00")?;
        let product = add(&company, json!({"name": "Gate", "tax": 19})).await?;
        let variation = company.data("POST", &format!("{}/variations", one(&product)), json!({"name": "Wide"})).await?;
        let deal = company.add_deal(json!({"currency": "USD"})).await?;
        let target = format!("/api/v2/deals/{deal}/products");
        let (code, answer) =
            company.send("POST", &target, &json!({"product_id": product["id"], "item_price": 22, "quantity": 5, "discount": 0.2})).await?;
        let expected = json!({
            "id": 1, "deal_id": deal, "product_id": 1, "product_variation_id": null, "order_nr": 0, "name": "Gate",
            "item_price": 22, "quantity": 5, "discount": 0.2, "tax": 0, "sum": 109.78, "currency": "USD",
            "discount_type": "percentage", "tax_method": "inclusive", "billing_frequency": "one-time",
            "billing_frequency_cycles": null, "billing_start_date": null,
            "add_time": "2026-03-01T10:00:00Z", "update_time": "2026-03-01T10:00:00Z", "comments": "", "is_enabled": true,
        });
        assert_eq!((code, &answer["data"], answer.get("additional_data")), (201, &expected, Some(&Value::Null)));

        company.at("2026-03-02 10:00:00")?;
        let old = format!("/v1/deals/{deal}/products");
        let second = json!({"product_id": "1", "item_price": "300", "quantity": "2", "discount": "5", "enabled_flag": 0,
            "product_variation_id": variation["id"], "comments": "second", "billing_start_date": "2026-05-09"});
        let (code, answer) = company.send("POST", &old, &second).await?;
        assert_eq!((code, &answer["data"]["sum"], &answer["data"]["enabled_flag"]), (200, &json!(570), &json!(false)));
        assert_eq!((&answer["data"]["company_id"], &answer["data"]["active_flag"]), (&json!(1), &json!(true)));
        let (_, list) = company.send("GET", &format!("{old}?include_product_data=1&limit=1"), &Value::Null).await?;
        let row = &list["data"][0];
        assert_eq!(
            (&row["last_edit"], &row["comments"], &row["sum_formatted"]),
            (&json!("2026-03-01 10:00:00"), &Value::Null, &json!("$109.78"))
        );
        assert_eq!((&row["quantity_formatted"], &row["product"]["name"], row.get("update_time")), (&json!("5"), &json!("Gate"), None));
        let more = &list["additional_data"];
        assert_eq!((&more["products_quantity_total"], &more["products_sum_total"]), (&json!(7), &json!(679.78)));
        assert_eq!((&more["products_quantity_total_formatted"], &more["products_sum_total_formatted"]), (&json!("7"), &json!("$679.78")));
        assert_eq!(more["pagination"]["next_start"], 1);
        assert_eq!(list["related_objects"]["user"]["1"]["id"], 1);
        assert_eq!(status(&company, "GET", &format!("{old}?include_product_data=2"), Value::Null).await?, 400);
        assert_eq!(company.get(&format!("/v1/deals/{}/products", company.add_deal(json!({})).await?)).await?, Value::Null);

        company.data("PATCH", &one(&product), json!({"name": "Lock gate"})).await?;
        assert_eq!(company.get(&target).await?[1]["name"], "Lock gate", "a renamed product renames its rows");
        company.data("DELETE", &one(&product), Value::Null).await?;
        assert_eq!(company.get(&target).await?.as_array().map(Vec::len), Some(2), "a deleted product leaves its rows");
        let changed = company.data("PUT", &format!("{old}/1"), json!({"quantity": 1, "product_id": 1})).await?;
        assert_eq!(changed["sum"], 21.96, "which can be changed");
        assert_eq!(status(&company, "POST", &target, json!({"product_id": 1, "item_price": 1, "quantity": 1})).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn rows_that_cannot_be_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let other = add(&company, json!({"name": "Lock", "is_linkable": false})).await?;
        let variation = company.data("POST", &format!("{}/variations", one(&other)), json!({"name": "Wide"})).await?;
        let deal = company.add_deal(json!({"value": 1})).await?;
        let target = format!("/api/v2/deals/{deal}/products");
        let row = |more: Value| {
            let mut row = json!({"product_id": product["id"], "item_price": 10, "quantity": 1});
            for (key, value) in more.as_object().into_iter().flatten() {
                row[key] = value.clone();
            }
            row
        };
        for more in [
            json!({"product_id": null}),
            json!({"item_price": null}),
            json!({"quantity": null}),
            json!({"product_id": 999}),
            json!({"product_id": other["id"]}),
            json!({"product_variation_id": variation["id"]}),
            json!({"quantity": -1}),
            json!({"item_price": -1}),
            json!({"discount": -1}),
            json!({"tax": -1}),
            json!({"quantity": "1"}),
            json!({"discount_type": "half"}),
            json!({"tax_method": "extra"}),
            json!({"billing_frequency": "weekly"}),
            json!({"billing_frequency": "monthly", "billing_frequency_cycles": 209}),
            json!({"billing_frequency_cycles": 2}),
            json!({"billing_start_date": "2040-01-01"}),
            json!({"billing_start_date": "soon"}),
            json!({"sum": 1}),
            json!({"deal_id": 2}),
        ] {
            assert_eq!(status(&company, "POST", &target, row(more.clone())).await?, 400, "{more}");
        }
        let wrong_second = json!({"data": [row(json!({})), row(json!({"quantity": -1}))]});
        let (code, answer) = company.send("POST", &format!("{target}/bulk"), &wrong_second).await?;
        assert_eq!((code, &answer["error"]), (400, &json!("Validation failed: data[1].quantity: must not be negative")));
        for data in [json!([]), json!([1]), json!({}), json!(null), json!(vec![row(json!({})); 101])] {
            assert_eq!(status(&company, "POST", &format!("{target}/bulk"), json!({"data": data})).await?, 400);
        }
        assert_eq!(company.get(&target).await?, json!([]));
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 1);

        let monthly = row(json!({"billing_frequency": "monthly"}));
        let many = json!({"data": vec![monthly.clone(); 20]});
        assert_eq!(company.data("POST", &format!("{target}/bulk"), many).await?.as_array().map(Vec::len), Some(20));
        assert_eq!(status(&company, "POST", &target, monthly).await?, 400, "at most twenty are recurring");
        let once = company.data("POST", &target, row(json!({}))).await?;
        let recurring = json!({"billing_frequency": "annually"});
        assert_eq!(status(&company, "PATCH", &format!("{target}/{}", once["id"]), recurring).await?, 400);
        assert_eq!(status(&company, "PATCH", &format!("{target}/9999"), json!({"quantity": 1})).await?, 404);
        let elsewhere = company.add_deal(json!({})).await?;
        let foreign = format!("/api/v2/deals/{elsewhere}/products/{}", once["id"]);
        assert_eq!(status(&company, "PATCH", &foreign, json!({"quantity": 2})).await?, 404, "the row is of another deal");
        assert_eq!(status(&company, "DELETE", &foreign, Value::Null).await?, 404);
    }
    Ok(())
}

#[tokio::test]
async fn rows_go_one_by_one_or_in_bulk() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let deal = company.add_deal(json!({})).await?;
        let target = format!("/api/v2/deals/{deal}/products");
        let row = json!({"product_id": product["id"], "item_price": 1, "quantity": 1});
        for _ in 0..2 {
            company.data("POST", &format!("{target}/bulk"), json!({"data": vec![row.clone(); 60]})).await?;
        }
        let orders = company.get(&format!("{target}?sort_by=order_nr&sort_direction=desc&limit=2")).await?;
        assert_eq!((&orders[0]["order_nr"], &orders[1]["order_nr"]), (&json!(119), &json!(118)));
        assert_eq!(company.data("DELETE", &format!("{target}/3"), Value::Null).await?, json!({"id": 3}));
        assert_eq!(status(&company, "DELETE", &format!("{target}?ids=1,3"), Value::Null).await?, 404, "all of them or none");
        let (_, some) = company.send("DELETE", &format!("{target}?ids=2,1"), &Value::Null).await?;
        assert_eq!((&some["data"], &some["additional_data"]), (&json!({"ids": [1, 2]}), &json!({"more_items_in_collection": false})));
        let (_, first) = company.send("DELETE", &target, &Value::Null).await?;
        assert_eq!(
            (first["data"]["ids"].as_array().map(Vec::len), &first["additional_data"]),
            (Some(100), &json!({"more_items_in_collection": true}))
        );
        let (_, rest) = company.send("DELETE", &target, &Value::Null).await?;
        assert_eq!(
            (rest["data"]["ids"].as_array().map(Vec::len), &rest["additional_data"]),
            (Some(17), &json!({"more_items_in_collection": false}))
        );
        let shown = company.get(&format!("/api/v2/deals/{deal}?include_fields=products_count")).await?;
        assert_eq!((&shown["products_count"], &shown["acv"]), (&json!(0), &Value::Null));
    }
    Ok(())
}

#[tokio::test]
async fn the_tax_method_is_one_for_the_whole_deal() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let deal = company.add_deal(json!({})).await?;
        let target = format!("/api/v2/deals/{deal}/products");
        let row = json!({"product_id": product["id"], "item_price": 10, "quantity": 1, "tax": 10});
        let methods = async || -> Outcome<Vec<Value>> {
            Ok(company.get(&target).await?.as_array().into_iter().flatten().map(|row| row["tax_method"].clone()).collect())
        };
        company.data("POST", &target, row.clone()).await?;
        let mut exclusive = row.clone();
        exclusive["tax_method"] = json!("exclusive");
        company.data("POST", &target, exclusive).await?;
        assert_eq!(methods().await?, ["exclusive", "exclusive"]);
        company.data("POST", &target, row.clone()).await?;
        assert_eq!(methods().await?, ["exclusive"; 3], "a new row has that of the others");
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 33);
        company.data("PUT", &format!("/v1/deals/{deal}/products/1"), json!({"tax_method": "none"})).await?;
        assert_eq!(methods().await?, ["none"; 3]);
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 30);
    }
    Ok(())
}

#[tokio::test]
async fn installments_and_recurring_rows_exclude_each_other() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let product = add(&company, json!({"name": "Gate"})).await?;
        let deal = company.add_deal(json!({})).await?;
        let (rows, parts) = (format!("/api/v2/deals/{deal}/products"), format!("/api/v2/deals/{deal}/installments"));
        let row = json!({"product_id": product["id"], "item_price": 10, "quantity": 1});
        let part = json!({"description": "First", "amount": 4.5, "billing_date": "2026-04-01"});
        assert_eq!(status(&company, "POST", &parts, part.clone()).await?, 400, "nothing is sold yet");
        company.data("POST", &rows, row.clone()).await?;
        let (code, answer) = company.send("POST", &parts, &part).await?;
        let first = format!("{parts}/{}", answer["data"]["id"]);
        let made =
            json!({"id": answer["data"]["id"], "amount": 4.5, "billing_date": "2026-04-01", "deal_id": deal, "description": "First"});
        assert_eq!((code, &answer["data"]), (200, &made));
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 10, "the value stays");
        for (key, value) in [
            ("amount", json!(0)),
            ("amount", json!(-1)),
            ("description", json!(" ")),
            ("billing_date", json!("soon")),
            ("billing_date", Value::Null),
        ] {
            let mut wrong = part.clone();
            wrong[key] = value;
            assert_eq!(status(&company, "POST", &parts, wrong.clone()).await?, 400, "{wrong}");
            assert_eq!(status(&company, "PATCH", &first, json!({key: wrong[key]})).await?, 400, "{wrong}");
        }
        let changed = company.data("PATCH", &first, json!({"amount": 5})).await?;
        assert_eq!((&changed["amount"], &changed["description"]), (&json!(5), &json!("First")));

        let mut monthly = row.clone();
        monthly["billing_frequency"] = json!("monthly");
        assert_eq!(status(&company, "POST", &rows, monthly.clone()).await?, 400);
        assert_eq!(status(&company, "PATCH", &format!("{rows}/1"), json!({"billing_frequency": "monthly"})).await?, 400);
        assert_eq!(status(&company, "PATCH", &format!("{rows}/1"), json!({"is_enabled": false})).await?, 400, "the last enabled row");
        let second = company.data("POST", &rows, row).await?;
        company.data("PATCH", &format!("{rows}/{}", second["id"]), json!({"is_enabled": false})).await?;

        let other = company.add_deal(json!({})).await?;
        company.data("POST", &format!("/api/v2/deals/{other}/products"), monthly).await?;
        assert_eq!(status(&company, "POST", &format!("/api/v2/deals/{other}/installments"), part.clone()).await?, 400);
        for (description, date) in [("Third", "2026-06-01"), ("Second", "2026-05-01")] {
            company.data("POST", &parts, json!({"description": description, "amount": 1, "billing_date": date})).await?;
        }
        let listed = company.get(&format!("/api/v2/deals/installments?deal_ids={deal},{other}&sort_by=billing_date")).await?;
        let told: Vec<_> = listed.as_array().into_iter().flatten().map(|row| row["description"].as_str().unwrap_or_default()).collect();
        assert_eq!(told, ["First", "Second", "Third"]);
        assert_eq!(status(&company, "GET", "/api/v2/deals/installments", Value::Null).await?, 400, "deal_ids is required");
        let foreign = format!("/api/v2/deals/{other}/installments/{}", made["id"]);
        assert_eq!(status(&company, "DELETE", &foreign, Value::Null).await?, 404, "it is of another deal");
        assert_eq!(company.data("DELETE", &first, Value::Null).await?, json!({"id": made["id"]}));
    }
    Ok(())
}

#[tokio::test]
async fn discounts_are_named_by_uuids() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00")?;
        let deal = company.add_deal(json!({"value": 8})).await?;
        let list = format!("/api/v2/deals/{deal}/discounts");
        let (code, answer) = company.send("POST", &list, &json!({"description": "Loyalty", "amount": 10, "type": "percentage"})).await?;
        let made = &answer["data"];
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!((code, id.len(), &made["created_at"], &made["updated_by"]), (201, 36, &json!("2026-03-01T10:00:00Z"), &json!(1)));
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 8, "nothing is sold that it could cut");
        company.at("2026-03-02 10:00:00")?;
        let changed = company.data("PATCH", &format!("{list}/{}", id.to_uppercase()), json!({"type": "amount"})).await?;
        assert_eq!(
            (&changed["type"], &changed["amount"], &changed["updated_at"]),
            (&json!("amount"), &json!(10), &json!("2026-03-02T10:00:00Z"))
        );
        assert_eq!(company.get(&list).await?, json!([changed]));
        for body in [
            json!({"amount": 0}),
            json!({"amount": -1}),
            json!({"type": "half"}),
            json!({"description": ""}),
            json!({"id": "x"}),
            json!({"amount": null}),
        ] {
            assert_eq!(status(&company, "PATCH", &format!("{list}/{id}"), body.clone()).await?, 400, "{body}");
        }
        for body in [json!({}), json!({"description": "x", "amount": 1}), json!({"amount": 1, "type": "amount"})] {
            assert_eq!(status(&company, "POST", &list, body.clone()).await?, 400, "{body}");
        }
        let other = company.add_deal(json!({})).await?;
        for target in [format!("/api/v2/deals/{other}/discounts/{id}"), format!("{list}/1"), format!("{list}/{}", "0".repeat(36))] {
            assert_eq!(status(&company, "DELETE", &target, Value::Null).await?, 404, "{target}");
        }
        assert_eq!(company.data("DELETE", &format!("{list}/{id}"), Value::Null).await?, json!({"id": id}));
        assert_eq!(company.get(&list).await?, json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn products_lead_to_deals_and_persons() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let gate = add(&company, json!({"name": "Gate"})).await?;
        let lock = add(&company, json!({"name": "Lock"})).await?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Ann"})).await?["id"].clone();
        let own = company.add_deal(json!({"person_id": person, "title": "Own"})).await?;
        let part = company.add_deal(json!({"title": "Part", "status": "won"})).await?;
        let archived = company.add_deal(json!({"title": "Archived"})).await?;
        for (deal, product) in [(own, &gate), (own, &lock), (part, &gate), (archived, &gate)] {
            let row = json!({"product_id": product["id"], "item_price": 1, "quantity": 1});
            company.data("POST", &format!("/api/v2/deals/{deal}/products"), row).await?;
        }
        company.change_deal(archived, json!({"is_archived": true})).await?;
        company.data("POST", &format!("/v1/deals/{part}/participants"), json!({"person_id": person})).await?;
        let deals = format!("/v1/products/{}/deals", gate["id"]);
        assert_eq!(ids(&company.get(&deals).await?), [own, part]);
        assert_eq!(ids(&company.get(&format!("{deals}?status=won")).await?), [part]);
        assert_eq!(ids(&company.get(&format!("{deals}?start=1&limit=1")).await?), [part]);
        assert_eq!(ids(&company.get(&format!("/v1/deals/archived?product_id={}", gate["id"])).await?), [archived]);
        assert_eq!(company.get(&format!("/v1/deals/archived?product_id={}", lock["id"])).await?, Value::Null);

        let (_, answer) = company.send("GET", &format!("/v1/persons/{person}/products?limit=2"), &Value::Null).await?;
        let row = &answer["data"][0][own.to_string()];
        assert_eq!((&row["deal"]["title"], &row["deal"]["person_id"], &row["deal"]["products_count"]), (&json!("Own"), &person, &json!(2)));
        assert_eq!(
            (&row["product"]["name"], &row["product"]["deal_id"], &row["product"]["owner_id"]),
            (&json!("Gate"), &json!(own), &json!(1))
        );
        assert_eq!(answer["data"][1][own.to_string()]["product"]["name"], "Lock");
        assert_eq!(answer["additional_data"]["pagination"]["next_start"], 2);
        let rest = company.get(&format!("/v1/persons/{person}/products?start=2")).await?;
        assert_eq!((rest.as_array().map(Vec::len), &rest[0][part.to_string()]["deal"]["title"]), (Some(1), &json!("Part")));
        let nobody = company.data("POST", "/api/v2/persons", json!({"name": "Bea"})).await?;
        assert_eq!(company.get(&format!("/v1/persons/{}/products", nobody["id"])).await?, Value::Null);
    }
    Ok(())
}
