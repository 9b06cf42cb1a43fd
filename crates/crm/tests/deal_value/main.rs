//! What a deal is worth by what it sells: the examples of docs/DEAL-VALUE.md, random deals against a model of whole
//! numbers, changes at the same time, and what else moves the value.

#[path = "../company/mod.rs"]
mod company;
mod model;

use company::{Company, Outcome};
use serde_json::{Value, json};

async fn add_product(company: &Company, name: &str) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/products", json!({"name": name})).await?;
    made["id"].as_i64().ok_or_else(|| "the product has no id".into())
}

/// A deal and a product to sell in it.
async fn begin(company: &Company, deal: Value) -> Outcome<(i64, i64)> {
    company.at("2026-03-01")?;
    Ok((company.add_deal(deal).await?, add_product(company, "Sluice gate").await?))
}

/// Adds a row and answers it.
async fn attach(company: &Company, deal: i64, product: i64, mut row: Value) -> Outcome<Value> {
    row["product_id"] = json!(product);
    company.data("POST", &format!("/api/v2/deals/{deal}/products"), row).await
}

/// Value, ACV, ARR, MRR, and the number of pieces.
async fn worth(company: &Company, deal: i64) -> Outcome<[Value; 5]> {
    let deal = company.get(&format!("/api/v2/deals/{deal}?include_fields=products_count")).await?;
    Ok(["value", "acv", "arr", "mrr", "products_count"].map(|key| deal[key].clone()))
}

#[tokio::test]
async fn the_first_row_replaces_a_value_that_was_set_by_hand() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({"value": 5000})).await?;
        assert_eq!(worth(&company, deal).await?, [json!(5000), Value::Null, Value::Null, Value::Null, json!(0)]);
        let row = attach(&company, deal, product, json!({"item_price": 99.99, "quantity": 2})).await?;
        assert_eq!((&row["sum"], &row["order_nr"]), (&json!(199.98), &json!(0)));
        assert_eq!(worth(&company, deal).await?, [json!(199.98), json!(199.98), json!(0), json!(0), json!(2)]);
        let target = format!("/api/v2/deals/{deal}/products/{}", row["id"]);
        assert_eq!(company.data("PATCH", &target, json!({"quantity": 5})).await?["sum"], 499.95);
        assert_eq!(worth(&company, deal).await?, [json!(499.95), json!(499.95), json!(0), json!(0), json!(5)]);

        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"value": 7})).await?;
        assert_eq!(worth(&company, deal).await?[0], 7, "a value set by hand stands");
        company.data("PATCH", &target, json!({"comments": "until the next change"})).await?;
        assert_eq!(worth(&company, deal).await?[0], 499.95);

        company.data("DELETE", &target, Value::Null).await?;
        assert_eq!(worth(&company, deal).await?, [json!(499.95), Value::Null, Value::Null, Value::Null, json!(0)], "the value stays");
        let log = company.get(&format!("/v1/deals/{deal}/changelog")).await?;
        let told: Vec<_> = log.as_array().into_iter().flatten().filter(|row| row["field_key"] == "value").collect();
        let values: Vec<_> = told.iter().rev().map(|row| row["new_value"].as_str().unwrap_or_default()).collect();
        assert_eq!(values, ["199.98", "499.95", "7", "499.95"]);
    }
    Ok(())
}

/// The worked examples of docs/DEAL-VALUE.md, in its order.
#[tokio::test]
async fn the_worked_examples_hold() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({})).await?;
        attach(&company, deal, product, json!({"item_price": 1000, "quantity": 1, "discount": 10})).await?;
        let monthly = json!({"item_price": 50, "quantity": 2, "billing_frequency": "monthly", "billing_frequency_cycles": 24});
        let monthly = attach(&company, deal, product, monthly).await?;
        assert_eq!(worth(&company, deal).await?[..4], [json!(3300), json!(2100), json!(1200), json!(100)]);
        let discounts = format!("/api/v2/deals/{deal}/discounts");
        let tenth = json!({"description": "Loyalty", "amount": 10, "type": "percentage"});
        company.data("POST", &discounts, tenth).await?;
        assert_eq!(worth(&company, deal).await?[..2], [json!(3210), json!(2010)]);
        let endless = json!({"billing_frequency_cycles": null});
        company.data("PATCH", &format!("/api/v2/deals/{deal}/products/{}", monthly["id"]), endless).await?;
        assert_eq!(worth(&company, deal).await?[..4], [json!(2010), json!(2010), json!(1200), json!(100)]);

        let (deal, product) = begin(&company, json!({})).await?;
        let taxed = json!({"item_price": 40, "quantity": 3, "discount": 15, "discount_type": "amount", "tax": 20});
        let row = attach(&company, deal, product, taxed).await?;
        let target = format!("/api/v2/deals/{deal}/products/{}", row["id"]);
        assert_eq!((&row["sum"], &worth(&company, deal).await?[0]), (&json!(105), &json!(105)));
        for (method, value) in [("exclusive", 126), ("none", 105), ("exclusive", 126), ("inclusive", 105)] {
            let row = company.data("PATCH", &target, json!({"tax_method": method})).await?;
            assert_eq!((&row["sum"], &worth(&company, deal).await?[0]), (&json!(105), &json!(value)), "{method}");
        }

        let (deal, product) = begin(&company, json!({})).await?;
        attach(&company, deal, product, json!({"item_price": 10, "quantity": 10})).await?;
        let discounts = format!("/api/v2/deals/{deal}/discounts");
        let first = company.data("POST", &discounts, json!({"description": "Tenth", "amount": 10, "type": "percentage"})).await?;
        company.data("POST", &discounts, json!({"description": "Fifty", "amount": 50, "type": "amount"})).await?;
        assert_eq!(worth(&company, deal).await?[0], 40);
        let target = format!("{discounts}/{}", first["id"].as_str().unwrap_or_default());
        company.data("PATCH", &target, json!({"amount": 20})).await?;
        assert_eq!(worth(&company, deal).await?[0], 30);
        company.data("DELETE", &target, Value::Null).await?;
        assert_eq!(worth(&company, deal).await?[0], 50);
    }
    Ok(())
}

