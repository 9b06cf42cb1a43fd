//! The operations of filters.

use super::entity::*;
use super::grammar::Conditions;
use super::objects::{self, FilterType};
use super::question::Question;
use super::{HELPERS, may_edit, may_share, saved, view};
use crate::audit;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::narrow;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::params::BULK_IDS;
use crate::records;
use crate::rights;
use crate::run;
use crate::write;
use penstock_model::{Change, Record};

const READ: &str = "deals:read,deals:full,activities:read,activities:full,contacts:read,contacts:full";
const FULL: &str = "deals:full,activities:full,contacts:full";

const TYPE_NAMES: &[&str] = &["deals", "leads", "org", "people", "products", "activity", "projects"];
const TYPE_PARAM: Param = Param::new("type", ParamKind::Choice(TYPE_NAMES), "Only filters of this type.");
const INCLUDE_FIELD_CODE: Param =
    Param::new(view::INCLUDE_FIELD_CODE, ParamKind::Bool, "With true conditions name the code of their field, too.");
const NAME_KEY: Param = Param::new("name", ParamKind::Text, "The name of the filter.");
const CONDITIONS_KEY: Param = Param::new(
    "conditions",
    ParamKind::Json,
    "An object with two groups of conditions: of the one glued with `and` all hold, of the one glued with `or` one does. \
     At most 16 in all.",
)
.required();
const VISIBLE_TO_KEY: Param =
    Param::new("visible_to", ParamKind::Int, "1 for the caller alone, which is so for a new filter; 7 for everybody.");
const NEW: &[Param] =
    &[NAME_KEY.required(), CONDITIONS_KEY, Param::new("type", ParamKind::Choice(TYPE_NAMES), "What it lists.").required(), VISIBLE_TO_KEY];
const CHANGED: &[Param] = &[NAME_KEY, CONDITIONS_KEY, VISIBLE_TO_KEY];

const MAX_NAME: usize = 255;

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Filters").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(Get, "/filters", "getFilters", run!(list))
        .scopes(READ)
        .cost(20)
        .query(&[TYPE_PARAM])
        .about("Lists the filters that the caller sees"),
    op(Post, "/filters", "addFilter", run!(add)).cost(10).query(&[INCLUDE_FIELD_CODE]).takes(Takes::Keys(NEW)).about("Saves a filter"),
    op(Delete, "/filters", "deleteFilters", run!(delete_many)).cost(10).query(&[BULK_IDS]).about("Deletes several filters"),
    op(Get, "/filters/helpers", "getFilterHelpers", run!(helpers))
        .scopes(READ)
        .cost(20)
        .about("Shows operators, words for dates and parts of addresses that conditions take"),
    op(Get, "/filters/{id}", "getFilter", run!(one))
        .scopes(READ)
        .cost(2)
        .query(&[INCLUDE_FIELD_CODE])
        .about("Shows one filter with its conditions"),
    op(Put, "/filters/{id}", "updateFilter", run!(update))
        .cost(10)
        .query(&[INCLUDE_FIELD_CODE])
        .takes(Takes::Keys(CHANGED))
        .about("Changes name and conditions of a filter"),
    op(Delete, "/filters/{id}", "deleteFilter", run!(delete)).cost(6).about("Deletes a filter"),
];

async fn helpers(call: Call) -> ApiResult<Reply> {
    Ok(Reply::new(call.op.status, HELPERS.as_bytes().to_vec()))
}

async fn list(call: Call) -> ApiResult<Reply> {
    let filters = saved::read(&call, |sql| {
        if let Some(name) = call.args.text(TYPE_PARAM.name) {
            sql.push(" AND t.type = ").bind(name);
        }
    })
    .await?;
    Ok(call.data(|json| {
        if filters.is_empty() {
            return json.null();
        }
        json.begin_array();
        filters.iter().for_each(|filter| view::write_row(json, &call, filter));
        json.end_array();
    }))
}

async fn find(call: &Call, id: i64) -> ApiResult<Record> {
    let found = saved::read(call, |sql| {
        sql.push(" AND t.id = ").bind(id);
    });
    found.await?.pop().ok_or_else(|| ApiError::not_found(FILTER.title))
}

async fn find_editable(call: &Call, id: i64) -> ApiResult<Record> {
    let filter = find(call, id).await?;
    if may_edit(call, &filter) { Ok(filter) } else { Err(rights::no_permission()) }
}

