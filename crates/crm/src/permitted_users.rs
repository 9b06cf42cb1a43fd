//! The users who may see a record (semantics.md 8.1).

use crate::activities::ACTIVITY;
use crate::call::{Call, Reply};
use crate::deal_products::{DEAL_PRODUCT, INSTALLMENT};
use crate::deals::DEAL;
use crate::error::ApiResult;
use crate::followers;
use crate::leads::LEAD;
use crate::list;
use crate::notes::NOTE;
use crate::pipelines::PIPELINE;
use crate::projects::PROJECT;
use crate::resource::Resource;
use crate::rights;
use crate::select::{self, Depth};
use crate::stages::STAGE;
use crate::tasks::TASK;
use crate::write::{self, linked_entity};
use penstock_model::{Areas, Entity, Kind, Record, UserId, Value};
use penstock_store::Weight;
use std::collections::BTreeSet;
use std::pin::Pin;

/// Lists the ids of all users who may see the record of the path.
pub async fn list(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let entity = resource.entity;
    let id = call.id(entity.title)?;
    let record = write::find(&call, resource.entity, id, Depth::Row).await?;
    of_record(&call, &record).await
}

/// The same of a record that was read already.
pub async fn of_record(call: &Call, record: &Record) -> ApiResult<Reply> {
    let users = of_owned(call, record).await?;
    Ok(call.data(|json| {
        json.begin_array();
        users.iter().for_each(|user| json.int(user.0));
        json.end_array();
    }))
}

/// The users who may see a record that has an owner and a visibility.
async fn of_owned(call: &Call, record: &Record) -> ApiResult<Vec<UserId>> {
    let owner = UserId(number(record, "owner_id"));
    let followers = followers::users(call, record.entity.name, record.id).await?;
    let directory = &call.directory;
    let mut users = rights::permitted_users(directory, record.entity, owner, number(record, "visible_to"), &followers);
    if record.entity.name == DEAL.name {
        let pipeline = number(record, "pipeline_id");
        users.retain(|user| directory.user(*user).is_some_and(|user| rights::sees_pipeline(directory, user, pipeline)));
    }
    Ok(users)
}

fn number(record: &Record, key: &str) -> i64 {
    record.entity.field(key).and_then(|(index, _)| record.values[index].as_int()).unwrap_or_default()
}

/// Who may see a record of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permitted {
    Everybody,
    Users(Vec<UserId>),
}

impl Permitted {
    /// Those who are among both.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Permitted::Everybody, one) | (one, Permitted::Everybody) => one,
            (Permitted::Users(some), Permitted::Users(others)) => {
                Permitted::Users(some.into_iter().filter(|user| others.contains(user)).collect())
            }
        }
    }
}

type Finding<'a> = Pin<Box<dyn Future<Output = ApiResult<Permitted>> + Send + 'a>>;

/// The users who may see a record of any kind, as it is given: [`rights::visible_rows`] for all users at once.
pub fn of<'a>(call: &'a Call, record: &'a Record) -> Finding<'a> {
    Box::pin(async move {
        let entity = record.entity;
        if entity.owned {
            return Ok(Permitted::Users(of_owned(call, record).await?));
        }
        match entity.name {
            name if name == ACTIVITY.name => of_activity(call, record).await,
            name if name == NOTE.name => of_note(call, record).await,
            name if name == TASK.name => of_one_named(call, record, &PROJECT, "project_id").await,
            name if name == DEAL_PRODUCT.name || name == INSTALLMENT.name => of_one_named(call, record, &DEAL, "deal_id").await,
            name if name == PIPELINE.name => Ok(of_pipeline(call, record.id)),
            name if name == STAGE.name => Ok(of_pipeline(call, number(record, "pipeline_id"))),
            _ => Ok(Permitted::Everybody),
        }
    })
}

fn active_users(call: &Call) -> impl Iterator<Item = UserId> + '_ {
    call.directory.users.values().filter(|user| user.is_active && !user.is_deleted).map(|user| user.id)
}

