//! Every operation that takes `filter_id`, and what the filter wins over (semantics.md 5.4).

use super::company::{Company, Outcome};
use super::{condition, ids, save};
use serde_json::{Value, json};

/// Four deals, of which a filter takes the middle two: the second is the caller's and won, the third is Ben's.
async fn fill(company: &Company) -> Outcome<i64> {
    company.at("2026-03-20 12:00:00")?;
    let ben = company.add_colleague().await?;
    for (title, status, owner) in [("Out", "open", 1), ("In one", "won", 1), ("In two", "open", ben), ("Out too", "lost", ben)] {
        let deal = json!({"title": title, "status": status, "owner_id": owner, "value": 10, "expected_close_date": "2026-03-01"});
        company.data("POST", "/api/v2/deals", deal).await?;
    }
    let archived = json!({"title": "In the archive", "is_archived": true, "expected_close_date": "2026-03-01"});
    company.data("POST", "/api/v2/deals", archived).await?;
    let title = condition(company, "deal.title", "LIKE '$%'", "in", "").await?;
    save(company, "deals", &[title], &[]).await
}

#[tokio::test]
async fn a_filter_wins_over_other_conditions() -> Outcome {
    for company in Company::each().await? {
        let filter = fill(&company).await?;
        let cases: &[(&str, &[i64])] = &[
            ("/api/v2/deals?ids=1&status=open&owner_id=1&person_id=9&org_id=9&pipeline_id=9&stage_id=9", &[2, 3]),
            ("/api/v2/deals?sort_by=add_time&sort_direction=desc", &[3, 2]),
            ("/api/v2/deals?sort_direction=desc&limit=1", &[3]),
            ("/api/v2/deals?updated_since=2027-01-01T00:00:00Z", &[]),
            ("/api/v2/deals?updated_until=2027-01-01T00:00:00Z", &[2, 3]),
            ("/api/v2/deals/archived?ids=1", &[5]),
            ("/v1/deals?user_id=1", &[2, 3]),
            ("/v1/deals?owned_by_you=1", &[2, 3]),
            ("/v1/deals?start=1", &[3]),
            ("/v1/deals?sort=title%20DESC", &[3, 2]),
            ("/v1/deals?status=won", &[2]),
            ("/v1/deals?stage_id=2", &[]),
            ("/v1/deals/archived?user_id=2", &[5]),
            ("/v1/stages/1/deals", &[3]),
            ("/v1/stages/1/deals?user_id=1", &[1]),
            ("/v1/stages/1/deals?everyone=1", &[1, 3]),
            ("/v1/pipelines/1/deals", &[3]),
            ("/v1/pipelines/1/deals?user_id=2", &[3]),
        ];
        for (target, expected) in cases {
            let separator = if target.contains('?') { '&' } else { '?' };
            let target = format!("{target}{separator}filter_id={filter}");
            assert_eq!(ids(&company, &target).await?, *expected, "{target}");
        }
        let summary = company.get(&format!("/v1/deals/summary?user_id=1&filter_id={filter}")).await?;
        assert_eq!(summary["total_count"], 2);
        let summary = company.get(&format!("/v1/deals/summary?status=won&filter_id={filter}")).await?;
        assert_eq!(summary["total_count"], 1);
        let summary = company.get(&format!("/v1/deals/summary/archived?filter_id={filter}")).await?;
        assert_eq!(summary["total_count"], 1);
        let timeline = "/v1/deals/timeline?start_date=2026-03-01&interval=month&amount=1&field_key=expected_close_date&user_id=1";
        let periods = company.get(&format!("{timeline}&filter_id={filter}")).await?;
        assert_eq!((&periods[0]["totals"]["count"], &periods[0]["totals"]["won_count"]), (&json!(2), &json!(1)));
    }
    Ok(())
}

