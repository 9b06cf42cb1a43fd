//! How v1 shows records: flat custom fields, references as objects, and the objects they refer to beside
//! the data (semantics.md 4, 9).

use crate::activities;
use crate::call::{Call, Reply};
use crate::custom::{ADDRESS_PARTS, FlatShape};
use crate::directory::{Directory, User};
use crate::error::ApiResult;
use crate::json::Json;
use crate::list;
use crate::products::prices;
use crate::related::Related;
use crate::resource::Resource;
use crate::view::write_money;
use penstock_model::{Entity, Field, Kind, Money, Place, Record, Show, Time, UserId, Value};
use std::collections::BTreeMap;

/// Whether references are objects or plain ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Nested,
    Flat,
}

/// Everything that a v1 answer needs to show records of one entity.
pub struct ViewV1<'a> {
    pub call: &'a Call,
    pub resource: &'static Resource,
    pub related: Related,
    pub form: Form,
    frame: Frame,
    custom: FlatShape,
    /// The next and the last activities of records that are shown in detail, as v1 shows activities.
    activities: BTreeMap<i64, String>,
}

impl<'a> ViewV1<'a> {
    /// Loads what the records refer to.
    pub async fn of(call: &'a Call, resource: &'static Resource, records: &[Record], form: Form) -> ApiResult<Self> {
        let related = Related::load(call, records).await?;
        let (entity, directory) = (resource.entity, &call.directory);
        let custom = FlatShape::of(directory.custom_fields(entity.name));
        Ok(ViewV1 { call, resource, related, form, frame: Frame::of(entity), custom, activities: BTreeMap::new() })
    }

    /// The same for one record with its next and its last activity.
    pub async fn in_detail(mut self, record: &Record) -> ApiResult<Self> {
        let totals = ["next_activity_id", "last_activity_id"].map(|key| record.entity.field(key));
        let ids = totals.into_iter().flatten().filter_map(|(index, _)| record.values[index].as_int());
        self.activities = activities::flat(self.call, ids.collect()).await?;
        Ok(self)
    }

    /// Writes the last and the next activity; null where there is none, or none that the caller sees, and in lists.
    pub fn write_activities(&self, json: &mut Json, last: Option<i64>, next: Option<i64>) {
        for (key, id) in [("last_activity", last), ("next_activity", next)] {
            json.key(key);
            json.raw(id.and_then(|id| self.activities.get(&id)).map_or("null", String::as_str));
        }
    }

    pub fn directory(&self) -> &Directory {
        &self.call.directory
    }

    /// Writes a record as an object; with a field selector only the named keys.
    pub fn write(&self, json: &mut Json, record: &Record) {
        write_selected(json, self.call, |json| self.write_whole(json, record));
    }

    fn write_whole(&self, json: &mut Json, record: &Record) {
        json.begin_object();
        self.write_members(json, record);
        json.end_object();
    }

    /// Writes the keys of a record without the braces around them.
    pub fn write_members(&self, json: &mut Json, record: &Record) {
        json.separate();
        let mut written = 0;
        for (index, field, before) in &self.frame.fields {
            json.fragment(&self.frame.text[written..*before]);
            written = *before;
            self.write_value(json, record, field, &record.values[*index]);
        }
        json.fragment(&self.frame.text[written..]);
        (self.resource.extra_v1)(self, record, json);
    }

    fn write_value(&self, json: &mut Json, record: &Record, field: &Field, value: &Value) {
        match (field.kind, value) {
            (Kind::Custom, value) => self.custom.write(json, value.as_text().unwrap_or("{}")),
            (Kind::Address, value) => write_address(json, field.v1_key, value),
            (Kind::SmartBcc, _) => self.directory().write_smart_bcc(json, record.entity.name, record.id),
            (Kind::Contacts, value) => write_contacts(json, value.as_text()),
            (Kind::Bool, value) => json.bool(value.as_int().unwrap_or(0) != 0),
            (_, Value::Null) => json.null(),
            (Kind::LocalDate, Value::Int(millis)) => json.string(&Time::from_millis(*millis).date_in(self.call.timezone()).to_string()),
            (Kind::User, Value::Int(id)) if self.form == Form::Nested => self.write_user_ref(json, UserId(*id)),
            (Kind::Person, Value::Int(id)) if self.form == Form::Nested => self.related.write_person_ref(json, *id),
            (Kind::Organization, Value::Int(id)) if self.form == Form::Nested => {
                self.related.write_organization_ref(json, *id);
            }
            (Kind::Picture, Value::Int(id)) if self.form == Form::Nested => self.related.write_picture_ref(json, self.call, *id),
            (Kind::Money, Value::Int(amount)) => write_money(json, Money::from_ten_thousandths(*amount)),
            (Kind::Time, Value::Int(millis)) => json.plain_string(|out| Time::from_millis(*millis).write_v1(out)),
            (Kind::Visibility, Value::Int(level)) => json.string(&level.to_string()),
            (Kind::Moment, Value::Int(millis)) => json.plain_string(|out| Time::from_millis(*millis).write_v1_millis(out)),
            (Kind::Labels | Kind::Json | Kind::List(_), Value::Text(text)) => json.raw(text),
            (Kind::Prices, Value::Text(text)) => prices::write_v1(json, self.call, text),
            (Kind::Category, Value::Int(id)) => json.string(&id.to_string()),
            (_, Value::Int(number)) => json.int(*number),
            (_, Value::Real(number)) => json.real(*number),
            (_, Value::Text(text)) => json.string(text),
        }
    }

