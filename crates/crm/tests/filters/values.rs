//! Each operator by each type of value that is no time.

use super::company::Outcome;
use super::condition;
use super::world::World;
use serde_json::{Value, json};

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
