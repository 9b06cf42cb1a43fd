//! Records as other records show them: in a few members, the same wherever that is.

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::deals::DEAL;
use crate::directory::Directory;
use crate::error::ApiResult;
use crate::json::Json;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::select;
use crate::view::write_money;
use crate::view_v1::write_contacts;
use penstock_model::{Entity, Money, Time, UserId};
use penstock_store::{Row, Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A person as other records show it.
#[derive(Debug, Clone)]
pub struct PersonRef {
    pub name: String,
    /// When it is not shown any more, if it is deleted (semantics.md 16).
    pub(super) gone_at: Option<Time>,
    pub emails: String,
    pub phones: String,
    /// The members that are the same wherever it is shown, as JSON.
    pub(super) members: String,
}

/// An organization as other records show it.
#[derive(Debug, Clone)]
pub struct OrganizationRef {
    pub name: String,
    /// When it is not shown any more, if it is deleted (semantics.md 16).
    pub(super) gone_at: Option<Time>,
    pub address: Option<String>,
    /// The members that are the same wherever it is shown, as JSON.
    pub(super) members: String,
}

/// A deal as other records show it.
#[derive(Debug, Clone)]
pub struct DealRef {
    pub title: String,
    status: String,
    value: Money,
    currency: String,
    stage: i64,
    pipeline: i64,
}

/// An activity as other records show it.
#[derive(Debug, Clone)]
pub struct ActivityRef {
    pub subject: String,
    pub key: String,
    pub duration: Option<String>,
    pub note: Option<String>,
}

impl PersonRef {
    /// Reads a row of [`persons`].
    fn of_row(row: &dyn Row) -> Self {
        let mut json = Json::with_capacity(512);
        let (name, emails, phones) = (text(row, 1), text(row, 4), text(row, 5));
        json.key("active_flag");
        json.bool(row.int(2) == Some(0));
        json.key("name");
        json.string(&name);
        json.key("email");
        write_contacts(&mut json, Some(&emails));
        json.key("phone");
        write_contacts(&mut json, Some(&phones));
        json.key("owner_id");
        json.int(row.int(3).unwrap_or_default());
        PersonRef { name, gone_at: gone_at(row.int(6)), emails, phones, members: json.into_string() }
    }
}

impl DealRef {
    pub(super) fn write(&self, json: &mut Json, id: i64) {
        json.begin_object();
        json.key("id");
        json.int(id);
        json.key("title");
        json.string(&self.title);
        json.key("status");
        json.string(&self.status);
        json.key("value");
        write_money(json, self.value);
        json.key("currency");
        json.string(&self.currency);
        json.key("stage_id");
        json.int(self.stage);
        json.key("pipeline_id");
        json.int(self.pipeline);
        json.end_object();
    }
}

impl OrganizationRef {
    /// Reads a row of [`organizations`].
    fn of_row(row: &dyn Row, directory: &Directory) -> Self {
        let mut json = Json::with_capacity(512);
        let (name, owner, address) = (text(row, 1), row.int(3).unwrap_or_default(), row.text(4).and_then(address_line));
        json.key("name");
        json.string(&name);
        json.key("people_count");
        json.int(row.int(6).unwrap_or_default());
        json.key("owner_id");
        json.int(owner);
        json.key("address");
        json.string_or_null(address.as_deref());
        json.key("label_ids");
        json.raw(row.text(5).unwrap_or_default());
        json.key("active_flag");
        json.bool(row.int(2) == Some(0));
        json.key("cc_email");
        directory.write_smart_bcc(&mut json, ORGANIZATION.name, row.int(0).unwrap_or_default());
        json.key("owner_name");
        json.string_or_null(directory.user(UserId(owner)).map(|user| user.name.as_str()));
        OrganizationRef { name, gone_at: gone_at(row.int(7)), address, members: json.into_string() }
    }
}

/// The persons among `ids` that the caller may see.
pub async fn persons(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, PersonRef>> {
    small(call, &PERSON, "t.id, t.name, t.is_deleted, t.owner_id, t.emails, t.phones, t.delete_time", ids, PersonRef::of_row).await
}

/// The organizations among `ids` that the caller may see.
pub async fn organizations(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, OrganizationRef>> {
    let columns = "t.id, t.name, t.is_deleted, t.owner_id, t.address, t.label_ids, s.people_count, t.delete_time";
    let directory = Arc::clone(&call.directory);
    small(call, &ORGANIZATION, columns, ids, move |row| OrganizationRef::of_row(row, &directory)).await
}

/// The deals among `ids` that the caller may see.
pub async fn deals(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, DealRef>> {
    let read = |row: &dyn Row| DealRef {
        title: text(row, 1),
        status: text(row, 2),
        value: Money::from_ten_thousandths(row.int(3).unwrap_or_default()),
        currency: text(row, 4),
        stage: row.int(5).unwrap_or_default(),
        pipeline: row.int(6).unwrap_or_default(),
    };
    small(call, &DEAL, "t.id, t.title, t.status, t.value, t.currency, t.stage_id, t.pipeline_id", ids, read).await
}

pub(super) async fn activities(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, ActivityRef>> {
    let read = |row: &dyn Row| ActivityRef {
        subject: text(row, 1),
        key: text(row, 2),
        duration: row.text(3).map(str::to_owned),
        note: row.text(4).map(str::to_owned),
    };
    small(call, &ACTIVITY, "t.id, t.subject, t.type, t.duration, t.note", ids, read).await
}

pub(super) fn text(row: &dyn Row, index: usize) -> String {
    row.text(index).unwrap_or_default().to_owned()
}

fn gone_at(deleted: Option<i64>) -> Option<Time> {
    deleted.map(|time| Time::from_millis(time).plus_days(select::DELETED_DAYS))
}

fn address_line(kept: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Address {
        value: Option<String>,
    }
    serde_json::from_str::<Address>(kept).ok()?.value
}

/// Reads some columns of the visible records among `ids`, by id.
async fn small<T: Send + 'static>(
    call: &Call,
    entity: &'static Entity,
    columns: &str,
    ids: &BTreeSet<i64>,
    read: impl Fn(&dyn Row) -> T + Send + 'static,
) -> ApiResult<BTreeMap<i64, T>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(format!("SELECT {columns} FROM {} t", entity.table));
    sql.push(" LEFT JOIN totals s ON s.company_id = t.company_id AND s.entity = ").bind(entity.name);
    sql.push(" AND s.record_id = t.id");
    select::scope(&mut sql, call, entity);
    // The name of a deleted record is shown until the record is gone (semantics.md 16).
    select::not_purged(&mut sql, call, entity);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
    let found = call
        .store()
        .read(sql, Weight::Light, BTreeMap::new(), move |found, row| {
            if let Some(id) = row.int(0) {
                found.insert(id, read(row));
            }
        })
        .await?;
    Ok(found)
}
