//! How leads are shown: plain references, times with milliseconds, an amount with its currency, and of the custom fields
//! only those that are set (semantics.md 7, 21).

use super::body::kept_labels;
use super::fields::*;
use crate::call::Call;
use crate::custom::write_set_v1;
use crate::directory::Directory;
use crate::json::Json;
use crate::view::{write_money, write_plain};
use crate::view_v1::write_selected;
use penstock_model::{Col, Kind, Record, Time};
use penstock_store::Row;

/// Writes a lead as an object; with a field selector only the named keys.
pub fn write(json: &mut Json, call: &Call, lead: &Record) {
    write_selected(json, call, |json| {
        json.begin_object();
        write_members(json, &call.directory, lead);
        json.end_object();
    });
}

fn write_members(json: &mut Json, directory: &Directory, lead: &Record) {
    json.key("id");
    json.string_or_null(lead.text(UUID));
    plain(json, lead, &["title", "owner_id", "creator_user_id"]);
    json.key("label_ids");
    write_labels(json, directory, lead);
    plain(json, lead, &["person_id", "org_id", "source_name", "origin", "origin_id", "channel", "channel_id", "source_deal_id"]);
    plain(json, lead, &["is_archived"]);
    write_time(json, lead, "archive_time", ARCHIVE_TIME);
    plain(json, lead, &["was_seen"]);
    json.key("value");
    write_value(json, lead);
    plain(json, lead, &["expected_close_date", "next_activity_id"]);
    write_time(json, lead, "add_time", ADD_TIME);
    write_time(json, lead, "update_time", UPDATE_TIME);
    json.key("visible_to");
    json.string(&lead.get(VISIBLE_TO).unwrap_or_default().to_string());
    json.key("cc_email");
    json.string(&directory.smart_bcc_of_lead(lead.text(UUID).unwrap_or_default()));
    let kept = lead.text(CUSTOM_FIELDS).unwrap_or("{}");
    write_set_v1(json, directory.custom_fields(LEAD.name), kept);
}

/// Fields under their keys of v1, references as plain ids.
fn plain(json: &mut Json, lead: &Record, keys: &[&str]) {
    for (index, field) in keys.iter().filter_map(|key| LEAD.field(key)) {
        json.key(field.v1_key);
        write_plain(json, field.kind, lead.values.as_slice().cell(index));
    }
}

fn write_time(json: &mut Json, lead: &Record, key: &str, col: Col<Time>) {
    json.key(key);
    match lead.get(col) {
        Some(time) => json.plain_string(|out| time.write_millis(out)),
        None => json.null(),
    }
}

/// Writes the labels that there still are.
pub fn write_labels(json: &mut Json, directory: &Directory, lead: &Record) {
    json.begin_array();
    kept_labels(lead).iter().filter(|id| directory.lead_label(id).is_some()).for_each(|id| json.string(id));
    json.end_array();
}

/// Writes the amount with its currency.
pub fn write_value(json: &mut Json, lead: &Record) {
    let Some(amount) = lead.get(VALUE) else { return json.null() };
    json.begin_object();
    json.key("amount");
    write_money(json, amount);
    json.key("currency");
    write_plain(json, Kind::Currency, lead.values.as_slice().cell(CURRENCY.index));
    json.end_object();
}
