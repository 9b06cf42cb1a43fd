//! Goals: how they are set, found and changed, and what their results count.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// A goal of the administrator for March 2026 on, with what differs from it.
fn goal(changes: &Value) -> Value {
    let mut goal = json!({
        "title": "More", "assignee": {"type": "person", "id": "1"}, "type": {"name": "deals_started", "params": {"pipeline_id": null}},
        "expected_outcome": {"target": "50", "tracking_metric": "quantity"},
        "duration": {"start": "2026-03-01", "end": null}, "interval": "monthly",
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        goal[key] = value.clone();
    }
    goal
}

async fn add(company: &Company, changes: Value) -> Outcome<String> {
    let made = company.data("POST", "/v1/goals", goal(&changes)).await?;
    Ok(made["goal"]["id"].as_str().ok_or("the goal has no id")?.to_owned())
}

async fn found(company: &Company, query: &str) -> Outcome<Vec<String>> {
    let data = company.get(&format!("/v1/goals/find?{query}")).await?;
    Ok(data["goals"].as_array().into_iter().flatten().filter_map(|goal| goal["title"].as_str().map(str::to_owned)).collect())
}

async fn progress(company: &Company, goal: &str, start: &str, end: &str) -> Outcome<Value> {
    Ok(company.get(&format!("/v1/goals/{goal}/results?period.start={start}&period.end={end}")).await?["progress"].clone())
}

#[tokio::test]
async fn a_goal_reads_as_it_was_set() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-10")?;
        let (status, answer) = company.send("POST", "/v1/goals", &goal(&json!({}))).await?;
        assert_eq!(status, 200);
        assert_eq!(
            (&answer["statusCode"], &answer["statusText"], &answer["service"]),
            (&json!(20000), &json!("OK"), &json!("statistics-goals-api"))
        );
        let made = answer["data"]["goal"].clone();
        let id = made["id"].as_str().ok_or("no id")?;
        assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        let expected = json!({"id": id, "owner_id": 1, "title": "More", "assignee": {"id": 1, "type": "person"},
            "type": {"name": "deals_started", "params": {"pipeline_id": null, "activity_type_id": null}}, "interval": "monthly",
            "duration": {"start": "2026-03-01", "end": null}, "expected_outcome": {"target": 50, "tracking_metric": "quantity"},
            "is_active": true, "report_ids": []});
        assert_eq!(made, expected);
        let changes = json!({"title": "Most", "expected_outcome": {"target": 12.5, "tracking_metric": "sum", "currency_id": 840},
            "duration": {"end": "2026-03-09"}});
        let changed = company.data("PUT", &format!("/v1/goals/{id}"), changes).await?["goal"].clone();
        assert_eq!(changed["expected_outcome"], json!({"target": 12.5, "tracking_metric": "sum", "currency_id": 840}));
        assert_eq!(changed["duration"], json!({"start": "2026-03-01", "end": "2026-03-09"}));
        assert_eq!((&changed["is_active"], &changed["interval"]), (&json!(false), &json!("monthly")));
        let (status, answer) = company.send("DELETE", &format!("/v1/goals/{id}"), &Value::Null).await?;
        assert_eq!((status, answer.get("data")), (200, None));
        assert_eq!(company.send("PUT", &format!("/v1/goals/{id}"), &json!({"title": "A"})).await?.0, 404);
        assert_eq!(found(&company, "type.name=deals_started&is_active=0").await?, Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test]
async fn goals_that_make_no_sense_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-10")?;
        for changes in [
            json!({"type": {"name": "deals_forgotten"}}),
            json!({"type": {"name": "deals_progressed"}}),
            json!({"type": {"name": "deals_progressed", "params": {"stage_id": 99}}}),
            json!({"type": {"name": "deals_won", "params": {"pipeline_id": [1, 99]}}}),
            json!({"type": {"name": "deals_won", "params": {"pipeline_id": ["x"]}}}),
            json!({"type": "deals_won"}),
            json!({"assignee": {"type": "person", "id": 99}}),
            json!({"assignee": {"type": "company", "id": 99}}),
            json!({"assignee": {"type": "team", "id": 99}}),
            json!({"assignee": {"type": "person"}}),
            json!({"expected_outcome": {"target": 0, "tracking_metric": "quantity"}}),
            json!({"expected_outcome": {"target": "many", "tracking_metric": "quantity"}}),
            json!({"expected_outcome": {"target": 1, "tracking_metric": "sum", "currency_id": 1}}),
            json!({"type": {"name": "activities_added"}, "expected_outcome": {"target": 1, "tracking_metric": "sum"}}),
            json!({"duration": {"start": "2026-03-01", "end": "2026-02-01"}}),
            json!({"duration": {"start": "soon", "end": null}}),
            json!({"duration": {"end": null}}),
            json!({"interval": "hourly"}),
            json!({"title": "x".repeat(256)}),
        ] {
            let (status, answer) = company.send("POST", "/v1/goals", &goal(&changes)).await?;
            assert_eq!(status, 400, "{changes} {answer}");
        }
        assert_eq!(company.rows("SELECT COUNT(*) FROM goals WHERE company_id = $1", 1).await?[0][0], json!(0));
    }
    Ok(())
}

