//! The form of the conditions of a filter: two groups, of which one holds as a whole and the other in one condition at
//! least (semantics.md 13.1).

use crate::error::{ApiError, ApiResult};
use serde_json::{Map, Value, json};

/// So many conditions in both groups together.
const MAX_CONDITIONS: usize = 16;
/// The longest value of a condition, in characters.
const MAX_VALUE: usize = 1000;

/// The conditions of a filter as they were sent.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Conditions {
    /// All of them hold.
    pub all: Vec<Condition>,
    /// One of them holds, unless there are none.
    pub any: Vec<Condition>,
}

/// One condition, not yet understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The entity that it looks at, such as `deal`.
    pub object: String,
    /// The numeric id of the field in v1, or its key.
    pub field: String,
    pub operator: String,
    pub value: Option<String>,
    /// A second operand: the currency of an amount, a part of an address, a stage.
    pub extra: Option<String>,
    /// Whether the value came as a list.
    pub is_json: bool,
}

impl Conditions {
    /// Reads the conditions of a request. Errors: 400.
    pub fn parse(value: &Value) -> ApiResult<Self> {
        // Forms and old clients send JSON inside a text.
        let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let root = inner.as_ref().unwrap_or(value).as_object().ok_or_else(|| refuse("must be an object"))?;
        if glue(root)? != "and" {
            return Err(refuse("the groups must be glued with and"));
        }
        let mut groups: [Option<Vec<Condition>>; 2] = [None, None];
        for group in items(root)? {
            let group = group.as_object().ok_or_else(|| refuse("a group must be an object"))?;
            let place = &mut groups[usize::from(glue(group)? == "or")];
            if place.is_some() {
                return Err(refuse("there can be one group glued with and, and one glued with or"));
            }
            *place = Some(items(group)?.iter().map(Condition::parse).collect::<ApiResult<_>>()?);
        }
        let [all, any] = groups.map(Option::unwrap_or_default);
        if all.len() + any.len() > MAX_CONDITIONS {
            return Err(ApiError::invalid(format!("Filter is allowed to have at most {MAX_CONDITIONS} conditions")));
        }
        Ok(Conditions { all, any })
    }

    /// Reads what [`Conditions::to_json`] made.
    pub fn kept(text: &str) -> Self {
        let kept = serde_json::from_str(text).unwrap_or_default();
        Conditions::parse(&kept).unwrap_or_default()
    }

    /// The form in which filters are kept and shown. `code` gives the code of the field of a condition, where it is shown.
    pub fn to_json(&self, code: impl Fn(&Condition) -> Option<Value>) -> Value {
        let group = |glue: &str, conditions: &[Condition]| {
            let conditions: Vec<_> = conditions.iter().map(|condition| condition.to_json(code(condition))).collect();
            json!({"glue": glue, "conditions": conditions})
        };
        json!({"glue": "and", "conditions": [group("and", &self.all), group("or", &self.any)]})
    }
}

impl Condition {
    fn parse(value: &Value) -> ApiResult<Self> {
        let members = value.as_object().ok_or_else(|| refuse("a condition must be an object"))?;
        let required = |key: &str| text(members, key)?.ok_or_else(|| refuse(&format!("a condition must have {key}")));
        let is_json = members.get("value").is_some_and(Value::is_array);
        Ok(Condition {
            object: required("object")?,
            field: required("field_id")?,
            operator: required("operator")?,
            value: text(members, "value")?,
            extra: text(members, "extra_value")?,
            is_json,
        })
    }

    fn to_json(&self, code: Option<Value>) -> Value {
        let value = match &self.value {
            Some(list) if self.is_json => list.split(',').collect(),
            value => json!(value),
        };
        let mut shown = json!({
            "object": self.object,
            "field_id": self.field,
            "operator": self.operator,
            "value": value,
            "extra_value": self.extra,
            "json_value_flag": self.is_json,
        });
        if let Some(code) = code {
            shown["field_code"] = code;
        }
        shown
    }
}

fn refuse(problem: &str) -> ApiError {
    ApiError::invalid_key("conditions", problem)
}

