//! The settings of a role: who sees new records of its users (semantics.md 8.1, 27).

use super::{SETTINGS, change, named};
use crate::call::{Call, Reply};
use crate::directory::Role;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::{Param, ParamKind};
use serde_json::{Map, Value};

const SETTING_KEYS: &[&str] = &[
    "deal_default_visibility",
    "lead_default_visibility",
    "org_default_visibility",
    "person_default_visibility",
    "product_default_visibility",
];

pub const KEYS: &[Param] = &[
    Param::new("setting_key", ParamKind::Choice(SETTING_KEYS), "Which setting.").required(),
    Param::new("value", ParamKind::Int, "The visibility: 1, 3, 5 or 7.").required(),
];

/// What holds where nobody has set anything: everybody sees new records.
const DEFAULT: i64 = 3;

pub fn write(json: &mut Json, role: &Role) {
    json.begin_object();
    for key in SETTING_KEYS {
        json.key(key);
        json.int(role.settings.get(*key).and_then(Value::as_i64).unwrap_or(DEFAULT));
    }
    json.end_object();
}

pub async fn list(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    Ok(call.data(|json| write(json, role)))
}

/// Changes one setting and answers it with the id of the role.
pub async fn set(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    let key = call.body.text("setting_key").unwrap_or_default();
    let value = call.body.int("value").filter(|value| [1, 3, 5, 7].contains(value));
    let value = value.ok_or_else(|| ApiError::invalid_key("value", "must be one of 1, 3, 5, 7"))?;
    change(&call, role.id, |record| {
        let mut settings: Map<String, Value> = record.text(SETTINGS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        settings.insert(key.to_owned(), value.into());
        record.set(SETTINGS, Value::Object(settings).to_string());
        Ok(())
    })
    .await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(role.id);
        json.key(key);
        json.int(value);
        json.end_object();
    }))
}
