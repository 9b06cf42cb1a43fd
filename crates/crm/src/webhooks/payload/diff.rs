//! Records as lists of members, and the difference of two of them.

use crate::json::Json;
use std::borrow::Cow;

/// One member of a record that is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub key: Cow<'static, str>,
    pub value: Shown,
}

/// What stands under a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// JSON.
    Whole(String),
    /// Custom fields: codes, and JSON. A change tells only those that have changed.
    Custom(Vec<(String, String)>),
}

/// All members as an object.
pub fn object(members: &[Member]) -> String {
    let mut json = Json::with_capacity(2048);
    json.begin_object();
    for member in members {
        json.text_key(&member.key);
        match &member.value {
            Shown::Whole(value) => json.raw(value),
            Shown::Custom(fields) => write_custom(&mut json, fields.iter().map(|(code, value)| (code.as_str(), value.as_str()))),
        }
    }
    json.end_object();
    text(json)
}

/// The members that have changed, as they were; `None` where none has.
pub fn changed(before: &[Member], after: &[Member]) -> Option<String> {
    let mut json = Json::with_capacity(512);
    json.begin_object();
    for (before, after) in before.iter().zip(after) {
        match (&before.value, &after.value) {
            (Shown::Custom(before_fields), Shown::Custom(after_fields)) => {
                let changed = changed_fields(before_fields, after_fields);
                if !changed.is_empty() {
                    json.text_key(&before.key);
                    write_custom(&mut json, changed.into_iter());
                }
            }
            (Shown::Whole(value), now) if *now != Shown::Whole(value.clone()) => {
                json.text_key(&before.key);
                json.raw(value);
            }
            _ => {}
        }
    }
    json.end_object();
    (json.bytes.len() > 2).then(|| text(json))
}

/// The custom fields that differ, as they were. One that is not there is as good as null: leads tell only those that are set.
fn changed_fields<'a>(before: &'a [(String, String)], after: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    const UNSET: &str = "null";
    let find =
        |fields: &'a [(String, String)], code: &str| fields.iter().find(|(known, _)| known == code).map_or(UNSET, |(_, value)| value);
    let was = before.iter().map(|(code, _)| code.as_str());
    let new = after.iter().map(|(code, _)| code.as_str()).filter(|code| before.iter().all(|(known, _)| known != code));
    let old = |code: &'a str| (code, find(before, code));
    was.chain(new).filter(|code| find(before, code) != find(after, code)).map(old).collect()
}

fn write_custom<'a>(json: &mut Json, fields: impl Iterator<Item = (&'a str, &'a str)>) {
    json.begin_object();
    for (code, value) in fields {
        json.text_key(code);
        json.raw(value);
    }
    json.end_object();
}

/// What was written, which is text because only text was.
pub fn text(json: Json) -> String {
    String::from_utf8(json.into_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(title: &str, fields: &[(&str, &str)]) -> Vec<Member> {
        let fields = fields.iter().map(|(code, value)| ((*code).to_owned(), (*value).to_owned())).collect();
        vec![
            Member { key: "id".into(), value: Shown::Whole("1".to_owned()) },
            Member { key: "custom_fields".into(), value: Shown::Custom(fields) },
            Member { key: "title".into(), value: Shown::Whole(format!("\"{title}\"")) },
        ]
    }

    #[test]
    fn a_change_tells_the_old_values_of_what_has_changed() {
        let before = members("A", &[("a", "1"), ("b", "null"), ("c", "3")]);
        assert_eq!(changed(&before, &before), None);
        assert_eq!(changed(&before, &members("B", &[("a", "1"), ("b", "null"), ("c", "3")])).unwrap(), r#"{"title":"A"}"#);
        let after = members("A", &[("a", "2"), ("b", "5"), ("c", "3")]);
        assert_eq!(changed(&before, &after).unwrap(), r#"{"custom_fields":{"a":1,"b":null}}"#);
    }

    #[test]
    fn what_is_not_listed_is_unset() {
        let (before, after) = (members("A", &[("a", "1")]), members("A", &[("b", "2")]));
        assert_eq!(changed(&before, &after).unwrap(), r#"{"custom_fields":{"a":1,"b":null}}"#);
        assert_eq!(object(&after), r#"{"id":1,"custom_fields":{"b":2},"title":"A"}"#);
    }
}
