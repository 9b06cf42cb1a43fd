//! Each operator on dates, times and ranges of them, and on deals that rot.

use super::company::Outcome;
use super::world::World;
use serde_json::json;

#[tokio::test]
async fn dates_and_times() -> Outcome {
    for world in World::each().await? {
        world
            .expect(&[
                // Two of them were made a second before and after midnight in Tallinn.
                ("deal.add_time", "=", "2026-03-24", "", "a"),
                ("deal.add_time", "=", "today", "", "bcde"),
                ("deal.add_time", "!=", "today", "", "a"),
                ("deal.add_time", "=", "yesterday", "", "a"),
                ("deal.add_time", ">", "2026-03-24", "", "bcde"),
                ("deal.add_time", ">=", "2026-03-25", "", "bcde"),
                ("deal.add_time", "<", "2026-03-25", "", "a"),
                ("deal.add_time", "<=", "2026-03-25", "", "abcde"),
                ("deal.add_time", "=", "now", "", "de"),
                ("deal.add_time", "<", "now", "", "abc"),
                ("deal.add_time", ">=", "now", "", "de"),
                ("deal.add_time", ">", "now", "", ""),
                ("deal.add_time", "=", "this_week", "", "abcde"),
                ("deal.add_time", "=", "before_today", "", "a"),
                ("deal.add_time", ">", "later_or_today", "", "bcde"),
                ("deal.won_time", "IS NULL", "", "", "abde"),
                ("deal.won_time", "!=", "2020-01-01", "", "abcde"),
                ("deal.expected_close_date", "=", "2026-03-25", "", "a"),
                ("deal.expected_close_date", "=", "today", "", "a"),
                ("deal.expected_close_date", "=", "now", "", "a"),
                ("deal.expected_close_date", "!=", "today", "", "bcde"),
                ("deal.expected_close_date", "=", "next_week", "", "b"),
                ("deal.expected_close_date", "=", "this_month", "", "ab"),
                ("deal.expected_close_date", "!=", "this_month", "", "cde"),
                ("deal.expected_close_date", ">", "this_month", "", "e"),
                ("deal.expected_close_date", ">=", "this_month", "", "abe"),
                ("deal.expected_close_date", "<", "next_month", "", "ab"),
                ("deal.expected_close_date", "<=", "next_month", "", "abe"),
                ("deal.expected_close_date", "=", "later_or_tomorrow", "", "be"),
                ("deal.expected_close_date", "=", "before_tomorrow", "", "a"),
                ("deal.expected_close_date", "<", "in_1_month", "", "ab"),
                ("deal.expected_close_date", "IS NULL", "", "", "cd"),
                ("deal.date", "=", "today", "", "a"),
                ("deal.date", "=", "last_quarter", "", "c"),
                ("deal.date", "<", "this_quarter", "", "c"),
                ("deal.date", ">", "this_quarter", "", "b"),
                ("deal.date", "!=", "this_quarter", "", "bcde"),
                ("deal.date", ">=", "2026-03-25", "", "ab"),
                ("deal.date", "=", "in_1_week", "", "b"),
                ("deal.date", "IS NULL", "", "", "de"),
                ("deal.time", "=", "10:00", "", "a"),
                ("deal.time", "=", "10:00:01", "", "d"),
                ("deal.time", ">", "10:00", "", "bd"),
                ("deal.time", ">=", "10:00:00", "", "abd"),
                ("deal.time", "<", "10:00:01", "", "a"),
                ("deal.time", "<=", "22:30:15", "", "abd"),
                ("deal.time", "!=", "10:00", "", "bcde"),
                ("deal.time", "IS NULL", "", "", "ce"),
            ])
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn ranges() -> Outcome {
    for world in World::each().await? {
        world
            .expect(&[
                ("deal.daterange", "=", "2026-03-01", "", "a"),
                ("deal.daterange", "!=", "2026-03-01", "", "bcde"),
                ("deal.daterange", "=", "this_month", "", "ab"),
                ("deal.daterange", "<", "2026-03-10", "", "a"),
                ("deal.daterange", "<=", "2026-03-10", "", "ab"),
                ("deal.daterange", ">", "2026-03-01", "", "b"),
                ("deal.daterange", ">=", "2026-03-01", "", "ab"),
                ("deal.daterange", "ends_at", "2026-03-10", "", "a"),
                ("deal.daterange", "does_not_end_at", "2026-03-10", "", "bcde"),
                ("deal.daterange", "ends_before", "2026-03-11", "", "a"),
                ("deal.daterange", "ends_before", "2026-03-10", "", ""),
                ("deal.daterange", "ends_e_before", "2026-03-10", "", "a"),
                ("deal.daterange", "ends_after", "2026-03-09", "", "a"),
                ("deal.daterange", "ends_after", "2026-03-10", "", ""),
                ("deal.daterange", "ends_e_after", "2026-03-10", "", "a"),
                ("deal.daterange", "includes", "2026-03-01", "", "a"),
                ("deal.daterange", "includes", "2026-03-05", "", "a"),
                ("deal.daterange", "includes", "2026-03-10", "", "ab"),
                ("deal.daterange", "includes", "2026-03-11", "", ""),
                ("deal.daterange", "IS NULL", "", "", "cde"),
                ("deal.daterange", "IS NOT NULL", "", "", "ab"),
                ("deal.timerange", "=", "09:00", "", "a"),
                ("deal.timerange", "!=", "09:00", "", "bcde"),
                ("deal.timerange", "<", "17:00", "", "a"),
                ("deal.timerange", "<=", "17:00", "", "ad"),
                ("deal.timerange", ">", "09:00", "", "bd"),
                ("deal.timerange", ">=", "09:00", "", "abd"),
                ("deal.timerange", "ends_at", "17:00", "", "a"),
                ("deal.timerange", "does_not_end_at", "17:00", "", "bcde"),
                ("deal.timerange", "ends_before", "17:00", "", "b"),
                ("deal.timerange", "ends_e_before", "17:00", "", "ab"),
                ("deal.timerange", "ends_after", "06:00", "", "a"),
                ("deal.timerange", "ends_e_after", "06:00", "", "ab"),
                ("deal.timerange", "includes", "12:00", "", "a"),
                ("deal.timerange", "includes", "17:00", "", "ad"),
                ("deal.timerange", "includes", "23:00", "", "b"),
                ("deal.timerange", "includes", "05:59:59", "", "b"),
                ("deal.timerange", "includes", "07:00", "", ""),
                ("deal.timerange", "IS NULL", "", "", "ce"),
            ])
            .await?;
    }
    Ok(())
}

/// The deals of a stage rot after two days without a sign of life.
#[tokio::test]
async fn rotting() -> Outcome {
    for world in World::each().await? {
        let company = &world.company;
        company.data("PATCH", "/api/v2/stages/1", json!({"is_deal_rot_enabled": true, "days_to_rotten": 2})).await?;
        // a was touched on the 24th and e on the 25th; both rot, in Tallinn, two days later. b, c and d do not.
        world
            .expect(&[
                ("deal.expected_close_date", "<", "rotten_time", "", "a"),
                ("deal.expected_close_date", ">", "rotten_time", "", "e"),
                ("deal.add_time", "<", "rotten_time", "", "ae"),
                ("deal.add_time", "=", "rotten_time", "", ""),
                ("deal.add_time", "!=", "rotten_time", "", "abcde"),
            ])
            .await?;
        company.data("PATCH", &format!("/api/v2/deals/{}", world.deals[&'a']), json!({"expected_close_date": "2026-03-27"})).await?;
        world.expect(&[("deal.expected_close_date", "=", "rotten_time", "", "a")]).await?;
        company.data("PATCH", &format!("/api/v2/deals/{}", world.deals[&'e']), json!({"expected_close_date": "2026-03-28"})).await?;
        world
            .expect(&[
                ("deal.expected_close_date", ">=", "rotten_time", "", "ae"),
                ("deal.expected_close_date", "<=", "rotten_time", "", "a"),
                ("deal.date", "<", "rotten_time", "", "a"),
                ("deal.date", "!=", "rotten_time", "", "abcde"),
            ])
            .await?;
    }
    Ok(())
}
