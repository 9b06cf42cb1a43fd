//! Random filters over random deals find what a plain evaluation in memory finds. `PROPTEST_CASES` says how many companies
//! full of deals are tried; a failing one is kept in `regressions.txt`.

mod model;
mod strategies;

use super::company::{Company, Outcome};
use super::{conditions, field_id, ids, save};
use model::{Asked, Deal, Filter, Person, Place, TODAY};
use proptest::prelude::*;
use proptest::test_runner::{Config, FailurePersistence, FileFailurePersistence, TestCaseError, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CASES: u32 = 12;

fn config() -> Config {
    let kept: Box<dyn FailurePersistence> = Box::new(FileFailurePersistence::Direct("tests/filters/random/regressions.txt"));
    let default = Config { failure_persistence: Some(kept), max_shrink_iters: 200, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { Config { cases: CASES, ..default } }
}

#[test]
fn random_filters_find_what_memory_finds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for company in runtime.block_on(Company::each()).unwrap() {
        let mut system = runtime.block_on(System::new(company)).unwrap();
        let cell = std::cell::RefCell::new(&mut system);
        TestRunner::new(config())
            .run(&strategies::case(), |(persons, deals, filters)| {
                let mut system = cell.borrow_mut();
                runtime.block_on(async {
                    system.fill(&persons, &deals).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
                    for filter in &filters {
                        system.compare(&persons, &deals, filter).await?;
                    }
                    Ok(())
                })
            })
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// A company with a custom field of each tried type, and what is in it at the moment.
struct System {
    company: Company,
    codes: BTreeMap<Place, String>,
    fields: BTreeMap<Place, i64>,
    /// The ids of the three options of the fields that have some.
    options: BTreeMap<Place, Vec<i64>>,
    persons: Vec<i64>,
    deals: Vec<i64>,
}

/// The key or type of the field at a place.
fn name(place: Place) -> &'static str {
    match place {
        Place::Title => "title",
        Place::Value => "value",
        Place::Status => "status",
        Place::Closing => "expected_close_date",
        Place::Labels => "label",
        Place::PersonName => "name",
        Place::Text => "varchar",
        Place::Number => "double",
        Place::Amount => "monetary",
        Place::Date => "date",
        Place::Range => "daterange",
        Place::Choice => "enum",
        Place::Set => "set",
        Place::PersonNumber => "double",
    }
}

fn object(place: Place) -> &'static str {
    if matches!(place, Place::PersonName | Place::PersonNumber) { "person" } else { "deal" }
}

impl System {
    async fn new(company: Company) -> Outcome<Self> {
        company.at(&format!("{TODAY} 12:00:00"))?;
        let mut system = System {
            company,
            codes: BTreeMap::new(),
            fields: BTreeMap::new(),
            options: BTreeMap::new(),
            persons: Vec::new(),
            deals: Vec::new(),
        };
        for place in Place::ALL {
            if place.is_custom() {
                let mut body = json!({"field_name": name(place), "field_type": name(place)});
                if matches!(place, Place::Choice | Place::Set) {
                    body["options"] = ["one", "two", "three"].map(|label| json!({"label": label})).into();
                }
                let field = system.company.data("POST", &format!("/api/v2/{}Fields", object(place)), body).await?;
                system.codes.insert(place, field["field_code"].as_str().ok_or("no code")?.to_owned());
                let options = field["options"].as_array().into_iter().flatten().filter_map(|option| option["id"].as_i64());
                system.options.insert(place, options.collect());
            }
            system.fields.insert(place, field_id(&system.company, object(place), name(place)).await?);
        }
        system.options.insert(Place::Labels, vec![9, 10, 11]);
        Ok(system)
    }

    /// Puts these persons and deals in the place of those that were there.
    async fn fill(&mut self, persons: &[Person], deals: &[Deal]) -> Outcome {
        for (collection, ids) in [("deals", &mut self.deals), ("persons", &mut self.persons)] {
            for ids in std::mem::take(ids).chunks(100) {
                let ids: Vec<_> = ids.iter().map(i64::to_string).collect();
                self.company.data("DELETE", &format!("/v1/{collection}?ids={}", ids.join(",")), Value::Null).await?;
            }
        }
        for person in persons {
            let custom = json!({(self.codes[&Place::PersonNumber].as_str()): person.number});
            let made = self.company.data("POST", "/api/v2/persons", json!({"name": person.name, "custom_fields": custom})).await?;
            self.persons.push(made["id"].as_i64().ok_or("no id")?);
        }
        for deal in deals {
            let made = self.company.data("POST", "/api/v2/deals", self.body(deal)).await?;
            self.deals.push(made["id"].as_i64().ok_or("no id")?);
        }
        Ok(())
    }

    fn body(&self, deal: &Deal) -> Value {
        let pick = |place: Place, nth: &usize| self.options[&place][*nth];
        let mut custom = serde_json::Map::new();
        let mut set = |place: Place, value: Value| custom.insert(self.codes[&place].clone(), value);
        set(Place::Text, json!(deal.text));
        set(Place::Number, json!(deal.number));
        set(Place::Amount, deal.amount.map_or(Value::Null, |(amount, currency)| json!({"value": amount, "currency": currency})));
        set(Place::Date, json!(deal.date));
        set(Place::Range, deal.range.as_ref().map_or(Value::Null, |(from, until)| json!({"value": from, "until": until})));
        set(Place::Choice, json!(deal.choice.as_ref().map(|nth| pick(Place::Choice, nth))));
        if !deal.set.is_empty() {
            set(Place::Set, deal.set.iter().map(|nth| pick(Place::Set, nth)).collect());
        }
        json!({
            "title": deal.title, "value": deal.value.0, "currency": deal.value.1, "status": deal.status,
            "expected_close_date": deal.closing, "person_id": deal.person.map(|nth| self.persons[nth]),
            "label_ids": deal.labels.iter().map(|nth| pick(Place::Labels, nth)).collect::<Vec<_>>(),
            "custom_fields": custom,
        })
    }

    fn condition(&self, asked: &Asked) -> Value {
        let option = |nth: &usize| self.options[&asked.place][*nth].to_string();
        let value = match (asked.place, &asked.options) {
            (Place::Choice | Place::Set | Place::Labels, options) if !options.is_empty() => {
                Some(options.iter().map(option).collect::<Vec<_>>().join(","))
            }
            _ => asked.value.clone(),
        };
        json!({"object": object(asked.place), "field_id": self.fields[&asked.place], "operator": asked.operator, "value": value,
            "extra_value": asked.currency})
    }

    async fn compare(&self, persons: &[Person], deals: &[Deal], filter: &Filter) -> Result<(), TestCaseError> {
        let [all, any] = [&filter.all, &filter.any].map(|group| group.iter().map(|asked| self.condition(asked)).collect::<Vec<_>>());
        let found = self.found(&all, &any).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let expected: Vec<_> = (0..deals.len()).filter(|nth| filter.holds(&deals[*nth], persons)).map(|nth| self.deals[nth]).collect();
        prop_assert_eq!(found, expected, "{}", conditions(&all, &any));
        Ok(())
    }

    async fn found(&self, all: &[Value], any: &[Value]) -> Outcome<Vec<i64>> {
        let filter = save(&self.company, "deals", all, any).await?;
        ids(&self.company, &format!("/api/v2/deals?limit=500&filter_id={filter}")).await
    }
}