#[tokio::test]
async fn goals_are_found_by_their_parts() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-10")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-11")?;
        let colleague = company.as_colleague();
        company.at("2026-03-11 01:00:00")?;
        add(&company, json!({"title": "Mine"})).await?;
        company.at("2026-03-11 02:00:00")?;
        add(&company, json!({"title": "Ben's", "assignee": {"type": "person", "id": ben}, "type": {"name": "deals_won", "params": {}}}))
            .await?;
        company.at("2026-03-11 03:00:00")?;
        add(
            &company,
            json!({"title": "All", "assignee": {"type": "company", "id": 1}, "type": {"name": "deals_progressed",
            "params": {"pipeline_id": [1], "stage_id": 2}}, "expected_outcome": {"target": 7, "tracking_metric": "quantity"}}),
        )
        .await?;
        company.at("2026-03-11 04:00:00")?;
        add(&company, json!({"title": "Later", "duration": {"start": "2026-06-01", "end": "2026-06-30"}})).await?;
        for (query, expected) in [
            ("", vec!["Mine", "Ben's", "All"]),
            ("assignee.id=1&assignee.type=person", vec!["Mine"]),
            ("assignee.type=company", vec!["All"]),
            ("type.name=deals_won", vec!["Ben's"]),
            ("type.params.stage_id=2", vec!["All"]),
            ("type.params.pipeline_id=1", vec!["All"]),
            ("type.params.pipeline_id=null", vec!["Mine", "Ben's"]),
            ("expected_outcome.target=7", vec!["All"]),
            ("expected_outcome.tracking_metric=sum", vec![]),
            ("title=bEN", vec!["Ben's"]),
            ("is_active=0", vec!["Later"]),
            ("is_active=0&period.start=2026-06-30&period.end=2026-07-01", vec!["Later"]),
            ("is_active=0&period.start=2026-07-01&period.end=2026-07-02", vec![]),
        ] {
            assert_eq!(found(&company, query).await?, expected, "{query}");
        }
        assert_eq!(found(&colleague, "").await?, ["Ben's"], "without a condition only the caller's own");
        assert_eq!(found(&colleague, "type.name=deals_started").await?, ["Mine"]);
        for query in ["period.start=2026-06-01", "type.name=x", "type.params.pipeline_id=x", "expected_outcome.target=x"] {
            assert_eq!(company.send("GET", &format!("/v1/goals/find?{query}"), &Value::Null).await?.0, 400, "{query}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn users_set_goals_for_themselves_only() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-10")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-11")?;
        let colleague = company.as_colleague();
        let own = add(&colleague, json!({"assignee": {"type": "person", "id": ben}})).await?;
        let other = add(&company, json!({})).await?;
        for changes in [json!({}), json!({"assignee": {"type": "company", "id": 1}})] {
            assert_eq!(colleague.send("POST", "/v1/goals", &goal(&changes)).await?.0, 403, "{changes}");
        }
        assert_eq!(colleague.send("PUT", &format!("/v1/goals/{other}"), &json!({"title": "A"})).await?.0, 403);
        assert_eq!(colleague.send("DELETE", &format!("/v1/goals/{other}"), &Value::Null).await?.0, 403);
        assert_eq!(colleague.send("PUT", &format!("/v1/goals/{own}"), &json!({"assignee": {"id": 1}})).await?.0, 403);
        colleague.data("PUT", &format!("/v1/goals/{own}"), json!({"title": "Better"})).await?;
        company.data("PUT", &format!("/v1/goals/{own}"), json!({"title": "Best"})).await?;
        assert_eq!(colleague.send("DELETE", &format!("/v1/goals/{own}"), &Value::Null).await?.0, 200);
    }
    Ok(())
}

