//! The records that v1 rows refer to: embedded in them as small objects, and listed beside them under
//! `related_objects` (semantics.md 4, 9, 31.15).

mod objects;
mod refs;

pub use objects::{Beside, write_beside};
pub use refs::{ActivityRef, DealRef, OrganizationRef, PersonRef, deals, organizations, persons};

use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::pictures::{self, Picture};
use crate::select;
use penstock_model::{Kind, Record, Time};
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

    /// When something that a record refers to is not shown any more without another write, for it is deleted.
    pub fn gone_at(&self, record: &Record) -> Option<Time> {
        let record = std::slice::from_ref(record);
        let organizations = organization_ids(record).into_iter().filter_map(|id| self.organizations.get(&id)?.gone_at);
        let persons = linked(record, Kind::Person).into_iter().filter_map(|id| self.persons.get(&id)?.gone_at);
        organizations.chain(persons).min()
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
