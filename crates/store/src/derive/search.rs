//! The searchable text of records.

use crate::sql::Insert;
use penstock_model::{Change, CompanyId, Field, Kind, Value};

/// The searchable text of a record: its name, and everything else below it, line by line.
pub(crate) fn search_document(company: CompanyId, change: &Change) -> Option<Insert> {
    let entity = change.entity();
    let searchable = |(index, field): &(usize, &'static Field)| {
        (field.searchable || field.kind == Kind::Custom)
            && change.before.as_ref().is_none_or(|before| before.values[*index] != change.after.values[*index])
    };
    if !entity.fields.iter().any(|field| field.searchable) || !entity.fields.iter().enumerate().any(|pair| searchable(&pair)) {
        return None;
    }
    let mut name = String::new();
    let mut body = String::new();
    for (field, value) in entity.fields.iter().zip(&change.after.values) {
        let Value::Text(text) = value else { continue };
        match field.kind {
            Kind::Text(_) if field.searchable && name.is_empty() => name = text.to_string(),
            Kind::Text(_) if field.searchable => push_line(&mut body, text),
            Kind::Contacts | Kind::Address | Kind::Custom if field.searchable || field.kind == Kind::Custom => {
                if let Ok(json) = serde_json::from_str(text) {
                    push_words(&mut body, &json);
                }
            }
            _ => {}
        }
    }
    let row = Insert::new(
        "INSERT INTO search_documents (company_id, entity, record_id, name, body) VALUES ",
        vec![company.into(), entity.name.into(), change.after.id.into(), name.into(), body.into()],
    );
    Some(row.or(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET name = excluded.name, body = excluded.body"))
}

fn push_line(body: &mut String, text: &str) {
    if !body.is_empty() {
        body.push('\n');
    }
    body.push_str(text);
}

fn push_words(body: &mut String, json: &serde_json::Value) {
    match json {
        serde_json::Value::String(text) => push_line(body, text),
        serde_json::Value::Number(number) => push_line(body, &number.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| push_words(body, item)),
        serde_json::Value::Object(members) => {
            let value = members.get("value");
            match value {
                Some(value) => push_words(body, value),
                None => members.values().for_each(|member| push_words(body, member)),
            }
        }
        serde_json::Value::Bool(_) | serde_json::Value::Null => {}
    }
}
