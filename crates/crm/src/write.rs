//! From a request to a planned change, and from a plan to a committed write.

use crate::activities::{self, ACTIVITY};
use crate::audit;
use crate::boards::BOARD;
use crate::call::Call;
use crate::custom::{self, CustomPatch};
use crate::deals::DEAL;
use crate::error::{ApiError, ApiResult};
use crate::leads;
use crate::list;
use crate::op::Version;
use crate::organizations::ORGANIZATION;
use crate::parse;
use crate::persons::PERSON;
use crate::phases::PHASE;
use crate::products::PRODUCT;
use crate::project_templates::TEMPLATE;
use crate::projects::PROJECT;
use crate::rights;
use crate::select::{self, Depth};
use crate::tasks::TASK;
use crate::users::permissions::Permission;
use penstock_model::{Change, Col, Entity, Field, Kind, Record, Time, UserId, Value, Write};
use penstock_store::{Batch, Sql, Statement, StoreError, Weight};
use serde_json::Map;
use std::pin::Pin;

/// How often a write is planned anew when other writes come between.
const PLANS: usize = 8;

/// The fields that a request has set, by place in the entity.
#[derive(Debug, Default)]
pub struct Given(Vec<usize>);

impl Given {
    pub fn has<T>(&self, col: Col<T>) -> bool {
        self.0.contains(&col.index)
    }
}

/// Puts the fields of the body into `change.after`. Checks each value for itself, not what it refers to.
pub fn fill(call: &Call, change: &mut Change) -> ApiResult<Given> {
    let entity = change.entity();
    let creating = change.is_insert();
    let body = call.body.object()?;
    let mut given = Given::default();
    for (key, json) in body {
        // Records that come back as they were read hold their labels twice; only one key holds all of them.
        if call.version() == Version::V1 && key == "label" && body.contains_key("label_ids") {
            continue;
        }
        let Some((index, field)) = writable(call.version(), entity, key, creating) else {
            if call.version() == Version::V2 && key != "custom_fields" {
                return Err(ApiError::unknown_key(key));
            }
            continue;
        };
        let is_blank = json.as_str() == Some("");
        let empty = json.is_null()
            || (call.version() == Version::V1 && is_blank && !matches!(field.kind, Kind::Text(_)))
            // v2 takes an empty text for a date, and for no other kind (semantics.md 7).
            || (is_blank && field.kind == Kind::Date);
        let value = if empty {
            if field.not_null && call.version() == Version::V2 {
                return Err(ApiError::invalid_key(key, "must not be null"));
            }
            if field.not_null {
                continue;
            }
            parse::cleared(field)
        } else {
            let value = parse::value(call.version(), field, json).map_err(|problem| ApiError::invalid_key(key, &problem))?;
            keep_fraction(field, value, &change.after.values[index])
        };
        if field.kind == Kind::Visibility && value != change.after.values[index] {
            rights::require(call, Permission::ChangeVisibilityOfItems)?;
        }
        change.after.values[index] = value;
        given.0.push(index);
    }
    if call.version() == Version::V1 {
        fill_address_v1(change, body)?;
    }
    fill_custom(call, change)?;
    Ok(given)
}

/// Answers show whole seconds, so a time that comes back as it reads is the one that stands, fraction and all.
fn keep_fraction(field: &Field, sent: Value, stands: &Value) -> Value {
    match (field.kind, &sent, stands) {
        (Kind::Time, Value::Int(sent), Value::Int(stood)) if stood - stood.rem_euclid(1000) == *sent => stands.clone(),
        _ => sent,
    }
}

/// The field that a key of the body writes. v1 knows labels under two keys (semantics.md 12).
fn writable(version: Version, entity: &'static Entity, key: &str, creating: bool) -> Option<(usize, &'static Field)> {
    let (found, write) = match version {
        Version::V2 => {
            let found = entity.field(key)?;
            (found, found.1.write_v2)
        }
        Version::V1 => {
            let key = if key == "label" { "label_ids" } else { key };
            let found = entity.field_v1(key)?;
            (found, found.1.write_v1)
        }
    };
    let open = match write {
        Write::Always => true,
        Write::OnCreate => creating,
        Write::OnUpdate => !creating,
        Write::Never => false,
    };
    open.then_some(found)
}

