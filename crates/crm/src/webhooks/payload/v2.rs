//! Records as the second version tells them (semantics.md 28.3).

use super::diff::{self, Member, Shown};
use super::{Records, custom, fields, keys};
use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::deal_products::{self, DEAL_PRODUCT};
use crate::deals::DEAL;
use crate::error::ApiResult;
use crate::fields::entity::FIELD;
use crate::json::Json;
use crate::leads::{self, LEAD};
use crate::notes::NOTE;
use crate::persons::first_label;
use crate::pipelines::PIPELINE;
use crate::products::{PRODUCT, prices};
use crate::users::{self, USER};
use crate::view::{write_money, write_plain};
use crate::webhooks::event::{Action, Event};
use penstock_model::{Field, Kind, Place, Record, Time, Value};
use penstock_store::Row;
use serde_json::Map;
use std::borrow::Cow;

/// What stands under `data` and `previous`; `None` where nothing has changed that is told.
pub async fn shown(call: &Call, event: &Event, records: &Records) -> ApiResult<Option<(Option<String>, Option<String>)>> {
    let before = records.before.as_ref();
    // Users are never deleted, but become inactive (semantics.md 28.3).
    if event.is(Action::Delete) && event.after.entity.name != USER.name {
        let mut last = members(call, before.unwrap_or(&records.after), false).await?;
        // The flag of a note is down already when its last state is told; others tell it as it was (semantics.md 28.3).
        for member in last.iter_mut().filter(|member| event.after.entity.name == NOTE.name && member.key == "active_flag") {
            member.value = Shown::Whole("false".to_owned());
        }
        return Ok(Some((None, Some(diff::object(&last)))));
    }
    let now = members(call, &records.after, before.is_none()).await?;
    let previous = match before {
        None => None,
        Some(before) => match diff::changed(&members(call, before, false).await?, &now) {
            Some(changed) => Some(changed),
            // The survivor of a merge is told of, even where it stays as it was.
            None if event.merged.is_some() => Some("{}".to_owned()),
            None => return Ok(None),
        },
    };
    Ok(Some((Some(diff::object(&now)), previous)))
}

/// All members of a record; `fresh` are records that were never updated.
async fn members(call: &Call, record: &Record, fresh: bool) -> ApiResult<Vec<Member>> {
    let entity = record.entity;
    if entity.name == FIELD.name {
        let mut json = Json::with_capacity(1024);
        fields::write(&mut json, call, record);
        let whole = object(&json).into_iter();
        return Ok(whole.map(|(key, value)| Member { key: key.into(), value: Shown::Whole(value.to_string()) }).collect());
    }
    let of_deal = if entity.name == DEAL_PRODUCT.name { of_deal(call, record).await? } else { Map::new() };
    let one = |key| {
        let value = of_deal.get(key).map_or_else(|| member(call, record, key, fresh), |value| Shown::Whole(value.to_string()));
        Member { key: Cow::Borrowed(key), value }
    };
    Ok(keys::v2(entity).into_iter().map(one).collect())
}

/// What a product of a deal shows by its deal: the currency, and the sum in it.
async fn of_deal(call: &Call, record: &Record) -> ApiResult<Map<String, serde_json::Value>> {
    let mut json = Json::with_capacity(1024);
    deal_products::write_row(call, record, &mut json).await?;
    let mut row = object(&json);
    row.retain(|key, _| key == "sum" || key == "currency");
    Ok(row)
}

fn object(json: &Json) -> Map<String, serde_json::Value> {
    serde_json::from_slice(&json.bytes).unwrap_or_default()
}

fn member(call: &Call, record: &Record, key: &str, fresh: bool) -> Shown {
    let mut json = Json::with_capacity(64);
    match field(record, key) {
        Some((field, value)) if field.kind == Kind::Custom => return Shown::Custom(custom::typed(call, record.entity, value)),
        _ if key == "custom_fields" => return Shown::Custom(Vec::new()),
        // Not updated yet. Only deals are told so: persons and organizations have the time of their creation (semantics.md 28.3).
        _ if fresh && key == "update_time" && record.entity.name == DEAL.name => json.null(),
        found => write(&mut json, call, record, key, found),
    }
    Shown::Whole(diff::text(json))
}

