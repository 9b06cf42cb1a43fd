//! Recurring activities.

use crate::company::{Company, Outcome};
use crate::ids;
use serde_json::{Value, json};

#[tokio::test]
async fn a_series_is_shown_where_it_goes_on() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let weekly =
            json!({"subject": "Round", "due_date": "2026-03-04", "due_time": "10:00", "rec_rule": "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=8"});
        let made = company.data("POST", "/v1/activities", weekly).await?;
        assert_eq!((&made["is_recurring"], made["series"].as_array().map(Vec::len)), (&json!(true), Some(8)));
        assert_eq!(made["series"][1], json!({"due_date": "2026-03-11", "due_time": "10:00:00"}));
        let id = made["id"].as_i64().unwrap_or_default();
        let in_range = async |range: &str| company.get(&format!("/v1/activities?{range}")).await;
        let days = |rows: &Value| -> Vec<String> {
            let series = rows[0]["series"].as_array().into_iter().flatten();
            series.filter_map(|instance| instance["due_date"].as_str()).map(str::to_owned).collect()
        };
        assert_eq!(days(&in_range("start_date=2026-03-20&end_date=2026-04-05").await?), ["2026-03-25", "2026-04-01"]);
        assert_eq!(in_range("start_date=2026-03-26&end_date=2026-03-31").await?, Value::Null, "between two instances");
        assert_eq!(in_range("start_date=2026-05-01").await?, Value::Null, "after the last one");

        // One occurrence differs, and is a row of its own from then on.
        let start = json!({"rec_master_activity_id": id, "original_start_time": "2026-03-25 10:00:00", "due_time": "16:00"});
        let own = company.data("POST", "/v1/activities", start.clone()).await?;
        assert_eq!((&own["subject"], &own["due_date"], &own["due_time"]), (&json!("Round"), &json!("2026-03-25"), &json!("16:00")));
        assert_eq!((&own["rec_master_activity_id"], &own["original_start_time"]), (&json!(id), &json!("2026-03-25 10:00:00")));
        let rows = in_range("start_date=2026-03-20&end_date=2026-04-05").await?;
        assert_eq!((ids(&rows).len(), days(&rows)), (2, vec!["2026-04-01".to_owned()]));
        company.data("PUT", &format!("/v1/activities/{}", own["id"]), json!({"done": 1, "due_date": "2026-03-27"})).await?;
        company.data("DELETE", &format!("/v1/activities/{}", own["id"]), Value::Null).await?;
        assert_eq!(
            days(&in_range("start_date=2026-03-20&end_date=2026-04-05").await?),
            ["2026-04-01"],
            "a deleted occurrence does not come back"
        );
        for (key, value) in [
            ("original_start_time", json!("2026-03-26 10:00:00")),
            ("original_start_time", json!(null)),
            ("rec_master_activity_id", json!(999)),
            ("rec_rule", json!("FREQ=DAILY")),
        ] {
            let mut wrong = start.clone();
            wrong["original_start_time"] = json!("2026-03-18 10:00:00");
            wrong[key] = value.clone();
            assert_eq!(company.send("POST", "/v1/activities", &wrong).await?.0, 400, "{key} {value}");
        }
        assert_eq!(company.send("POST", "/v1/activities", &start).await?.0, 400, "the same occurrence again");
        assert_eq!(company.send("PUT", &format!("/v1/activities/{id}"), &json!({"rec_rule": "FREQ=SOMETIMES"})).await?.0, 400);
        assert_eq!(company.send("POST", "/api/v2/activities", &json!({"rec_rule": "FREQ=DAILY"})).await?.0, 400, "v2 does not know series");
        let once = company.data("PUT", &format!("/v1/activities/{id}"), json!({"rec_rule": null})).await?;
        assert_eq!((&once["is_recurring"], &once["series"]), (&json!(false), &json!([])));
    }
    Ok(())
}

#[tokio::test]
async fn an_endless_series_is_bounded() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let made = company
            .data(
                "POST",
                "/v1/activities",
                json!({"due_date": "2020-01-01", "rec_rule": "FREQ=DAILY", "rec_rule_extension": "EXDATE:20260302T000000Z"}),
            )
            .await?;
        assert_eq!(made["series"].as_array().map(Vec::len), Some(100));
        let rows = company.get("/v1/activities?start_date=2026-03-01&end_date=2026-03-03").await?;
        assert_eq!(rows[0]["series"], json!([{"due_date": "2026-03-01", "due_time": ""}, {"due_date": "2026-03-03", "due_time": ""}]));
        let rows = company.get("/v1/activities?start_date=2199-01-01").await?;
        assert_eq!(rows, Value::Null, "nobody plans so far ahead");
    }
    Ok(())
}
