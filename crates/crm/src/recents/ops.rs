//! The operation of recents.

use super::shown::{KINDS, Kind};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list;
use crate::op::Method::Get;
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind};
use crate::params::{LIMIT, START};
use crate::run;
use crate::select;
use penstock_model::{Date, Time};
use penstock_store::{Row, Sql, Weight};
use std::collections::{BTreeMap, HashMap};

const SINCE: Param =
    Param::new("since_timestamp", ParamKind::Time, "Only what changed at this time or later, at most a month ago.").required();
const ITEMS: Param = Param::new(
    "items",
    ParamKind::Choices(&[
        "activity",
        "activityType",
        "deal",
        "file",
        "filter",
        "note",
        "person",
        "organization",
        "pipeline",
        "product",
        "stage",
        "user",
        // Nothing is listed under these: old companies had the first (semantics.md 15), connectors ask for the others.
        "delete_log",
        "lead",
        "project",
        "task",
    ]),
    "Only records of these kinds, comma separated; all where absent.",
);

pub const OPS: &[Op] = &[Op::new(V1, Get, "/recents", "getRecents", run!(list_recents))
    .tag("Recents")
    .scopes("recents:read,search:read")
    .cost(20)
    .query(&[SINCE, ITEMS, START, LIMIT])
    .about("Lists what has changed since a moment")];

/// A record that has changed.
struct Recent {
    kind: &'static Kind,
    id: i64,
    time: Time,
}

async fn list_recents(call: Call) -> ApiResult<Reply> {
    let since = since(&call);
    let (start, limit) = (call.args.int("start").unwrap_or(0).max(0), list::limit(&call, "limit")?);
    let mut recents = read(&call, since, start, limit + 1).await?;
    let more = recents.len() as i64 > limit;
    recents.truncate(limit as usize);
    let mut shown: HashMap<&str, BTreeMap<i64, Vec<u8>>> = HashMap::new();
    for kind in KINDS {
        let ids: Vec<i64> = recents.iter().filter(|recent| recent.kind.item == kind.item).map(|recent| recent.id).collect();
        if !ids.is_empty() {
            shown.insert(kind.item, (kind.show)(&call, &ids).await?);
        }
    }
    let last = recents.last().map_or(since, |recent| recent.time);
    Ok(call.data_and(
        |json| {
            if recents.is_empty() {
                // An empty v1 list is null (semantics.md 4).
                return json.null();
            }
            json.begin_array();
            for recent in &recents {
                json.begin_object();
                json.key("item");
                json.string(recent.kind.item);
                json.key("id");
                json.int(recent.id);
                json.key("data");
                match shown.get(recent.kind.item).and_then(|rows| rows.get(&recent.id)) {
                    Some(row) => json.bytes.extend_from_slice(row),
                    // Gone since the page was read.
                    None => json.null(),
                }
                json.end_object();
            }
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            for (key, time) in [("since_timestamp", since), ("last_timestamp_on_page", last)] {
                json.key(key);
                json.plain_string(|out| time.write_v1(out));
            }
            list::write_pagination(json, start, limit, more);
            json.end_object();
        },
    ))
}

/// The moment that the request names, pulled up to a month ago (semantics.md 15).
fn since(call: &Call) -> Time {
    let month_ago: Date = call.now.date().plus_months(-1);
    call.args.time("since_timestamp").unwrap_or(call.now).max(month_ago.start())
}

/// Rows by time, kind and id, along the index of recents. Each is looked up among its records for what the caller may see.
async fn read(call: &Call, since: Time, start: i64, count: i64) -> ApiResult<Vec<Recent>> {
    let words = call.args.words("items");
    let kinds: Vec<&'static Kind> = KINDS.iter().filter(|kind| words.is_empty() || words.iter().any(|word| word == kind.item)).collect();
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT r.entity, r.record_id, r.time FROM recents r WHERE r.company_id = ");
    sql.bind(call.company()).push(" AND r.time >= ").bind(since);
    sql.push(" AND CASE r.entity");
    for kind in &kinds {
        sql.push(" WHEN ").bind(kind.entity.name).push(" THEN (SELECT 1 FROM ").push(kind.entity.table).push(" t");
        select::scope(&mut sql, call, kind.entity);
        sql.push(" AND t.id = r.record_id");
        select::not_purged(&mut sql, call, kind.entity);
        sql.push(")");
    }
    sql.push(" ELSE 0 END = 1 ORDER BY r.time, r.entity, r.record_id LIMIT ").bind(count).push(" OFFSET ").bind(start);
    let push = move |recents: &mut Vec<Recent>, row: &dyn Row| {
        let kind = row.text(0).and_then(|entity| kinds.iter().find(|kind| kind.entity.name == entity));
        if let (Some(kind), Some(id), Some(time)) = (kind, row.int(1), row.int(2)) {
            recents.push(Recent { kind, id, time: Time::from_millis(time) });
        }
    };
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
}
