//! Summaries, timelines and the statistics of pipelines, against numbers worked out by hand.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Half of the deals of the second stage are won, says the pipeline.
async fn halve_second_stage(company: &Company) -> Outcome {
    company.data("PUT", "/v1/stages/2", json!({"deal_probability": 50})).await.map(drop)
}

#[tokio::test]
async fn a_summary_weighs_each_deal_and_adds_up_by_currency() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        halve_second_stage(&company).await?;
        for deal in [
            // Half of these end on half a cent, and each is rounded by itself.
            json!({"value": 100.55, "currency": "EUR", "stage_id": 2}),
            json!({"value": 200.55, "currency": "EUR", "stage_id": 2}),
            json!({"value": -250.55, "currency": "EUR", "stage_id": 2}),
            json!({"value": 10, "currency": "EUR", "probability": 30}),
            json!({"value": 1_000_000.01, "currency": "EUR", "stage_id": 2, "probability": 33}),
            json!({"value": 101, "currency": "JPY", "stage_id": 2}),
            json!({"value": 33.33, "currency": "USD", "stage_id": 2, "status": "won"}),
            json!({"value": 1000, "currency": "USD", "stage_id": 2, "status": "lost"}),
        ] {
            company.add_deal(deal).await?;
        }
        let archived = company.add_deal(json!({"value": 999, "currency": "EUR", "stage_id": 2})).await?;
        company.data("PATCH", &format!("/api/v2/deals/{archived}"), json!({"is_archived": true})).await?;
        let deleted = company.add_deal(json!({"value": 5, "currency": "EUR"})).await?;
        company.data("DELETE", &format!("/v1/deals/{deleted}"), Value::Null).await?;

        let all = company.get("/v1/deals/summary").await?;
        let numbers = |currency: &str, key: &str| (all[key][currency]["count"].clone(), all[key][currency]["value"].clone());
        assert_eq!(numbers("EUR", "values_total"), (json!(5), json!(1_000_060.56)));
        assert_eq!(numbers("EUR", "weighted_values_total"), (json!(5), json!(330_028.28)));
        assert_eq!(numbers("USD", "values_total"), (json!(2), json!(1033.33)));
        assert_eq!(numbers("USD", "weighted_values_total"), (json!(2), json!(533.33)));
        assert_eq!(numbers("JPY", "values_total"), (json!(1), json!(101)));
        assert_eq!(numbers("JPY", "weighted_values_total"), (json!(1), json!(51)));
        assert_eq!(all["values_total"]["EUR"]["value_converted"], json!(1_000_060.56));
        assert_eq!(all["values_total"]["USD"]["value_converted"], Value::Null, "there is no rate");
        assert_eq!(all["total_count"], 8);
        assert_eq!(all["total_currency_converted_value"], json!(1_000_060.56));
        assert_eq!(all["total_weighted_currency_converted_value"], json!(330_028.28));

        let won = company.get("/v1/deals/summary?status=won").await?;
        assert_eq!(won["weighted_values_total"]["USD"]["value"], json!(33.33), "a won deal weighs its value");
        assert_eq!(won["total_count"], 1);
        assert_eq!(company.get("/v1/deals/summary?stage_id=1").await?["values_total"]["EUR"]["value"], 10);
        assert_eq!(company.get("/v1/deals/summary?pipeline_id=77").await?["total_count"], 0);

        let archive = company.get("/v1/deals/summary/archived").await?;
        assert_eq!(archive["values_total"]["EUR"]["value"], 999);
        assert_eq!(archive["weighted_values_total"]["EUR"]["value"], json!(499.5));
        assert_eq!(archive["total_count"], 1);

        // Without probabilities in the pipeline every deal weighs its value, even one with its own.
        company.data("PUT", "/v1/pipelines/1", json!({"deal_probability": false})).await?;
        let plain = company.get("/v1/deals/summary").await?;
        assert_eq!(plain["total_weighted_currency_converted_value"], plain["total_currency_converted_value"]);
    }
    Ok(())
}

