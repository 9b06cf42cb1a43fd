//! Arguments as agents send them, checked before anything runs. Numbers may come as text, lists as one text with commas,
//! and some words go by two names; anything else is refused with what would be right.

use crate::resolve::Input;
use crate::tool::Kind;
use jiff::civil;
use jiff::tz::TimeZone;
use serde_json::{Map, Number, Value};
use std::str::FromStr;
use uuid::Uuid;

/// Arguments by the names of the tool, each of its kind.
pub type Arguments = Map<String, Value>;

/// Words that mean the same.
const ALIASES: &[(&str, &str)] = &[
    ("org_id", "organization_id"),
    ("user_id", "owner_id"),
    ("user_id", "assignee_id"),
    ("email", "emails"),
    ("phone", "phones"),
    ("labels", "label_ids"),
    ("term", "query"),
];

/// The arguments of a call, or everything that is wrong with them.
pub fn check(inputs: &[Input], given: Map<String, Value>, may_clear: bool) -> Result<Arguments, Vec<String>> {
    let mut wrong = Vec::new();
    let mut arguments = Arguments::new();
    for (name, value) in given {
        let Some(input) = find(inputs, &name) else {
            wrong.push(unknown(inputs, &name));
            continue;
        };
        if value.is_null() {
            // Null empties a field; where there is nothing to empty it is as good as absent.
            if may_clear && !input.required {
                arguments.insert(input.name.to_owned(), Value::Null);
            }
            continue;
        }
        match read(input.kind, value) {
            Ok(value) => {
                arguments.insert(input.name.to_owned(), value);
            }
            Err(right) => wrong.push(format!("{name}: must be {right}")),
        }
    }
    for input in inputs.iter().filter(|input| input.required) {
        if !arguments.contains_key(input.name) && !wrong.iter().any(|text| text.starts_with(&format!("{}:", input.name))) {
            wrong.push(format!("{}: is required, {}", input.name, described(input.kind)));
        }
    }
    if wrong.is_empty() { Ok(arguments) } else { Err(wrong) }
}

fn find<'a>(inputs: &'a [Input], name: &str) -> Option<&'a Input> {
    let named = |name: &str| inputs.iter().find(|input| input.name == name);
    named(name).or_else(|| {
        ALIASES.iter().find_map(|(one, other)| match name {
            _ if name == *one => named(other),
            _ if name == *other => named(one),
            _ => None,
        })
    })
}

fn unknown(inputs: &[Input], name: &str) -> String {
    let names: Vec<_> = inputs.iter().map(|input| input.name).collect();
    if names.is_empty() {
        return format!("{name}: this tool takes no arguments");
    }
    format!("{name}: there is no such argument; there are {}", names.join(", "))
}

fn read(kind: Kind, value: Value) -> Result<Value, String> {
    read_as(kind, value).ok_or_else(|| described(kind))
}

/// What would be right.
fn described(kind: Kind) -> String {
    match kind {
        Kind::Id => "an id, a whole number from 1".to_owned(),
        Kind::Int(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Number(least) if least > f64::MIN => format!("a number, at least {least}"),
        Kind::Number(_) => "a number".to_owned(),
        Kind::Text(0) => "a text that is not empty".to_owned(),
        Kind::Text(longest) => format!("a text of 1 to {longest} characters"),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Words([]) => "a list of words".to_owned(),
        Kind::Words(words) => format!("a list of words from {}", words.join(", ")),
        Kind::Bool | Kind::Switch | Kind::Mine => "true or false".to_owned(),
        Kind::Date => "a day, as 2026-01-31".to_owned(),
        Kind::Time => "a time, as 2026-01-31T12:00:00Z".to_owned(),
        Kind::Uuid => "a UUID".to_owned(),
        Kind::Ids => "a list of 1 to 100 ids".to_owned(),
        Kind::Object => "an object".to_owned(),
        Kind::Custom(_) => "an object with names or keys of custom fields".to_owned(),
        Kind::Objects => "a list of objects".to_owned(),
        Kind::Any => "a value".to_owned(),
        Kind::Contacts => "a text, a list of texts, or a list of objects with value, label and primary".to_owned(),
        Kind::Address => "an address as text, or an object with value".to_owned(),
        Kind::Visibility => "one of 1 (owner), 3 (group), 5 (group and below), 7 (everyone)".to_owned(),
        Kind::Labels(_) => "a list of names or ids of labels".to_owned(),
        Kind::Field(_) => "the name or the key of a field".to_owned(),
        Kind::Order => "a field and a direction, as update_time DESC".to_owned(),
    }
}

fn read_as(kind: Kind, value: Value) -> Option<Value> {
    match kind {
        Kind::Id => whole(&value).filter(|id| *id >= 1).map(Value::from),
        Kind::Int(least, most) => whole(&value).filter(|number| (least..=most).contains(number)).map(Value::from),
        Kind::Number(least) => number(value).filter(|number| number.as_f64().is_some_and(|number| number >= least || least == f64::MIN)),
        Kind::Text(longest) => text(value)
            .filter(|text| {
                let length = text.chars().count();
                length > 0 && (longest == 0 || length <= longest as usize) && !text.contains('\0')
            })
            .map(Value::from),
        Kind::Field(_) | Kind::Order => text(value).filter(|text| !text.is_empty()).map(Value::from),
        Kind::Choice(words) => choice(value, words),
        Kind::Words(words) => {
            let chosen: Option<Vec<Value>> = list(value)?.into_iter().map(|word| word_of(word, words)).collect();
            chosen.filter(|words| !words.is_empty()).map(Value::from)
        }
        Kind::Bool | Kind::Mine => flag(&value).map(Value::from),
        Kind::Switch => flag(&value).map(|flag| i64::from(flag).into()),
        Kind::Date => text(value).filter(|text| civil::Date::from_str(text).is_ok() && text.len() == 10).map(Value::from),
        Kind::Time => text(value).and_then(|text| instant(&text)).map(Value::from),
        Kind::Uuid => text(value).filter(|text| Uuid::try_parse(text).is_ok()).map(Value::from),
        Kind::Ids => {
            let ids: Option<Vec<i64>> = list(value)?.iter().map(|id| whole(id).filter(|id| *id >= 1)).collect();
            ids.filter(|ids| (1..=100).contains(&ids.len())).map(Value::from)
        }
        Kind::Object | Kind::Custom(_) => object(value),
        Kind::Objects => {
            let items: Option<Vec<Value>> = list(value)?.into_iter().map(object).collect();
            items.map(Value::from)
        }
        Kind::Any => Some(value),
        Kind::Contacts => contacts(value),
        Kind::Address => match value {
            Value::String(text) if !text.is_empty() => Some(Value::String(text)),
            Value::Object(_) => Some(value),
            _ => None,
        },
        Kind::Visibility => whole(&value).filter(|who| [1, 3, 5, 7].contains(who)).map(Value::from),
        Kind::Labels(_) => list(value).map(Value::from),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15).map(|number| number as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn number(value: Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value),
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => Some(number.into()),
            Err(_) => Number::from_f64(text.trim().parse().ok()?).map(Value::Number),
        },
        _ => None,
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A word of a list in any case, or its only likeness.
fn choice(value: Value, words: &[&str]) -> Option<Value> {
    word_of(Value::String(text(value)?), words)
}

fn word_of(value: Value, words: &[&str]) -> Option<Value> {
    let text = text(value)?;
    if words.is_empty() {
        return (!text.is_empty()).then_some(Value::String(text));
    }
    words.iter().find(|word| word.eq_ignore_ascii_case(text.trim())).map(|word| Value::from(*word))
}

/// A list, also of one, also as text with commas, also as JSON in a text.
fn list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::String(text) if text.trim_start().starts_with('[') => serde_json::from_str(&text).ok(),
        Value::String(text) => Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Value::from).collect()),
        Value::Number(_) | Value::Object(_) => Some(vec![value]),
        Value::Null | Value::Bool(_) => None,
    }
}

