//! How the gaps of the record that stays are filled (semantics.md 16).

use crate::call::Call;
use crate::custom::FieldType;
use crate::deals;
use crate::persons;
use crate::write::kept_custom;
use penstock_model::{Kind, Money, Place, Record, Value};
use serde_json::{Map, Value as JsonValue};

/// Fields that say something only together with others, which are never empty.
const NEVER_FILLED: &[&str] =
    &["first_name", "last_name", "archive_time", "close_time", "won_time", "lost_time", "lost_reason", "channel_id"];

/// The longest text of a single line, in characters.
const LONGEST_LINE: usize = 255;

/// A deal without a value takes the amount with its currency, one without a channel the channel with its id.
pub fn fill_deal(call: &Call, kept: &mut Record, removed: &Record) {
    let together = |kept: &mut Record, indexes: &[usize]| {
        for index in indexes {
            kept.values[*index] = removed.values[*index].clone();
        }
    };
    if kept.get(deals::VALUE).is_none_or(|value| value == Money::ZERO) {
        together(kept, &[deals::VALUE.index, deals::CURRENCY.index]);
    }
    if kept.get(deals::CHANNEL).is_none() {
        together(kept, &[deals::CHANNEL.index, deals::CHANNEL_ID.index]);
    }
    fill(call, kept, removed, false);
    kept.set(deals::ROT_TIME, call.now);
}

/// A person gets the e-mail addresses and phones of both.
pub fn fill_person(call: &Call, kept: &mut Record, removed: &Record) {
    for col in [persons::EMAILS, persons::PHONES] {
        let both = unite(kept.text(col), removed.text(col));
        kept.set(col, both);
    }
    fill(call, kept, removed, false);
}

/// An organization gets the texts of both, where texts can be put together.
pub fn fill_organization(call: &Call, kept: &mut Record, removed: &Record) {
    fill(call, kept, removed, true);
}

fn fill(call: &Call, kept: &mut Record, removed: &Record, combines_texts: bool) {
    for (index, field) in kept.entity.fields.iter().enumerate() {
        if field.kind == Kind::Custom {
            let both = fill_custom(call, kept, removed, index, combines_texts);
            kept.values[index] = both;
        } else if field.place == Place::Row && field.logged && !NEVER_FILLED.contains(&field.key) && is_empty(&kept.values[index]) {
            kept.values[index] = removed.values[index].clone();
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty() || text.as_ref() == "[]",
        _ => false,
    }
}

fn fill_custom(call: &Call, kept: &Record, removed: &Record, index: usize, combines_texts: bool) -> Value {
    let mut values = kept_custom(&kept.values[index]);
    for (code, value) in kept_custom(&removed.values[index]) {
        let definition = call.directory.field(kept.entity.name, &code);
        match values.get_mut(&code) {
            None => {
                values.insert(code, value);
            }
            Some(own) => {
                let field_type = definition.map(|definition| definition.field_type).filter(|_| combines_texts);
                if let Some(both) = field_type.and_then(|field_type| combined(field_type, own, &value)) {
                    *own = both;
                }
            }
        }
    }
    JsonValue::Object(values).to_string().into()
}

/// Both texts, the own one first: on lines of their own, or with a comma between them where there is only one line.
/// `None` where they cannot be put together or one holds the other already.
fn combined(field_type: FieldType, own: &JsonValue, other: &JsonValue) -> Option<JsonValue> {
    let (own, other) = (own.as_str()?, other.as_str()?);
    if own.contains(other) {
        return None;
    }
    match field_type {
        FieldType::Text => Some(format!("{own}\n{other}").into()),
        FieldType::Varchar | FieldType::VarcharAuto => {
            let both = format!("{own}, {other}");
            (both.chars().count() <= LONGEST_LINE).then(|| both.into())
        }
        _ => None,
    }
}

/// The rows of both lists, each value once. The primary row of the first list stays the only one.
fn unite(kept: Option<&str>, removed: Option<&str>) -> String {
    let parse =
        |list: Option<&str>| -> Vec<Map<String, JsonValue>> { list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default() };
    let value = |row: &Map<String, JsonValue>| row.get("value").and_then(JsonValue::as_str).unwrap_or_default().to_lowercase();
    let mut rows = parse(kept);
    let has_own = !rows.is_empty();
    for mut row in parse(removed) {
        if rows.iter().any(|known| value(known) == value(&row)) {
            continue;
        }
        if has_own {
            row.insert("primary".to_owned(), false.into());
        }
        rows.push(row);
    }
    JsonValue::from(rows.into_iter().map(JsonValue::Object).collect::<Vec<_>>()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_united_around_the_primary_one_that_stays() {
        let kept = r#"[{"value":"a@x.org","label":"work","primary":true}]"#;
        let removed = r#"[{"value":"A@X.org","label":"home","primary":false},{"value":"b@x.org","label":"home","primary":true}]"#;
        let both = r#"[{"value":"a@x.org","label":"work","primary":true},{"value":"b@x.org","label":"home","primary":false}]"#;
        assert_eq!(unite(Some(kept), Some(removed)), both);
        assert_eq!(unite(Some("[]"), Some(removed)), removed);
        assert_eq!(unite(Some(kept), Some("[]")), kept);
    }

    #[test]
    fn texts_are_combined_where_they_fit() {
        let join = |field_type, own: &str, other: &str| combined(field_type, &own.into(), &other.into());
        assert_eq!(join(FieldType::Text, "one", "two"), Some("one\ntwo".into()));
        assert_eq!(join(FieldType::Varchar, "one", "two"), Some("one, two".into()));
        assert_eq!(join(FieldType::Varchar, "one, two", "two"), None);
        assert_eq!(join(FieldType::Varchar, &"x".repeat(200), &"y".repeat(54)), None);
        assert_eq!(join(FieldType::Phone, "1", "2"), None);
        assert_eq!(combined(FieldType::Double, &1.into(), &2.into()), None);
    }
}
