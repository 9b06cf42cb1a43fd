//! The options of a field: how requests give them, and how a list of them changes.

use crate::body;
use crate::directory::FieldOption;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use penstock_model::Time;
use serde_json::Value;
use std::collections::HashSet;
use std::ops::Range;

/// At most so many options in one field (semantics.md 11.1).
const MAX_OPTIONS: usize = 10_000;
const MAX_LABEL: usize = 255;
const COLORS: &[&str] = &["green", "red", "yellow", "blue", "purple", "gray", "brown", "orange", "pink", "dark-gray"];

/// An option as a request gives it; keys that it leaves out are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenOption {
    pub id: Option<i64>,
    pub label: Option<String>,
    pub color: Option<String>,
}

/// Reads a list of options: strictly in v2; in v1 also as JSON text, with plain labels, and ids as text
/// (semantics.md 11.3).
pub fn read(version: Version, given: &Value) -> ApiResult<Vec<GivenOption>> {
    let decoded = match given {
        Value::String(text) if version == Version::V1 => serde_json::from_str(text).unwrap_or_default(),
        _ => Value::Null,
    };
    let list = if decoded.is_null() { given } else { &decoded };
    let items = list.as_array().ok_or_else(|| refuse("The value is not a valid 'array'"))?;
    read_list(version, items)
}

pub fn read_list(version: Version, items: &[Value]) -> ApiResult<Vec<GivenOption>> {
    items.iter().map(|item| read_one(version, item)).collect()
}

/// How many of these options are new.
pub fn count_new(given: &[GivenOption]) -> i64 {
    given.iter().filter(|option| option.id.is_none()).count() as i64
}

fn refuse(problem: &str) -> ApiError {
    ApiError::invalid_key("options", problem)
}

fn read_one(version: Version, item: &Value) -> ApiResult<GivenOption> {
    let strict = version == Version::V2;
    let members = match item {
        Value::Object(members) => members,
        Value::String(text) if !strict => return Ok(GivenOption { id: None, label: Some(label(text)?), color: None }),
        _ => return Err(refuse("The value is not a valid 'object'")),
    };
    if let Some(unknown) = members.keys().find(|key| strict && !["id", "label", "color"].contains(&key.as_str())) {
        return Err(refuse(&format!("{unknown} is not allowed")));
    }
    let present = |key: &str| members.get(key).filter(|value| !value.is_null());
    let id = match present("id") {
        None => None,
        Some(id) => {
            let number = if strict { id.as_i64() } else { body::int(id) };
            Some(number.ok_or_else(|| refuse("id: The value is not a valid 'number'"))?)
        }
    };
    let label = match present("label") {
        None => None,
        Some(Value::String(text)) => Some(label(text)?),
        Some(Value::Number(number)) if !strict => Some(number.to_string()),
        Some(_) => return Err(refuse("label: The value is not a valid 'string'")),
    };
    let color = match present("color") {
        None => None,
        Some(Value::String(word)) if COLORS.contains(&word.as_str()) => Some(word.clone()),
        Some(_) => return Err(refuse(&format!("color must be one of {}", COLORS.join(", ")))),
    };
    Ok(GivenOption { id, label, color })
}

fn label(text: &str) -> ApiResult<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_LABEL {
        return Err(refuse(&format!("label must have 1 to {MAX_LABEL} characters")));
    }
    Ok(text.to_owned())
}

/// The options of one field on their way through a change, with those that were deleted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OptionList {
    pub live: Vec<FieldOption>,
    pub deleted: Vec<FieldOption>,
}

impl OptionList {
    /// Adds options with the ids of a reserved block. Answers the new ones.
    pub fn add(&mut self, given: &[GivenOption], ids: Range<i64>, now: Time) -> ApiResult<Vec<FieldOption>> {
        if given.iter().any(|option| option.id.is_some()) {
            return Err(refuse("a new option must not bring an id"));
        }
        let added: Vec<_> = given.iter().zip(ids).map(|(option, id)| new_option(option, id, now)).collect::<ApiResult<_>>()?;
        self.live.extend(added.iter().cloned());
        self.check()?;
        Ok(added)
    }

    /// Changes options; an unknown id fails the whole. Answers the changed ones.
    pub fn update(&mut self, given: &[GivenOption], now: Time) -> ApiResult<Vec<FieldOption>> {
        let mut changed = Vec::with_capacity(given.len());
        for option in given {
            let id = option.id.ok_or_else(|| refuse("id is required"))?;
            option.label.as_ref().ok_or_else(|| refuse("label is required"))?;
            let kept = self.live.iter_mut().find(|kept| kept.id == id).ok_or_else(|| unknown(id))?;
            change_option(kept, option, now);
            changed.push(kept.clone());
        }
        self.check()?;
        Ok(changed)
    }

    /// Deletes options; an unknown id fails the whole. Answers the deleted ones.
    pub fn delete(&mut self, given: &[GivenOption]) -> ApiResult<Vec<FieldOption>> {
        let mut deleted = Vec::with_capacity(given.len());
        for option in given {
            let id = option.id.ok_or_else(|| refuse("id is required"))?;
            let place = self.live.iter().position(|kept| kept.id == id).ok_or_else(|| unknown(id))?;
            deleted.push(self.live.remove(place));
        }
        self.deleted.extend(deleted.iter().cloned());
        Ok(deleted)
    }

