//! Filters as they are saved, shown, changed and deleted, and conditions that make no sense.

use super::company::{Company, Outcome};
use super::{condition, conditions, field_id, save};
use serde_json::{Value, json};

#[tokio::test]
async fn a_filter_reads_as_it_was_saved() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20 12:00:00")?;
        let title = field_id(&company, "deal", "title").await?;
        let sent = json!({"object": "deal", "field_id": title, "operator": "=", "value": "One"});
        let body = json!({"name": " First ", "type": "deals", "conditions": conditions(std::slice::from_ref(&sent), &[])});
        let made = company.data("POST", "/v1/filters?include_field_code=true", body).await?;
        let shown = json!({"object": "deal", "field_id": title.to_string(), "operator": "=", "value": "One", "extra_value": null,
            "json_value_flag": false, "field_code": "title"});
        let expected = json!({
            "id": 1, "name": "First", "filter_code": null, "is_editable": true, "active_flag": true, "type": "deals", "temporary_flag": false,
            "user_id": 1, "add_time": "2026-03-20 12:00:00", "update_time": "2026-03-20 12:00:00", "visible_to": "1",
            "last_used_time": null, "custom_view_id": null, "conditions": conditions(&[shown], &[]),
        });
        assert_eq!(made.to_string(), expected.to_string(), "also in this order");
        assert_eq!(company.get("/v1/filters/1?include_field_code=1").await?, expected);
        let plain = company.get("/v1/filters/1").await?;
        assert_eq!(plain["conditions"]["conditions"][0]["conditions"][0]["field_code"], Value::Null);

        company.at("2026-03-21 12:00:00")?;
        let other = json!({"object": "deal", "field_id": "currency", "operator": "!=", "value": "EUR"});
        let change = json!({"name": "Second", "type": "people", "conditions": conditions(&[], &[other])});
        let changed = company.data("PUT", "/v1/filters/1?include_field_code=1", change).await?;
        assert_eq!(
            (&changed["name"], &changed["type"], &changed["update_time"]),
            (&json!("Second"), &json!("deals"), &json!("2026-03-21 12:00:00"))
        );
        assert_eq!(changed["conditions"]["conditions"][1]["conditions"][0]["field_code"], "currency");
        assert_eq!(company.get("/v1/filters/1?include_field_code=1").await?, changed);
        assert_eq!(company.send("PUT", "/v1/filters/1", &json!({"name": "Third"})).await?.0, 400, "conditions are required");

        assert_eq!(company.data("DELETE", "/v1/filters/1", Value::Null).await?, json!({"id": 1}));
        for (method, body) in [("GET", Value::Null), ("DELETE", Value::Null), ("PUT", json!({"conditions": conditions(&[], &[])}))] {
            assert_eq!(company.send(method, "/v1/filters/1", &body).await?.0, 404, "{method}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn lists_and_bulk_deletion() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        assert_eq!(company.get("/v1/filters").await?, Value::Null);
        for of in ["deals", "people", "deals", "org", "leads", "products", "activity"] {
            save(&company, of, &[], &[]).await?;
        }
        let listed = async |query: &str| super::ids(&company, &format!("/v1/filters{query}")).await;
        assert_eq!(listed("").await?, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(listed("?type=deals").await?, [1, 3]);
        assert_eq!(listed("?type=projects").await?, Vec::<i64>::new());
        assert_eq!(company.get("/v1/filters").await?[0]["conditions"], Value::Null, "lists show no conditions");
        assert_eq!(company.send("GET", "/v1/filters?type=ships", &Value::Null).await?.0, 400);
        assert_eq!(company.send("DELETE", "/v1/filters?ids=1,99", &Value::Null).await?.0, 404);
        assert_eq!(company.data("DELETE", "/v1/filters?ids=1,3", Value::Null).await?, json!({"id": [1, 3]}));
        assert_eq!(listed("").await?, [2, 4, 5, 6, 7]);
    }
    Ok(())
}

#[tokio::test]
async fn helpers_are_the_published_ones() -> Outcome {
    for company in Company::each().await? {
        let (status, answer) = company.send("GET", "/v1/filters/helpers", &Value::Null).await?;
        assert_eq!((status, answer.to_string().as_str()), (200, include_str!("../../src/filters/helpers.json")));
    }
    Ok(())
}

#[tokio::test]
async fn conditions_that_make_no_sense_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let set = json!({"name": "Set", "field_type": "set", "options": [{"label": "one"}]});
        company.data("POST", "/v1/dealFields", set).await?;
        for (name, field_type) in [("Number", "double"), ("Amount", "monetary"), ("Span", "timerange"), ("Place", "address")] {
            company.data("POST", "/v1/dealFields", json!({"name": name, "field_type": field_type})).await?;
        }
        let before = company.rows("SELECT COUNT(*) FROM filters WHERE company_id = $1", 1).await?;
        // field, operator, value, extra value
        let cases = [
            ("deal.title", "!=", "x", ""),
            ("deal.title", "<", "x", ""),
            ("deal.title", "~", "x", ""),
            ("deal.title", "=", "", ""),
            ("deal.value", "=", "much", ""),
            ("deal.value", "=", "1", "ZZZ"),
            ("deal.value", "LIKE '%$%'", "1", ""),
            ("deal.probability", "=", "half", ""),
            ("deal.add_time", "=", "2026-3-1", ""),
            ("deal.add_time", "=", "2026-03-01 10:00:00", ""),
            ("deal.add_time", "=", "01.03.2026", ""),
            ("deal.add_time", "=", "soon", ""),
            ("deal.add_time", "includes", "2026-03-01", ""),
            ("deal.status", "=", "done", ""),
            ("deal.status", ">", "won", ""),
            ("deal.stage_id", "=", "99", ""),
            ("deal.stage_id", "has_been", "99", ""),
            ("deal.stage_id", "=", "1", "1"),
            ("deal.stage_id", "=", "2026-03-01", "99"),
            ("deal.stage_id", "has_been", "2026-03-01", "1"),
            ("deal.pipeline_id", "=", "99", ""),
            ("deal.currency", "=", "ZZZ", ""),
            ("deal.visible_to", "=", "2", ""),
            ("deal.user_id", "=", "99", ""),
            ("deal.user_id", "belongs_to_team", "1", ""),
            ("deal.person_id", "=", "Ann", ""),
            ("deal.person_id", "=", "0", ""),
            ("deal.label", "=", "1", ""),
            ("deal.label", "contains", "9,99", ""),
            ("deal.label", "LIKE '%$%'", "9", ""),
            ("deal.is_archived", "=", "perhaps", ""),
            ("deal.Set", "=", "one", ""),
            ("deal.Set", "contains", ",", ""),
            ("deal.Number", "contains", "1", ""),
            ("deal.Number", "=", "NaN", ""),
            ("deal.Amount", "=", "1e300", ""),
            ("deal.Span", "=", "25:00", ""),
            ("deal.Span", "includes", "this_week", ""),
            ("deal.Place", "=", "x", "planet"),
            ("deal.Place", "<", "x", ""),
            ("person.add_time", "=", "rotten_time", ""),
        ];
        for (field, operator, value, extra) in cases {
            let one = condition(&company, field, operator, value, extra).await?;
            refused(&company, &conditions(std::slice::from_ref(&one), &[]), &format!("{field} {operator} {value} {extra}")).await?;
            refused(&company, &conditions(&[], &[one]), "in the other group").await?;
        }
        let plain = |object: &str, field: &str| json!({"object": object, "field_id": field, "operator": "IS NULL"});
        for one in [
            plain("lead", "2"),
            plain("note", "1"),
            plain("ship", "2"),
            plain("deal", "999999"),
            plain("deal", "no_such_key"),
            plain("deal", ""),
        ] {
            refused(&company, &conditions(std::slice::from_ref(&one), &[]), &one.to_string()).await?;
        }
        for shape in
            [json!(null), json!([]), json!("x"), json!({"glue": "or", "conditions": []}), json!({"glue": "and", "conditions": [1]})]
        {
            refused(&company, &shape, &shape.to_string()).await?;
        }
        let many = vec![plain("deal", "2"); 17];
        let answer = refused(&company, &conditions(&many, &[]), "seventeen").await?;
        assert_eq!(answer["error"], "Filter is allowed to have at most 16 conditions");
        assert_eq!(company.rows("SELECT COUNT(*) FROM filters WHERE company_id = $1", 1).await?, before);
        save(&company, "deals", &many[..16], &[]).await?;

        for (key, value) in [("name", json!("")), ("name", json!("x".repeat(256))), ("type", json!("ships")), ("visible_to", json!(3))] {
            let mut body = json!({"name": "A filter", "type": "deals", "conditions": conditions(&[], &[])});
            body[key] = value;
            assert_eq!(company.send("POST", "/v1/filters", &body).await?.0, 400, "{key}");
        }
    }
    Ok(())
}

async fn refused(company: &Company, conditions: &Value, what: &str) -> Outcome<Value> {
    let body = json!({"name": "A filter", "type": "deals", "conditions": conditions});
    let (status, answer) = company.send("POST", "/v1/filters", &body).await?;
    assert_eq!(status, 400, "{what}: {answer}");
    Ok(answer)
}