fn glue(group: &Map<String, Value>) -> ApiResult<&str> {
    let glue = group.get("glue").and_then(Value::as_str);
    glue.filter(|glue| ["and", "or"].contains(glue)).ok_or_else(|| refuse("glue must be and, or or"))
}

/// What a group holds; old clients leave an empty list out or send null.
fn items(group: &Map<String, Value>) -> ApiResult<&[Value]> {
    match group.get("conditions") {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(refuse("conditions must be a list")),
    }
}

/// A plain value as text, a list with commas between its items; `None` for null and for nothing.
fn text(members: &Map<String, Value>, key: &str) -> ApiResult<Option<String>> {
    let text = match members.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items.iter().map(plain).collect::<Option<Vec<_>>>().map(|items| items.join(",")),
        Some(value) => plain(value),
    };
    let text = text.ok_or_else(|| refuse(&format!("{key} must be a plain value or a list of them")))?;
    if text.chars().count() > MAX_VALUE {
        return Err(refuse(&format!("{key} must not be longer than {MAX_VALUE} characters")));
    }
    Ok((!text.is_empty()).then_some(text))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(value: Value) -> Value {
        json!({"object": "deal", "field_id": 2, "operator": "=", "value": value})
    }

    fn filter(all: &[Value], any: &[Value]) -> Value {
        json!({"glue": "and", "conditions": [{"glue": "and", "conditions": all}, {"glue": "or", "conditions": any}]})
    }

    #[test]
    fn what_is_kept_reads_as_it_was_sent() {
        let sent = filter(&[condition(json!("x")), condition(json!([1, "2"]))], &[condition(json!(null)), condition(json!(true))]);
        let conditions = Conditions::parse(&sent).unwrap();
        assert_eq!((conditions.all.len(), conditions.any.len()), (2, 2));
        let values: Vec<_> = conditions.all.iter().chain(&conditions.any).map(|condition| condition.value.as_deref()).collect();
        assert_eq!(values, [Some("x"), Some("1,2"), None, Some("1")]);
        let kept = conditions.to_json(|_| None);
        assert_eq!(kept["conditions"][0]["conditions"][1]["value"], json!(["1", "2"]));
        assert_eq!(kept["conditions"][0]["conditions"][0]["field_id"], json!("2"));
        assert_eq!(Conditions::kept(&kept.to_string()), conditions);
        assert_eq!(Conditions::parse(&json!(sent.to_string())), Ok(conditions), "also inside a text");
    }

    #[test]
    fn groups_may_be_left_out_and_stand_in_any_order() {
        let one = condition(json!("x"));
        let turned = json!({"glue": "and", "conditions": [{"glue": "or", "conditions": null}, {"glue": "and", "conditions": [one]}]});
        assert_eq!(Conditions::parse(&turned), Conditions::parse(&filter(&[one], &[])));
        assert_eq!(Conditions::parse(&json!({"glue": "and"})), Ok(Conditions::default()));
    }

    #[test]
    fn sixteen_conditions_and_no_more() {
        let one = condition(json!("x"));
        assert!(Conditions::parse(&filter(&vec![one.clone(); 9], &vec![one.clone(); 7])).is_ok());
        let refused = Conditions::parse(&filter(&vec![one.clone(); 9], &vec![one; 8]));
        assert_eq!(refused, Err(ApiError::invalid("Filter is allowed to have at most 16 conditions")));
    }

    #[test]
    fn other_forms_are_refused() {
        let one = condition(json!("x"));
        for value in [
            json!(1),
            json!("x"),
            json!([]),
            json!({}),
            json!({"glue": "or", "conditions": []}),
            json!({"glue": "and", "conditions": {}}),
            json!({"glue": "and", "conditions": [one]}),
            json!({"glue": "and", "conditions": [{"glue": "xor", "conditions": []}]}),
            json!({"glue": "and", "conditions": [{"glue": "and"}, {"glue": "and"}]}),
            filter(&[json!({"object": "deal", "operator": "="})], &[]),
            filter(&[condition(json!({}))], &[]),
            filter(&[condition(json!([[]]))], &[]),
            filter(&[condition(json!("x".repeat(1001)))], &[]),
        ] {
            assert!(matches!(Conditions::parse(&value), Err(ApiError::Invalid(_))), "{value}");
        }
    }
}
