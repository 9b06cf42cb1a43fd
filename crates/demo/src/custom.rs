//! Custom fields of every type, and values for them in the form in which records keep them.

use crate::DemoError;
use crate::chance::Chance;
use crate::contacts;
use crate::draft::Draft;
use crate::team::{CURRENCY, TIMEZONE, Team};
use crate::words::{COMPETITORS, Country, REMARKS, TOPICS};
use penstock_crm::fields::entity;
use penstock_model::{Actor, Change, Date, Record};
use penstock_store::Batch;
use serde_json::{Map, Value, json};
use std::ops::Range;

/// A custom field of the sample company.
#[derive(Debug)]
pub struct CustomField {
    code: String,
    plan: &'static Plan,
    options: Vec<i64>,
}

#[derive(Debug)]
struct Plan {
    entity: &'static str,
    name: &'static str,
    field_type: &'static str,
    /// How many of a hundred records have a value.
    share: i64,
    options: &'static [&'static str],
}

const fn plan(entity: &'static str, name: &'static str, field_type: &'static str, share: i64) -> Plan {
    Plan { entity, name, field_type, share, options: &[] }
}

const fn choice(entity: &'static str, name: &'static str, field_type: &'static str, share: i64, options: &'static [&'static str]) -> Plan {
    Plan { entity, name, field_type, share, options }
}

/// Deals have one of every type.
const PLANS: &[Plan] = &[
    plan("deal", "Reference", "varchar", 30),
    plan("deal", "Competitor", "varchar_auto", 20),
    plan("deal", "Background", "text", 15),
    plan("deal", "Discount in percent", "double", 30),
    plan("deal", "Expected costs", "monetary", 25),
    choice("deal", "Services", "set", 30, &["Delivery", "Installation", "Training", "Maintenance", "Financing"]),
    choice("deal", "Forecast", "enum", 40, &["Pipeline", "Best case", "Commit"]),
    plan("deal", "Technical lead", "user", 15),
    plan("deal", "Reseller", "org", 8),
    plan("deal", "Referred by", "people", 8),
    plan("deal", "Delivery hotline", "phone", 8),
    plan("deal", "Kick-off", "date", 20),
    plan("deal", "Delivery window", "daterange", 12),
    plan("deal", "Best time to call", "time", 6),
    plan("deal", "Delivery hours", "timerange", 6),
    plan("deal", "Delivery address", "address", 8),
    plan("person", "Position", "varchar", 40),
    choice("person", "Language", "enum", 50, &["English", "German", "French", "Swedish"]),
    choice("person", "Interests", "set", 20, TOPICS),
    plan("person", "First met", "date", 20),
    plan("person", "Assistant", "phone", 8),
    plan("person", "Remarks", "text", 10),
    plan("organization", "Customer number", "varchar", 60),
    choice("organization", "Tier", "enum", 50, &["A", "B", "C"]),
    plan("organization", "Credit limit", "monetary", 25),
    plan("organization", "Contract until", "date", 30),
    plan("organization", "Parent company", "org", 6),
    plan("organization", "Opening hours", "timerange", 15),
    choice("product", "Range", "enum", 60, &["Basic", "Professional", "Enterprise"]),
    plan("product", "Delivery time in weeks", "double", 50),
    plan("product", "Available from", "date", 20),
];
const POSITIONS: &[&str] = &[
    "Head of Purchasing",
    "Managing Director",
    "Office Manager",
    "Chief Engineer",
    "Plant Manager",
    "Head of IT",
    "Accountant",
    "Project Lead",
    "Operations Manager",
    "Owner",
    "Buyer",
    "Quality Manager",
];
const CODE_DIGITS: usize = 40;
/// Fields are shown where those are that nobody has set up otherwise.
const NO_SETTINGS: &str = "{}";
/// The number of [`TIMEZONE`] in values of times (semantics.md 11.2).
const TIMEZONE_NUMBER: i64 = 318;

/// Defines the fields of an entity.
pub async fn define(
    draft: &Draft<'_>,
    actor: &Actor,
    batch: &mut Batch,
    chance: &mut Chance,
    of: &str,
) -> Result<Vec<CustomField>, DemoError> {
    let mut fields = Vec::new();
    for (number, plan) in (100_i64..).zip(PLANS.iter().filter(|plan| plan.entity == of)) {
        let options: Vec<i64> = draft.ids("options", plan.options.len()).await?.collect();
        let code = chance.hex(CODE_DIGITS);
        let mut field = Record::blank(&entity::FIELD, draft.ids("fields", 1).await?.start);
        field.set(entity::ENTITY, plan.entity);
        field.set(entity::CODE, code.as_str());
        field.set(entity::NAME, plan.name);
        field.set(entity::FIELD_TYPE, plan.field_type);
        if !options.is_empty() {
            let labelled = options.iter().zip(plan.options).map(|(id, label)| json!({"id": id, "label": label})).collect();
            field.set(entity::OPTIONS, Value::Array(labelled).to_string());
        }
        field.set(entity::SETTINGS, NO_SETTINGS);
        field.set(entity::IS_CUSTOM, true);
        field.set(entity::ORDER_NR, number);
        field.set(entity::IS_DELETED, false);
        field.set(entity::CREATOR, actor.user);
        field.set(entity::LAST_UPDATED_BY, actor.user);
        field.set(entity::ADD_TIME, actor.time);
        field.set(entity::UPDATE_TIME, actor.time);
        batch.save(Change::insert(field));
        fields.push(CustomField { code, plan, options });
    }
    Ok(fields)
}

/// What the values of a record may refer to.
pub struct Surroundings<'a> {
    pub team: &'a Team,
    pub country: &'static Country,
    pub day: Date,
    /// The organizations and persons that exist already.
    pub organizations: Range<i64>,
    pub persons: Range<i64>,
}