fn of_pipeline(call: &Call, pipeline: i64) -> Permitted {
    let directory = &call.directory;
    let sees = |user: &UserId| directory.user(*user).is_some_and(|user| rights::sees_pipeline(directory, user, pipeline));
    if active_users(call).all(|user| sees(&user)) {
        Permitted::Everybody
    } else {
        Permitted::Users(active_users(call).filter(sees).collect())
    }
}

/// Who sees the record that a column names; what is gone for good hides nothing.
async fn of_one_named(call: &Call, record: &Record, linked: &'static Entity, column: &str) -> ApiResult<Permitted> {
    match named(call, linked, value(record, column)).await? {
        Some(linked) => of(call, &linked).await,
        None => Ok(Permitted::Everybody),
    }
}

/// The users who may see every record that the fields of a record name; what is gone for good hides nothing.
pub async fn of_linked(call: &Call, record: &Record) -> ApiResult<Permitted> {
    let mut all = Permitted::Everybody;
    for (field, value) in record.entity.fields.iter().zip(&record.values) {
        let linked = if field.kind == Kind::Lead { Some(&LEAD) } else { linked_entity(field.kind) };
        let Some(linked) = linked else { continue };
        if let Some(linked) = named(call, linked, value).await? {
            all = all.and(of(call, &linked).await?);
        }
    }
    Ok(all)
}

/// The owner, and whoever sees everything that the activity is about.
async fn of_activity(call: &Call, activity: &Record) -> ApiResult<Permitted> {
    let mut all: Option<BTreeSet<UserId>> = None;
    for (column, entity, _) in rights::ACTIVITY_ABOUT {
        let Some(linked) = named(call, entity, value(activity, column)).await? else { continue };
        let users = of_owned(call, &linked).await?;
        all = Some(match all {
            None => users.into_iter().collect(),
            Some(all) => users.into_iter().filter(|user| all.contains(user)).collect(),
        });
    }
    let owner = UserId(number(activity, "owner_id"));
    Ok(all.map_or(Permitted::Everybody, |mut users| {
        users.extend(active_users(call).filter(|user| *user == owner));
        Permitted::Users(users.into_iter().collect())
    }))
}

/// Whoever sees the record that decides, or else one of those that suffice.
async fn of_note(call: &Call, note: &Record) -> ApiResult<Permitted> {
    let mut users: BTreeSet<UserId> =
        call.directory.users.values().filter(|user| user.administers == Areas::ALL && user.is_active).map(|user| user.id).collect();
    let decides = rights::DECIDING
        .iter()
        .find(|kind| rights::of_kinds(note.entity, std::slice::from_ref(*kind)).any(|field| !value(note, field.key).is_null()));
    let kinds = decides.map_or(rights::SUFFICING, std::slice::from_ref);
    for field in rights::of_kinds(note.entity, kinds) {
        let linked = if field.kind == Kind::Lead { Some(&LEAD) } else { linked_entity(field.kind) };
        let Some(linked) = linked else { continue };
        let Some(linked) = named(call, linked, value(note, field.key)).await? else { continue };
        match of(call, &linked).await? {
            Permitted::Everybody => return Ok(Permitted::Everybody),
            Permitted::Users(more) => users.extend(more),
        }
    }
    Ok(Permitted::Users(users.into_iter().collect()))
}

fn value<'r>(record: &'r Record, column: &str) -> &'r Value {
    const NULL: &Value = &Value::Null;
    record.entity.field(column).map_or(NULL, |(index, _)| &record.values[index])
}

/// The record that an id or a UUID names, whoever may see it.
async fn named(call: &Call, entity: &'static Entity, id: &Value) -> ApiResult<Option<Record>> {
    if id.is_null() {
        return Ok(None);
    }
    let mut sql = select::records(entity, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    sql.push(if entity.name == LEAD.name { " AND t.uuid = " } else { " AND t.id = " }).bind(id.clone());
    Ok(list::read_records(call, entity, Depth::Row, sql, Weight::Light).await?.pop())
}