    /// The user as an object with the id under `value`.
    pub fn write_user_ref(&self, json: &mut Json, id: UserId) {
        match self.directory().user(id) {
            Some(user) => {
                json.begin_object();
                write_user_members(json, user);
                json.key("value");
                json.int(id.0);
                json.end_object();
            }
            None => json.int(id.0),
        }
    }
}

/// What is the same in every row of an entity: the keys of the fields that are shown.
struct Frame {
    /// The place of each field's value in a record, and the length of `text` before it.
    fields: Vec<(usize, &'static Field, usize)>,
    text: String,
}

impl Frame {
    fn of(entity: &'static Entity) -> Self {
        let (mut fields, mut text) = (Vec::with_capacity(entity.fields.len()), String::with_capacity(1024));
        for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| field.v1 == Show::Always) {
            // Custom fields bring their own keys.
            if field.kind != Kind::Custom {
                text.push_str(if text.is_empty() { "\"" } else { ",\"" });
                text.push_str(field.v1_key);
                text.push_str("\":");
            }
            let shown = if field.place == Place::Computed { entity.field(field.column).map(|(source, _)| source) } else { None };
            fields.push((shown.unwrap_or(index), field, text.len()));
        }
        Frame { fields, text }
    }
}

/// Writes an object; with a field selector only the named keys (semantics.md 1).
pub fn write_selected(json: &mut Json, call: &Call, write: impl FnOnce(&mut Json)) {
    let Some(keys) = &call.selector else { return write(json) };
    let mut whole = Json::with_capacity(2048);
    write(&mut whole);
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&whole.bytes).unwrap_or_default();
    members.retain(|key, _| keys.contains(key));
    json.value(&serde_json::Value::Object(members));
}

/// The small user object inside v1 rows; `has_pic` is 0 or 1 (semantics.md 31.14).
pub fn write_user_members(json: &mut Json, user: &User) {
    json.key("id");
    json.int(user.id.0);
    json.key("name");
    json.string(&user.name);
    json.key("email");
    json.string(&user.email);
    json.key("has_pic");
    json.int(0);
    json.key("pic_hash");
    json.null();
    json.key("active_flag");
    json.bool(user.is_active);
}

/// No e-mail or phone shows as one empty row (semantics.md 9).
pub fn write_contacts(json: &mut Json, kept: Option<&str>) {
    match kept {
        None | Some("[]" | "") => json.raw(r#"[{"value":"","primary":true}]"#),
        Some(list) => json.raw(list),
    }
}

/// Spreads an address over flat keys; the key of the line itself is written already.
fn write_address(json: &mut Json, key: &str, value: &Value) {
    let members: serde_json::Map<String, serde_json::Value> =
        value.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let part = |name: &str| members.get(name).and_then(serde_json::Value::as_str);
    json.string_or_null(part("value"));
    for name in ADDRESS_PARTS {
        json.part_key(key, name);
        json.string_or_null(part(name));
    }
}

/// A v1 list: rows or null, pagination, and the related objects.
pub async fn offset_list(call: Call, resource: &'static Resource, page: (Vec<Record>, bool), offset: &list::Offset) -> ApiResult<Reply> {
    let (records, more) = page;
    let view = ViewV1::of(&call, resource, &records, Form::Nested).await?;
    Ok(call.data_and(
        |json| write_rows(json, &view, &records),
        |json| {
            offset.write_pagination(json, more);
            view.related.write_objects(json, &call, &records);
        },
    ))
}

/// An empty v1 list is null (semantics.md 4).
pub fn write_rows(json: &mut Json, view: &ViewV1<'_>, records: &[Record]) {
    if records.is_empty() {
        json.null();
        return;
    }
    // What the rows of most pages need, for a text that grows is copied each time.
    const ROW: usize = 2_500;
    json.bytes.reserve(records.len() * ROW);
    json.begin_array();
    for record in records {
        view.write(json, record);
    }
    json.end_array();
}

/// A v1 collection: rows and the cursor of the next page.
pub async fn collection(call: Call, resource: &'static Resource, narrow: list::Narrow) -> ApiResult<Reply> {
    let (records, next) = list::cursor_records(&call, resource.entity, narrow).await?;
    let view = ViewV1::of(&call, resource, &records, Form::Flat).await?;
    Ok(call.data_and(
        |json| {
            json.begin_array();
            records.iter().for_each(|record| view.write(json, record));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}
