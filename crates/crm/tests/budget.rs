//! Token budgets: what is refused on a plan, when it is allowed again, and that nodes share a company's tokens.

mod company;

use company::{Company, Outcome};
use penstock_crm::{Plan, Request, Response, Settings};
use serde_json::{Value, json};

const LITE_BURST: i64 = 20;
const LITE_DAY: i64 = 30_000;

/// A company on a plan, and another node of it.
async fn nodes(plan: Plan) -> Outcome<Vec<(Company, Company)>> {
    let mut nodes = Vec::new();
    for company in Company::each().await? {
        let settings = || Settings { plan: Some(plan), ..Settings::default() };
        let other = company.another().with_settings(settings()).await?;
        nodes.push((company.with_settings(settings()).await?, other));
    }
    Ok(nodes)
}

async fn get(company: &Company, target: &str) -> Response {
    company.answer("GET", target, Request::default()).await
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_burst_is_refused_until_the_window_has_rolled_on() -> Outcome {
    for (company, _) in nodes(Plan::Lite).await? {
        company.at("2026-03-01 09:00:00")?;
        for request in 1..=LITE_BURST {
            let response = get(&company, "/v1/currencies").await;
            let left = response.left.ok_or("no allowance is told")?;
            assert_eq!((response.status, left.burst_limit, left.burst), (200, LITE_BURST, LITE_BURST - request));
        }
        let refused = get(&company, "/api/v2/deals").await;
        assert_eq!((refused.status, header(&refused, "retry-after")), (429, Some("2")));
        assert_eq!(refused.left.map(|left| (left.burst, left.reset)), Some((0, 2)));
        let body: Value = serde_json::from_slice(&refused.body)?;
        assert_eq!(
            body,
            json!({
                "success": false, "error": "Rate limit exceeded", "errorCode": 429,
                "error_info": "Please check developers.pipedrive.com",
            })
        );
        assert_eq!(get(&company, "/api/penstock/openapi").await.status, 200, "own operations are free");
        company.at("2026-03-01 09:00:02")?;
        assert_eq!(get(&company, "/api/v2/deals").await.status, 200);
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_write_changes_nothing() -> Outcome {
    for (company, _) in nodes(Plan::Lite).await? {
        company.at("2026-03-01 09:00:00")?;
        for _ in 0..LITE_BURST {
            assert_eq!(get(&company, "/v1/currencies").await.status, 200);
        }
        assert_eq!(company.send("POST", "/api/v2/deals", &json!({"title": "Weir"})).await?.0, 429);
        company.at("2026-03-01 09:00:02")?;
        assert_eq!(company.data("GET", "/api/v2/deals", Value::Null).await?, json!([]));
    }
    Ok(())
}

#[tokio::test]
async fn searches_have_a_limit_of_their_own() -> Outcome {
    for (company, _) in nodes(Plan::Ultimate).await? {
        company.at("2026-03-01 09:00:00")?;
        for path in ["/v1/itemSearch?term=weir", "/api/v2/deals/search?term=weir"].iter().cycle().take(10) {
            assert_eq!(get(&company, path).await.status, 200);
        }
        let refused = get(&company, "/v1/persons/search?term=weir").await;
        assert_eq!((refused.status, refused.left.map(|left| left.burst_limit)), (429, Some(10)));
        assert_eq!(get(&company, "/v1/deals").await.status, 200, "other requests have not used theirs up");
    }
    Ok(())
}

#[tokio::test]
async fn nodes_share_the_tokens_of_a_day() -> Outcome {
    for (company, other) in nodes(Plan::Lite).await? {
        company.at("2026-03-01 23:00:00")?;
        // A merge costs 40; a node may hold a hundredth of what is left.
        company.execute("INSERT INTO token_budgets (company_id, day, taken, told) VALUES ($1, 20513, $2, 75)", &[LITE_DAY - 100]).await?;
        let mut spent = 0;
        for second in 0..40 {
            company.at(&format!("2026-03-01 23:00:{second:02}"))?;
            for node in [&company, &other] {
                let response = get(node, "/v1/currencies").await;
                let left = response.left.ok_or("no allowance is told")?;
                assert!(left.burst > 0 && left.daily_limit == LITE_DAY);
                match response.status {
                    200 => spent += 20,
                    _ => assert_eq!((response.status, header(&response, "retry-after")), (429, Some((3600 - second).to_string().as_str()))),
                }
            }
        }
        assert_eq!(spent, 100, "no more than was left, and all of it");
        let taken = company.rows("SELECT taken FROM token_budgets WHERE company_id = $1", 1).await?;
        assert_eq!(taken, [[json!(LITE_DAY)]]);

        company.at("2026-03-02 00:00:00")?;
        let response = get(&other, "/v1/currencies").await;
        assert_eq!((response.status, response.left.map(|left| left.daily)), (200, Some(LITE_DAY - 20)), "a new day");
        let days = company.rows("SELECT COUNT(*) FROM token_budgets WHERE company_id = $1", 1).await?;
        assert_eq!(days, [[json!(1)]], "days that are over are forgotten");
    }
    Ok(())
}

#[tokio::test]
async fn many_requests_need_few_writes() -> Outcome {
    for (company, _) in nodes(Plan::Lite).await? {
        for second in 0..30 {
            company.at(&format!("2026-03-01 09:00:{second:02}"))?;
            assert_eq!(get(&company, "/v1/currencies").await.status, 200);
        }
        let left = get(&company, "/v1/currencies").await.left.ok_or("no allowance is told")?;
        assert_eq!(left.daily, LITE_DAY - 31 * 20);
        let taken = company.rows("SELECT taken FROM token_budgets WHERE company_id = $1", 1).await?;
        assert_eq!(taken, [[json!(300 + 297 + 294)]], "three blocks for 31 requests");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_refused_or_written_without_a_plan() -> Outcome {
    for company in Company::each().await? {
        for _ in 0..200 {
            assert_eq!(get(&company, "/v1/itemSearch?term=weir").await.status, 200);
        }
        let left = get(&company, "/v1/currencies").await.left.ok_or("no allowance is told")?;
        assert_eq!((left.burst_limit, left.burst, left.daily), (120, 0, 7 * LITE_DAY - 200 * 40 - 20));
        assert!(company.rows("SELECT taken FROM token_budgets WHERE company_id = $1", 1).await?.is_empty());
    }
    Ok(())
}

/// A read that costs 80 tokens.
const DEAR: &str = "/v1/deals/summary/archived";

/// What the audit log says of tokens: the percents and the limit, oldest first.
async fn notices(company: &Company) -> Outcome<Vec<(i64, i64)>> {
    let rows = company.get("/api/penstock/audit?action=tokens_used").await?;
    let notice = |row: &Value| Some((row["details"]["percent"].as_i64()?, row["details"]["daily_limit"].as_i64()?));
    Ok(rows.as_array().into_iter().flatten().rev().filter_map(notice).collect())
}

#[tokio::test]
async fn administrators_are_told_once_a_day_when_much_is_used_and_when_all_is() -> Outcome {
    for (company, other) in nodes(Plan::Lite).await? {
        let use_up = async |nodes: [&Company; 2], day: &str, number: i64, taken: i64, told: i64| -> Outcome {
            company.at(&format!("{day} 10:00:00"))?;
            company.execute("DELETE FROM token_budgets WHERE company_id = $1", &[]).await?;
            let text = "INSERT INTO token_budgets (company_id, day, taken, told) VALUES ($1, $2, $3, $4)";
            company.execute(text, &[number, taken, told]).await?;
            let mut refused = 0;
            for second in 0.. {
                company.at(&format!("{day} 10:{:02}:{:02}", second / 60, second % 60))?;
                let (one, two) = tokio::join!(get(nodes[0], DEAR), get(nodes[1], DEAR));
                refused = if one.status == 429 && two.status == 429 { refused + 1 } else { 0 };
                if refused == 3 {
                    return Ok(());
                }
            }
            Ok(())
        };
        company.at("2026-03-01 09:00:00")?;
        assert_eq!(get(&company, DEAR).await.status, 200);
        assert_eq!(notices(&company).await?, []);
        let (seventy_five, all) = ((75, LITE_DAY), (100, LITE_DAY));
        use_up([&company, &other], "2026-03-02", 20_514, LITE_DAY * 74 / 100, 0).await?;
        assert_eq!(notices(&company).await?, [seventy_five, all]);
        // The last 30 tokens are too few for what is asked here, which a node that is alone need not ask the store.
        use_up([&company, &company], "2026-03-03", 20_515, LITE_DAY - 430, 75).await?;
        assert_eq!(notices(&company).await?, [seventy_five, all, all]);
        let row = company.get("/api/penstock/audit?action=tokens_used&limit=1").await?[0].clone();
        assert_eq!((&row["via"], &row["user_id"]), (&json!("server"), &Value::Null), "{row}");
    }
    Ok(())
}
