//! The rows of the value index.

use crate::field_values::{field_number, folded, money_key, number_key, text_key};
use crate::sql::{Insert, Statement};
use penstock_model::{Change, CompanyId, Field, Kind, Money, Record, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Field and key, and what else the value has: the currency of an amount, the end of a range, the whole of a long text.
type Rows = BTreeMap<(i64, String), Option<String>>;

/// What a change takes out of the index and puts into it.
#[derive(Debug, Default)]
pub(crate) struct FieldValues {
    gone: Vec<(i64, String)>,
    new: Vec<((i64, String), Option<String>)>,
}

impl FieldValues {
    pub(crate) fn of_change(change: &Change) -> Self {
        let mut before = Rows::new();
        let mut after = Rows::new();
        for (index, field) in change.entity().fields.iter().enumerate().filter(|(_, field)| is_indexed(field)) {
            let stood = change.before.as_ref().map(|record| &record.values[index]);
            let stands = &change.after.values[index];
            if stood != Some(stands) {
                add_differing(field, &change.after, stood, stands, &mut before, &mut after);
            }
        }
        let gone = before.keys().filter(|key| !after.contains_key(*key)).cloned().collect();
        let new = after.into_iter().filter(|(key, extra)| before.get(key) != Some(extra)).collect();
        FieldValues { gone, new }
    }

    /// The rows to insert, in the order of their keys.
    pub(crate) fn rows(&self, company: CompanyId, record: i64) -> impl Iterator<Item = Insert> {
        self.new.iter().map(move |((field, value), extra)| {
            let values = vec![company.into(), record.into(), (*field).into(), value.as_str().into(), extra.as_deref().into()];
            Insert::new(INTO, values).or(REPLACE)
        })
    }

    /// The statements that bring the index up to date: one for all new rows, one for each that goes.
    pub(crate) fn statements(&self, company: CompanyId, record: i64) -> Vec<Statement> {
        let mut statements: Vec<_> = self.gone.iter().map(|key| delete(company, record, key)).collect();
        if !self.new.is_empty() {
            statements.push(Insert::statement(INTO, REPLACE, self.rows(company, record).map(|row| row.values)));
        }
        statements
    }
}

const INTO: &str = "INSERT INTO field_values (company_id, record_id, field, value, extra) VALUES ";
const REPLACE: &str = " ON CONFLICT (company_id, record_id, field, value) DO UPDATE SET extra = excluded.extra";

fn delete(company: CompanyId, record: i64, (field, value): &(i64, String)) -> Statement {
    Statement::new(
        "DELETE FROM field_values WHERE company_id = $1 AND record_id = $2 AND field = $3 AND value = $4",
        vec![company.into(), record.into(), (*field).into(), value.as_str().into()],
    )
}

/// Custom fields, and fields of several options.
fn is_indexed(field: &Field) -> bool {
    field.kind == Kind::Custom || field.field_type == "set"
}

/// Adds the rows of a field before and after; of custom fields only those whose values differ.
fn add_differing(field: &Field, record: &Record, stood: Option<&Value>, stands: &Value, before: &mut Rows, after: &mut Rows) {
    let entity = record.entity.name;
    if field.kind != Kind::Custom {
        for (value, rows) in [(stood, before), (Some(stands), after)] {
            if let Some(list) = value.and_then(Value::as_text).and_then(|text| serde_json::from_str(text).ok()) {
                add(entity, field.key, &list, rows);
            }
        }
        return;
    }
    let (stood, stands) = (members(stood), members(Some(stands)));
    for (code, value) in stood.iter().filter(|(code, value)| stands.get(*code) != Some(value)) {
        add(entity, code, value, before);
    }
    for (code, value) in stands.iter().filter(|(code, value)| stood.get(*code) != Some(value)) {
        add(entity, code, value, after);
    }
}

fn members(custom: Option<&Value>) -> Map<String, Json> {
    custom.and_then(Value::as_text).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Adds the rows of one value in the form in which it is kept.
fn add(entity: &str, code: &str, value: &Json, rows: &mut Rows) {
    let number = |part: &str| field_number(entity, code, part);
    match value {
        Json::Array(items) => rows.extend(items.iter().filter_map(key).map(|(key, extra)| ((number(""), key), extra))),
        Json::Object(parts) => add_parts(parts, number, rows),
        plain => rows.extend(key(plain).map(|(key, extra)| ((number(""), key), extra))),
    }
}

/// Amounts have their currency beside them and ranges their end; the parts of an address are values of their own.
fn add_parts(parts: &Map<String, Json>, number: impl Fn(&str) -> i64, rows: &mut Rows) {
    let Some(main) = parts.get("value") else { return };
    if let Some(Json::String(currency)) = parts.get("currency") {
        let amount = main.to_string().parse::<Money>().ok().map(money_key);
        rows.extend(amount.map(|key| ((number(""), key), Some(currency.clone()))));
        return;
    }
    if let Some(until) = parts.get("until") {
        let end = until.as_str().map(str::to_owned);
        rows.extend(key(main).map(|(key, _)| ((number(""), key), end)));
        return;
    }
    for (part, value) in parts.iter().filter(|(part, _)| !part.starts_with("timezone_")) {
        let part = if part == "value" { "" } else { part };
        rows.extend(key(value).map(|(key, extra)| ((number(part), key), extra)));
    }
}

/// The key of a plain value; a long text stands whole beside it. An empty text is no value.
fn key(value: &Json) -> Option<(String, Option<String>)> {
    match value {
        Json::Number(number) => Some((number_key(number.as_f64()?), None)),
        Json::String(text) if !text.is_empty() => {
            let folded = folded(text);
            let key = text_key(&folded).to_owned();
            let whole = (key.len() < folded.len()).then_some(folded);
            Some((key, whole))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penstock_model::Entity;

    static JAR: Entity = Entity {
        name: "jar",
        title: "Jar",
        table: "jars",
        fields: &[
            Field::new(1, "id", "ID", Kind::Id),
            Field::new(2, "label_ids", "Labels", Kind::Labels),
            Field::new(3, "custom_fields", "Custom fields", Kind::Custom),
        ],
        owned: false,
        hides_by_403: false,
        has_totals: false,
        has_history: false,
        in_directory: false,
        counts: &[],
    };

    fn jar(labels: &str, custom: Json) -> Record {
        let mut jar = Record::blank(&JAR, 1);
        jar.values[1] = labels.into();
        jar.values[2] = custom.to_string().into();
        jar
    }

    #[test]
    fn every_form_of_value_has_its_rows() {
        let custom = serde_json::json!({
            "text": "Ünder", "number": 2, "amount": {"value": 12.5, "currency": "EUR"},
            "range": {"value": "2026-01-01", "until": null}, "time": {"value": "10:00:00", "timezone_id": 1, "timezone_name": "UTC"},
            "place": {"value": "Weir 1", "locality": "Ilm", "country": null}, "empty": "",
        });
        let values = FieldValues::of_change(&Change::insert(jar("[7,9]", custom)));
        let number = |code, part| field_number("jar", code, part);
        let expected: Rows = [
            ((number("label_ids", ""), number_key(7.0)), None),
            ((number("label_ids", ""), number_key(9.0)), None),
            ((number("text", ""), "ünder".to_owned()), None),
            ((number("number", ""), number_key(2.0)), None),
            ((number("amount", ""), money_key("12.5".parse().unwrap())), Some("EUR".to_owned())),
            ((number("range", ""), "2026-01-01".to_owned()), None),
            ((number("time", ""), "10:00:00".to_owned()), None),
            ((number("place", ""), "weir 1".to_owned()), None),
            ((number("place", "locality"), "ilm".to_owned()), None),
        ]
        .into();
        assert_eq!(values.new.into_iter().collect::<Rows>(), expected);
        assert_eq!(values.gone, []);
    }

    #[test]
    fn only_what_differs_is_written() {
        let before = jar("[7,9]", serde_json::json!({"same": "a", "gone": 1, "other": "b"}));
        let after = jar("[9]", serde_json::json!({"same": "a", "other": "c", "range": {"value": "2026-01-01", "until": "2026-01-02"}}));
        let values = FieldValues::of_change(&Change { before: Some(before.clone()), after });
        let number = |code| field_number("jar", code, "");
        let mut gone = vec![(number("label_ids"), number_key(7.0)), (number("gone"), number_key(1.0)), (number("other"), "b".to_owned())];
        gone.sort();
        assert_eq!(values.gone, gone);
        let new: Rows =
            [((number("other"), "c".to_owned()), None), ((number("range"), "2026-01-01".to_owned()), Some("2026-01-02".to_owned()))].into();
        assert_eq!(values.new.into_iter().collect::<Rows>(), new);
        let same = FieldValues::of_change(&Change { before: Some(before.clone()), after: before });
        assert!(same.gone.is_empty() && same.new.is_empty());
    }
}