/// v1 spreads an address over flat keys, and takes it back so. The parts that are not sent stay as long as the line does.
fn fill_address_v1(change: &mut Change, body: &Map<String, serde_json::Value>) -> ApiResult<()> {
    let addresses = change.entity().fields.iter().enumerate();
    for (index, field) in addresses.filter(|(_, field)| field.kind == Kind::Address && field.write_v1 == Write::Always) {
        if body.get(field.v1_key).is_some_and(serde_json::Value::is_object) {
            continue;
        }
        let stood = change.before.as_ref().map(|before| kept_custom(&before.values[index])).unwrap_or_default();
        let mut address = kept_custom(&change.after.values[index]);
        if address.get("value") == stood.get("value") {
            address = stood;
        }
        // Parts alone say nothing where there is no line.
        if address.is_empty() {
            continue;
        }
        for part in custom::ADDRESS_PARTS {
            if let Some(given) = body.get(&format!("{}_{part}", field.v1_key)) {
                let given = if given.as_str() == Some("") { serde_json::Value::Null } else { given.clone() };
                address.insert((*part).to_owned(), given);
            }
        }
        let address = custom::address(false, &serde_json::Value::Object(address));
        let address = address.map_err(|problem| ApiError::invalid_key(field.v1_key, &problem))?;
        change.after.values[index] = address.to_string().into();
    }
    Ok(())
}

fn fill_custom(call: &Call, change: &mut Change) -> ApiResult<()> {
    let entity = change.entity();
    let Some((index, _)) = entity.fields.iter().enumerate().find(|(_, field)| field.kind == Kind::Custom) else {
        return Ok(());
    };
    let mut kept = kept_custom(&change.after.values[index]);
    let body = call.body.object()?;
    let patch = match call.version() {
        Version::V2 => match body.get("custom_fields") {
            None | Some(serde_json::Value::Null) => CustomPatch::new(),
            Some(given) => custom::apply_v2(call, entity.name, given)?,
        },
        Version::V1 => custom::apply_v1(call, entity.name, body, &kept)?,
    };
    if patch.is_empty() {
        return Ok(());
    }
    for (code, value) in patch {
        if value.is_null() {
            kept.remove(&code);
        } else {
            kept.insert(code, value);
        }
    }
    change.after.values[index] = serde_json::Value::Object(kept).to_string().into();
    Ok(())
}

