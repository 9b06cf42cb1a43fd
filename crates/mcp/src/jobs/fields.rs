//! Fields of several entities at once.

use crate::answer;
use crate::arguments::Arguments;
use crate::crm::Crm;
use crate::names::{self, Definition};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

const ENTITIES: &[&str] = &["deal", "person", "organization", "activity", "product"];
/// How many options of a field a list shows.
const OPTIONS: usize = 30;

pub fn one(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let entity = arguments["entity_type"].as_str().unwrap_or_default();
        let name = arguments["field_id"].as_str().unwrap_or_default();
        let fields = crm.fields(entity).await?;
        if let Some(field) = names::find(&fields, name) {
            return answer::one(shown(field, usize::MAX));
        }
        let operation = match entity {
            "deal" => "v1.getDealField",
            "person" => "v1.getPersonField",
            "organization" => "v1.getOrganizationField",
            "product" => "v1.getProductField",
            _ => return Err(Trouble::new(format!("there is no field {name:?} of {entity}"), "Name it by its key or its name.")),
        };
        answer::one(crm.data(operation, crate::crm::Values::default().path("id", name)).await?)
    }
    .boxed()
}

pub fn all(crm: Crm, _: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let mut found = Map::new();
        for entity in ENTITIES {
            let fields = crm.fields(entity).await?;
            let names: Vec<_> = fields.iter().map(|field| json!([field.code, field.name, field.kind])).collect();
            found.insert((*entity).to_owned(), names.into());
        }
        answer::one(json!({"columns": ["code", "name", "type"], "fields": found}))
    }
    .boxed()
}

pub fn search(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let query = arguments["query"].as_str().unwrap_or_default().to_lowercase();
        let wanted = arguments.get("entity_type").and_then(Value::as_str).filter(|entity| *entity != "all");
        let mut found = Vec::new();
        for entity in ENTITIES.iter().filter(|entity| wanted.is_none_or(|wanted| wanted == **entity)) {
            let fields = crm.fields(entity).await?;
            let fits = |field: &&Definition| field.name.to_lowercase().contains(&query) || field.code.contains(&query);
            found.extend(fields.iter().filter(fits).map(|field| {
                let mut row = shown(field, OPTIONS);
                row["entity_type"] = (*entity).into();
                row
            }));
        }
        answer::one(json!({"count": found.len(), "items": found}))
    }
    .boxed()
}

fn shown(field: &Definition, options: usize) -> Value {
    let mut row = json!({"code": field.code, "name": field.name, "type": field.kind, "is_custom": field.is_custom});
    if !field.options.is_empty() {
        row["options"] = field.options.iter().take(options).map(|(id, label)| json!({"id": id, "label": label})).collect();
    }
    row
}
