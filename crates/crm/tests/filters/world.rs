//! Deals that differ in one field each, of every type.

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

pub struct World {
    pub company: Company,
    pub deals: Deals,
    pub options: BTreeMap<&'static str, Vec<i64>>,
}

const TYPES: [&str; 14] =
    ["varchar", "text", "phone", "double", "monetary", "date", "daterange", "time", "timerange", "enum", "set", "user", "address", "org"];

impl World {
    /// Five deals with all sorts of values. It is noon in London on a Wednesday, two hours later in Tallinn, where the
    /// caller is.
    pub async fn each() -> Outcome<Vec<Self>> {
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
    pub async fn expect(&self, cases: &[(&str, &str, &str, &str, &str)]) -> Outcome {
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
