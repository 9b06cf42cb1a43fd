//! Each operator by each type of value.

use super::company::{Company, Outcome};
use super::{condition, find};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Deals by the letter that stands for each in the cases.
type Deals = BTreeMap<char, i64>;

const OPTIONS: [&str; 3] = ["Small", "Middle", "Big"];

/// Makes a custom field of deals that is called like its type; answers code and ids of options.
async fn add_field(company: &Company, field_type: &str) -> Outcome<(String, Vec<i64>)> {
    let mut body = json!({"field_name": field_type, "field_type": field_type});
    if ["enum", "set"].contains(&field_type) {
        body["options"] = OPTIONS.map(|label| json!({"label": label})).into();
    }
    let field = company.data("POST", "/api/v2/dealFields", body).await?;
    let options = field["options"].as_array().into_iter().flatten().filter_map(|option| option["id"].as_i64()).collect();
    Ok((field["field_code"].as_str().unwrap_or_default().to_owned(), options))
}

struct World {
    company: Company,
    deals: Deals,
    options: BTreeMap<&'static str, Vec<i64>>,
}

const TYPES: [&str; 14] =
    ["varchar", "text", "phone", "double", "monetary", "date", "daterange", "time", "timerange", "enum", "set", "user", "address", "org"];

impl World {
    /// Five deals with all sorts of values. It is noon in London on a Wednesday, two hours later in Tallinn, where the
    /// caller is.
    async fn each() -> Outcome<Vec<Self>> {
        let mut worlds = Vec::new();
        for company in Company::each().await? {
            worlds.push(World::fill(company).await?);
        }
        Ok(worlds)
    }

    async fn fill(company: Company) -> Outcome<Self> {
        company.at("2026-03-20 12:00:00")?;
        let ben = company.add_colleague().await?;
        let mut codes = BTreeMap::new();
        let mut options = BTreeMap::new();
        for field_type in TYPES {
            let (code, ids) = add_field(&company, field_type).await?;
            codes.insert(field_type, code);
            options.insert(field_type, ids);
        }
        let quay = company.data("POST", "/api/v2/organizations", json!({"name": "Quay"})).await?["id"].clone();
        let (big, sets) = (&options["enum"], &options["set"]);
        let deals = [
            (
                'a',
                "2026-03-24 21:59:59",
                json!({"title": "Alpha", "value": 100.5, "currency": "EUR", "stage_id": 1, "label_ids": [9, 10],
                "expected_close_date": "2026-03-25", "probability": 40}),
                json!({
                    "varchar": "Red Ünder", "text": format!("{} END_%", "Long text ".repeat(20)), "phone": "+372 555", "double": 10,
                    "monetary": {"value": 100, "currency": "EUR"}, "date": "2026-03-25",
                    "daterange": {"value": "2026-03-01", "until": "2026-03-10"}, "time": {"value": "10:00"},
                    "timerange": {"value": "09:00", "until": "17:00"}, "enum": big[2], "set": [sets[0], sets[1]], "user": 1,
                    "address": {"value": "Weir 1, Ilm", "locality": "Ilm", "country": "Germany"}, "org": quay,
                }),
            ),
            (
                'b',
                "2026-03-24 22:00:00",
                json!({"title": "alphabet", "value": 200, "currency": "USD", "stage_id": 1, "label_ids": [9],
                "expected_close_date": "2026-03-30", "probability": 0}),
                json!({
                    "varchar": "red", "text": "short", "double": 10.5, "monetary": {"value": 100, "currency": "USD"}, "date": "2026-04-01",
                    "daterange": {"value": "2026-03-10"}, "time": {"value": "22:30:15"}, "timerange": {"value": "22:00", "until": "06:00"},
                    "enum": big[0], "set": [sets[0]], "user": ben, "address": {"value": "Quay 7", "country": "Estonia"},
                }),
            ),
            (
                'c',
                "2026-03-25 11:59:59",
                json!({"title": "Beta 100%", "value": 0, "owner_id": ben, "status": "won", "visible_to": 7}),
                json!({"double": -3, "monetary": {"value": 99.99, "currency": "EUR"}, "date": "2025-12-31"}),
            ),
            (
                'd',
                "2026-03-25 12:00:00",
                json!({"title": "Beta_x", "value": 100.51, "currency": "EUR", "stage_id": 3}),
                json!({"varchar": "blue", "time": {"value": "10:00:01"}, "timerange": {"value": "17:00"}}),
            ),
            ('e', "2026-03-25 12:00:00", json!({"title": "Élan", "label_ids": [11], "expected_close_date": "2026-04-30"}), json!({})),
        ];
        let mut known = Deals::new();
        for (letter, time, mut deal, custom) in deals {
            company.at(time)?;
            let custom: BTreeMap<_, _> =
                custom.as_object().into_iter().flatten().map(|(name, value)| (&codes[name.as_str()], value)).collect();
            deal["custom_fields"] = json!(custom);
            let made = company.data("POST", "/api/v2/deals", deal).await?;
            known.insert(letter, made["id"].as_i64().ok_or("no id")?);
        }
        company.at("2026-03-25 12:00:00")?;
        company.data("PATCH", &format!("/api/v2/deals/{}", known[&'b']), json!({"stage_id": 2})).await?;
        for gone in [json!({"title": "Alpha gone"}), json!({"title": "Alpha archived", "is_archived": true})] {
            let made = company.data("POST", "/api/v2/deals", gone.clone()).await?;
            if gone["is_archived"].is_null() {
                company.data("DELETE", &format!("/api/v2/deals/{}", made["id"]), Value::Null).await?;
            }
        }
        Ok(World { company, deals: known, options })
    }