#[tokio::test]
async fn changes_at_the_same_time_leave_the_right_value() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({})).await?;
        let mut rows = Vec::new();
        for _ in 0..4 {
            rows.push(attach(&company, deal, product, json!({"item_price": 10, "quantity": 1})).await?);
        }
        for round in 1..6_i64 {
            let targets: Vec<_> = rows.iter().map(|row| format!("/api/v2/deals/{deal}/products/{}", row["id"])).collect();
            let others: Vec<_> = (0..4).map(|_| company.another()).collect();
            let bodies: Vec<_> = (0..4_i64).map(|place| json!({"quantity": round * 10 + place})).collect();
            let change = |place: usize| others[place].send("PATCH", &targets[place], &bodies[place]);
            let discounts = format!("/api/v2/deals/{deal}/discounts");
            let discount = json!({"description": "One less", "amount": 1, "type": "amount"});
            let (a, b, c, d, e) = tokio::join!(change(0), change(1), change(2), change(3), company.send("POST", &discounts, &discount));
            let statuses = [a?.0, b?.0, c?.0, d?.0, e?.0];
            assert!(statuses.iter().all(|status| matches!(status, 200 | 201 | 409)), "{statuses:?}");
            let rows = company.get(&format!("/api/v2/deals/{deal}/products")).await?;
            let discounts = company.get(&discounts).await?.as_array().map_or(0, Vec::len) as f64;
            let sum: f64 = rows.as_array().into_iter().flatten().filter_map(|row| row["sum"].as_f64()).sum();
            let pieces: f64 = rows.as_array().into_iter().flatten().filter_map(|row| row["quantity"].as_f64()).sum();
            let shown = worth(&company, deal).await?;
            assert_eq!((shown[0].as_f64(), shown[4].as_f64()), (Some(sum - discounts), Some(pieces)), "round {round}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn another_currency_rounds_anew() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({"currency": "EUR"})).await?;
        attach(&company, deal, product, json!({"item_price": 0.75, "quantity": 3})).await?;
        assert_eq!(worth(&company, deal).await?[..2], [json!(2.25), json!(2.25)]);
        company.change_deal(deal, json!({"currency": "JPY"})).await?;
        assert_eq!(worth(&company, deal).await?[..2], [json!(2), json!(2)]);
        let row = &company.get(&format!("/api/v2/deals/{deal}/products")).await?[0];
        assert_eq!((&row["currency"], &row["sum"]), (&json!("JPY"), &json!(2)));
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"currency": "EUR", "value": 9})).await?;
        assert_eq!(worth(&company, deal).await?[0], 9, "a value that comes with the currency counts");
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_sells_the_same() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({})).await?;
        attach(&company, deal, product, json!({"item_price": 100, "quantity": 2.5})).await?;
        let discount = json!({"description": "Half", "amount": 50, "type": "percentage"});
        let discount = company.data("POST", &format!("/api/v2/deals/{deal}/discounts"), discount).await?;
        let part = json!({"description": "All", "amount": 125, "billing_date": "2026-04-01"});
        company.data("POST", &format!("/api/v2/deals/{deal}/installments"), part).await?;
        let copy = company.at("2026-03-02")?.data("POST", &format!("/v1/deals/{deal}/duplicate"), Value::Null).await?;
        assert_eq!((&copy["value"], &copy["acv"], &copy["products_count"]), (&json!(125), &json!(125), &json!(3)));
        let id = copy["id"].as_i64().unwrap_or_default();
        assert_eq!(worth(&company, id).await?, [json!(125), json!(125), json!(0), json!(0), json!(3)]);
        let row = &company.get(&format!("/api/v2/deals/{id}/products")).await?[0];
        assert_eq!((&row["sum"], &row["add_time"], &row["deal_id"]), (&json!(250), &json!("2026-03-02T00:00:00Z"), &json!(id)));
        let copied = &company.get(&format!("/api/v2/deals/{id}/discounts")).await?[0];
        assert_eq!((&copied["amount"], copied["id"] == discount["id"]), (&json!(50), false));
        assert_eq!(company.get(&format!("/api/v2/deals/installments?deal_ids={id}")).await?[0]["amount"], 125);
        company.data("DELETE", &format!("/api/v2/deals/{id}/products/{}", row["id"]), Value::Null).await?;
        assert_eq!(worth(&company, deal).await?[4], 3, "the original keeps its own");
    }
    Ok(())
}