#[tokio::test]
async fn sums_hold_only_what_the_caller_may_see() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let colleague = company.add_colleague().await?;
        company.add_deal(json!({"value": 1, "visible_to": 1})).await?;
        company.add_deal(json!({"value": 10, "visible_to": 3})).await?;
        company.add_deal(json!({"value": 100, "visible_to": 1, "user_id": colleague})).await?;

        assert_eq!(company.get("/v1/deals/summary").await?["total_currency_converted_value"], 111);
        let seen = company.as_colleague();
        assert_eq!(seen.get("/v1/deals/summary").await?["total_currency_converted_value"], 110);
        assert_eq!(seen.get("/v1/deals/summary?user_id=1").await?["total_currency_converted_value"], 10);
        let timeline = "/v1/deals/timeline?start_date=2026-03-01&interval=day&amount=1&field_key=add_time";
        assert_eq!(seen.get(timeline).await?[0]["totals"]["values"], json!({"EUR": 110}));
        let days = "start_date=2026-03-01&end_date=2026-03-01";
        let own = seen.get(&format!("/v1/pipelines/1/movement_statistics?{days}")).await?;
        assert_eq!(own["new_deals"]["values"], json!({"EUR": 100}), "the owner is the caller, unless another is named");
        let other = seen.get(&format!("/v1/pipelines/1/movement_statistics?{days}&user_id=1")).await?;
        assert_eq!(other["new_deals"]["values"], json!({"EUR": 10}));
    }
    Ok(())
}

const DUE: &str = "00112233445566778899aabbccddeeff00112233";

async fn fill_timeline(company: &Company) -> Outcome {
    company.add_deal_field(DUE, "date").await?;
    company.at("2026-02-01")?;
    halve_second_stage(company).await?;
    for deal in [
        json!({"title": "first", "add_time": "2026-01-07 00:00:00", "value": 100, "currency": "EUR", "stage_id": 2, DUE: "2026-02-28"}),
        json!({"title": "won", "add_time": "2026-01-13 23:59:59", "value": 40.5, "currency": "EUR", "stage_id": 2, "status": "won",
            "won_time": "2026-01-10 23:30:00"}),
        json!({"title": "lost", "add_time": "2026-01-14 00:00:00", "value": 10, "currency": "USD", "status": "lost"}),
        json!({"title": "second", "add_time": "2026-01-14 00:00:00", "value": 20, "currency": "USD", "probability": 10,
            DUE: "2026-03-31", "expected_close_date": "2026-01-20"}),
        json!({"title": "late", "add_time": "2026-01-21 00:00:00", "value": 1, "currency": "EUR"}),
    ] {
        company.add_deal(deal).await?;
    }
    let archived = company.add_deal(json!({"title": "old", "add_time": "2026-01-08 00:00:00", "value": 7, "currency": "EUR"})).await?;
    company.data("PATCH", &format!("/api/v2/deals/{archived}"), json!({"is_archived": true})).await.map(drop)
}

/// The titles of each period.
fn titles(timeline: &Value) -> Vec<Vec<&str>> {
    let deals = |period: &'_ Value| period["deals"].as_array().map_or(&[][..], Vec::as_slice).len();
    let periods = timeline.as_array().map_or(&[][..], Vec::as_slice);
    periods.iter().map(|period| (0..deals(period)).filter_map(|at| period["deals"][at]["title"].as_str()).collect()).collect()
}