/// An object, also as JSON in a text.
fn object(value: Value) -> Option<Value> {
    match value {
        Value::Object(_) => Some(value),
        Value::String(text) => serde_json::from_str(&text).ok().filter(Value::is_object),
        _ => None,
    }
}

fn contacts(value: Value) -> Option<Value> {
    let items: Option<Vec<Value>> = list(value)?
        .into_iter()
        .enumerate()
        .map(|(at, item)| match item {
            Value::String(text) if !text.is_empty() => Some(serde_json::json!({"value": text, "primary": at == 0, "label": "work"})),
            Value::Object(members) if members.get("value").is_some_and(Value::is_string) => Some(Value::Object(members)),
            _ => None,
        })
        .collect();
    items.map(Value::from)
}

/// A time in UTC with whole seconds, from any of the usual ways to write one. One without a zone is in UTC.
pub fn instant(text: &str) -> Option<String> {
    let time = match jiff::Timestamp::from_str(text) {
        Ok(time) => time,
        Err(_) => civil::DateTime::from_str(text).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp(),
    };
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(name: &'static str, kind: Kind, required: bool) -> Input {
        Input { required, ..Input::here(name, kind) }
    }

    fn object_of(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn takes_arguments_in_the_ways_agents_write_them() {
        let inputs = [
            input("org_id", Kind::Id, false),
            input("ids", Kind::Ids, false),
            input("done", Kind::Bool, false),
            input("since", Kind::Time, false),
            input("status", Kind::Choice(&["open", "won"]), false),
            input("email", Kind::Contacts, false),
        ];
        let given = json!({"organization_id": "7", "ids": "1, 2", "done": "1", "since": "2026-01-31 10:00:00", "status": "Won", "email": "a@b.example"});
        let read = check(&inputs, object_of(given), false).unwrap();
        assert_eq!(
            Value::Object(read),
            json!({"org_id": 7, "ids": [1, 2], "done": true, "since": "2026-01-31T10:00:00Z", "status": "won",
                   "email": [{"value": "a@b.example", "primary": true, "label": "work"}]})
        );
    }

    #[test]
    fn says_everything_that_is_wrong_and_what_would_be_right() {
        let inputs = [input("id", Kind::Id, true), input("limit", Kind::Int(1, 500), false)];
        let wrong = check(&inputs, object_of(json!({"limit": 501, "stage": 3})), false).unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong.iter().any(|text| text == "limit: must be a whole number from 1 to 500"));
        assert!(wrong.iter().any(|text| text.starts_with("stage: there is no such argument; there are id, limit")));
        assert!(wrong.iter().any(|text| text.starts_with("id: is required")));
    }

    #[test]
    fn null_empties_a_field_only_where_there_is_one() {
        let inputs = [input("value", Kind::Number(f64::MIN), false)];
        assert_eq!(check(&inputs, object_of(json!({"value": null})), true).unwrap()["value"], Value::Null);
        assert!(check(&inputs, object_of(json!({"value": null})), false).unwrap().is_empty());
    }
}