pub(crate) fn kept_custom(value: &Value) -> Map<String, serde_json::Value> {
    value.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Checks what changed values refer to: users, linked records, options, currencies. `given` keys are named
/// in the refusal as the version of the request calls them.
pub async fn check_references(call: &Call, change: &Change) -> ApiResult<()> {
    for (index, before, after) in change.differences() {
        let field = &change.entity().fields[index];
        let key = if call.version() == Version::V1 { field.v1_key } else { field.key };
        let refuse = |text: &str| Err(ApiError::invalid_key(key, text));
        match (field.kind, after) {
            (_, Value::Null) => {}
            (Kind::User, Value::Int(id)) if !is_active_user(call, *id) => {
                return refuse("User not found or not accessible.");
            }
            (Kind::Lead, Value::Text(uuid)) if leads::live_id(call, uuid).await?.is_none() => {
                return refuse("Lead not found or not accessible.");
            }
            (kind, Value::Int(id))
                if let Some(linked) = linked_entity(kind)
                    && !is_live(call, linked, *id).await? =>
            {
                return refuse(&format!("{} not found or not accessible.", linked.title));
            }
            (Kind::Currency, Value::Text(code)) if !crate::currencies::is_known(code) => return refuse("unknown currency"),
            (Kind::Labels, Value::Text(ids)) => {
                // A record keeps a label that was deleted since, and may send it back.
                let (held, ids) = (ids_of(before.as_text()), ids_of(Some(ids)));
                let is_unknown = |id: &&i64| !held.contains(id) && !has_option(call, change.entity(), field, **id);
                if let Some(unknown) = ids.iter().find(is_unknown) {
                    return refuse(&format!("{unknown} is not a label of this kind of record"));
                }
            }
            (Kind::Choosable | Kind::Category, Value::Int(id)) if !has_option(call, change.entity(), field, *id) => {
                return refuse(&format!("{id} is not an option of this field"));
            }
            (Kind::List(of), Value::Text(ids)) => {
                let (held, mut ids) = (ids_of(before.as_text()), ids_of(Some(ids)));
                ids.retain(|id| !held.contains(id));
                check_listed(call, *of, key, &ids).await?;
            }
            (Kind::Custom, _) => check_custom_references(call, change.entity(), before, after).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks the ids that are new in a list.
async fn check_listed(call: &Call, of: Kind, key: &str, ids: &[i64]) -> ApiResult<()> {
    let refuse = |title: &str| Err(ApiError::invalid_key(key, &format!("{title} not found or not accessible.")));
    if of == Kind::User {
        return if ids.iter().all(|id| is_active_user(call, *id)) { Ok(()) } else { refuse("User") };
    }
    match linked_entity(of) {
        Some(linked) if !are_live(call, linked, ids).await? => refuse(linked.title),
        _ => Ok(()),
    }
}

/// The entity whose ids a field of this kind holds.
pub fn linked_entity(kind: Kind) -> Option<&'static Entity> {
    match kind {
        Kind::Person => Some(&PERSON),
        Kind::Organization => Some(&ORGANIZATION),
        Kind::Deal => Some(&DEAL),
        Kind::Product => Some(&PRODUCT),
        Kind::Activity => Some(&ACTIVITY),
        Kind::Project => Some(&PROJECT),
        Kind::Task => Some(&TASK),
        Kind::Board => Some(&BOARD),
        Kind::Phase => Some(&PHASE),
        Kind::Template => Some(&TEMPLATE),
        _ => None,
    }
}

/// The ids of a kept list.
fn ids_of(kept: Option<&str>) -> Vec<i64> {
    kept.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default()
}

/// Custom fields may point to persons and organizations; those must exist where the value is new.
async fn check_custom_references(call: &Call, entity: &'static Entity, before: &Value, after: &Value) -> ApiResult<()> {
    let (before, after) = (kept_custom(before), kept_custom(after));
    for field in call.directory.custom_fields(entity.name) {
        let linked = match field.field_type {
            custom::FieldType::Org => &ORGANIZATION,
            custom::FieldType::People => &PERSON,
            _ => continue,
        };
        let Some(id) = after.get(&field.code).and_then(serde_json::Value::as_i64) else { continue };
        if before.get(&field.code) != after.get(&field.code) && !is_live(call, linked, id).await? {
            let text = format!("{} not found or not accessible.", linked.title);
            return Err(ApiError::Invalid(format!("custom_fields.{}: {text}", field.code)));
        }
    }
    Ok(())
}

fn is_active_user(call: &Call, id: i64) -> bool {
    call.directory.user(UserId(id)).is_some_and(|user| user.is_active && !user.is_deleted)
}

fn has_option(call: &Call, entity: &'static Entity, field: &Field, id: i64) -> bool {
    call.directory.field(entity.name, field.key).is_some_and(|definition| definition.option(id).is_some())
}

/// Whether a record exists, is not deleted, and may be seen by the caller.
pub async fn is_live(call: &Call, entity: &'static Entity, id: i64) -> ApiResult<bool> {
    let mut sql = Sql::new(format!("SELECT 1 FROM {} t", entity.table));
    select::scope_of_one(&mut sql, call, entity);
    sql.push(" AND t.id = ").bind(id).push(" AND t.is_deleted = 0");
    Ok(!call.store().rows(sql, Weight::Light, 1).await?.is_empty())
}

/// Whether each of these records exists, is not deleted, and may be seen by the caller. No id may be there twice.
pub async fn are_live(call: &Call, entity: &'static Entity, ids: &[i64]) -> ApiResult<bool> {
    if ids.is_empty() {
        return Ok(true);
    }
    let mut sql = Sql::new(format!("SELECT COUNT(*) FROM {} t", entity.table));
    select::scope(&mut sql, call, entity);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
    sql.push(" AND t.is_deleted = 0");
    let found = call.store().read(sql, Weight::Light, None, |found, row| *found = row.int(0)).await?;
    Ok(found == i64::try_from(ids.len()).ok())
}

/// Reads a record that the caller may see, deleted or not, to show or to change it.
pub async fn find(call: &Call, entity: &'static Entity, id: i64, depth: Depth) -> ApiResult<Record> {
    let mut sql = select::records(entity, depth);
    select::scope_of_one(&mut sql, call, entity);
    sql.push(" AND t.id = ").bind(id);
    select::not_purged(&mut sql, call, entity);
    match list::read_records(call, entity, depth, sql, Weight::Light).await?.pop() {
        Some(record) => Ok(record),
        None => Err(missing(call, entity, id).await?),
    }
}

/// Reads a record to change it; a deleted one is not found.
pub async fn find_live(call: &Call, entity: &'static Entity, id: i64) -> ApiResult<Record> {
    let record = find(call, entity, id, Depth::Row).await?;
    if is_deleted(&record) {
        return Err(ApiError::not_found(entity.title));
    }
    Ok(record)
}

/// Says that a record changes now, where it tells so.
pub fn set_update_time(record: &mut Record, now: Time) {
    if let Some((index, _)) = record.entity.field("update_time") {
        record.values[index] = Value::from(now);
    }
}

pub fn is_deleted(record: &Record) -> bool {
    record.entity.field("is_deleted").is_some_and(|(index, _)| record.values[index] == Value::Int(1))
}

/// Why a record cannot be had: an invisible deal is forbidden, everything else is not found (semantics.md 8.1).
pub async fn missing(call: &Call, entity: &'static Entity, id: i64) -> ApiResult<ApiError> {
    if entity.hides_by_403 && !rights::administers(&call.principal, entity.name) {
        let mut sql = Sql::new(format!("SELECT 1 FROM {} t WHERE t.company_id = ", entity.table));
        sql.bind(call.company()).push(" AND t.id = ").bind(id);
        select::not_purged(&mut sql, call, entity);
        if !call.store().rows(sql, Weight::Light, 1).await?.is_empty() {
            return Ok(rights::no_permission());
        }
    }
    Ok(ApiError::not_found(entity.title))
}

/// Lets a write fail where a row has changed since it was read, although the write leaves it as it is.
pub fn hold(batch: &mut Batch, row: &Record) {
    let text = format!("UPDATE {} SET version = version + 1 WHERE company_id = $1 AND id = $2 AND version = $3", row.entity.table);
    batch.run(Statement::one_row(text, vec![batch.company().into(), row.id.into(), row.version.into()]));
}

/// The making of a plan: what to write, and what to answer once it is written.
pub type Plan<'a, T> = Pin<Box<dyn Future<Output = ApiResult<(Batch, T)>> + Send + 'a>>;

/// Plans and commits until the plan meets the store as it was read.
pub async fn commit<'a, T>(call: &Call, plan: impl Fn() -> Plan<'a, T> + Send) -> ApiResult<T> {
    let mut tries = 1;
    loop {
        let (batch, outcome) = plan().await?;
        match save(call, batch).await {
            // Taken: somebody else has added the same follower or participant since the plan was made.
            Err(StoreError::Conflict | StoreError::Taken(_)) if tries < PLANS => tries += 1,
            other => return other.map(|()| outcome).map_err(ApiError::from),
        }
    }
}

/// Commits a plan once, and makes changed settings known to later requests.
pub async fn save(call: &Call, mut batch: Batch) -> Result<(), StoreError> {
    audit::follow(call, &mut batch).map_err(|error| StoreError::Failed(error.to_string()))?;
    activities::links::follow(call.store(), &mut batch).await?;
    let touches_directory = batch.touches_directory();
    let tells = batch.has_events();
    call.store().commit(batch).await?;
    if tells {
        call.app.webhooks.wake();
    }
    if touches_directory && let Err(error) = call.app.reload_directory(call.company()).await {
        // The write stands; the next request notices the new revision by itself.
        tracing::warn!(?error, "the directory could not be read again");
    }
    Ok(())
}