#[tokio::test]
async fn a_merge_moves_what_is_sold() -> Outcome {
    for company in Company::each().await? {
        let (kept, product) = begin(&company, json!({"title": "Kept"})).await?;
        let (removed, _) = begin(&company, json!({"title": "Removed", "value": 900})).await?;
        attach(&company, kept, product, json!({"item_price": 10, "quantity": 1, "tax_method": "exclusive", "tax": 50})).await?;
        attach(&company, removed, product, json!({"item_price": 10, "quantity": 2, "tax_method": "none", "tax": 10})).await?;
        let discount = json!({"description": "Seven", "amount": 7, "type": "amount"});
        company.data("POST", &format!("/api/v2/deals/{removed}/discounts"), discount).await?;
        let part = json!({"description": "All", "amount": 20, "billing_date": "2026-04-01"});
        company.data("POST", &format!("/api/v2/deals/{removed}/installments"), part).await?;
        let subscription = json!({"deal_id": removed, "currency": "EUR", "payments": [{"amount": 1, "due_at": "2026-05-01"}]});
        company.data("POST", "/v1/subscriptions/installment", subscription).await?;
        let merged = company.data("PUT", &format!("/v1/deals/{removed}/merge"), json!({"merge_with_id": kept})).await?;
        assert_eq!((&merged["value"], &merged["products_count"]), (&json!(30), &json!(3)));
        assert_eq!(worth(&company, kept).await?, [json!(30), json!(30), json!(0), json!(0), json!(3)]);
        let rows = company.get(&format!("/api/v2/deals/{kept}/products?sort_by=order_nr")).await?;
        let told: Vec<_> =
            rows.as_array().into_iter().flatten().map(|row| (&row["order_nr"], &row["quantity"], &row["tax_method"])).collect();
        let exclusive = json!("exclusive");
        assert_eq!(told, [(&json!(0), &json!(1), &exclusive), (&json!(1), &json!(2), &exclusive)]);
        assert_eq!(company.get(&format!("/api/v2/deals/installments?deal_ids={kept}")).await?[0]["amount"], 20);
        assert_eq!(company.get(&format!("/v1/subscriptions/find/{kept}")).await?["lifetime_value"], 1);

        // A deal that sells nothing leaves the value of the one that stays as it is.
        let plain = company.add_deal(json!({"value": 4})).await?;
        company.data("PUT", &format!("/v1/deals/{plain}/merge"), json!({"merge_with_id": kept})).await?;
        assert_eq!(worth(&company, kept).await?[0], 30);
    }
    Ok(())
}

#[tokio::test]
async fn archived_and_deleted_deals_sell_no_more() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({"is_archived": true})).await?;
        let row = json!({"product_id": product, "item_price": 1, "quantity": 1});
        let discount = json!({"description": "One", "amount": 1, "type": "amount"});
        for (part, body) in [("products", &row), ("discounts", &discount)] {
            let target = format!("/api/v2/deals/{deal}/{part}");
            let (status, answer) = company.send("POST", &target, body).await?;
            assert_eq!(
                (status, answer["error"].as_str()),
                (400, Some("Validation failed: Archived deals cannot be edited, only unarchived"))
            );
        }
        company.change_deal(deal, json!({"is_archived": false})).await?;
        attach(&company, deal, product, json!({"item_price": 3, "quantity": 1})).await?;
        company.data("DELETE", &format!("/v1/deals/{deal}"), Value::Null).await?;
        assert_eq!(company.send("POST", &format!("/api/v2/deals/{deal}/products"), &row).await?.0, 404);
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}/products")).await?[0]["sum"], 3, "what it sold can be read");
        assert_eq!(company.get(&format!("/api/v2/deals/products?deal_ids={deal}")).await?, json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_changes_nothing() -> Outcome {
    for company in Company::each().await? {
        let (deal, product) = begin(&company, json!({"value": 3})).await?;
        let target = format!("/api/v2/deals/{deal}/products");
        for row in [
            json!({"item_price": 99_999_999_999_999_i64, "quantity": 2}),
            json!({"item_price": 99_999_999_999_999_i64, "quantity": 99_999_999_999_999_i64}),
            json!({"item_price": 9_999_999_999_999_i64, "quantity": 1, "billing_frequency": "weekly", "billing_frequency_cycles": 208}),
        ] {
            let mut row = row;
            row["product_id"] = json!(product);
            assert_eq!(company.send("POST", &target, &row).await?.0, 400, "{row}");
        }
        let half = json!({"product_id": product, "item_price": 60_000_000_000_000_i64, "quantity": 1});
        let (status, _) = company.send("POST", &format!("{target}/bulk"), &json!({"data": [half, half]})).await?;
        assert_eq!((status, company.get(&target).await?), (400, json!([])));
        assert_eq!(worth(&company, deal).await?[0], 3);
    }
    Ok(())
}