#[tokio::test]
async fn results_count_the_deals_of_the_period() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 09:00:00")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02 09:00:00")?;
        let early = company.add_deal(json!({"value": 100, "stage_id": 1})).await?;
        let dollars = company.add_deal(json!({"value": 70, "currency": "USD", "stage_id": 2})).await?;
        company.add_deal(json!({"value": 30, "user_id": ben, "stage_id": 1})).await?;
        company.at("2026-03-05 09:00:00")?;
        company.change_deal(early, json!({"stage_id": 2})).await?;
        company.change_deal(early, json!({"stage_id": 3})).await?;
        // 22:30 UTC is already the next day in Tallinn.
        company.at("2026-03-07 22:30:00")?;
        company.change_deal(early, json!({"status": "won"})).await?;
        company.change_deal(dollars, json!({"status": "won"})).await?;
        company.add_deal(json!({"value": 200, "probability": 25, "expected_close_date": "2026-03-20"})).await?;
        company.at("2026-03-10 09:00:00")?;

        let whole = json!({"type": "company", "id": 1});
        let kind = |name: &str, params: Value| json!({"name": name, "params": params});
        let sum = json!({"target": 1, "tracking_metric": "sum", "currency_id": 978});
        for (what, changes, start, end, expected) in [
            ("own deals", json!({}), "2026-03-01", "2026-03-31", json!(3)),
            ("all deals", json!({"assignee": whole}), "2026-03-01", "2026-03-31", json!(4)),
            ("of the first days", json!({"assignee": whole}), "2026-03-01", "2026-03-07", json!(3)),
            ("in euros", json!({"assignee": whole, "expected_outcome": sum}), "2026-03-01", "2026-03-31", json!(330)),
            ("won", json!({"type": kind("deals_won", json!({}))}), "2026-03-08", "2026-03-08", json!(2)),
            ("won too early", json!({"type": kind("deals_won", json!({}))}), "2026-03-01", "2026-03-07", json!(0)),
            (
                "won in euros",
                json!({"type": kind("deals_won", json!({})), "expected_outcome": sum}),
                "2026-03-01",
                "2026-03-31",
                json!(100),
            ),
            ("into a stage", json!({"type": kind("deals_progressed", json!({"stage_id": 2}))}), "2026-03-01", "2026-03-31", json!(2)),
            ("into it later", json!({"type": kind("deals_progressed", json!({"stage_id": 2}))}), "2026-03-03", "2026-03-31", json!(1)),
            ("into the first", json!({"type": kind("deals_progressed", json!({"stage_id": 1}))}), "2026-03-01", "2026-03-05", json!(1)),
            (
                "forecast",
                json!({"type": kind("revenue_forecast", json!({})), "expected_outcome": sum}),
                "2026-03-01",
                "2026-03-31",
                json!(150),
            ),
            ("count of it", json!({"type": kind("revenue_forecast", json!({}))}), "2026-03-20", "2026-03-20", json!(1)),
            ("of a pipeline", json!({"type": kind("deals_started", json!({"pipeline_id": [1]}))}), "2026-03-01", "2026-03-31", json!(3)),
        ] {
            let goal = add(&company, changes).await?;
            assert_eq!(progress(&company, &goal, start, end).await?, expected, "{what}");
        }
        let goal = add(&company, json!({"duration": {"start": "2026-03-05", "end": "2026-03-20"}})).await?;
        let target = format!("/v1/goals/{goal}/results");
        for query in [
            "period.start=2026-03-04&period.end=2026-03-06",
            "period.start=2026-03-06&period.end=2026-03-21",
            "period.start=2026-03-08&period.end=2026-03-06",
            "period.start=2026-03-08",
            "period.start=x&period.end=2026-03-06",
        ] {
            assert_eq!(company.send("GET", &format!("{target}?{query}"), &Value::Null).await?.0, 400, "{query}");
        }
        // The caller's own view: what is hidden does not count.
        company.add_deal(json!({"value": 5, "visible_to": 1})).await?;
        let all = add(&company, json!({"assignee": whole})).await?;
        assert_eq!(progress(&company, &all, "2026-03-01", "2026-03-31").await?, json!(5));
        assert_eq!(progress(&company.as_colleague(), &all, "2026-03-01", "2026-03-31").await?, json!(4));
    }
    Ok(())
}