#[tokio::test]
async fn a_timeline_puts_open_and_won_deals_into_periods() -> Outcome {
    for company in Company::each().await? {
        fill_timeline(&company).await?;
        let weeks = "start_date=2026-01-07&interval=week&amount=2&field_key=add_time";
        let timeline = company.get(&format!("/v1/deals/timeline?{weeks}")).await?;
        assert_eq!(titles(&timeline), [vec!["first", "won"], vec!["second"]]);
        assert_eq!(timeline[0]["period_start"], "2026-01-07 00:00:00");
        assert_eq!(timeline[0]["period_end"], "2026-01-13 23:59:59");
        assert_eq!(timeline[1]["period_start"], "2026-01-14 00:00:00");
        assert_eq!(timeline[1]["period_end"], "2026-01-20 23:59:59");
        assert_eq!(timeline[0]["deals"][0]["user_id"], 1, "references are plain ids");
        assert_eq!(
            timeline[0]["totals"],
            json!({"count": 2, "values": {"EUR": 140.5}, "weighted_values": {"EUR": 90.5}, "open_count": 1,
                "open_values": {"EUR": 100}, "weighted_open_values": {"EUR": 50}, "won_count": 1, "won_values": {"EUR": 40.5}})
        );
        assert_eq!(timeline[1]["totals"]["won_values"], json!([]));
        assert_eq!(timeline[1]["totals"]["weighted_open_values"], json!({"USD": 2}));
        assert_eq!(timeline[1].get("totals_converted"), None);

        let converted = format!("/v1/deals/timeline?{weeks}&exclude_deals=1&totals_convert_currency=default_currency");
        let converted = company.get(&converted).await?;
        assert_eq!(converted[0].get("deals"), None);
        assert_eq!(converted[0]["totals"], timeline[0]["totals"]);
        assert_eq!(
            converted[0]["totals_converted"],
            json!({"count": 2, "value": 140.5, "weighted_value": 90.5, "open_value": 100, "weighted_open_value": 50, "won_value": 40.5})
        );
        assert_eq!(converted[1]["totals_converted"]["value"], 0, "there is no rate for dollars");

        let archived = company.get(&format!("/v1/deals/timeline/archived?{weeks}")).await?;
        assert_eq!(titles(&archived), [vec!["old"], vec![]]);
        assert_eq!(company.get(&format!("/v1/deals/timeline?{weeks}&pipeline_id=77")).await?[0]["totals"]["count"], 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_timeline_takes_any_date_of_a_deal() -> Outcome {
    for company in Company::each().await? {
        fill_timeline(&company).await?;
        let of = |start: &str, interval: &str, amount: i64, key: &str| {
            format!("/v1/deals/timeline?start_date={start}&interval={interval}&amount={amount}&field_key={key}")
        };
        // Months that begin on the last day of January end on the day before the last of the next month.
        let months = company.get(&of("2026-01-31", "month", 3, DUE)).await?;
        assert_eq!(titles(&months), [vec![], vec!["first"], vec!["second"]]);
        assert_eq!(months[0]["totals"]["values"], json!([]));
        assert_eq!(months[0]["period_end"], "2026-02-27 23:59:59");
        assert_eq!(months[1]["period_end"], "2026-03-30 23:59:59");
        assert_eq!(months[2]["period_end"], "2026-04-29 23:59:59");
        let quarters = company.get(&of("2026-01-01", "quarter", 2, "expected_close_date")).await?;
        assert_eq!(titles(&quarters), [vec!["second"], vec![]]);
        assert_eq!(quarters[1]["period_end"], "2026-06-30 23:59:59");
        // 23:30 in UTC is the next day in Tallinn.
        assert_eq!(titles(&company.get(&of("2026-01-10", "day", 2, "won_time")).await?), [vec!["won"], vec![]]);
        assert_eq!(titles(&company.get(&of("2026-01-10", "day", 2, "local_won_date")).await?), [vec![], vec!["won"]]);
        assert_eq!(titles(&company.get(&of("2026-01-01", "quarter", 1, "next_activity_date")).await?), [Vec::<&str>::new()]);
    }
    Ok(())
}

#[tokio::test]
async fn bad_parameters_are_refused() -> Outcome {
    for company in Company::each().await? {
        let timeline = |rest: &str| format!("/v1/deals/timeline?{rest}");
        let statistics = |rest: &str| format!("/v1/pipelines/1/conversion_statistics?{rest}");
        for target in [
            timeline("interval=day&amount=1&field_key=add_time"),
            timeline("start_date=2026-01-01&amount=1&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=day&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=day&amount=1"),
            timeline("start_date=soon&interval=day&amount=1&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=year&amount=1&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=day&amount=0&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=day&amount=367&field_key=add_time"),
            timeline("start_date=9999-12-20&interval=week&amount=3&field_key=add_time"),
            timeline("start_date=2026-01-01&interval=day&amount=1&field_key=title"),
            timeline("start_date=2026-01-01&interval=day&amount=1&field_key=delete_time"),
            timeline("start_date=2026-01-01&interval=day&amount=1&field_key=t.id"),
            timeline("start_date=2026-01-01&interval=day&amount=1&field_key=add_time&totals_convert_currency=ZZZ"),
            timeline("start_date=2026-01-01&interval=day&amount=1&field_key=add_time&exclude_deals=2"),
            "/v1/deals/summary?status=deleted".to_owned(),
            statistics("start_date=2026-01-01"),
            statistics("end_date=2026-01-01"),
            statistics("start_date=2026-01-02&end_date=2026-01-01"),
        ] {
            assert_eq!(company.send("GET", &target, &Value::Null).await?.0, 400, "{target}");
        }
        let unknown = "/v1/pipelines/77/movement_statistics?start_date=2026-01-01&end_date=2026-01-01";
        assert_eq!(company.send("GET", unknown, &Value::Null).await?.0, 404);
    }
    Ok(())
}

/// Deals on their way through March 2026; answers their ids in the order in which they are made.
async fn walk(company: &Company) -> Outcome<Vec<i64>> {
    company.at("2026-01-01")?;
    let other = company.data("POST", "/api/v2/pipelines", json!({"name": "Second"})).await?["id"].clone();
    let stage = company.data("POST", "/api/v2/stages", json!({"name": "Elsewhere", "pipeline_id": other})).await?["id"].clone();

    // Moved on, then back to the start.
    let back = company.at("2026-03-02")?.add_deal(json!({"value": 100, "currency": "EUR"})).await?;
    company.at("2026-03-05")?.change_deal(back, json!({"stage_id": 2})).await?;
    company.at("2026-03-10")?.change_deal(back, json!({"stage_id": 3})).await?;
    company.at("2026-03-20")?.change_deal(back, json!({"stage_id": 1})).await?;
    // Passed over the second stage and won.
    let won = company.at("2026-03-03")?.add_deal(json!({"value": 200, "currency": "EUR"})).await?;
    company.at("2026-03-06")?.change_deal(won, json!({"stage_id": 3})).await?;
    company.at("2026-03-25")?.change_deal(won, json!({"status": "won"})).await?;
    // Came into the pipeline before March.
    let early = company.at("2026-02-10")?.add_deal(json!({"value": 300, "currency": "USD"})).await?;
    company.at("2026-03-04")?.change_deal(early, json!({"stage_id": 2})).await?;
    company.at("2026-03-15")?.change_deal(early, json!({"status": "won"})).await?;
    let lost = company.at("2026-03-08")?.add_deal(json!({"value": 50, "currency": "EUR", "stage_id": 2})).await?;
    company.at("2026-03-12")?.change_deal(lost, json!({"status": "lost"})).await?;
    // Went on and was lost after March.
    let late = company.at("2026-03-09")?.add_deal(json!({"value": 70.5, "currency": "EUR"})).await?;
    company.at("2026-04-05")?.change_deal(late, json!({"stage_id": 2})).await?;
    company.at("2026-04-06")?.change_deal(late, json!({"status": "lost"})).await?;
    // Came from the other pipeline.
    let moved = company.at("2026-02-01")?.add_deal(json!({"value": 10, "currency": "USD", "stage_id": stage})).await?;
    company.at("2026-03-11")?.change_deal(moved, json!({"stage_id": 1})).await?;
    // These count nowhere.
    let archived = company.at("2026-03-03")?.add_deal(json!({"value": 1, "currency": "EUR"})).await?;
    company.data("PATCH", &format!("/api/v2/deals/{archived}"), json!({"is_archived": true})).await?;
    let deleted = company.add_deal(json!({"value": 1, "currency": "EUR"})).await?;
    company.data("DELETE", &format!("/v1/deals/{deleted}"), Value::Null).await?;
    company.at("2026-04-10")?;
    Ok(vec![back, won, early, lost, late, moved])
}

#[tokio::test]
async fn conversion_counts_the_latest_entries() -> Outcome {
    for company in Company::each().await? {
        walk(&company).await?;
        let march = company.get("/v1/pipelines/1/conversion_statistics?start_date=2026-03-01&end_date=2026-03-31").await?;
        let rate = |from: i64, rate: i64| json!({"from_stage_id": from, "to_stage_id": from + 1, "conversion_rate": rate});
        // Into the first stage: back, won, late, moved; on went won and late. Into the second: early, which is
        // won, and lost. The deal that moved back has no entry into the second and third stage any more.
        assert_eq!(march["stage_conversions"], json!([rate(1, 50), rate(2, 50), rate(3, 100), rate(4, 0)]));
        // Into the pipeline: all but early.
        assert_eq!((&march["won_conversion"], &march["lost_conversion"]), (&json!(20), &json!(40)));

        let until_return = company.get("/v1/pipelines/1/conversion_statistics?start_date=2026-03-01&end_date=2026-03-19").await?;
        assert_eq!(until_return["stage_conversions"][0], rate(1, 67), "the time is that of the return");
        let nothing = company.get("/v1/pipelines/1/conversion_statistics?start_date=2020-03-01&end_date=2020-03-31").await?;
        assert_eq!(nothing["stage_conversions"][0], rate(1, 0));
        assert_eq!((&nothing["won_conversion"], &nothing["lost_conversion"]), (&json!(0), &json!(0)));
    }
    Ok(())
}

#[tokio::test]
async fn movement_lists_deals_and_their_ages() -> Outcome {
    for company in Company::each().await? {
        let deals = walk(&company).await?;
        let [back, won, early, lost, late, moved] = deals[..] else { return Err("six deals were made".into()) };
        let march = company.get("/v1/pipelines/1/movement_statistics?start_date=2026-03-01&end_date=2026-03-31").await?;
        // Three by the deal that came back, one each by won and early; the change of pipeline is none.
        assert_eq!(march["movements_between_stages"], json!({"count": 5}));
        let group = |ids: &[i64], values: Value| (json!(ids.len()), json!(ids), values);
        let found = |key: &str| (march[key]["count"].clone(), march[key]["deals_ids"].clone(), march[key]["values"].clone());
        assert_eq!(found("new_deals"), group(&[back, won, lost, late], json!({"EUR": 420.5})));
        assert_eq!(found("deals_left_open"), group(&[back, moved], json!({"EUR": 100, "USD": 10})));
        assert_eq!(found("won_deals"), group(&[won, early], json!({"EUR": 200, "USD": 300})));
        assert_eq!(found("lost_deals"), group(&[lost], json!({"EUR": 50})));
        let formatted = march["deals_left_open"]["formatted_values"].as_object().map(|values| values.keys().cloned().collect::<Vec<_>>());
        assert_eq!(formatted, Some(vec!["EUR".to_owned(), "USD".to_owned()]));
        // 39 + 22 + 33 + 4 + 28 + 68 days over six deals; the first stage 24 + 3 + 22 + 27 + 30 over five, the
        // second 5 + 11 + 4 + 1 over four, the third 10 + 19 over two.
        let age = |stage: i64, days: i64| json!({"stage_id": stage, "value": days});
        assert_eq!(
            march["average_age_in_days"],
            json!({"across_all_stages": 32, "by_stages": [age(1, 21), age(2, 5), age(3, 15), age(4, 0), age(5, 0)]})
        );
    }
    Ok(())
}
