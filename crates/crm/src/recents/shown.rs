//! Records of any kind in the flat form of v1, as recents and the flow show them.

use crate::activities::{self, ACTIVITY};
use crate::activity_types::{self, ACTIVITY_TYPE};
use crate::call::Call;
use crate::deals::DEALS;
use crate::error::ApiResult;
use crate::files::{self, FILE};
use crate::filters::{self, FILTER};
use crate::json::Json;
use crate::list;
use crate::notes::{self, NOTE};
use crate::organizations::ORGANIZATIONS;
use crate::persons::PERSONS;
use crate::pipelines::{self, PIPELINE};
use crate::products::PRODUCTS;
use crate::resource::Resource;
use crate::stages::{self, STAGE};
use crate::users::{self, USER};
use crate::view_v1::{Form, ViewV1};
use penstock_model::{Entity, UserId};
use std::collections::BTreeMap;
use std::pin::Pin;

/// Records by id, each as JSON.
pub type Shown<'a> = Pin<Box<dyn Future<Output = ApiResult<BTreeMap<i64, Vec<u8>>>> + Send + 'a>>;

/// Shows the records with these ids, which the caller may see. Those that are gone are left out.
pub type Show = for<'a> fn(&'a Call, &'a [i64]) -> Shown<'a>;

/// A kind of record that recents list.
pub struct Kind {
    /// As the API calls it.
    pub item: &'static str,
    pub entity: &'static Entity,
    pub show: Show,
}

/// In the order of their names, by which rows of one moment are sorted.
pub static KINDS: &[Kind] = &[
    Kind { item: "activity", entity: &ACTIVITY, show: activities },
    Kind { item: "activityType", entity: &ACTIVITY_TYPE, show: |call, ids| known(call, ids, write_activity_type) },
    Kind { item: "deal", entity: DEALS.entity, show: |call, ids| records(call, &DEALS, ids) },
    Kind { item: "file", entity: &FILE, show: files::flat },
    Kind { item: "filter", entity: &FILTER, show: filters::flat },
    Kind { item: "note", entity: &NOTE, show: notes::flat },
    Kind { item: "organization", entity: ORGANIZATIONS.entity, show: |call, ids| records(call, &ORGANIZATIONS, ids) },
    Kind { item: "person", entity: PERSONS.entity, show: |call, ids| records(call, &PERSONS, ids) },
    Kind { item: "pipeline", entity: &PIPELINE, show: |call, ids| known(call, ids, write_pipeline) },
    Kind { item: "product", entity: PRODUCTS.entity, show: |call, ids| records(call, &PRODUCTS, ids) },
    Kind { item: "stage", entity: &STAGE, show: |call, ids| known(call, ids, write_stage) },
    Kind { item: "user", entity: &USER, show: |call, ids| known(call, ids, write_users) },
];

/// Records of a resource.
pub fn records<'a>(call: &'a Call, resource: &'static Resource, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let found = list::by_ids(call, resource.entity, ids).await?;
        let view = ViewV1::of(call, resource, &found, Form::Flat).await?;
        let show = |record| {
            let mut json = Json::with_capacity(2048);
            view.write(&mut json, record);
            json.into_bytes()
        };
        Ok(found.iter().map(|record| (record.id, show(record))).collect())
    })
}

/// Settings of the company, which are in its directory. `write` says whether there is such a one.
pub fn known<'a>(call: &'a Call, ids: &'a [i64], write: fn(&Call, i64, &mut Json) -> bool) -> Shown<'a> {
    let show = move |id: &i64| {
        let mut json = Json::with_capacity(512);
        write(call, *id, &mut json).then(|| (*id, json.into_bytes()))
    };
    Box::pin(async move { Ok(ids.iter().filter_map(show).collect()) })
}

pub fn activities<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let shown = activities::flat(call, ids.to_vec()).await?;
        Ok(shown.into_iter().map(|(id, activity)| (id, activity.into_bytes())).collect())
    })
}

fn write_activity_type(call: &Call, id: i64, json: &mut Json) -> bool {
    call.directory.activity_types.get(&id).map(|known| activity_types::write_v1(json, known)).is_some()
}

fn write_pipeline(call: &Call, id: i64, json: &mut Json) -> bool {
    let pipeline = call.directory.pipelines.get(&id);
    pipeline.map(|pipeline| pipelines::write_v1(json, pipeline, false)).is_some()
}

fn write_stage(call: &Call, id: i64, json: &mut Json) -> bool {
    let stage = call.directory.stages.get(&id);
    stage.map(|stage| stages::write_v1(json, &call.directory, stage)).is_some()
}

/// A list of one, as connectors expect users.
fn write_users(call: &Call, id: i64, json: &mut Json) -> bool {
    let Some(user) = call.directory.user(UserId(id)) else { return false };
    json.begin_array();
    users::write_v1(json, call, user);
    json.end_array();
    true
}
