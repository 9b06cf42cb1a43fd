//! Definitions of fields as v2 shows them, from the row of an event.

use crate::call::Call;
use crate::custom::FieldType;
use crate::directory::FieldDefinition;
use crate::fields::entity::*;
use crate::fields::{self, Listed, Settings, view};
use crate::json::Json;
use penstock_model::{Col, Record, Time};
use serde::de::DeserializeOwned;

/// Writes the definition; nothing where it belongs to records that have no fields.
pub fn write(json: &mut Json, call: &Call, row: &Record) {
    let Some(of) = row.text(ENTITY).and_then(fields::named) else { return json.null() };
    let definition = definition(row);
    let built_in = of.entity.field(&definition.code).filter(|_| !definition.is_custom).map(|(_, field)| field);
    let listed = Listed { of, built_in, definition: Some(&definition) };
    let include: Vec<&str> = of.settings().collect();
    view::write(json, &call.directory, &listed, &include);
}

fn definition(row: &Record) -> FieldDefinition {
    let text = |col: Col<String>| row.text(col).unwrap_or_default().to_owned();
    let type_name = text(FIELD_TYPE);
    FieldDefinition {
        id: row.id,
        entity: text(ENTITY),
        code: text(CODE),
        name: text(NAME),
        description: row.get(DESCRIPTION),
        field_type: FieldType::parse(&type_name).unwrap_or(FieldType::Varchar),
        type_name,
        options: kept(row, OPTIONS),
        deleted_options: kept(row, OPTIONS_DELETED),
        settings: row.text(SETTINGS).and_then(Settings::parse),
        is_custom: row.is(IS_CUSTOM),
        order_nr: row.get(ORDER_NR).unwrap_or_default(),
        creator: row.get(CREATOR),
        last_updated_by: row.get(LAST_UPDATED_BY),
        add_time: row.get(ADD_TIME).unwrap_or(Time::from_millis(0)),
        update_time: row.get(UPDATE_TIME),
    }
}

/// A kept JSON value; null gives the empty one.
fn kept<T: DeserializeOwned + Default>(row: &Record, col: Col<String>) -> T {
    row.text(col).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
