//! Merging two records: the one in the path goes, the one in `merge_with_id` stays. The values of the latter win, its
//! gaps are filled, and everything that was tied to the former is tied to it (semantics.md 16).

mod fields;
mod links;

use crate::audit;
use crate::call::{Call, Reply};
use crate::deals::{self, DEAL, DEALS};
use crate::error::{ApiError, ApiResult};
use crate::mail::{self, MAIL_THREAD};
use crate::op::{Param, ParamKind};
use crate::organization_relationships::{self, RELATIONSHIP, is_with_itself};
use crate::organizations::ORGANIZATIONS;
use crate::persons::PERSONS;
use crate::pictures;
use crate::resource::Resource;
use crate::select::Depth;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Batch;
use serde_json::json;
use std::collections::BTreeMap;

/// The body of a merge.
pub const KEYS: &[Param] = &[Param::new("merge_with_id", ParamKind::Int, "The record that stays.").required()];

/// What merging means for one entity.
struct Sort {
    resource: &'static Resource,
    /// Fills the gaps of the first record from the second.
    fill: fn(&Call, &mut Record, &Record),
}

const DEAL_SORT: Sort = Sort { resource: &DEALS, fill: fields::fill_deal };
const PERSON_SORT: Sort = Sort { resource: &PERSONS, fill: fields::fill_person };
const ORGANIZATION_SORT: Sort = Sort { resource: &ORGANIZATIONS, fill: fields::fill_organization };

/// The ids of the two records.
#[derive(Debug, Clone, Copy)]
struct Pair {
    removed: i64,
    kept: i64,
}

/// The rows that a merge changes. A row that is found twice (a deal by its person and by a custom field) is changed once.
struct Merge {
    removed: Change,
    kept: Change,
    linked: BTreeMap<(&'static str, i64), Change>,
}

pub async fn deals(call: Call) -> ApiResult<Reply> {
    let pair = merge(&call, &DEAL_SORT).await?;
    show(&call, &DEALS, pair).await
}

pub async fn persons(call: Call) -> ApiResult<Reply> {
    let pair = merge(&call, &PERSON_SORT).await?;
    show(&call, &PERSONS, pair).await
}

/// Answers only the id of the organization that stays.
pub async fn organizations(call: Call) -> ApiResult<Reply> {
    let pair = merge(&call, &ORGANIZATION_SORT).await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(pair.kept);
        json.end_object();
    }))
}

/// The record that stays in its flat form, with the id of the one that went.
async fn show(call: &Call, resource: &'static Resource, pair: Pair) -> ApiResult<Reply> {
    let records = [write::find(call, resource.entity, pair.kept, Depth::Everything).await?];
    let view = ViewV1::of(call, resource, &records, Form::Flat).await?;
    Ok(call.data(|json| {
        json.begin_object();
        view.write_members(json, &records[0]);
        json.key("merge_what_id");
        json.int(pair.removed);
        json.end_object();
    }))
}

async fn merge(call: &Call, sort: &Sort) -> ApiResult<Pair> {
    let title = sort.resource.entity.title;
    let pair = Pair { removed: call.id(title)?, kept: call.body.int("merge_with_id").unwrap_or_default() };
    if pair.removed == pair.kept {
        return Err(ApiError::invalid_key("merge_with_id", "a record cannot be merged with itself"));
    }
    write::commit(call, || Box::pin(async { Ok((plan(call, sort, pair).await?, ())) })).await?;
    Ok(pair)
}

async fn plan(call: &Call, sort: &Sort, pair: Pair) -> ApiResult<Batch> {
    let entity = sort.resource.entity;
    let mut merge = Merge {
        removed: Change::update(write::find_live(call, sort.resource.entity, pair.removed).await?),
        kept: Change::update(write::find_live(call, sort.resource.entity, pair.kept).await?),
        linked: BTreeMap::new(),
    };
    if entity.name == DEAL.name && merge.kept.after.is(deals::IS_ARCHIVED) {
        return Err(ApiError::invalid("Archived deals cannot be edited, only unarchived"));
    }
    (sort.fill)(call, &mut merge.kept.after, &merge.removed.after);
    write::set_update_time(&mut merge.kept.after, call.now);
    (sort.resource.rules.on_delete)(&mut merge.removed.after, call.now);

    let mut batch = call.batch();
    pictures::inherit(&mut merge.removed.after, &mut merge.kept.after, &mut batch);
    links::redirect(call, &mut merge, pair).await?;
    links::move_guests(call, &mut merge, pair).await?;
    links::move_followers(call, entity, pair, &mut batch).await?;
    links::move_participants(call, &mut merge, &mut batch).await?;
    links::move_products(call, &mut merge, &mut batch).await?;
    links::move_mail(call, entity, pair, &mut batch).await?;
    let details = json!({ "merged_id": pair.removed });
    batch.run(audit::of_call(call, audit::RECORDS_MERGED, Some((entity.name, pair.kept)), &details)?);
    batch.save_merged(merge.kept, pair.removed);
    batch.save_merged(merge.removed, pair.kept);
    for mut change in merge.linked.into_values() {
        if change.entity().name == RELATIONSHIP.name && is_with_itself(&change.after) {
            organization_relationships::on_delete(&mut change.after, call.now);
        }
        if change.entity().name == MAIL_THREAD.name {
            mail::follow_thread(&mut batch, &change);
        }
        batch.save(change);
    }
    Ok(batch)
}