    /// Puts a whole list in the place of the former one, as v1 updates do: an option with an id stays, one without is
    /// new, and what the list leaves out is deleted (semantics.md 11.3).
    pub fn replace(&mut self, given: &[GivenOption], mut ids: Range<i64>, now: Time) -> ApiResult<()> {
        let mut former = std::mem::take(&mut self.live);
        for option in given {
            let Some(id) = option.id else {
                let id = ids.next().ok_or_else(|| ApiError::Internal("too few option ids were reserved".to_owned()))?;
                self.live.push(new_option(option, id, now)?);
                continue;
            };
            let place = former.iter().position(|kept| kept.id == id).ok_or_else(|| unknown(id))?;
            let mut kept = former.remove(place);
            change_option(&mut kept, option, now);
            self.live.push(kept);
        }
        self.deleted.append(&mut former);
        self.check()
    }

    /// Labels differ, so that people can tell options apart.
    fn check(&self) -> ApiResult<()> {
        if self.live.len() > MAX_OPTIONS {
            return Err(refuse(&format!("a field has at most {MAX_OPTIONS} options")));
        }
        let mut labels = HashSet::with_capacity(self.live.len());
        match self.live.iter().find(|option| !labels.insert(option.label.as_str())) {
            Some(twice) => Err(refuse(&format!("the label {} is given twice", twice.label))),
            None => Ok(()),
        }
    }
}

fn unknown(id: i64) -> ApiError {
    refuse(&format!("there is no option {id}"))
}

fn new_option(given: &GivenOption, id: i64, now: Time) -> ApiResult<FieldOption> {
    let label = given.label.clone().ok_or_else(|| refuse("label is required"))?;
    Ok(FieldOption { id, label, color: given.color.clone(), add_time: Some(text_of(now)), update_time: None })
}

fn change_option(kept: &mut FieldOption, given: &GivenOption, now: Time) {
    let label = given.label.clone().unwrap_or_else(|| kept.label.clone());
    let color = given.color.clone().or_else(|| kept.color.clone());
    if label != kept.label || color != kept.color {
        kept.update_time = Some(text_of(now));
    }
    (kept.label, kept.color) = (label, color);
}

/// A time as v2 shows it.
fn text_of(time: Time) -> String {
    let mut text = Vec::new();
    time.write_v2(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Time = Time::from_millis(1_700_000_000_000);

    fn given(version: Version, value: Value) -> Vec<GivenOption> {
        read(version, &value).unwrap()
    }

    fn list() -> OptionList {
        let mut list = OptionList::default();
        list.add(&given(Version::V2, json!([{"label": "North"}, {"label": "South"}])), 10..12, NOW).unwrap();
        list
    }

    fn labels(options: &[FieldOption]) -> Vec<(i64, &str)> {
        options.iter().map(|option| (option.id, option.label.as_str())).collect()
    }

    #[test]
    fn v1_takes_json_text_and_plain_labels() {
        let expected = vec![GivenOption { id: Some(3), label: Some("red".to_owned()), color: None }];
        assert_eq!(given(Version::V1, json!("[{\"id\":\"3\",\"label\":\"red\"}]")), expected);
        assert_eq!(given(Version::V1, json!(["red"]))[0].label.as_deref(), Some("red"));
        for refused in [json!("red"), json!({"label": "red"}), json!([{"label": ""}]), json!([{"label": "x".repeat(256)}])] {
            assert!(read(Version::V1, &refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn v2_takes_nothing_else_than_options() {
        for refused in [json!("[]"), json!(["red"]), json!([{"id": "3"}]), json!([{"label": 3}]), json!([{"label": "red", "extra": 1}])] {
            assert!(read(Version::V2, &refused).is_err(), "{refused}");
        }
        assert!(read(Version::V2, &json!([{"label": "red", "color": "crimson"}])).is_err());
    }

    #[test]
    fn one_unknown_id_fails_a_change_as_a_whole() {
        let mut list = list();
        assert!(list.update(&given(Version::V2, json!([{"id": 99, "label": "Ghost"}])), NOW).is_err());
        assert!(list.delete(&given(Version::V2, json!([{"id": 99}]))).is_err());
        let changed = list.update(&given(Version::V2, json!([{"id": 11, "label": "Deep south"}])), NOW).unwrap();
        assert_eq!(labels(&changed), [(11, "Deep south")]);
        assert_eq!(labels(&list.live), [(10, "North"), (11, "Deep south")]);
    }

    #[test]
    fn replacing_keeps_named_options_and_deletes_the_rest() {
        let mut list = list();
        list.replace(&given(Version::V1, json!([{"label": "East"}, {"id": 10, "label": "North"}])), 20..21, NOW).unwrap();
        assert_eq!(labels(&list.live), [(20, "East"), (10, "North")]);
        assert_eq!(labels(&list.deleted), [(11, "South")]);
    }

    #[test]
    fn no_two_options_have_one_label() {
        assert!(list().add(&given(Version::V2, json!([{"label": "North"}])), 20..21, NOW).is_err());
        assert!(list().update(&given(Version::V2, json!([{"id": 11, "label": "North"}])), NOW).is_err());
    }
}
