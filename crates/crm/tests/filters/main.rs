//! Saved filters: what each operator finds by each type of value, who may do what with them, and how lists take them.

#[path = "../company/mod.rs"]
mod company;
mod lists;
mod objects;
mod random;
mod rights;
mod saving;
mod times;
mod values;
mod world;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Conditions of which all hold, and conditions of which one does.
pub fn conditions(all: &[Value], any: &[Value]) -> Value {
    json!({"glue": "and", "conditions": [{"glue": "and", "conditions": all}, {"glue": "or", "conditions": any}]})
}

/// The list of fields that a condition on an object takes its ids from. Fields of projects have numbers in no list, so
/// conditions call them by their code.
fn fields_of(object: &str) -> String {
    format!("/v1/{object}Fields?limit=500")
}

/// The id of a field, by its key or, of a custom one, by its name.
pub async fn field_id(company: &Company, object: &str, field: &str) -> Outcome<i64> {
    let fields = company.get(&fields_of(object)).await?;
    let mut fields = fields.as_array().into_iter().flatten();
    let found = fields.find(|row| row["key"] == field || row["name"] == field);
    found.and_then(|row| row["id"].as_i64()).ok_or_else(|| format!("{object} has no field {field}").into())
}

/// A condition on `object.field`. An empty value or extra value is left out.
pub async fn condition(company: &Company, field: &str, operator: &str, value: &str, extra: &str) -> Outcome<Value> {
    let (object, field) = field.split_once('.').ok_or("a field is object.key")?;
    let id = if object == "project" { field.to_owned() } else { field_id(company, object, field).await?.to_string() };
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    Ok(json!({"object": object, "field_id": id, "operator": operator, "value": text(value), "extra_value": text(extra)}))
}

/// Saves a filter and answers its id.
pub async fn save(company: &Company, of: &str, all: &[Value], any: &[Value]) -> Outcome<i64> {
    let body = json!({"name": "A filter", "type": of, "conditions": conditions(all, any)});
    let made = company.data("POST", "/v1/filters", body).await?;
    made["id"].as_i64().ok_or_else(|| "the filter has no id".into())
}

/// The list that shows what filters of this type find.
pub fn list_of(of: &str) -> &str {
    match of {
        "deals" => "/api/v2/deals?limit=500",
        "people" => "/api/v2/persons?limit=500",
        "org" => "/api/v2/organizations?limit=500",
        "activity" => "/api/v2/activities?limit=500",
        "products" => "/api/v2/products?limit=500",
        "projects" => "/api/v2/projects?limit=500",
        other => other,
    }
}

/// The ids of a list.
pub async fn ids(company: &Company, target: &str) -> Outcome<Vec<i64>> {
    let rows = company.get(target).await?;
    Ok(rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect())
}

/// The ids that conditions find.
pub async fn find(company: &Company, of: &str, all: &[Value], any: &[Value]) -> Outcome<Vec<i64>> {
    let filter = save(company, of, all, any).await?;
    ids(company, &format!("{}&filter_id={filter}", list_of(of))).await
}
