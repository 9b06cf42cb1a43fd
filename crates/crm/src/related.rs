//! The records that v1 rows refer to: embedded in them as small objects, and listed beside them under
//! `related_objects` (semantics.md 4, 9, 31.15).

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::deals::DEAL;
use crate::directory::Directory;
use crate::error::ApiResult;
use crate::json::Json;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::pictures::{self, Picture};
use crate::select;
use crate::view::write_money;
use crate::view_v1::{write_contacts, write_user_members};
use penstock_model::{Entity, Kind, Money, Record, UserId};
use penstock_store::{Row, Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A person as other records show it.
#[derive(Debug, Clone)]
pub struct PersonRef {
    pub name: String,
    pub emails: String,
    pub phones: String,
    /// The members that are the same wherever it is shown, as JSON.
    members: String,
}

/// An organization as other records show it.
#[derive(Debug, Clone)]
pub struct OrganizationRef {
    pub name: String,
    pub address: Option<String>,
    /// The members that are the same wherever it is shown, as JSON.
    members: String,
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

/// Records that some records refer to, as far as the caller may see them.
#[derive(Debug, Default)]
pub struct Related {
    company: i64,
    users: BTreeSet<i64>,
    pub persons: BTreeMap<i64, PersonRef>,
    pub organizations: BTreeMap<i64, OrganizationRef>,
    pub deals: BTreeMap<i64, DealRef>,
    /// The titles of leads by UUID.
    pub leads: BTreeMap<String, String>,
    pub activities: BTreeMap<i64, ActivityRef>,
    pictures: BTreeMap<i64, Picture>,
}

impl Related {
    pub async fn load(call: &Call, records: &[Record]) -> ApiResult<Self> {
        Ok(Related {
            company: call.company().0,
            users: linked(records, Kind::User),
            persons: persons(call, &linked(records, Kind::Person)).await?,
            organizations: organizations(call, &organization_ids(records)).await?,
            deals: deals(call, &linked(records, Kind::Deal)).await?,
            leads: leads(call, records).await?,
            activities: activities(call, &linked(records, Kind::Activity)).await?,
            pictures: pictures::load(call, &linked(records, Kind::Picture)).await?,
        })
    }

    /// Adds users and persons to whom more than the fields of the records refers.
    pub async fn add(&mut self, call: &Call, users: impl IntoIterator<Item = i64>, persons_named: &BTreeSet<i64>) -> ApiResult<()> {
        self.users.extend(users);
        self.persons.extend(persons(call, persons_named).await?);
        Ok(())
    }

    /// A reference to a person: an object with the id under `value`. A hidden one shows nothing else.
    pub fn write_person_ref(&self, json: &mut Json, id: i64) {
        json.begin_object();
        match self.persons.get(&id) {
            Some(person) => {
                json.raw(&person.members);
                json.key("company_id");
                json.int(self.company);
            }
            None => {
                json.key("name");
                json.null();
            }
        }
        json.key("value");
        json.int(id);
        json.end_object();
    }

    pub fn write_organization_ref(&self, json: &mut Json, id: i64) {
        json.begin_object();
        match self.organizations.get(&id) {
            Some(organization) => json.raw(&organization.members),
            None => {
                json.key("name");
                json.null();
            }
        }
        json.key("value");
        json.int(id);
        json.end_object();
    }

    /// A reference to a picture: where it is, with the id under `value`.
    pub fn write_picture_ref(&self, json: &mut Json, call: &Call, id: i64) {
        let Some(picture) = self.pictures.get(&id) else { return json.null() };
        json.begin_object();
        picture.write_members(json, call);
        json.key("value");
        json.int(id);
        json.end_object();
    }

    /// `"related_objects":{…}`, only with sorts of objects that some record refers to.
    pub fn write_objects(&self, json: &mut Json, call: &Call, records: &[Record]) {
        json.key("related_objects");
        json.begin_object();
        self.write_users(json, call);
        if !self.organizations.is_empty() {
            json.key("organization");
            json.begin_object();
            for (id, organization) in &self.organizations {
                json.key(&id.to_string());
                json.begin_object();
                json.key("id");
                json.int(*id);
                json.raw(&organization.members);
                json.end_object();
            }
            json.end_object();
        }
        if !self.persons.is_empty() {
            json.key("person");
            json.begin_object();
            for (id, person) in &self.persons {
                json.key(&id.to_string());
                json.begin_object();
                json.key("id");
                json.int(*id);
                json.raw(&person.members);
                json.end_object();
            }
            json.end_object();
        }
        if !self.deals.is_empty() {
            json.key("deal");
            json.begin_object();
            for (id, deal) in &self.deals {
                json.key(&id.to_string());
                deal.write(json, *id);
            }
            json.end_object();
        }
        write_stages(json, call, records);
        if records.iter().any(|record| record.entity.field("picture_id").is_some()) {
            json.key("picture");
            json.begin_object();
            for (id, picture) in &self.pictures {
                json.key(&id.to_string());
                json.begin_object();
                json.key("id");
                json.int(*id);
                picture.write_members(json, call);
                json.end_object();
            }
            json.end_object();
        }
        json.end_object();
    }

    fn write_users(&self, json: &mut Json, call: &Call) {
        let users: Vec<_> = self.users.iter().filter_map(|id| call.directory.user(UserId(*id))).collect();
        if users.is_empty() {
            return;
        }
        json.key("user");
        json.begin_object();
        for user in users {
            json.key(&user.id.to_string());
            json.begin_object();
            write_user_members(json, user);
            json.end_object();
        }
        json.end_object();
    }
}

fn write_stages(json: &mut Json, call: &Call, records: &[Record]) {
    let directory = &call.directory;
    let stages: Vec<_> = linked(records, Kind::Stage).iter().filter_map(|id| directory.stages.get(id)).cloned().collect();
    if !stages.is_empty() {
        json.key("stage");
        json.begin_object();
        for stage in &stages {
            json.key(&stage.id.to_string());
            crate::stages::write_v1(json, directory, stage);
        }
        json.end_object();
    }
    let pipelines = linked(records, Kind::Pipeline);
    let pipelines: Vec<_> = pipelines.iter().filter_map(|id| directory.pipelines.get(id)).collect();
    if !pipelines.is_empty() {
        json.key("pipeline");
        json.begin_object();
        for pipeline in pipelines {
            json.key(&pipeline.id.to_string());
            crate::pipelines::write_v1(json, pipeline, false);
        }
        json.end_object();
    }
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
        PersonRef { name, emails, phones, members: json.into_string() }
    }
}

impl DealRef {
    fn write(&self, json: &mut Json, id: i64) {
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
        OrganizationRef { name, address, members: json.into_string() }
    }
}

/// The organizations that records belong to; lists of organizations show them beside themselves too.
fn organization_ids(records: &[Record]) -> BTreeSet<i64> {
    let mut ids = linked(records, Kind::Organization);
    ids.extend(records.iter().filter(|record| record.entity.name == ORGANIZATION.name).map(|record| record.id));
    ids
}

/// The ids that the fields of one kind hold in these records, all of one entity.
fn linked(records: &[Record], kind: Kind) -> BTreeSet<i64> {
    let fields = records.first().map_or(&[][..], |record| record.entity.fields);
    let places = fields.iter().enumerate().filter(|(_, field)| field.kind == kind).map(|(place, _)| place);
    places.flat_map(|place| records.iter().filter_map(move |record| record.values[place].as_int())).collect()
}

/// The persons among `ids` that the caller may see.
pub async fn persons(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, PersonRef>> {
    small(call, &PERSON, "t.id, t.name, t.is_deleted, t.owner_id, t.emails, t.phones", ids, PersonRef::of_row).await
}

/// The organizations among `ids` that the caller may see.
pub async fn organizations(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, OrganizationRef>> {
    let columns = "t.id, t.name, t.is_deleted, t.owner_id, t.address, t.label_ids, s.people_count";
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

async fn activities(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, ActivityRef>> {
    let read = |row: &dyn Row| ActivityRef {
        subject: text(row, 1),
        key: text(row, 2),
        duration: row.text(3).map(str::to_owned),
        note: row.text(4).map(str::to_owned),
    };
    small(call, &ACTIVITY, "t.id, t.subject, t.type, t.duration, t.note", ids, read).await
}

/// The titles of the leads that records refer to, by UUID.
async fn leads(call: &Call, records: &[Record]) -> ApiResult<BTreeMap<String, String>> {
    let fields = records.first().map_or(&[][..], |record| record.entity.fields);
    let places = fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Lead).map(|(place, _)| place);
    let uuids = places.flat_map(|place| records.iter().filter_map(move |record| record.values[place].as_text()));
    let uuids: BTreeSet<&str> = uuids.collect();
    if uuids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("SELECT t.uuid, t.title FROM leads t");
    select::scope(&mut sql, call, &LEAD);
    select::not_purged(&mut sql, call, &LEAD);
    sql.push(" AND t.uuid IN ").bind_list(uuids);
    let found = call.store().read(sql, Weight::Light, BTreeMap::new(), |found, row| {
        found.insert(text(row, 0), text(row, 1));
    });
    Ok(found.await?)
}

fn text(row: &dyn Row, index: usize) -> String {
    row.text(index).unwrap_or_default().to_owned()
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