async fn one(call: Call) -> ApiResult<Reply> {
    let filter = find(&call, call.id(FILTER.title)?).await?;
    Ok(call.data(|json| view::write(json, &call, &filter)))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let name = given_name(&call)?.ok_or_else(|| ApiError::invalid_key("name", "is required"))?;
    let of = call.body.text("type").and_then(objects::by_name);
    let of = of.ok_or_else(|| ApiError::invalid_key("type", "there are no filters of this type"))?;
    let conditions = given_conditions(&call, of)?;
    let visible_to = given_visibility(&call)?.unwrap_or(PRIVATE);
    let id = call.store().next_id(call.company(), FILTER.table).await?;
    let mut change = Change::insert(Record::blank(&FILTER, id));
    let filter = &mut change.after;
    filter.set(NAME, name);
    filter.set(TYPE, of.name);
    filter.set(USER, call.principal.user);
    filter.set(VISIBLE_TO, visible_to);
    filter.set(IS_TEMPORARY, false);
    filter.set(CONDITIONS, conditions);
    filter.set(IS_DELETED, false);
    filter.set(ADD_TIME, call.now);
    filter.set(UPDATE_TIME, call.now);
    let filter = change.after.clone();
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    Ok(call.data(|json| view::write(json, &call, &filter)))
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(FILTER.title)?;
    let filter = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(find_editable(&call, id).await?);
            let filter = &mut change.after;
            let of = filter.text(TYPE).and_then(objects::by_name).ok_or_else(|| ApiError::not_found(FILTER.title))?;
            filter.set(CONDITIONS, given_conditions(&call, of)?);
            if let Some(name) = given_name(&call)? {
                filter.set(NAME, name);
            }
            if let Some(visible_to) = given_visibility(&call)? {
                filter.set(VISIBLE_TO, visible_to);
            }
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            let filter = change.after.clone();
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, filter))
        })
    })
    .await?;
    Ok(call.data(|json| view::write(json, &call, &filter)))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(FILTER.title)?;
    delete_all(&call, &[id]).await?;
    Ok(call.deleted(id))
}

async fn delete_many(call: Call) -> ApiResult<Reply> {
    let ids = narrow::bulk_ids(&call)?;
    delete_all(&call, &ids).await?;
    Ok(records::deleted_many(&call, &ids))
}

/// Deletes all of them or none.
async fn delete_all(call: &Call, ids: &[i64]) -> ApiResult<()> {
    write::commit(call, || {
        Box::pin(async {
            let mut batch = if ids.len() > 1 { call.batch().bulk() } else { call.batch() };
            for id in ids {
                let mut change = Change::update(find_editable(call, *id).await?);
                change.after.set(IS_DELETED, true);
                change.after.set(DELETE_TIME, call.now);
                change.after.set(UPDATE_TIME, call.now);
                batch.save(change);
            }
            if call.op.is_bulk_deletion() {
                batch.run(audit::deletion(call, FILTER.name, ids)?);
            }
            Ok((batch, ()))
        })
    })
    .await
}

fn given_name(call: &Call) -> ApiResult<Option<String>> {
    let Some(name) = call.body.text("name").map(str::trim) else { return Ok(None) };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ApiError::invalid_key("name", &format!("must have 1 to {MAX_NAME} characters")));
    }
    Ok(Some(name.to_owned()))
}

/// The conditions of the body in the form in which they are kept; each of them must make sense.
fn given_conditions(call: &Call, of: &'static FilterType) -> ApiResult<String> {
    let given = call.body.get("conditions").ok_or_else(|| ApiError::invalid_key("conditions", "is required"))?;
    let conditions = Conditions::parse(given)?;
    for condition in conditions.all.iter().chain(&conditions.any) {
        Question::of(call, of, condition).map_err(|problem| ApiError::invalid_key("conditions", &problem))?;
    }
    Ok(conditions.to_json(|_| None).to_string())
}

fn given_visibility(call: &Call) -> ApiResult<Option<i64>> {
    match call.body.int("visible_to") {
        Some(SHARED) if !may_share(call) => Err(rights::no_permission()),
        Some(visible_to) if ![PRIVATE, SHARED].contains(&visible_to) => Err(ApiError::invalid_key("visible_to", "must be 1 or 7")),
        given => Ok(given),
    }
}
