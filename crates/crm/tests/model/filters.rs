//! A saved filter finds exactly the records for which the model says that its conditions hold.

use super::reference::{Deal, State, Status};
use super::system::{Checked, System};
use penstock_crm::Method::{Get, Post};
use penstock_crm::Version::V1;
use proptest::prop_assert_eq;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The ids of the fields of one object, by key.
type Fields = BTreeMap<String, i64>;

/// A condition, and for which records it holds.
type Condition<'a, T> = (Value, Box<dyn Fn(&T) -> bool + 'a>);

impl System<'_> {
    pub async fn compare_filters(&self, state: &State) -> Checked {
        self.filter_deals(state).await?;
        self.filter_activities(state).await?;
        self.filter_contacts(state).await
    }

    async fn filter_deals(&self, state: &State) -> Checked {
        let fields = self.fields("deal").await;
        let is = |key: &str, operator: &str, value: Value| condition("deal", &fields, key, operator, value);
        let mut conditions: Vec<Condition<Deal>> = vec![
            (is("status", "=", json!("open")), Box::new(|deal| deal.status == Status::Open)),
            (is("status", "!=", json!("won")), Box::new(|deal| deal.status != Status::Won)),
            (is("value", ">", json!("2")), Box::new(|deal| deal.value > 2)),
            (is("value", "<=", json!("1")), Box::new(|deal| deal.value <= 1)),
            (is("title", "LIKE '%$%'", json!("a")), Box::new(|deal| folded(&deal.title).contains('a'))),
            (is("title", "LIKE '$%'", json!("o")), Box::new(|deal| folded(&deal.title).starts_with('o'))),
            (is("person_id", "IS NULL", Value::Null), Box::new(|deal| deal.person.is_none())),
            (is("org_id", "IS NOT NULL", Value::Null), Box::new(|deal| deal.organization.is_some())),
            (is("stage_id", "=", json!(self.stages[0].to_string())), Box::new(|deal| deal.stage == 0)),
        ];
        for (nth, id) in self.persons.iter().enumerate().take(2) {
            conditions.push((is("person_id", "=", json!(id.to_string())), Box::new(move |deal| deal.person == Some(nth))));
        }
        for (nth, id) in self.organizations.iter().enumerate().take(2) {
            conditions.push((is("org_id", "=", json!(id.to_string())), Box::new(move |deal| deal.organization == Some(nth))));
        }
        let visible = state.deals.iter().enumerate().filter(|(_, deal)| !deal.deleted && !deal.archived);
        let records: Vec<_> = visible.map(|(nth, deal)| (self.deals[nth], deal)).collect();
        self.check("deals", "/api/v2/deals", &conditions, &records).await
    }

    async fn filter_activities(&self, state: &State) -> Checked {
        let fields = self.fields("activity").await;
        let is = |key: &str, operator: &str, value: Value| condition("activity", &fields, key, operator, value);
        let conditions: Vec<Condition<super::agenda::Activity>> = vec![
            (is("done", "=", json!("1")), Box::new(|activity| activity.done)),
            (is("done", "=", json!("0")), Box::new(|activity| !activity.done)),
            (is("due_date", "<", json!("2030-01-05")), Box::new(|activity| activity.due < 5)),
            (is("subject", "LIKE '%$%'", json!("e")), Box::new(|activity| folded(&activity.subject).contains('e'))),
            (is("org_id", "IS NULL", Value::Null), Box::new(|activity| activity.organization.is_none())),
        ];
        let live = state.activities.iter().enumerate().filter(|(_, activity)| !activity.deleted);
        let records: Vec<_> = live.map(|(nth, activity)| (self.activities[nth], activity)).collect();
        self.check("activity", "/api/v2/activities", &conditions, &records).await
    }

    async fn filter_contacts(&self, state: &State) -> Checked {
        let fields = self.fields("person").await;
        let is = |key: &str, operator: &str, value: Value| condition("person", &fields, key, operator, value);
        let conditions: Vec<Condition<super::reference::Person>> = vec![
            (is("name", "LIKE '$%'", json!("u")), Box::new(|person| folded(&person.name).starts_with('u'))),
            (is("name", "LIKE '%$%'", json!("i")), Box::new(|person| folded(&person.name).contains('i'))),
            (is("org_id", "IS NOT NULL", Value::Null), Box::new(|person| person.organization.is_some())),
        ];
        let live = state.persons.iter().enumerate().filter(|(_, person)| !person.deleted);
        let records: Vec<_> = live.map(|(nth, person)| (self.persons[nth], person)).collect();
        self.check("people", "/api/v2/persons", &conditions, &records).await
    }

    async fn fields(&self, object: &str) -> Fields {
        let answer = self.call(V1, Get, &format!("/{object}Fields?limit=500"), None).await.ok();
        let rows = answer.data().as_array().into_iter().flatten();
        rows.filter_map(|row| Some((row["key"].as_str()?.to_owned(), row["id"].as_i64()?))).collect()
    }

    /// Each condition with the two after it: first of all of which one must hold, then as one that must and two of which one must.
    async fn check<T>(&self, of: &str, list: &str, conditions: &[Condition<'_, T>], records: &[(i64, &T)]) -> Checked {
        for nth in 0..conditions.len() {
            let [one, two, three] = [0, 1, 2].map(|more| &conditions[(nth + more) % conditions.len()]);
            let both = records.iter().filter(|(_, record)| one.1(record) && two.1(record));
            self.find(of, list, &[&one.0, &two.0], &[], both).await?;
            let mixed = records.iter().filter(|(_, record)| one.1(record) && (two.1(record) || three.1(record)));
            self.find(of, list, &[&one.0], &[&two.0, &three.0], mixed).await?;
        }
        Ok(())
    }

    async fn find<'r, T: 'r>(
        &self,
        of: &str,
        list: &str,
        all: &[&Value],
        any: &[&Value],
        expected: impl Iterator<Item = &'r (i64, &'r T)>,
    ) -> Checked {
        let groups = json!({"glue": "and", "conditions": [{"glue": "and", "conditions": all}, {"glue": "or", "conditions": any}]});
        let body = json!({"name": "Of the model", "type": of, "conditions": groups});
        let filter = self.call(V1, Post, "/filters", Some(body)).await.ok().data()["id"].clone();
        let target = list.trim_start_matches("/api/v2");
        let answer = self.call(penstock_crm::Version::V2, Get, &format!("{target}?limit=500&filter_id={filter}"), None).await.ok();
        let found: Vec<_> = answer.data().as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect();
        prop_assert_eq!(found, expected.map(|(id, _)| *id).collect::<Vec<_>>(), "{}", groups);
        Ok(())
    }
}

fn condition(object: &str, fields: &Fields, key: &str, operator: &str, value: Value) -> Value {
    json!({"object": object, "field_id": fields[key].to_string(), "operator": operator, "value": value, "extra_value": null})
}

/// As filters compare texts: without case.
fn folded(text: &str) -> String {
    text.to_lowercase()
}
