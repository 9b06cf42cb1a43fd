//! What fields, options and labels are called, for agents that know names and an API that knows keys and ids.

use crate::crm::{Crm, Values};
use crate::trouble::Trouble;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what a caller was told of fields may be used again.
const FRESH: Duration = Duration::from_secs(30);
const CALLERS: usize = 1_000;
/// How many names an error offers.
const OFFERED: usize = 40;

/// A field of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub is_custom: bool,
    pub options: Vec<(i64, String)>,
}

type Known = HashMap<(Vec<u8>, String), (Instant, Arc<Vec<Definition>>)>;

/// The fields that callers were told of lately.
#[derive(Default)]
pub struct Names(Mutex<Known>);

impl Names {
    pub async fn of(&self, crm: &Crm, entity: &str) -> Result<Arc<Vec<Definition>>, Trouble> {
        let key = (fingerprint(crm), entity.to_owned());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((since, fields)) = known
            && since.elapsed() < FRESH
        {
            return Ok(fields);
        }
        let mut fields = read(crm, entity).await?;
        refer(crm, &mut fields).await?;
        let fields = Arc::new(fields);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > CALLERS {
            known.clear();
        }
        known.insert(key, (Instant::now(), fields.clone()));
        Ok(fields)
    }

    /// Forgets what a caller was told.
    pub fn forget(&self, crm: &Crm) {
        let whose = fingerprint(crm);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(caller, _), _| *caller != whose);
    }
}

/// What one caller sees must not be told to another.
fn fingerprint(crm: &Crm) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [&crm.caller.api_token, &crm.caller.authorization] {
        hash.update(part.as_deref().unwrap_or_default());
        hash.update([0]);
    }
    hash.finalize().to_vec()
}

/// The operation that lists the fields of an entity. Leads share those of deals.
pub fn fields_operation(entity: &str) -> Option<&'static str> {
    Some(match entity {
        "deal" | "lead" => "v2.getDealFields",
        "person" => "v2.getPersonFields",
        "organization" => "v2.getOrganizationFields",
        "product" => "v2.getProductFields",
        "activity" => "v2.getActivityFields",
        "project" => "v2.getProjectFields",
        _ => return None,
    })
}

async fn read(crm: &Crm, entity: &str) -> Result<Vec<Definition>, Trouble> {
    let Some(operation) = fields_operation(entity) else { return Ok(Vec::new()) };
    let mut fields = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut values = Values::default().query("limit", 500);
        if let Some(cursor) = &cursor {
            values = values.query("cursor", cursor);
        }
        let body = crm.run(Crm::op(operation)?, &values).await?;
        fields.extend(body["data"].as_array().into_iter().flatten().filter_map(definition));
        cursor = body["additional_data"]["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(fields);
        }
    }
}

/// Keys whose ids have names, v2's first; what rows call those; and the operation that lists them.
pub const REFERENCES: &[(&[&str], &str, &str)] = &[
    (&["owner_id", "user_id"], "owner", "v1.getUsers"),
    (&["stage_id"], "stage", "v2.getStages"),
    (&["pipeline_id"], "pipeline", "v2.getPipelines"),
];

/// Makes options of the users, stages and pipelines that an entity refers to, as far as the caller may see them.
async fn refer(crm: &Crm, fields: &mut [Definition]) -> Result<(), Trouble> {
    for (keys, _, operation) in REFERENCES {
        let Some(field) = fields.iter_mut().find(|field| field.code == keys[0]) else { continue };
        let op = Crm::op(operation)?;
        let values =
            if op.query.iter().any(|param| param.name == "limit") { Values::default().query("limit", 500) } else { Values::default() };
        let answer = crm.send(op, &values).await;
        // A token without the scope sees ids only.
        if answer.status == 403 {
            continue;
        }
        if !answer.is_success() {
            return Err(Trouble::of_answer(&answer, op));
        }
        let rows = answer.json();
        let rows = rows["data"].as_array().into_iter().flatten();
        field.options = rows.filter_map(|row| Some((row["id"].as_i64()?, row["name"].as_str()?.to_owned()))).collect();
    }
    Ok(())
}

fn definition(row: &Value) -> Option<Definition> {
    let options = row["options"].as_array().into_iter().flatten();
    Some(Definition {
        code: row["field_code"].as_str()?.to_owned(),
        name: row["field_name"].as_str()?.to_owned(),
        kind: row["field_type"].as_str().unwrap_or_default().to_owned(),
        is_custom: row["is_custom_field"].as_bool().unwrap_or(false),
        options: options.filter_map(|option| Some((option["id"].as_i64()?, option["label"].as_str()?.to_owned()))).collect(),
    })
}

