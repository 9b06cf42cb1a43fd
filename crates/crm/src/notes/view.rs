//! How notes are shown: with the names of what they hang on, as far as the caller may see it (semantics.md 23, 31.12).

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::leads;
use crate::list;
use crate::recents::shown::Shown;
use crate::select::{self, Depth};
use crate::view_v1::write_selected;
use crate::write::linked_entity;
use penstock_model::{Entity, Field, Kind, Record, Show, Time, UserId, Value};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeSet, HashMap};

/// The keys under which names stand: the field of the link, the key of the object, the key of the name in it.
const EMBEDDED: &[(&str, &str, &str)] = &[
    ("deal_id", "deal", "title"),
    ("lead_id", "lead", "title"),
    ("person_id", "person", "name"),
    ("org_id", "organization", "name"),
    ("project_id", "project", "title"),
    ("task_id", "task", "title"),
];

/// The names of the records that some notes hang on, by the field of the link and the id.
#[derive(Debug, Default)]
pub struct Names(HashMap<(&'static str, String), String>);

impl Names {
    pub async fn load(call: &Call, notes: &[Record]) -> ApiResult<Self> {
        let mut names = HashMap::new();
        for (index, field) in EMBEDDED.iter().filter_map(|(key, _, _)| NOTE.field(key)) {
            let linked = if field.kind == Kind::Lead { Some(&leads::LEAD) } else { linked_entity(field.kind) };
            let Some(linked) = linked else { continue };
            let ids: BTreeSet<String> = notes.iter().filter_map(|note| id_text(&note.values[index])).collect();
            if ids.is_empty() {
                continue;
            }
            for (id, name) in read(call, linked, field, &ids).await? {
                names.insert((field.key, id), name);
            }
        }
        Ok(Names(names))
    }

    fn of(&self, note: &Record, link: &str) -> Option<&str> {
        let (index, field) = NOTE.field(link)?;
        self.0.get(&(field.key, id_text(&note.values[index])?)).map(String::as_str)
    }
}

/// An id as text, whether it is a number or a UUID.
fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::Int(id) => Some(id.to_string()),
        Value::Text(uuid) => Some(uuid.to_string()),
        _ => None,
    }
}

async fn read(call: &Call, linked: &'static Entity, field: &Field, ids: &BTreeSet<String>) -> ApiResult<Vec<(String, String)>> {
    let id = if field.kind == Kind::Lead { "t.uuid" } else { "t.id" };
    let name = if linked.field("title").is_some() { "t.title" } else { "t.name" };
    let mut sql = Sql::new(format!("SELECT {id}, {name} FROM {} t", linked.table));
    select::scope(&mut sql, call, linked);
    select::not_purged(&mut sql, call, linked);
    sql.push(" AND ");
    if field.kind == Kind::Lead {
        sql.push("t.uuid IN ").bind_list(ids.iter().map(String::as_str));
    } else {
        call.store().dialect().among(&mut sql, "t.id", ids.iter().filter_map(|id| id.parse().ok()));
    }
    let names = call
        .store()
        .read(sql, Weight::Light, Vec::new(), |names, row| {
            let id = row.int(0).map(|id| id.to_string()).or_else(|| row.text(0).map(str::to_owned));
            names.extend(id.zip(row.text(1).map(str::to_owned)));
        })
        .await?;
    Ok(names)
}

/// Notes that the caller may see as objects by themselves, by id.
pub fn flat<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let mut sql = select::records(&NOTE, Depth::Row);
        select::scope(&mut sql, call, &NOTE);
        sql.push(" AND ");
        call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
        let notes = list::read_records(call, &NOTE, Depth::Row, sql, Weight::Light).await?;
        let names = Names::load(call, &notes).await?;
        let show = |note: &Record| {
            let mut json = Json::with_capacity(1024);
            write(&mut json, call, &names, note);
            (note.id, json.into_bytes())
        };
        Ok(notes.iter().map(show).collect())
    })
}

/// Writes a note that was read already as an object by itself.
pub async fn write_alone(json: &mut Json, call: &Call, note: &Record) -> ApiResult<()> {
    let names = Names::load(call, std::slice::from_ref(note)).await?;
    write(json, call, &names, note);
    Ok(())
}

/// Writes a note as an object; with a field selector only the named keys.
pub fn write(json: &mut Json, call: &Call, names: &Names, note: &Record) {
    write_selected(json, call, |json| {
        json.begin_object();
        write_members(json, call, names, note);
        json.end_object();
    });
}

fn write_members(json: &mut Json, call: &Call, names: &Names, note: &Record) {
    json.key("id");
    json.int(note.id);
    json.key("active_flag");
    json.bool(is_live(note));
    for (field, value) in NOTE.fields.iter().zip(&note.values).filter(|(field, _)| field.v1 == Show::Always && field.kind != Kind::Id) {
        json.key(field.v1_key);
        match (field.kind, value) {
            (Kind::Bool, value) => json.bool(*value == Value::Int(1)),
            (Kind::Time, Value::Int(millis)) => json.plain_string(|out| Time::from_millis(*millis).write_v1(out)),
            (_, Value::Int(number)) => json.int(*number),
            (_, Value::Text(text)) => json.string(text),
            _ => json.null(),
        }
    }
    for (link, key, name_key) in EMBEDDED {
        json.key(key);
        match names.of(note, link) {
            Some(name) => {
                json.begin_object();
                json.key(name_key);
                json.string(name);
                json.end_object();
            }
            None => json.null(),
        }
    }
    write_author(json, call, note.get(USER));
}

fn write_author(json: &mut Json, call: &Call, author: Option<UserId>) {
    json.key("user");
    let Some(user) = author.and_then(|id| call.directory.user(id)) else { return json.null() };
    json.begin_object();
    json.key("email");
    json.string(&user.email);
    json.key("name");
    json.string(&user.name);
    json.key("icon_url");
    json.string_or_null(user.icon_url.as_deref());
    json.key("is_you");
    json.bool(user.id == call.principal.user);
    json.end_object();
}
