//! Shows what was found.

use super::kinds::{KINDS, Kind};
use super::look::Look;
use super::notes;
use super::row::Row;
use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::projects::PROJECT;
use crate::related::{self, DealRef, OrganizationRef, PersonRef};
use penstock_model::Value;
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An item to be shown.
#[derive(Clone, Copy)]
pub struct Item {
    pub kind: &'static Kind,
    pub record: i64,
    pub score: f64,
}

/// Everything that some items need.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) rows: HashMap<(&'static str, i64), Vec<Value>>,
    pub(super) notes: HashMap<(&'static str, i64), Vec<String>>,
    pub(super) persons: BTreeMap<i64, PersonRef>,
    pub(super) organizations: BTreeMap<i64, OrganizationRef>,
    pub(super) deals: BTreeMap<i64, DealRef>,
    /// The names of phases, where a project is shown.
    pub(super) phases: BTreeMap<i64, String>,
}

/// Writes a list of items with their scores. Without `look` nothing in them is said to match.
pub async fn write_items(call: &Call, json: &mut Json, items: &[Item], look: Option<&Look>) -> ApiResult<()> {
    let shown = read(call, items, look).await?;
    json.begin_array();
    for item in items {
        let Some(cells) = shown.rows.get(&(item.kind.word, item.record)) else { continue };
        let notes = shown.notes.get(&(item.kind.word, item.record)).map_or(&[][..], Vec::as_slice);
        let custom_fields = look.map(|look| matched_custom(call, look, item.kind, &cells[1])).unwrap_or_default();
        json.begin_object();
        json.key("result_score");
        json.real(item.score);
        json.key("item");
        json.begin_object();
        (item.kind.write)(json, &Row { call, kind: item.kind, cells, shown: &shown, custom_fields, notes });
        json.end_object();
        json.end_object();
    }
    json.end_array();
    Ok(())
}

async fn read(call: &Call, items: &[Item], look: Option<&Look>) -> ApiResult<Shown> {
    let mut shown = Shown::default();
    let (mut persons, mut organizations, mut deals) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for kind in KINDS {
        let ids: Vec<i64> = items.iter().filter(|item| item.kind.word == kind.word).map(|item| item.record).collect();
        if ids.is_empty() {
            continue;
        }
        let mut sql = Sql::new(format!("SELECT {} FROM {} t WHERE t.company_id = ", kind.columns, kind.entity.table));
        sql.bind(call.company()).push(" AND t.is_deleted = 0 AND ");
        call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
        for row in call.store().rows(sql, Weight::Heavy, kind.columns.split(',').count()).await? {
            persons.extend(linked(&row, kind.person).first());
            organizations.extend(linked(&row, kind.organization).first());
            deals.extend(linked(&row, kind.deal).first());
            if let Some(id) = row[0].as_int() {
                shown.rows.insert((kind.word, id), row);
            }
        }
        if let Some(look) = look {
            let texts = notes::matched(call, look, kind, &ids).await?;
            shown.notes.extend(texts.into_iter().map(|(id, texts)| ((kind.word, id), texts)));
        }
    }
    shown.persons = related::persons(call, &persons).await?;
    shown.organizations = related::organizations(call, &organizations).await?;
    shown.deals = related::deals(call, &deals).await?;
    if items.iter().any(|item| item.kind.entity.name == PROJECT.name) {
        shown.phases = phases(call).await?;
    }
    Ok(shown)
}

/// The ids in a column, be it one or a list of them.
pub(super) fn linked(row: &[Value], column: Option<usize>) -> Vec<i64> {
    match column.and_then(|column| row.get(column)) {
        Some(Value::Int(id)) => vec![*id],
        Some(Value::Text(list)) => serde_json::from_str(list).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The names of the phases of the company, which are few.
async fn phases(call: &Call) -> ApiResult<BTreeMap<i64, String>> {
    let mut sql = Sql::new("SELECT t.id, t.name FROM phases t WHERE t.company_id = ");
    sql.bind(call.company());
    let push = |phases: &mut BTreeMap<i64, String>, row: &dyn penstock_store::Row| {
        phases.extend(row.int(0).zip(row.text(1).map(str::to_owned)));
    };
    Ok(call.store().read(sql, Weight::Light, BTreeMap::new(), push).await?)
}

/// The values of custom fields that match, as they are kept.
fn matched_custom(call: &Call, look: &Look, kind: &Kind, kept: &Value) -> Vec<String> {
    let Some(among) = look.among(kind.word) else { return Vec::new() };
    let members: serde_json::Map<String, serde_json::Value> =
        kept.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let fields = call.directory.custom_fields(kind.entity.name).filter(|field| among.looks_at_custom(&field.code));
    fields.filter_map(|field| text_of(members.get(&field.code)?)).filter(|text| look.matches(text)).collect()
}

/// What people read in a kept value: the text, the number, or what stands under `value`.
pub fn text_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Object(members) => text_of(members.get("value")?),
        _ => None,
    }
}

/// The values of a list of e-mails or phones.
pub fn values_of(kept: Option<&str>) -> Vec<String> {
    let items: Vec<serde_json::Value> = kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    items.iter().filter_map(text_of).filter(|text| !text.is_empty()).collect()
}