    /// The letters of the deals that one condition finds.
    async fn found(&self, field: &str, operator: &str, value: &str, extra: &str) -> Outcome<String> {
        let one = condition(&self.company, field, operator, value, extra).await?;
        let ids = find(&self.company, "deals", &[one], &[]).await?;
        let letter = |id: &i64| self.deals.iter().find(|(_, known)| *known == id).map_or('?', |(letter, _)| *letter);
        Ok(ids.iter().map(letter).collect())
    }

    /// Every case is field, operator, value, extra value and the letters of what it finds.
    async fn expect(&self, cases: &[(&str, &str, &str, &str, &str)]) -> Outcome {
        let mut wrong = Vec::new();
        for (field, operator, value, extra, expected) in cases {
            let found = self.found(field, operator, value, extra).await?;
            if found != *expected {
                wrong.push(format!("{field} {operator} {value} {extra}: {found} instead of {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }
}

#[tokio::test]
async fn texts() -> Outcome {
    for world in World::each().await? {
        let long = format!("{} end_%", "long text ".repeat(20));
        let beginning = "Long Text ".repeat(12);
        world
            .expect(&[
                ("deal.title", "=", "ALPHA", "", "a"),
                ("deal.title", "=", "alph", "", ""),
                ("deal.title", "=", "ÉLAN", "", "e"),
                ("deal.title", "LIKE '$%'", "alpha", "", "ab"),
                ("deal.title", "LIKE '$%'", "él", "", "e"),
                ("deal.title", "LIKE '%$%'", "PHA", "", "ab"),
                ("deal.title", "LIKE '%$%'", "100%", "", "c"),
                ("deal.title", "LIKE '%$%'", "_", "", "d"),
                ("deal.title", "LIKE '%$%'", "%", "", "c"),
                ("deal.title", "LIKE '%$'", "bet", "", "b"),
                ("deal.title", "NOT LIKE '$%'", "alpha", "", "cde"),
                ("deal.title", "NOT LIKE '%$%'", "a", "", ""),
                ("deal.title", "NOT LIKE '%$'", "a", "", "bcde"),
                ("deal.title", "IS NOT NULL", "", "", "abcde"),
                ("deal.varchar", "=", "RED", "", "b"),
                ("deal.varchar", "!=", "red", "", "acde"),
                ("deal.varchar", "=", "red ünder", "", "a"),
                ("deal.varchar", "LIKE '$%'", "re", "", "ab"),
                ("deal.varchar", "LIKE '$%'", "RED Ü", "", "a"),
                ("deal.varchar", "LIKE '%$%'", "ü", "", "a"),
                ("deal.varchar", "LIKE '%$'", "D", "", "b"),
                ("deal.varchar", "NOT LIKE '$%'", "red", "", "cde"),
                ("deal.varchar", "NOT LIKE '%$%'", "e", "", "ce"),
                ("deal.varchar", "IS NULL", "", "", "ce"),
                ("deal.varchar", "IS NOT NULL", "", "", "abd"),
                ("deal.text", "=", &long, "", "a"),
                ("deal.text", "=", "long text", "", ""),
                ("deal.text", "!=", &long, "", "bcde"),
                ("deal.text", "LIKE '$%'", &beginning, "", "a"),
                ("deal.text", "LIKE '$%'", "s", "", "b"),
                ("deal.text", "LIKE '%$%'", "end_%", "", "a"),
                ("deal.text", "LIKE '%$'", "END_%", "", "a"),
                ("deal.text", "LIKE '%$'", "SHORT", "", "b"),
                ("deal.text", "IS NULL", "", "", "cde"),
                ("deal.phone", "LIKE '$%'", "+372", "", "a"),
                ("deal.lost_reason", "IS NULL", "", "", "abcde"),
                ("deal.lost_reason", "!=", "x", "", "abcde"),
            ])
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn numbers_and_amounts() -> Outcome {
    for world in World::each().await? {
        world
            .expect(&[
                ("deal.double", "=", "10", "", "a"),
                ("deal.double", "=", "10.50", "", "b"),
                ("deal.double", "!=", "10", "", "bcde"),
                ("deal.double", ">", "10", "", "b"),
                ("deal.double", ">=", "10", "", "ab"),
                ("deal.double", "<", "10", "", "c"),
                ("deal.double", "<=", "10", "", "ac"),
                ("deal.double", "<", "0", "", "c"),
                ("deal.double", "IS NULL", "", "", "de"),
                ("deal.double", "IS NOT NULL", "", "", "abc"),
                ("deal.probability", "=", "40", "", "a"),
                ("deal.probability", "=", "39.5", "", ""),
                ("deal.probability", "!=", "39.5", "", "abcde"),
                ("deal.probability", ">", "39.5", "", "a"),
                ("deal.probability", "<", "39.5", "", "b"),
                ("deal.probability", "<=", "40", "", "ab"),
                ("deal.probability", "IS NULL", "", "", "cde"),
                ("deal.id", "<=", "2", "", "ab"),
                ("deal.followers_count", "=", "0", "", "abcde"),
                ("deal.followers_count", ">", "0", "", ""),
                ("deal.followers_count", "<=", "0", "", "abcde"),
                ("deal.followers_count", "!=", "1", "", "abcde"),
                ("deal.followers_count", "IS NULL", "", "", ""),
                ("deal.notes_count", "IS NOT NULL", "", "", "abcde"),
                ("deal.next_activity_id", "IS NULL", "", "", "abcde"),
                ("deal.next_activity_date", "<", "2030-01-01", "", ""),
                ("deal.value", "=", "100.5", "", "a"),
                ("deal.value", "=", "100.50", "EUR", "a"),
                ("deal.value", "=", "100.5", "USD", ""),
                ("deal.value", "!=", "100.5", "EUR", "bcde"),
                ("deal.value", ">", "100.5", "", "bd"),
                ("deal.value", ">", "100.5", "eur", "d"),
                ("deal.value", ">=", "100.5", "EUR", "ad"),
                ("deal.value", "<=", "100.5", "", "ace"),
                ("deal.value", "<", "100.5", "EUR", "ce"),
                ("deal.monetary", "=", "100", "", "ab"),
                ("deal.monetary", "=", "100.00", "USD", "b"),
                ("deal.monetary", "!=", "100", "USD", "acde"),
                ("deal.monetary", "<", "100", "", "c"),
                ("deal.monetary", ">", "99.99", "", "ab"),
                ("deal.monetary", ">=", "99.99", "EUR", "ac"),
                ("deal.monetary", "IS NULL", "", "", "de"),
                ("deal.currency", "=", "usd", "", "b"),
                ("deal.currency", "!=", "USD", "", "acde"),
            ])
            .await?;
    }
    Ok(())
}

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

#[tokio::test]
async fn choices_references_and_addresses() -> Outcome {
    for world in World::each().await? {
        let option = |field: &str, nth: usize| world.options[field][nth].to_string();
        let (small, big) = (option("enum", 0), option("enum", 2));
        let (x, y, z) = (option("set", 0), option("set", 1), option("set", 2));
        let (xy, yx) = (format!("{x},{y}"), format!("{y}, {x}"));
        world
            .expect(&[
                ("deal.enum", "=", &big, "", "a"),
                ("deal.enum", "!=", &big, "", "bcde"),
                ("deal.enum", "=", &small, "", "b"),
                ("deal.enum", "IS NULL", "", "", "cde"),
                ("deal.enum", "IS NOT NULL", "", "", "ab"),
                ("deal.set", "=", &x, "", "b"),
                ("deal.set", "=", &yx, "", "a"),
                ("deal.set", "!=", &x, "", "acde"),
                ("deal.set", "!=", &xy, "", "bcde"),
                ("deal.set", "contains", &x, "", "ab"),
                ("deal.set", "contains", &xy, "", "a"),
                ("deal.set", "contains", &z, "", ""),
                ("deal.set", "not_contains", &y, "", "bcde"),
                ("deal.set", "not_contains", &xy, "", "cde"),
                ("deal.set", "not_contains", &z, "", "abcde"),
                ("deal.set", "IS NULL", "", "", "cde"),
                ("deal.set", "IS NOT NULL", "", "", "ab"),
                ("deal.label", "=", "9", "", "b"),
                ("deal.label", "=", "10,9", "", "a"),
                ("deal.label", "contains", "9", "", "ab"),
                ("deal.label", "not_contains", "9", "", "cde"),
                ("deal.label", "IS NULL", "", "", "cd"),
                ("deal.label", "IS NOT NULL", "", "", "abe"),
                ("deal.user", "=", "2", "", "b"),
                ("deal.user", "!=", "2", "", "acde"),
                ("deal.user", "IS NULL", "", "", "cde"),
                ("deal.user_id", "=", "2", "", "c"),
                ("deal.user_id", "!=", "2", "", "abde"),
                ("deal.org", "=", "1", "", "a"),
                ("deal.org", "!=", "1", "", "bcde"),
                ("deal.org_id", "IS NULL", "", "", "abcde"),
                ("deal.org_id", "!=", "1", "", "abcde"),
                ("deal.status", "=", "won", "", "c"),
                ("deal.status", "!=", "won", "", "abde"),
                ("deal.status", "IS NOT NULL", "", "", "abcde"),
                ("deal.visible_to", "=", "7", "", "c"),
                ("deal.visible_to", "!=", "7", "", "abde"),
                ("deal.pipeline_id", "=", "1", "", "abcde"),
                ("deal.pipeline_id", "!=", "1", "", ""),
                ("deal.stage_id", "=", "1", "", "ace"),
                ("deal.stage_id", "!=", "1", "", "bd"),
                ("deal.stage_id", "has_been", "1", "", "abce"),
                ("deal.stage_id", "has_been", "2", "", "b"),
                ("deal.stage_id", "has_been", "4", "", ""),
                ("deal.stage_id", "=", "2026-03-25", "2", "b"),
                ("deal.stage_id", "<", "2026-03-25", "1", "a"),
                ("deal.stage_id", "=", "today", "1", "bce"),
                ("deal.stage_id", "!=", "today", "1", "ad"),
                ("deal.stage_id", ">=", "this_week", "3", "d"),
                ("deal.stage_id", ">", "2026-03-25", "1", ""),
                ("deal.is_archived", "=", "0", "", "abcde"),
                ("deal.is_archived", "!=", "false", "", ""),
                ("deal.address", "LIKE '$%'", "weir", "", "a"),
                ("deal.address", "=", "ilm", "locality", "a"),
                ("deal.address", "!=", "ilm", "locality", "bcde"),
                ("deal.address", "LIKE '%$%'", "E", "country", "ab"),
                ("deal.address", "IS NULL", "", "locality", "bcde"),
                ("deal.address", "IS NOT NULL", "", "", "ab"),
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

/// What changes in a record changes what is found by it.
#[tokio::test]
async fn values_that_change() -> Outcome {
    for world in World::each().await? {
        let (company, options) = (&world.company, &world.options);
        let fields = company.get("/api/v2/dealFields?limit=500").await?;
        let code = |name: &str| -> String {
            let found = fields.as_array().into_iter().flatten().find(|field| field["field_name"] == name);
            found.and_then(|field| field["field_code"].as_str()).unwrap_or_default().to_owned()
        };
        let change = json!({"custom_fields": {
            (code("varchar")): "Green", (code("double")): null, (code("set")): [options["set"][2]],
            (code("daterange")): {"value": "2026-03-01", "until": "2026-03-20"}, (code("monetary")): {"value": 100, "currency": "USD"},
        }, "label_ids": [11]});
        company.data("PATCH", &format!("/api/v2/deals/{}", world.deals[&'a']), change).await?;
        let z = options["set"][2].to_string();
        world
            .expect(&[
                ("deal.varchar", "=", "green", "", "a"),
                ("deal.varchar", "LIKE '$%'", "red", "", "b"),
                ("deal.double", "IS NULL", "", "", "ade"),
                ("deal.set", "=", &z, "", "a"),
                ("deal.daterange", "ends_at", "2026-03-20", "", "a"),
                ("deal.monetary", "=", "100", "USD", "ab"),
                ("deal.label", "=", "11", "", "ae"),
            ])
            .await?;
        company.data("DELETE", &format!("/api/v2/deals/{}", world.deals[&'a']), Value::Null).await?;
        world.expect(&[("deal.varchar", "IS NOT NULL", "", "", "bd"), ("deal.label", "=", "11", "", "e")]).await?;
        company.data("PUT", &format!("/v1/deals/{}", world.deals[&'a']), json!({"deleted": false})).await?;
        world.expect(&[("deal.varchar", "IS NOT NULL", "", "", "abd")]).await?;

        let id = super::field_id(company, "deal", "varchar").await?;
        let one = condition(company, "deal.varchar", "IS NULL", "", "").await?;
        let filter = super::save(company, "deals", &[one], &[]).await?;
        company.data("DELETE", &format!("/v1/dealFields/{id}"), Value::Null).await?;
        let target = format!("/api/v2/deals?filter_id={filter}");
        assert_eq!(company.get(&target).await?, json!([]), "the field has gone");
        let count = async || company.rows("SELECT COUNT(*) FROM field_values WHERE company_id = $1", 1).await;
        let indexed = count().await?[0][0].as_u64().unwrap_or_default();
        assert_eq!(company.keep_house().await?, 3, "one for each deal that had a value");
        assert_eq!(count().await?, [[json!(indexed - 3)]]);
    }
    Ok(())
}