#[tokio::test]
async fn cursors_go_on_within_a_filter() -> Outcome {
    for company in Company::each().await? {
        let filter = fill(&company).await?;
        let page = |cursor: &str| format!("/api/v2/deals?limit=1&filter_id={filter}{cursor}");
        let (_, first) = company.send("GET", &page(""), &Value::Null).await?;
        let cursor = first["additional_data"]["next_cursor"].as_str().ok_or("no cursor")?;
        let (_, second) = company.send("GET", &page(&format!("&cursor={cursor}")), &Value::Null).await?;
        assert_eq!((&first["data"][0]["id"], &second["data"][0]["id"]), (&json!(2), &json!(3)));
        assert_eq!(second["additional_data"]["next_cursor"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn deleted_deals_show_to_filters_that_ask_for_them() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        company.data("DELETE", "/api/v2/deals/1", Value::Null).await?;
        let deleted = save(&company, "deals", &[condition(&company, "deal.status", "=", "deleted", "").await?], &[]).await?;
        let not_won = save(&company, "deals", &[condition(&company, "deal.status", "!=", "won", "").await?], &[]).await?;
        let title = save(&company, "deals", &[condition(&company, "deal.title", "NOT LIKE '$%'", "deleted", "").await?], &[]).await?;
        assert_eq!(ids(&company, &format!("/api/v2/deals?filter_id={deleted}")).await?, [1]);
        assert_eq!(ids(&company, &format!("/v1/deals?filter_id={deleted}")).await?, [1]);
        assert_eq!(ids(&company, &format!("/api/v2/deals?filter_id={not_won}")).await?, [3, 4]);
        assert_eq!(ids(&company, &format!("/api/v2/deals?filter_id={title}")).await?, [2, 3, 4]);
        company.at("2026-04-25")?;
        assert_eq!(ids(&company, &format!("/api/v2/deals?filter_id={deleted}")).await?, Vec::<i64>::new(), "after thirty days");
    }
    Ok(())
}

#[tokio::test]
async fn persons_and_organizations_take_filters_too() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        for (collection, of, object) in [("persons", "people", "person"), ("organizations", "org", "organization")] {
            for name in ["Ash", "Birch", "Beech"] {
                company.data("POST", &format!("/api/v2/{collection}"), json!({"name": name})).await?;
            }
            let name = condition(&company, &format!("{object}.name"), "LIKE '$%'", "b", "").await?;
            let filter = save(&company, of, &[name], &[]).await?;
            for (query, expected) in [("ids=1&owner_id=9", [2, 3].as_slice()), ("updated_since=2027-01-01T00:00:00Z", &[])] {
                let target = format!("/api/v2/{collection}?{query}&filter_id={filter}");
                assert_eq!(ids(&company, &target).await?, expected, "{target}");
            }
            for (query, expected) in [("user_id=9", [2, 3].as_slice()), ("first_char=a", &[]), ("start=1&sort=name%20DESC", &[3])] {
                let target = format!("/v1/{collection}?{query}&filter_id={filter}");
                assert_eq!(ids(&company, &target).await?, expected, "{target}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn filters_that_do_not_fit_are_refused() -> Outcome {
    for company in Company::each().await? {
        let filter = fill(&company).await?;
        for target in ["/api/v2/deals", "/v1/deals", "/v1/deals/summary", "/v1/stages/1/deals", "/api/v2/persons", "/v1/organizations"] {
            let (status, answer) = company.send("GET", &format!("{target}?filter_id=99"), &Value::Null).await?;
            assert_eq!((status, &answer["error"]), (404, &json!("Filter not found")), "{target}");
        }
        for target in ["/api/v2/persons", "/v1/persons", "/api/v2/organizations", "/v1/organizations"] {
            assert_eq!(company.send("GET", &format!("{target}?filter_id={filter}"), &Value::Null).await?.0, 400, "{target}");
        }
        let everyone = "/v1/stages/1/deals?everyone=1&filter_id=99";
        assert_eq!(company.send("GET", everyone, &Value::Null).await?.0, 200, "everyone wins, so nobody looks at the filter");
    }
    Ok(())
}

#[tokio::test]
async fn the_last_use_is_kept_to_the_minute() -> Outcome {
    for company in Company::each().await? {
        let filter = fill(&company).await?;
        let used = async || -> Outcome<Value> { Ok(company.get(&format!("/v1/filters/{filter}")).await?["last_used_time"].take()) };
        assert_eq!(used().await?, Value::Null);
        let list = format!("/api/v2/deals?filter_id={filter}");
        for (now, expected) in [
            ("2026-03-21 10:00:00", "2026-03-21 10:00:00"),
            ("2026-03-21 10:00:59", "2026-03-21 10:00:00"),
            ("2026-03-21 10:01:00", "2026-03-21 10:01:00"),
        ] {
            company.at(now)?.get(&list).await?;
            assert_eq!(used().await?, expected);
        }
        company.at("2026-03-22")?;
        assert_eq!(company.send("GET", &format!("{list}&limit=0"), &Value::Null).await?.0, 400);
        assert_eq!(used().await?, "2026-03-21 10:01:00", "a refused request has used nothing");
        let row = company.get(&format!("/v1/filters/{filter}")).await?;
        assert_eq!(row["update_time"], "2026-03-20 12:00:00", "using is not changing");
    }
    Ok(())
}
