//! The records that v1 rows refer to: embedded in them as small objects, and listed beside them under
//! `related_objects` (semantics.md 4, 9, 31.15).

mod refs;

pub use refs::{ActivityRef, DealRef, OrganizationRef, PersonRef, deals, organizations, persons};

use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::pictures::{self, Picture};
use crate::select;
use crate::view_v1::write_user_members;
use penstock_model::{Kind, Record, UserId};
use penstock_store::{Sql, Weight};
use refs::{activities, text};
use std::collections::{BTreeMap, BTreeSet};

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
