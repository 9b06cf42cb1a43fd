//! The keys of a lead's body whose form no other record has: `value` and `label_ids`.

use super::fields::*;
use crate::body::Body;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::parse;
use penstock_model::{Field, Record, Value};
use serde_json::Value as JsonValue;
use std::sync::Arc;
use uuid::Uuid;

/// At most so many labels on one lead (semantics.md 30).
const MAX_LABELS: usize = 100;

/// What the body says of them; `None` where it says nothing.
#[derive(Debug, Default)]
pub struct Special {
    /// The amount and its currency; null clears both.
    value: Option<(Value, Value)>,
    labels: Option<String>,
}

impl Special {
    /// Takes the two keys out of the body of the call, so that the rest can be read like that of any record.
    pub fn take(call: &mut Call) -> ApiResult<Self> {
        let mut members = call.body.object()?.clone();
        let (value, labels) = (members.shift_remove("value"), members.shift_remove("label_ids"));
        let special = Special {
            value: value.map(|value| amount(call, &value)).transpose()?,
            labels: labels.map(|labels| label_ids(&labels)).transpose()?,
        };
        call.body = Body::Object(Arc::new(members));
        Ok(special)
    }

    /// Puts them into the lead. Labels must be there, but for those that the lead has already.
    pub fn fill(&self, call: &Call, lead: &mut Record) -> ApiResult<()> {
        if let Some((amount, currency)) = &self.value {
            lead.values[VALUE.index] = amount.clone();
            lead.values[CURRENCY.index] = currency.clone();
        }
        if let Some(labels) = &self.labels {
            let held = kept_labels(lead);
            let is_known = |id: &String| held.contains(id) || call.directory.lead_label(id).is_some();
            if let Some(unknown) = parse_labels(labels).into_iter().find(|id| !is_known(id)) {
                return Err(ApiError::invalid_key("label_ids", &format!("{unknown} is not a label of leads")));
            }
            lead.set(LABELS, labels.as_str());
        }
        Ok(())
    }
}

/// The labels that a lead holds, deleted ones included.
pub fn kept_labels(lead: &Record) -> Vec<String> {
    parse_labels(lead.text(LABELS).unwrap_or_default())
}

fn parse_labels(kept: &str) -> Vec<String> {
    serde_json::from_str(kept).unwrap_or_default()
}

/// Both parts are required; null, or in v1 an empty text, clears them (semantics.md 21).
fn amount(call: &Call, given: &JsonValue) -> ApiResult<(Value, Value)> {
    if given.is_null() || given.as_str() == Some("") {
        return Ok((Value::Null, Value::Null));
    }
    let part = |field: Option<(usize, &'static Field)>, key: &str| {
        let missing = || ApiError::invalid_key("value", "needs an amount and a currency");
        let given = given.get(key).filter(|part| !part.is_null()).ok_or_else(missing)?;
        let (_, field) = field.ok_or_else(missing)?;
        parse::value(call.version(), field, given).map_err(|problem| ApiError::Invalid(format!("value.{key}: {problem}")))
    };
    Ok((part(LEAD.field("value"), "amount")?, part(LEAD.field("currency"), "currency")?))
}

fn label_ids(given: &JsonValue) -> ApiResult<String> {
    let refuse = |problem: &str| ApiError::invalid_key("label_ids", problem);
    let items = match given {
        JsonValue::Null => &[][..],
        JsonValue::String(text) if text.is_empty() => &[],
        JsonValue::Array(items) => items,
        _ => return Err(refuse("The value is not a valid 'array'")),
    };
    let mut ids: Vec<String> = Vec::new();
    for item in items {
        let id = item.as_str().and_then(|text| Uuid::try_parse(text).ok()).ok_or_else(|| refuse("must be a list of UUIDs"))?;
        let id = id.to_string();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MAX_LABELS {
        return Err(refuse(&format!("must not have more than {MAX_LABELS} labels")));
    }
    Ok(JsonValue::from(ids).to_string())
}