/// The field behind a key, under whichever of its two names, and its value.
pub fn field<'r>(record: &'r Record, key: &str) -> Option<(&'static Field, &'r Value)> {
    let (index, field) = record.entity.field(key).or_else(|| record.entity.field_v1(key))?;
    let index = if field.place == Place::Computed { record.entity.field(field.column)?.0 } else { index };
    Some((field, &record.values[index]))
}

fn write(json: &mut Json, call: &Call, record: &Record, key: &str, found: Option<(&'static Field, &Value)>) {
    let entity = record.entity.name;
    match (key, found) {
        ("id", _) if entity == LEAD.name => json.string_or_null(record.text(leads::UUID)),
        ("id", _) if entity == USER.name => json.string(&record.id.to_string()),
        ("lang", Some((_, value))) if entity == USER.name => json.string(&users::language(value.as_int().unwrap_or_default())),
        ("value", _) if entity == LEAD.name => leads::write_value(json, record),
        ("label_ids", _) if entity == LEAD.name => leads::write_labels(json, &call.directory, record),
        ("prices", Some((_, value))) if entity == PRODUCT.name => write_prices(json, record.id, value),
        ("due_time" | "duration", Some((_, value))) if entity == ACTIVITY.name => write_clock(json, value),
        (_, Some((field, Value::Int(millis)))) if field.kind == Kind::Time && entity == USER.name => {
            json.plain_string(|out| Time::from_millis(*millis).write_v1(out));
        }
        (_, Some((field, Value::Int(millis)))) if field.kind == Kind::Time && entity == LEAD.name => {
            json.plain_string(|out| Time::from_millis(*millis).write_millis(out));
        }
        // Kept to the second by those whose bodies were published, yet told with a fraction.
        (_, Some((field, Value::Int(millis)))) if field.kind == Kind::Time && entity == DEAL_PRODUCT.name => {
            json.plain_string(|out| Time::from_millis(millis - millis.rem_euclid(1000)).write_millis(out));
        }
        (_, Some((field, Value::Int(flag)))) if field.kind == Kind::Switch => json.bool(*flag == 1),
        (_, Some((field, Value::Int(level)))) if field.kind == Kind::Visibility => json.string(&level.to_string()),
        (_, Some((field, value))) => write_plain(json, field.kind, std::slice::from_ref(value).cell(0)),
        ("active_flag", None) => json.bool(!crate::write::is_deleted(record)),
        ("label", None) => json.int_or_null(field(record, "label_ids").and_then(|(_, ids)| first_label(ids.as_text()))),
        ("url_title", None) if entity == PIPELINE.name => {
            json.string(&field(record, "name").and_then(|(_, name)| name.as_text()).unwrap_or_default().replace(' ', "-"));
        }
        (_, None) => json.null(),
    }
}

/// A time of day or a length, in UTC.
fn write_clock(json: &mut Json, value: &Value) {
    let Some(clock) = value.as_text() else { return json.null() };
    json.begin_object();
    json.key("timezone_id");
    json.null();
    json.key("value");
    json.string(clock);
    json.end_object();
}

fn write_prices(json: &mut Json, product: i64, kept: &Value) {
    json.begin_array();
    for price in prices::from_kept(kept.as_text().unwrap_or("[]")) {
        json.begin_object();
        json.key("cost");
        write_money(json, price.cost);
        json.key("notes");
        json.string(&price.notes);
        json.key("price");
        write_money(json, price.price);
        json.key("product_id");
        json.int(product);
        json.key("currency");
        json.string(&price.currency);
        json.key("direct_cost");
        write_money(json, price.direct_cost);
        json.end_object();
    }
    json.end_array();
}
