//! What conditions of filters mean, by the sort of value they look at.

use super::reference::Nth;
use super::system::System;
use penstock_crm::Method::Get;
use penstock_crm::Version::V1;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A condition as filters send it, and for which records it holds.
pub struct Condition<'a> {
    pub sent: Value,
    pub holds: Box<dyn Fn(Nth) -> bool + 'a>,
}

/// What a field of a record holds, or that field of all records that hang on it: the condition wants one that is so.
type Values<'a, V> = Rc<dyn Fn(Nth) -> Vec<Option<V>> + 'a>;

const NULLS: [&str; 2] = ["IS NULL", "IS NOT NULL"];
const SAME: [&str; 2] = ["=", "!="];
const ORDER: [&str; 4] = ["<", "<=", ">", ">="];
const TITLES: [&str; 7] = ["=", "LIKE '$%'", "NOT LIKE '$%'", "LIKE '%$%'", "NOT LIKE '%$%'", "LIKE '%$'", "NOT LIKE '%$'"];

/// The ids of the fields of each object, by key.
pub struct Fields(BTreeMap<&'static str, BTreeMap<String, i64>>);

impl Fields {
    pub async fn of(system: &System<'_>) -> Self {
        let mut all = BTreeMap::new();
        for object in ["deal", "person", "organization", "activity", "product", "lead"] {
            let answer = system.call(V1, Get, &format!("/{object}Fields?limit=500"), None).await.ok();
            let rows = answer.data().as_array().into_iter().flatten();
            let ids = rows.filter_map(|row| Some((row["key"].as_str()?.to_owned(), row["id"].as_i64()?)));
            all.insert(object, ids.collect());
        }
        Fields(all)
    }
}

/// Conditions on the records of one filter. Fields are called `object.key`.
pub struct Conditions<'a> {
    fields: &'a Fields,
    pub all: Vec<Condition<'a>>,
}

impl<'a> Conditions<'a> {
    pub fn new(fields: &'a Fields) -> Self {
        Conditions { fields, all: Vec::new() }
    }

    fn add<V: 'a>(
        &mut self,
        field: &str,
        operator: &'static str,
        sent: Value,
        of: &Values<'a, V>,
        holds: impl Fn(Option<&V>) -> bool + 'a,
    ) {
        let (object, key) = field.split_once('.').unwrap();
        let id = self.fields.0[object][key].to_string();
        let sent = json!({"object": object, "field_id": id, "operator": operator, "value": sent, "extra_value": null});
        let of = Rc::clone(of);
        self.all.push(Condition { sent, holds: Box::new(move |nth| of(nth).iter().any(|value| holds(value.as_ref()))) });
    }

    /// A text that is never empty, compared without case.
    pub fn title(&mut self, field: &str, wanted: &[&str], of: impl Fn(Nth) -> Vec<Option<String>> + 'a) {
        let of: Values<String> = Rc::new(of);
        for (wanted, operator) in wanted.iter().flat_map(|wanted| TITLES.map(|operator| (*wanted, operator))) {
            let small = wanted.to_lowercase();
            self.add(field, operator, json!(wanted), &of, move |text| text_is(operator, &text.unwrap().to_lowercase(), &small));
        }
        self.nulls(field, &of);
    }

    /// A text that may be compared with `!=`, too.
    pub fn text(&mut self, field: &str, wanted: &[&str], of: impl Fn(Nth) -> Vec<Option<String>> + 'a) {
        let of = Rc::new(of);
        for wanted in wanted {
            let (values, small): (Values<String>, _) = (of.clone(), wanted.to_lowercase());
            self.add(field, "!=", json!(wanted), &values, move |text| text.unwrap().to_lowercase() != small);
        }
        self.title(field, wanted, move |nth| of(nth));
    }

    /// Numbers, amounts and days.
    pub fn ordered<V: PartialOrd + 'a>(&mut self, field: &str, wanted: Vec<(String, V)>, of: impl Fn(Nth) -> Vec<Option<V>> + 'a) {
        let of: Values<V> = Rc::new(of);
        for (sent, wanted) in wanted {
            let wanted = Rc::new(wanted);
            for operator in SAME.into_iter().chain(ORDER) {
                let wanted = Rc::clone(&wanted);
                self.add(field, operator, json!(sent), &of, move |value| is_ordered(operator, value, &wanted));
            }
        }
        self.nulls(field, &of);
    }

    /// Options and references.
    pub fn same<V: PartialEq + 'a>(&mut self, field: &str, wanted: Vec<(String, V)>, of: impl Fn(Nth) -> Vec<Option<V>> + 'a) {
        let of: Values<V> = Rc::new(of);
        for (sent, wanted) in wanted {
            let wanted = Rc::new(wanted);
            for operator in SAME {
                let wanted = Rc::clone(&wanted);
                self.add(field, operator, json!(sent), &of, move |value| (value == Some(&*wanted)) == (operator == "="));
            }
        }
        self.nulls(field, &of);
    }

    /// One condition on a text of what there may be several of.
    pub fn one_of(&mut self, field: &str, wanted: &'static str, of: impl Fn(Nth) -> Vec<Option<String>> + 'a) {
        let of: Values<String> = Rc::new(of);
        self.add(field, "LIKE '%$%'", json!(wanted), &of, move |text| text.unwrap().to_lowercase().contains(wanted));
    }

    /// One condition on a number of what there may be several of.
    pub fn more_than(&mut self, field: &str, wanted: i64, of: impl Fn(Nth) -> Vec<Option<i64>> + 'a) {
        let of: Values<i64> = Rc::new(of);
        self.add(field, ">", json!(wanted.to_string()), &of, move |number| number.is_some_and(|number| *number > wanted));
    }

    fn nulls<V: 'a>(&mut self, field: &str, of: &Values<'a, V>) {
        for operator in NULLS {
            self.add(field, operator, Value::Null, of, move |value| value.is_none() == (operator == "IS NULL"));
        }
    }
}

fn text_is(operator: &str, text: &str, wanted: &str) -> bool {
    match operator {
        "=" => text == wanted,
        "LIKE '$%'" => text.starts_with(wanted),
        "NOT LIKE '$%'" => !text.starts_with(wanted),
        "LIKE '%$%'" => text.contains(wanted),
        "NOT LIKE '%$%'" => !text.contains(wanted),
        "LIKE '%$'" => text.ends_with(wanted),
        _ => !text.ends_with(wanted),
    }
}

fn is_ordered<V: PartialOrd>(operator: &str, value: Option<&V>, wanted: &V) -> bool {
    match operator {
        "=" => value == Some(wanted),
        "!=" => value != Some(wanted),
        "<" => value.is_some_and(|value| value < wanted),
        "<=" => value.is_some_and(|value| value <= wanted),
        ">" => value.is_some_and(|value| value > wanted),
        _ => value.is_some_and(|value| value >= wanted),
    }
}
