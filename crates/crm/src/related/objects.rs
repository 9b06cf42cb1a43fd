//! What stands beside v1 rows under `related_objects`: each object that some row refers to, once, in groups.

use super::{Related, linked, organization_ids};
use crate::call::Call;
use crate::json::Json;
use crate::view_v1::write_user_members;
use crate::{pipelines, stages};
use penstock_model::{Entity, Kind, Record, UserId};
use std::collections::BTreeSet;
use std::slice;

/// The groups, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    User,
    Organization,
    Person,
    Deal,
    Stage,
    Pipeline,
    Picture,
}

const GROUPS: [Group; 7] = [Group::User, Group::Organization, Group::Person, Group::Deal, Group::Stage, Group::Pipeline, Group::Picture];

impl Group {
    fn name(self) -> &'static str {
        match self {
            Group::User => "user",
            Group::Organization => "organization",
            Group::Person => "person",
            Group::Deal => "deal",
            Group::Stage => "stage",
            Group::Pipeline => "pipeline",
            Group::Picture => "picture",
        }
    }

    /// The ids of this group that records name in their fields.
    fn named_by(self, records: &[Record]) -> BTreeSet<i64> {
        match self {
            Group::User => linked(records, Kind::User),
            Group::Organization => organization_ids(records),
            Group::Person => linked(records, Kind::Person),
            Group::Deal => linked(records, Kind::Deal),
            Group::Stage => linked(records, Kind::Stage),
            Group::Pipeline => linked(records, Kind::Pipeline),
            Group::Picture => linked(records, Kind::Picture),
        }
    }
}

/// An object as it stands beside rows.
#[derive(Debug)]
pub struct Beside {
    place: (Group, i64),
    text: Box<str>,
}

impl Beside {
    /// About how many bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

impl Related {
    /// The objects that one of the records refers to.
    pub fn beside(&self, call: &Call, record: &Record) -> Vec<Beside> {
        let mut found = Vec::new();
        for group in GROUPS {
            for id in group.named_by(slice::from_ref(record)) {
                let mut json = Json::with_capacity(512);
                if self.write_object(&mut json, call, group, id) {
                    found.push(Beside { place: (group, id), text: json.into_string().into() });
                }
            }
        }
        found
    }

    /// `"related_objects":{…}`, only with groups of which some record names an object.
    pub fn write_objects(&self, json: &mut Json, call: &Call, records: &[Record]) {
        let entity = records.first().map(|record| record.entity);
        write_groups(json, entity, |json, group| {
            let ids = match group {
                Group::User => self.users.clone(),
                Group::Person => self.persons.keys().copied().collect(),
                group => group.named_by(records),
            };
            for id in ids {
                let before = json.bytes.len();
                json.number_key(id);
                if !self.write_object(json, call, group, id) {
                    json.bytes.truncate(before);
                }
            }
        });
    }

    /// Writes an object; nothing, and answers so, where there is none that the caller sees.
    fn write_object(&self, json: &mut Json, call: &Call, group: Group, id: i64) -> bool {
        let directory = &call.directory;
        let with_id = |json: &mut Json, write: &dyn Fn(&mut Json)| {
            json.begin_object();
            json.key("id");
            json.int(id);
            write(json);
            json.end_object();
        };
        match group {
            Group::User => directory.user(UserId(id)).map(|user| {
                json.begin_object();
                write_user_members(json, user);
                json.end_object();
            }),
            Group::Organization => self.organizations.get(&id).map(|found| with_id(json, &|json| json.raw(&found.members))),
            Group::Person => self.persons.get(&id).map(|found| with_id(json, &|json| json.raw(&found.members))),
            Group::Picture => self.pictures.get(&id).map(|found| with_id(json, &|json| found.write_members(json, call))),
            Group::Deal => self.deals.get(&id).map(|found| found.write(json, id)),
            Group::Stage => directory.stages.get(&id).map(|found| stages::write_v1(json, directory, found)),
            Group::Pipeline => directory.pipelines.get(&id).map(|found| pipelines::write_v1(json, found, false)),
        }
        .is_some()
    }
}

/// `"related_objects":{…}` of rows that were kept with what stands beside them; `entity` is what they are, if there are any.
pub fn write_beside<'a>(json: &mut Json, entity: Option<&'static Entity>, beside: impl Iterator<Item = &'a Beside>) {
    let mut objects: Vec<&Beside> = beside.collect();
    objects.sort_unstable_by_key(|object| object.place);
    objects.dedup_by_key(|object| object.place);
    let mut objects = objects.into_iter().peekable();
    write_groups(json, entity, |json, group| {
        while let Some(object) = objects.next_if(|object| object.place.0 == group) {
            json.number_key(object.place.1);
            json.raw(&object.text);
        }
    });
}

/// Writes the groups that `write` writes something of. That of pictures is always there where records can have one.
fn write_groups(json: &mut Json, entity: Option<&'static Entity>, mut write: impl FnMut(&mut Json, Group)) {
    json.key("related_objects");
    json.begin_object();
    for group in GROUPS {
        let before = json.bytes.len();
        json.key(group.name());
        json.begin_object();
        let empty = json.bytes.len();
        write(json, group);
        let may_be_empty = group == Group::Picture && entity.is_some_and(|entity| entity.field("picture_id").is_some());
        if json.bytes.len() == empty && !may_be_empty {
            json.bytes.truncate(before);
        } else {
            json.end_object();
        }
    }
    json.end_object();
}