/// The field that is called so: by key, else by name in any case, a custom one first.
pub fn find<'a>(fields: &'a [Definition], name: &str) -> Option<&'a Definition> {
    let same = |field: &&Definition| field.name.trim().to_lowercase() == name.trim().to_lowercase();
    fields
        .iter()
        .find(|field| field.code == name)
        .or_else(|| fields.iter().filter(|field| field.is_custom).find(same))
        .or_else(|| fields.iter().find(same))
}

/// Values of custom fields by key, as v2 takes them.
pub fn write(fields: &[Definition], given: &Map<String, Value>) -> Result<Map<String, Value>, Trouble> {
    let mut values = Map::new();
    for (name, value) in given {
        let field = find(fields, name).filter(|field| field.is_custom).ok_or_else(|| unknown(fields, name))?;
        values.insert(field.code.clone(), written(field, value)?);
    }
    Ok(values)
}

fn unknown(fields: &[Definition], name: &str) -> Trouble {
    let names: Vec<_> = fields.iter().filter(|field| field.is_custom).map(|field| field.name.as_str()).take(OFFERED).collect();
    let known = if names.is_empty() { "There are no custom fields.".to_owned() } else { format!("There are: {}.", names.join(", ")) };
    Trouble::new(format!("there is no custom field {name:?}"), format!("Nothing was done. {known}"))
}

fn written(field: &Definition, value: &Value) -> Result<Value, Trouble> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(match field.kind.as_str() {
        "enum" => option(field, value)?,
        "set" => {
            let chosen: Result<Vec<Value>, Trouble> = match value {
                Value::Array(items) => items.iter().map(|item| option(field, item)).collect(),
                Value::String(text) => text.split(',').map(|item| option(field, &Value::from(item.trim()))).collect(),
                other => option(field, other).map(|one| vec![one]),
            };
            chosen?.into()
        }
        "double" => match value.as_str().and_then(|text| text.trim().parse::<f64>().ok()) {
            Some(number) => number.into(),
            None => value.clone(),
        },
        "monetary" | "daterange" | "time" | "timerange" | "address" if !value.is_object() => {
            let value = match value.as_str().filter(|_| field.kind == "monetary").and_then(|text| text.trim().parse::<f64>().ok()) {
                Some(number) => number.into(),
                None => value.clone(),
            };
            json!({"value": value})
        }
        _ => value.clone(),
    })
}

/// The id of an option that is given by id or label.
fn option(field: &Definition, given: &Value) -> Result<Value, Trouble> {
    let text = given.as_str().map(str::trim);
    let id = given.as_i64().or_else(|| text.and_then(|text| text.parse().ok()));
    let found = field
        .options
        .iter()
        .find(|(known, label)| id == Some(*known) || text.is_some_and(|text| label.trim().to_lowercase() == text.to_lowercase()));
    found.map(|(id, _)| Value::from(*id)).ok_or_else(|| {
        let labels: Vec<_> = field.options.iter().map(|(_, label)| label.as_str()).take(OFFERED).collect();
        Trouble::new(format!("{} has no option {given}", field.name), format!("Nothing was done. It has: {}.", labels.join(", ")))
    })
}

/// Ids of labels that are given by id or name.
pub async fn labels(crm: &Crm, entity: &str, given: &[Value]) -> Result<Vec<Value>, Trouble> {
    if entity == "lead" {
        return lead_labels(crm, given).await;
    }
    let fields = crm.fields(entity).await?;
    match fields.iter().find(|field| field.code == "label_ids" || field.code == "labels" || field.code == "label") {
        Some(field) => given.iter().map(|label| option(field, label)).collect(),
        None => Ok(given.to_vec()),
    }
}

/// Labels of leads have UUIDs and a list of their own.
async fn lead_labels(crm: &Crm, given: &[Value]) -> Result<Vec<Value>, Trouble> {
    let rows = crm.rows("v1.getLeadLabels", Values::default()).await?;
    let names: Vec<_> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    given
        .iter()
        .map(|label| {
            let text = label.as_str().unwrap_or_default().trim().to_lowercase();
            let found = rows.iter().find(|row| {
                [&row["id"], &row["name"]].iter().any(|known| known.as_str().is_some_and(|known| known.to_lowercase() == text))
            });
            found.map(|row| row["id"].clone()).ok_or_else(|| {
                Trouble::new(format!("there is no lead label {label}"), format!("Nothing was done. There are: {}.", names.join(", ")))
            })
        })
        .collect()
}

/// A value of a custom field with the labels of its options.
pub fn shown(field: &Definition, value: &Value) -> Value {
    let label = |value: &Value| {
        let id = value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        let found = field.options.iter().find(|(known, _)| id == Some(*known));
        found.map_or_else(|| value.clone(), |(_, label)| Value::from(label.as_str()))
    };
    match (field.kind.as_str(), value) {
        ("enum", value) => label(value),
        ("set", Value::Array(items)) => items.iter().map(label).collect(),
        ("set", Value::String(text)) => text.split(',').map(|item| label(&Value::from(item))).collect(),
        _ => value.clone(),
    }
}