/// Values for some of the fields.
pub fn values(chance: &mut Chance, fields: &[CustomField], around: &Surroundings<'_>) -> String {
    let mut values = Map::new();
    for field in fields {
        if chance.percent(field.plan.share)
            && let Some(value) = value(chance, field, around)
        {
            values.insert(field.code.clone(), value);
        }
    }
    Value::Object(values).to_string()
}

/// A value of the field, where there is something that it can refer to.
fn value(chance: &mut Chance, field: &CustomField, around: &Surroundings<'_>) -> Option<Value> {
    Some(match field.plan.field_type {
        "varchar" => varchar(chance, field.plan.name),
        "varchar_auto" => chance.word(COMPETITORS).into(),
        "text" => format!("{} {}", chance.word(REMARKS), chance.word(REMARKS)).into(),
        "double" => tenths(chance.between(5, 250)),
        "monetary" => json!({"value": chance.between(1, 400) * 50, "currency": CURRENCY}),
        "enum" => (*chance.pick(&field.options)?).into(),
        "set" => set(chance, &field.options),
        "user" => around.team.owner(chance).0.into(),
        "org" => member(chance, &around.organizations)?,
        "people" => member(chance, &around.persons)?,
        "phone" => contacts::phone(chance, around.country).into(),
        "date" => day(chance, around, 400).to_string().into(),
        "daterange" => {
            let from = day(chance, around, 200);
            json!({"value": from.to_string(), "until": from.plus_days(chance.between(1, 30)).to_string()})
        }
        "time" => time(&clock(chance, 8)),
        "timerange" => {
            let mut hours = time(&clock(chance, 7));
            hours["until"] = clock(chance, 15).into();
            hours
        }
        "address" => contacts::address(chance, around.country),
        _ => return None,
    })
}

fn varchar(chance: &mut Chance, name: &str) -> Value {
    match name {
        "Position" => chance.word(POSITIONS).into(),
        "Customer number" => format!("C-{:06}", chance.below(1_000_000)).into(),
        _ => format!("{}-{:04}", chance.word(&["QT", "RF", "LM"]), chance.below(10_000)).into(),
    }
}

fn tenths(number: i64) -> Value {
    if number % 10 == 0 { (number / 10).into() } else { (number as f64 / 10.0).into() }
}

/// One to three of the options, in their order.
fn set(chance: &mut Chance, options: &[i64]) -> Value {
    let first = chance.index(options.len());
    let chosen: Vec<_> = options.iter().skip(first).take(chance.between(1, 3) as usize).copied().collect();
    chosen.into()
}

fn member(chance: &mut Chance, ids: &Range<i64>) -> Option<Value> {
    (!ids.is_empty()).then(|| (ids.start + chance.below(ids.end - ids.start)).into())
}

fn day(chance: &mut Chance, around: &Surroundings<'_>, days: i64) -> Date {
    around.day.plus_days(chance.between(-30, days))
}

fn clock(chance: &mut Chance, earliest: i64) -> String {
    format!("{:02}:{:02}:00", chance.between(earliest, earliest + 4), chance.word(&["00", "15", "30", "45"]))
}

fn time(clock: &str) -> Value {
    json!({"value": clock, "timezone_id": TIMEZONE_NUMBER, "timezone_name": TIMEZONE})
}
