//! The withdrawn operations on subscriptions, as clients of before September 2025 use them.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

fn monthly(deal: i64) -> Value {
    json!({"deal_id": deal, "currency": "USD", "cadence_type": "monthly", "cycles_count": 3, "cycle_amount": 10.5,
        "start_date": "2026-01-31", "description": "Licences"})
}

#[tokio::test]
async fn a_recurring_subscription_lives_and_ends() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-02-01 10:00:00")?;
        let deal = company.add_deal(json!({"value": 1, "currency": "EUR"})).await?;
        let found = format!("/v1/subscriptions/find/{deal}");
        assert_eq!(company.send("GET", &found, &Value::Null).await?, (204, Value::Null), "none yet");
        let made = company.data("POST", "/v1/subscriptions/recurring", monthly(deal)).await?;
        let expected = json!({
            "id": 1, "user_id": 1, "deal_id": deal, "description": "Licences", "is_active": true, "cycles_count": 3,
            "cycle_amount": 10.5, "infinite": false, "currency": "USD", "cadence_type": "monthly", "start_date": "2026-01-31",
            "end_date": "2026-04-30", "lifetime_value": 31.5, "final_status": null,
            "add_time": "2026-02-01 10:00:00", "update_time": "2026-02-01 10:00:00",
        });
        assert_eq!(made, expected);
        assert_eq!(company.get(&found).await?, expected);
        assert_eq!(company.get("/v1/subscriptions/1").await?, expected);
        assert_eq!(company.send("POST", "/v1/subscriptions/recurring", &monthly(deal)).await?.0, 400, "a deal has one");
        let payments = company.get("/v1/subscriptions/1/payments").await?;
        let told: Vec<_> =
            payments.as_array().into_iter().flatten().map(|row| (&row["due_at"], &row["amount"], &row["revenue_movement_type"])).collect();
        let amount = json!(10.5);
        assert_eq!(
            told,
            [
                (&json!("2026-01-31"), &amount, &json!("new")),
                (&json!("2026-02-28"), &amount, &json!("recurring")),
                (&json!("2026-03-31"), &amount, &json!("churn"))
            ]
        );
        assert_eq!(
            (&payments[0]["payment_type"], &payments[0]["subscription_id"], &payments[0]["currency"]),
            (&json!("recurring"), &json!(1), &json!("USD"))
        );

        let more = json!({"effective_date": "2026-02-15", "cycle_amount": "20", "update_deal_value": true,
            "payments": [{"amount": 5, "description": "Setup", "due_at": "2026-02-20"}]});
        let changed = company.at("2026-02-02")?.data("PUT", "/v1/subscriptions/recurring/1", more).await?;
        assert_eq!((&changed["cycle_amount"], &changed["lifetime_value"]), (&json!(20), &json!(55.5)));
        let deal_now = company.get(&format!("/api/v2/deals/{deal}")).await?;
        assert_eq!((&deal_now["value"], &deal_now["currency"]), (&json!(20), &json!("USD")), "its monthly revenue");
        let payments = company.get("/v1/subscriptions/1/payments").await?;
        let told: Vec<_> = payments
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| (&row["change_amount"], row["payment_type"].as_str().unwrap_or_default()))
            .collect();
        assert_eq!(told, [(&json!(10.5), "recurring"), (&json!(0), "additional"), (&json!(9.5), "recurring"), (&json!(0), "recurring")]);

        let ended = company.data("PUT", "/v1/subscriptions/recurring/1/cancel", json!({"end_date": "2026-02-10"})).await?;
        assert_eq!((&ended["end_date"], &ended["is_active"], &ended["lifetime_value"]), (&json!("2026-02-28"), &json!(true), &json!(10.5)));
        let later = company.at("2026-02-11")?.get("/v1/subscriptions/1").await?;
        assert_eq!((&later["is_active"], &later["final_status"]), (&json!(false), &json!("canceled")));
        assert_eq!(company.data("DELETE", "/v1/subscriptions/1", Value::Null).await?, json!({"id": 1}));
        assert_eq!(company.send("GET", "/v1/subscriptions/1", &Value::Null).await?.0, 404);
        assert_eq!(company.send("GET", &found, &Value::Null).await?.0, 204);
        company.data("POST", "/v1/subscriptions/recurring", monthly(deal)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_endless_one_is_paid_until_somebody_cancels_it() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01")?;
        let deal = company.add_deal(json!({})).await?;
        let mut endless = monthly(deal);
        endless["cycles_count"] = Value::Null;
        endless["infinite"] = json!(true);
        endless["cadence_type"] = json!("quarterly");
        endless["start_date"] = json!("2026-01-01");
        let made = company.data("POST", "/v1/subscriptions/recurring", endless).await?;
        assert_eq!((&made["infinite"], &made["end_date"], &made["cycles_count"]), (&json!(true), &Value::Null, &Value::Null));
        assert_eq!(company.get("/v1/subscriptions/1/payments").await?.as_array().map(Vec::len), Some(5), "those of a year");
        let ended = company.at("2026-05-01")?.data("PUT", "/v1/subscriptions/recurring/1/cancel", json!({})).await?;
        assert_eq!((&ended["end_date"], &ended["is_active"], &ended["lifetime_value"]), (&json!("2026-07-01"), &json!(false), &json!(21)));
    }
    Ok(())
}

