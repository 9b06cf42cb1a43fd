//! How a file is shown: ids and names of what it is linked to, and where its bytes are (semantics.md 24, 31.13).

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::list;
use crate::products;
use crate::projects;
use crate::recents::shown::Shown;
use crate::related::Related;
use crate::select;
use crate::view_v1::write_selected;
use penstock_model::{Entity, Record, Time};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// The names of what some files are linked to, as far as the caller may see it.
pub struct Names {
    related: Related,
    products: BTreeMap<i64, String>,
    projects: BTreeMap<i64, String>,
}

impl Names {
    pub async fn of(call: &Call, files: &[Record]) -> ApiResult<Self> {
        let linked = |link| files.iter().filter_map(|file| file.get(link)).collect();
        Ok(Names {
            related: Related::load(call, files).await?,
            products: names(call, &products::PRODUCT, "name", linked(PRODUCT)).await?,
            projects: names(call, &projects::PROJECT, "title", linked(PROJECT)).await?,
        })
    }
}

async fn names(call: &Call, entity: &'static Entity, column: &str, ids: BTreeSet<i64>) -> ApiResult<BTreeMap<i64, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(format!("SELECT t.id, t.{column} FROM {} t", entity.table));
    select::scope(&mut sql, call, entity);
    select::not_purged(&mut sql, call, entity);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids);
    let found = call.store().read(sql, Weight::Light, BTreeMap::new(), |found, row| {
        found.extend(row.int(0).zip(row.text(1).map(str::to_owned)));
    });
    Ok(found.await?)
}

/// Writes a file as an object; with a field selector only the named keys.
pub fn write(json: &mut Json, call: &Call, file: &Record, names: &Names) {
    write_selected(json, call, |json| {
        json.begin_object();
        write_members(json, call, file, names);
        json.end_object();
    });
}

/// Files as objects by themselves, by id.
pub fn flat<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let files = list::by_ids(call, &FILE, ids).await?;
        let names = Names::of(call, &files).await?;
        let show = |file: &Record| {
            let mut json = Json::with_capacity(1024);
            write(&mut json, call, file, &names);
            (file.id, json.into_bytes())
        };
        Ok(files.iter().map(show).collect())
    })
}

/// Where the bytes of a file are for clients.
pub fn download_url(call: &Call, file: &Record) -> String {
    format!("{}/api/v1/files/{}/download", call.base_url(), file.id)
}

fn write_members(json: &mut Json, call: &Call, file: &Record, names: &Names) {
    json.key("id");
    json.int(file.id);
    for (key, col) in [("deal_id", DEAL), ("person_id", PERSON), ("org_id", ORGANIZATION), ("product_id", PRODUCT)] {
        json.key(key);
        json.int_or_null(file.get(col));
    }
    json.key("user_id");
    json.int_or_null(file.get(USER).map(|user| user.0));
    json.key("activity_id");
    json.int_or_null(file.get(ACTIVITY));
    json.key("lead_id");
    json.string_or_null(file.text(LEAD));
    json.key("project_id");
    json.int_or_null(file.get(PROJECT));
    for (key, col) in [("add_time", ADD_TIME), ("update_time", UPDATE_TIME)] {
        json.key(key);
        let time = file.get(col).unwrap_or(Time::from_millis(0));
        json.plain_string(|out| time.write_v1(out));
    }
    for (key, col) in [("file_name", FILE_NAME), ("file_type", FILE_TYPE)] {
        json.key(key);
        json.string_or_null(file.text(col));
    }
    json.key("file_size");
    json.int_or_null(file.get(FILE_SIZE));
    json.key("active_flag");
    json.bool(!file.is(IS_DELETED));
    json.key("inline_flag");
    json.bool(file.is(INLINE));
    for (key, col) in [("remote_location", REMOTE_LOCATION), ("remote_id", REMOTE_ID)] {
        json.key(key);
        json.string_or_null(file.text(col));
    }
    for key in ["log_id", "s3_bucket", "mail_template_id"] {
        json.key(key);
        json.null();
    }
    json.key("cid");
    json.string_or_null(file.text(CONTENT_ID));
    json.key("mail_message_id");
    // Published as a text.
    json.string_or_null(file.get(MAIL_MESSAGE).map(|message| message.to_string()).as_deref());
    write_names(json, file, names);
    json.key("url");
    json.string(&download_url(call, file));
    for (key, col) in [("name", NAME), ("description", DESCRIPTION)] {
        json.key(key);
        json.string_or_null(file.text(col));
    }
}

/// A person's name stands under two keys in some lists (semantics.md 31.13).
fn write_names(json: &mut Json, file: &Record, names: &Names) {
    let related = &names.related;
    let person = file.get(PERSON).and_then(|id| related.persons.get(&id)).map(|person| &person.name);
    let shown = [
        ("deal_name", file.get(DEAL).and_then(|id| related.deals.get(&id)).map(|deal| &deal.title)),
        ("person_name", person),
        ("people_name", person),
        ("org_name", file.get(ORGANIZATION).and_then(|id| related.organizations.get(&id)).map(|organization| &organization.name)),
        ("product_name", file.get(PRODUCT).and_then(|id| names.products.get(&id))),
        ("lead_name", file.text(LEAD).and_then(|uuid| related.leads.get(uuid))),
        ("project_name", file.get(PROJECT).and_then(|id| names.projects.get(&id))),
    ];
    for (key, name) in shown {
        json.key(key);
        json.string_or_null(name.map(String::as_str));
    }
}