#[tokio::test]
async fn results_count_the_activities_of_the_period() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 09:00:00")?;
        let deal = company.add_deal(json!({})).await?;
        let mut made = Vec::new();
        for (kind, deal) in [("call", Some(deal)), ("call", None), ("meeting", None)] {
            let body = json!({"subject": "A", "type": kind, "deal_id": deal, "due_date": "2026-03-20"});
            made.push(company.data("POST", "/v1/activities", body).await?["id"].clone());
        }
        company.at("2026-03-05 09:00:00")?;
        company.data("PUT", &format!("/v1/activities/{}", made[0]), json!({"done": 1})).await?;
        company.data("DELETE", &format!("/v1/activities/{}", made[1]), Value::Null).await?;
        company.at("2026-03-10")?;
        let kind = |name: &str, params: Value| json!({"type": {"name": name, "params": params}});
        for (what, changes, start, end, expected) in [
            ("added", kind("activities_added", json!({})), "2026-03-01", "2026-03-31", 2),
            ("added early", kind("activities_added", json!({})), "2026-03-01", "2026-03-01", 0),
            ("calls", kind("activities_added", json!({"activity_type_id": [1]})), "2026-03-01", "2026-03-31", 1),
            ("in a pipeline", kind("activities_added", json!({"pipeline_id": 1})), "2026-03-01", "2026-03-31", 1),
            ("done", kind("activities_completed", json!({})), "2026-03-05", "2026-03-05", 1),
            ("done before", kind("activities_completed", json!({})), "2026-03-01", "2026-03-04", 0),
            ("meetings done", kind("activities_completed", json!({"activity_type_id": ["2"]})), "2026-03-01", "2026-03-31", 0),
        ] {
            let goal = add(&company, changes).await?;
            assert_eq!(progress(&company, &goal, start, end).await?, json!(expected), "{what}");
        }
        assert_eq!(company.send("POST", "/v1/goals", &goal(&kind("activities_added", json!({"activity_type_id": [99]})))).await?.0, 400);
    }
    Ok(())
}

#[tokio::test]
async fn the_goal_of_a_team_counts_for_its_members_and_its_manager() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-10")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-11")?;
        let team = company.data("POST", "/v1/legacyTeams", json!({"name": "North", "manager_id": ben, "users": [ben]})).await?;
        let team = json!({"assignee": {"type": "team", "id": team["id"]}});
        let id = add(&company, team).await?;
        for owner in [ben, 1] {
            company.data("POST", "/api/v2/deals", json!({"title": "Weir", "owner_id": owner})).await?;
        }
        assert_eq!(progress(&company, &id, "2026-03-01", "2026-03-31").await?, json!(1));
    }
    Ok(())
}