#[tokio::test]
async fn installments_are_replaced_as_a_whole() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01")?;
        let deal = company.add_deal(json!({"value": 1})).await?;
        let parts = json!([{"amount": 30, "description": "Rest", "due_at": "2026-03-01"}, {"amount": 20, "description": "Start", "due_at": "2026-02-01"}]);
        let body = json!({"deal_id": deal, "currency": "EUR", "payments": parts, "update_deal_value": 1});
        let made = company.data("POST", "/v1/subscriptions/installment", body).await?;
        assert_eq!(
            (&made["start_date"], &made["end_date"], &made["lifetime_value"]),
            (&json!("2026-02-01"), &json!("2026-03-01"), &json!(50))
        );
        assert_eq!((&made["cadence_type"], &made["cycle_amount"]), (&Value::Null, &Value::Null));
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}")).await?["value"], 50);
        let payments = company.get("/v1/subscriptions/1/payments").await?;
        assert_eq!((&payments[0]["description"], &payments[0]["payment_type"]), (&json!("Start"), &json!("installment")));
        let target = "/v1/subscriptions/installment/1";
        let changed = company.data("PUT", target, json!({"payments": [{"amount": 7, "due_at": "2026-05-01"}]})).await?;
        assert_eq!((&changed["lifetime_value"], &changed["end_date"]), (&json!(7), &json!("2026-05-01")));
        for body in [
            json!({}),
            json!({"payments": []}),
            json!({"payments": [{"amount": 0, "due_at": "2026-05-01"}]}),
            json!({"payments": [{"amount": 1}]}),
            json!({"payments": {}}),
        ] {
            assert_eq!(company.send("PUT", target, &body).await?.0, 400, "{body}");
        }
        for target in ["/v1/subscriptions/recurring/1", "/v1/subscriptions/recurring/1/cancel"] {
            assert_eq!(
                company.send("PUT", target, &json!({"effective_date": "2026-02-01"})).await?.0,
                400,
                "{target}: it is no recurring one"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_makes_no_subscription_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-01-01")?;
        company.add_colleague().await?;
        let deal = company.add_deal(json!({"visible_to": 1})).await?;
        for (key, value) in [
            ("deal_id", json!(999)),
            ("deal_id", Value::Null),
            ("currency", json!("ZZZ")),
            ("cadence_type", json!("daily")),
            ("cycles_count", json!(0)),
            ("cycles_count", json!(1001)),
            ("cycles_count", Value::Null),
            ("infinite", json!(true)),
            ("cycle_amount", json!(0)),
            ("cycle_amount", json!("much")),
            ("start_date", json!("soon")),
            ("payments", json!("x")),
            ("description", json!("x".repeat(256))),
        ] {
            let mut body = monthly(deal);
            body[key] = value;
            let (status, _) = company.send("POST", "/v1/subscriptions/recurring", &body).await?;
            assert!(matches!(status, 400 | 404), "{body}: {status}");
        }
        let product = company.data("POST", "/api/v2/products", json!({"name": "Gate"})).await?;
        let row = json!({"product_id": product["id"], "item_price": 1, "quantity": 1});
        company.data("POST", &format!("/api/v2/deals/{deal}/products"), row).await?;
        let mut body = monthly(deal);
        body["update_deal_value"] = json!(true);
        assert_eq!(company.send("POST", "/v1/subscriptions/recurring", &body).await?.0, 400, "its products give the deal its value");
        let made = company.data("POST", "/v1/subscriptions/recurring", monthly(deal)).await?;
        let one = format!("/v1/subscriptions/{}", made["id"]);
        let colleague = company.as_colleague();
        for target in [one.clone(), format!("{one}/payments"), format!("/v1/subscriptions/find/{deal}")] {
            assert_eq!(colleague.send("GET", &target, &Value::Null).await?.0, 403, "{target}");
        }
        assert_eq!(colleague.send("DELETE", &one, &Value::Null).await?.0, 403);
    }
    Ok(())
}
