//! The v1 lists of the activities of a deal, a person and an organization, earliest first.

use super::fields::*;
use super::links;
use super::occurrences::Range;
use super::view::Rows;
use crate::call::{Call, Reply};
use crate::deals::DEALS;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{self, Offset};
use crate::op::{Param, ParamKind};
use crate::organizations::ORGANIZATIONS;
use crate::params::{LIMIT, START};
use crate::persons::PERSONS;
use crate::resource::Resource;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::UserId;
use penstock_store::{Sql, Weight};
use std::collections::BTreeMap;

pub const OF_RECORD: &[Param] = &[
    START,
    LIMIT,
    Param::new("done", ParamKind::Bool, "Only activities that are done, with 0 only others."),
    Param::new("exclude", ParamKind::Text, "Ids of activities to leave out, comma separated."),
];

pub async fn of_deal(call: Call) -> ApiResult<Reply> {
    show(call, &DEALS).await
}

/// Those in which the person takes part, as the primary one or beside it.
pub async fn of_person(call: Call) -> ApiResult<Reply> {
    show(call, &PERSONS).await
}

pub async fn of_organization(call: Call) -> ApiResult<Reply> {
    show(call, &ORGANIZATIONS).await
}

async fn show(call: Call, of: &'static Resource) -> ApiResult<Reply> {
    let record = write::find(&call, of.entity, call.id(of.entity.title)?, Depth::Row).await?;
    let excluded = match call.args.text("exclude") {
        None => Vec::new(),
        Some(text) => crate::args::ids(text).map_err(|problem| ApiError::invalid_key("exclude", &problem))?,
    };
    let narrow = |call: &Call, sql: &mut Sql| {
        sql.push(" AND t.is_deleted = 0 AND ");
        links::of_record(sql, call.company(), "t.id", (of.entity.name, record.id));
        super::list::done(call, sql);
        if !excluded.is_empty() {
            sql.push(" AND NOT (");
            call.store().dialect().among(sql, "t.id", excluded.iter().copied());
            sql.push(")");
        }
        Ok(())
    };
    let offset = Offset::of(&call, &ACTIVITY, &[("due_date", false), ("due_time", false)])?.scanning();
    let (activities, more) = offset.records(&call, &ACTIVITY, narrow).await?;
    let rows = Rows::of(&call, &activities, Range::default()).await?;
    let shares = shares(&call, narrow).await?;
    Ok(call.data_and(
        |json| rows.write_list(json, &activities),
        |json| {
            json.key("additional_data");
            json.begin_object();
            write_distribution(json, &call, &shares);
            list::write_pagination(json, offset.start, offset.limit, more);
            json.end_object();
            rows.related.write_objects(json, &call, &activities);
        },
    ))
}

/// How many activities of each type each user has.
type Shares = BTreeMap<i64, BTreeMap<String, i64>>;

async fn shares(call: &Call, narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>) -> ApiResult<Shares> {
    let mut sql = Sql::new("SELECT t.owner_id, t.type, COUNT(*) FROM activities t");
    select::scope(&mut sql, call, &ACTIVITY);
    narrow(call, &mut sql)?;
    sql.push(" GROUP BY t.owner_id, t.type");
    let shares = call.store().read(sql, Weight::Heavy, Shares::new(), |shares, row| {
        let (owner, key) = (row.int(0).unwrap_or_default(), row.text(1).unwrap_or_default().to_owned());
        shares.entry(owner).or_default().insert(key, row.int(2).unwrap_or_default());
    });
    Ok(shares.await?)
}

/// Who does how much of it, in whole percent.
fn write_distribution(json: &mut Json, call: &Call, shares: &Shares) {
    let count = |types: &BTreeMap<String, i64>| types.values().sum::<i64>();
    let total: i64 = shares.values().map(count).sum();
    json.key("activity_distribution");
    json.begin_object();
    for (user, types) in shares {
        json.key(&user.to_string());
        json.begin_object();
        json.key("activities");
        json.begin_object();
        for (key, number) in types {
            json.text_key(key);
            json.int(*number);
        }
        json.end_object();
        json.key("name");
        json.string_or_null(call.directory.user(UserId(*user)).map(|user| user.name.as_str()));
        json.key("activity_count");
        json.int(count(types));
        json.key("share");
        json.int((count(types) * 100 + total / 2) / total.max(1));
        json.end_object();
    }
    json.end_object();
}
