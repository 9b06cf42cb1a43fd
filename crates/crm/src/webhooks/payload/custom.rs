//! Custom fields as webhooks of the second version tell them: objects that say their type (semantics.md 11.2).

use crate::call::Call;
use crate::custom::FieldType;
use crate::directory::FieldDefinition;
use crate::leads::LEAD;
use crate::write::kept_custom;
use penstock_model::{Entity, Value};
use serde_json::{Map, Value as Json, json};

/// The fields that the company has defined, each with its code and its typed value. Unset ones are null, and left out for
/// leads (semantics.md 31.1).
pub fn typed(call: &Call, entity: &Entity, kept: &Value) -> Vec<(String, String)> {
    let kept = kept_custom(kept);
    let fields = call.directory.custom_fields(entity.name);
    let shown = fields.filter(|field| entity.name != LEAD.name || kept.contains_key(&field.code));
    shown.map(|field| (field.code.clone(), kept.get(&field.code).map_or(Json::Null, |value| of_field(field, value)).to_string())).collect()
}

fn of_field(field: &FieldDefinition, value: &Json) -> Json {
    let kind = field.field_type.name();
    match field.field_type {
        FieldType::Varchar | FieldType::VarcharAuto | FieldType::Text | FieldType::Double | FieldType::Phone | FieldType::Date => {
            json!({"type": kind, "value": value})
        }
        FieldType::Monetary => json!({"currency": value["currency"], "type": kind, "value": value["value"]}),
        FieldType::Enum | FieldType::User | FieldType::Org | FieldType::People => json!({"id": value, "type": kind}),
        FieldType::Set => {
            let ids = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let values: Vec<Json> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({"values": values, "type": kind})
        }
        FieldType::DateRange => json!({"from": value["value"], "until": value["until"], "type": kind}),
        FieldType::Time => json!({"timezone_id": value["timezone_id"], "type": kind, "value": value["value"]}),
        FieldType::TimeRange => {
            json!({"timezone_id": value["timezone_id"], "from": value["value"], "until": value["until"], "type": kind})
        }
        FieldType::Address => {
            let mut members: Map<String, Json> = value.as_object().cloned().unwrap_or_default();
            members.insert("type".to_owned(), kind.into());
            Json::Object(members)
        }
    }
}
