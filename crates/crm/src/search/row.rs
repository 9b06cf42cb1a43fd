//! How each sort of record is shown among what was found.

use super::items::{Shown, linked, text_of, values_of};
use super::kinds::Kind;
use crate::call::Call;
use crate::json::Json;
use crate::related::{DealRef, OrganizationRef, PersonRef};
use crate::view::write_money;
use penstock_model::{Money, Time, Value};

/// A record as it was read, with what it refers to.
pub struct Row<'a> {
    pub call: &'a Call,
    pub kind: &'static Kind,
    pub(super) cells: &'a [Value],
    pub(super) shown: &'a Shown,
    /// The texts in it that match.
    pub(super) custom_fields: Vec<String>,
    pub(super) notes: &'a [String],
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
