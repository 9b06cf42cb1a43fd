//! Shows what was found.

use super::kinds::{KINDS, Kind};
use super::look::Look;
use super::notes;
use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::projects::PROJECT;
use crate::related::{self, DealRef, OrganizationRef, PersonRef};
use crate::view::write_money;
use penstock_model::{Money, Time, Value};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An item to be shown.
#[derive(Clone, Copy)]
pub struct Item {
    pub kind: &'static Kind,
    pub record: i64,
    pub score: f64,
}

/// A record as it was read, with what it refers to.
pub struct Row<'a> {
    pub call: &'a Call,
    pub kind: &'static Kind,
    cells: &'a [Value],
    shown: &'a Shown,
    /// The texts in it that match.
    custom_fields: Vec<String>,
    notes: &'a [String],
}

/// Everything that some items need.
#[derive(Default)]
struct Shown {
    rows: HashMap<(&'static str, i64), Vec<Value>>,
    notes: HashMap<(&'static str, i64), Vec<String>>,
    persons: BTreeMap<i64, PersonRef>,
    organizations: BTreeMap<i64, OrganizationRef>,
    deals: BTreeMap<i64, DealRef>,
    /// The names of phases, where a project is shown.
    phases: BTreeMap<i64, String>,
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
fn linked(row: &[Value], column: Option<usize>) -> Vec<i64> {
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

impl Row<'_> {
    fn int(&self, column: usize) -> Option<i64> {
        self.cells.get(column)?.as_int()
    }

    fn text(&self, column: usize) -> Option<&str> {
        self.cells.get(column)?.as_text()
    }

    fn asks(&self, field: &str) -> bool {
        self.call.args.words("include_fields").iter().any(|word| word == field)
    }

    /// The id of the record.
    pub(super) fn id(&self) -> i64 {
        self.int(0).unwrap_or_default()
    }

    /// `id` and `type`.
    pub(super) fn write_head(&self, json: &mut Json) {
        json.key("id");
        json.int_or_null(self.int(0));
        self.write_type(json);
    }

    fn write_type(&self, json: &mut Json) {
        json.key("type");
        json.string(self.kind.word);
    }

    pub(super) fn write_text(&self, json: &mut Json, key: &str, column: usize) {
        json.key(key);
        json.string_or_null(self.text(column));
    }

    fn write_int(&self, json: &mut Json, key: &str, column: usize) {
        json.key(key);
        json.int_or_null(self.int(column));
    }

    fn write_flag(&self, json: &mut Json, key: &str, column: usize) {
        json.key(key);
        json.bool(self.int(column) == Some(1));
    }

    fn write_amount(&self, json: &mut Json, key: &str, column: usize) {
        json.key(key);
        match self.int(column) {
            Some(amount) => write_money(json, Money::from_ten_thousandths(amount)),
            None => json.null(),
        }
    }

    fn write_owner(&self, json: &mut Json, column: usize) {
        json.key("owner");
        json.begin_object();
        json.key("id");
        json.int_or_null(self.int(column));
        json.end_object();
    }

    pub(super) fn person_ref(&self) -> Option<(i64, &PersonRef)> {
        let id = *linked(self.cells, self.kind.person).first()?;
        Some((id, self.shown.persons.get(&id)?))
    }

    pub(super) fn organization_ref(&self) -> Option<(i64, &OrganizationRef)> {
        let id = *linked(self.cells, self.kind.organization).first()?;
        Some((id, self.shown.organizations.get(&id)?))
    }

    pub(super) fn deal_ref(&self) -> Option<(i64, &DealRef)> {
        let id = *linked(self.cells, self.kind.deal).first()?;
        Some((id, self.shown.deals.get(&id)?))
    }

    /// Null without one, and for one that the caller may not see.
    pub(super) fn write_person(&self, json: &mut Json) {
        json.key("person");
        match self.person_ref() {
            Some((id, person)) => write_named(json, id, "name", Some(&person.name)),
            None => json.null(),
        }
    }

    pub(super) fn write_organization(&self, json: &mut Json) {
        json.key("organization");
        match self.organization_ref() {
            Some((id, organization)) => {
                json.begin_object();
                json.key("id");
                json.int(id);
                json.key("name");
                json.string(&organization.name);
                json.key("address");
                json.string_or_null(organization.address.as_deref());
                json.end_object();
            }
            None => json.null(),
        }
    }

    pub(super) fn write_deal(&self, json: &mut Json) {
        json.key("deal");
        match self.deal_ref() {
            Some((id, deal)) => write_named(json, id, "title", Some(&deal.title)),
            None => json.null(),
        }
    }

    fn write_custom_fields(&self, json: &mut Json) {
        write_texts(json, "custom_fields", &self.custom_fields);
    }

    fn write_notes(&self, json: &mut Json) {
        write_texts(json, "notes", self.notes);
    }
}

fn write_texts(json: &mut Json, key: &str, texts: &[String]) {
    json.key(key);
    json.begin_array();
    texts.iter().for_each(|text| json.string(text));
    json.end_array();
}

pub fn write_deal(json: &mut Json, row: &Row<'_>) {
    row.write_head(json);
    row.write_text(json, "title", 2);
    row.write_amount(json, "value", 3);
    row.write_text(json, "currency", 4);
    row.write_text(json, "status", 5);
    row.write_int(json, "visible_to", 6);
    row.write_owner(json, 7);
    json.key("stage");
    json.begin_object();
    json.key("id");
    json.int_or_null(row.int(8));
    json.key("name");
    json.string_or_null(row.int(8).and_then(|id| row.call.directory.stages.get(&id)).map(|stage| stage.name.as_str()));
    json.end_object();
    json.key("pipeline");
    json.begin_object();
    json.key("id");
    json.int_or_null(row.int(9));
    json.end_object();
    row.write_person(json);
    row.write_organization(json);
    row.write_custom_fields(json);
    row.write_notes(json);
    row.write_flag(json, "is_archived", 12);
    if row.asks("deal.cc_email") {
        json.key("cc_email");
        row.call.directory.write_smart_bcc(json, "deal", row.int(0).unwrap_or_default());
    }
}

pub fn write_person(json: &mut Json, row: &Row<'_>) {
    let emails = values_of(row.text(4));
    row.write_head(json);
    row.write_text(json, "name", 2);
    write_texts(json, "phones", &values_of(row.text(3)));
    write_texts(json, "emails", &emails);
    json.key("primary_email");
    json.string_or_null(emails.first().map(String::as_str));
    row.write_int(json, "visible_to", 5);
    row.write_owner(json, 6);
    row.write_organization(json);
    row.write_custom_fields(json);
    row.write_notes(json);
    json.key("update_time");
    match row.int(8) {
        Some(millis) => json.plain_string(|out| Time::from_millis(millis).write_v1(out)),
        None => json.null(),
    }
    if row.asks("person.picture") {
        json.key("picture");
        match row.int(9) {
            Some(id) => {
                json.begin_object();
                json.key("id");
                json.int(id);
                json.end_object();
            }
            None => json.null(),
        }
    }
}

pub fn write_organization(json: &mut Json, row: &Row<'_>) {
    row.write_head(json);
    row.write_text(json, "name", 2);
    json.key("address");
    let address = row.text(3).and_then(|kept| serde_json::from_str(kept).ok()).and_then(|kept| text_of(&kept));
    json.string_or_null(address.as_deref());
    row.write_int(json, "visible_to", 4);
    row.write_owner(json, 5);
    row.write_custom_fields(json);
    row.write_notes(json);
}

pub fn write_product(json: &mut Json, row: &Row<'_>) {
    row.write_head(json);
    row.write_text(json, "name", 2);
    json.key("code");
    json.string(row.text(3).unwrap_or_default());
    row.write_int(json, "visible_to", 4);
    row.write_owner(json, 5);
    row.write_amount(json, "tax", 6);
    row.write_custom_fields(json);
    if row.asks("product.price") {
        json.key("price");
        json.value(&price(row.call.currency(), row.text(7)));
    }
}

/// The price in the currency of the caller, or else the first one.
fn price(currency: &str, kept: Option<&str>) -> serde_json::Value {
    let prices: Vec<serde_json::Value> = kept.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let own = prices.iter().find(|price| price["currency"] == currency);
    own.or(prices.first()).map(|price| price["price"].clone()).unwrap_or_default()
}

pub fn write_lead(json: &mut Json, row: &Row<'_>) {
    json.key("id");
    json.string_or_null(row.text(2));
    row.write_type(json);
    row.write_text(json, "title", 3);
    row.write_owner(json, 4);
    row.write_person(json);
    row.write_organization(json);
    let person = row.person_ref().map(|(_, person)| person);
    write_texts(json, "phones", &values_of(person.map(|person| person.phones.as_str())));
    write_texts(json, "emails", &values_of(person.map(|person| person.emails.as_str())));
    row.write_custom_fields(json);
    row.write_notes(json);
    row.write_amount(json, "value", 7);
    row.write_text(json, "currency", 8);
    row.write_int(json, "visible_to", 9);
    row.write_flag(json, "is_archived", 10);
    if row.asks("lead.was_seen") {
        row.write_flag(json, "was_seen", 11);
    }
}

pub fn write_project(json: &mut Json, row: &Row<'_>) {
    row.write_head(json);
    row.write_text(json, "title", 2);
    row.write_text(json, "status", 3);
    row.write_owner(json, 4);
    row.write_int(json, "board_id", 5);
    json.key("phase");
    match row.int(6) {
        Some(id) => write_named(json, id, "name", row.shown.phases.get(&id).map(String::as_str)),
        None => json.null(),
    }
    row.write_person(json);
    row.write_organization(json);
    row.write_deal(json);
    json.key("deal_count");
    json.int(linked(row.cells, row.kind.deal).len() as i64);
    row.write_text(json, "description", 10);
    row.write_text(json, "end_date", 11);
    row.write_custom_fields(json);
    row.write_notes(json);
}

fn write_named(json: &mut Json, id: i64, key: &str, name: Option<&str>) {
    json.begin_object();
    json.key("id");
    json.int(id);
    json.key(key);
    json.string_or_null(name);
    json.end_object();
}
