//! Records as the first version tells them: whole, before and after, in the flat form of v1 (semantics.md 28.2).

use super::{Records, diff, keys, v2};
use crate::activities::{self, ACTIVITY};
use crate::call::Call;
use crate::custom::ADDRESS_PARTS;
use crate::deals::DEALS;
use crate::error::ApiResult;
use crate::json::Json;
use crate::notes::{self, NOTE};
use crate::organizations::ORGANIZATIONS;
use crate::persons::{PERSON, PERSONS};
use crate::products::PRODUCTS;
use crate::resource::Resource;
use crate::users::{self, USER};
use crate::view::write_plain;
use crate::view_v1::{Form, ViewV1, write_contacts};
use crate::webhooks::event::{Action, Event};
use penstock_model::{Kind, Record, Time, Value};
use penstock_store::Row;

const RESOURCES: &[&Resource] = &[&DEALS, &PERSONS, &ORGANIZATIONS, &PRODUCTS];

/// What stands under `current` and `previous`; `None` where nothing has changed that is told.
pub async fn shown(call: &Call, event: &Event, records: &Records) -> ApiResult<Option<(Option<String>, Option<String>)>> {
    let (before, after) = (records.before.as_ref(), &records.after);
    if event.is(Action::Delete) {
        return Ok(Some((None, Some(whole(call, before.unwrap_or(after)).await?))));
    }
    let now = whole(call, after).await?;
    let previous = match before {
        None => None,
        Some(before) => Some(whole(call, before).await?),
    };
    if previous.as_ref() == Some(&now) {
        return Ok(None);
    }
    Ok(Some((Some(now), previous)))
}

async fn whole(call: &Call, record: &Record) -> ApiResult<String> {
    let entity = record.entity;
    let records = std::slice::from_ref(record);
    if entity.name == ACTIVITY.name {
        return Ok(activities::flat_records(call, records).await?.remove(&record.id).unwrap_or_default());
    }
    let mut json = Json::with_capacity(4096);
    if entity.name == NOTE.name {
        notes::write_alone(&mut json, call, record).await?;
    } else if let Some(resource) = RESOURCES.iter().find(|resource| resource.entity.name == entity.name) {
        let view = ViewV1::of(call, resource, records, Form::Flat).await?;
        json.begin_object();
        view.write_members(&mut json, record);
        if entity.name == PERSON.name {
            write_contact_sync(&mut json);
        }
        json.end_object();
    } else {
        write_settings(&mut json, call, record);
    }
    Ok(diff::text(json))
}

/// The fields of synchronised contacts, which Penstock does not have: old receivers look for them.
fn write_contact_sync(json: &mut Json) {
    json.key("im");
    write_contacts(json, None);
    for key in ["birthday", "job_title", "notes", "postal_address"] {
        json.key(key);
        json.null();
    }
    for part in ADDRESS_PARTS {
        json.part_key("postal_address", part);
        json.null();
    }
}

/// A pipeline, a stage, a type of activities, or a user, which is the first of a list (semantics.md 28.2).
fn write_settings(json: &mut Json, call: &Call, record: &Record) {
    let is_user = record.entity.name == USER.name;
    if is_user {
        json.begin_array();
    }
    json.begin_object();
    for key in keys::v1(record.entity).unwrap_or_default() {
        json.key(key);
        write(json, call, record, key);
    }
    json.end_object();
    if is_user {
        json.end_array();
    }
}

fn write(json: &mut Json, call: &Call, record: &Record, key: &str) {
    let text = |key: &str| v2::field(record, key).and_then(|(_, value)| value.as_text()).unwrap_or_default();
    match (key, v2::field(record, key)) {
        (_, Some((field, Value::Int(millis)))) if field.kind == Kind::Time => {
            json.plain_string(|out| Time::from_millis(*millis).write_v1(out));
        }
        (_, Some((field, value))) => write_plain(json, field.kind, std::slice::from_ref(value).cell(0)),
        ("active" | "active_flag", None) => json.bool(!crate::write::is_deleted(record)),
        ("company_id", None) => json.int(call.company().0),
        ("url_title", None) => json.string(&text("name").replace(' ', "-")),
        ("timezone_offset", None) => json.string(&users::offset_of(text("timezone_name"), call.now)),
        (_, None) => json.null(),
    }
}
