//! Answers of a size that an agent can carry.

use crate::pages::Part;
use crate::trouble::Trouble;
use serde_json::{Map, Value, json};

/// The longest answer, in bytes of JSON: some ten thousand tokens.
pub const LARGEST: usize = 32_000;
/// Of a text inside a record, where the record is too long as a whole.
const LONGEST_TEXT: usize = 2_000;
const LONGEST_LIST: usize = 50;

/// How many of these rows fit into an answer.
pub fn fitting(rows: &[Value]) -> usize {
    let mut size = 200;
    for (at, row) in rows.iter().enumerate() {
        size += row.to_string().len() + 1;
        if size > LARGEST {
            return at;
        }
    }
    rows.len()
}

/// A part of a list as an agent sees it.
pub fn list(part: Part) -> Value {
    let mut answer = Map::new();
    answer.insert("count".to_owned(), part.rows.len().into());
    if let Some(total) = part.total {
        answer.insert("total".to_owned(), total.into());
    }
    if let Some(cursor) = part.cursor {
        answer.insert("more".to_owned(), true.into());
        answer.insert("cursor".to_owned(), cursor.into());
    }
    answer.insert("items".to_owned(), part.rows.into());
    if let Some(Value::Object(beside)) = part.beside {
        answer.extend(beside);
    }
    answer.into()
}

/// One thing as an agent sees it: an object, cut where it is too long.
pub fn one(value: Value) -> Result<Value, Trouble> {
    let value = match value {
        Value::Object(_) => value,
        Value::Null => json!({"done": true}),
        other => json!({"value": other}),
    };
    if value.to_string().len() <= LARGEST {
        return Ok(value);
    }
    let mut shorter = cut(value);
    shorter["shortened"] = true.into();
    if shorter.to_string().len() <= LARGEST {
        return Ok(shorter);
    }
    Err(Trouble::new("the answer is too long", "Ask for less with `fields`, narrower conditions, or a smaller period."))
}

fn cut(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > LONGEST_TEXT => {
            let kept: String = text.chars().take(LONGEST_TEXT).collect();
            let rest = text.chars().count() - kept.chars().count();
            format!("{kept}… ({rest} more characters)").into()
        }
        Value::Array(items) if items.len() > LONGEST_LIST => {
            let rest = items.len() - LONGEST_LIST;
            let mut kept: Vec<Value> = items.into_iter().take(LONGEST_LIST).map(cut).collect();
            kept.push(format!("… ({rest} more)").into());
            kept.into()
        }
        Value::Array(items) => items.into_iter().map(cut).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, cut(value))).collect::<Map<_, _>>().into(),
        other => other,
    }
}
