//! Pages of records: by cursor (v2 lists and v1 collections) and by offset (v1 lists). See semantics.md 5.

mod cursor_page;
mod kept;
mod offset;
mod one;
mod page;
mod page_v1;
mod seen;
mod updated;

pub use kept::{HitRate, KeptRows, new_shape};
pub use offset::Offset;
pub use one::one;
pub use page::page;
pub use page_v1::{ShownV1, page_v1};
pub use seen::SeenRows;

use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::select::{self, Depth};
use cursor_page::CursorPage;
use penstock_model::{Entity, Record};
use penstock_store::{Sql, Weight};

/// Rows of a page where the request does not say, and at most.
pub const DEFAULT_LIMIT: i64 = 100;
pub const MAX_LIMIT: i64 = 500;

/// Appends `AND …` for what a list is narrowed to. The rows are called `t`.
pub type Narrow = fn(&Call, &mut Sql) -> ApiResult<()>;

/// The limit of a page: refused outside 1 to 500 in v2, pulled into it in v1.
pub fn limit(call: &Call, name: &str) -> ApiResult<i64> {
    let limit = call.args.int(name).unwrap_or(DEFAULT_LIMIT);
    if call.version() == crate::op::Version::V1 {
        return Ok(if limit < 1 { DEFAULT_LIMIT } else { limit.min(MAX_LIMIT) });
    }
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(ApiError::invalid_key(name, &format!("must be from 1 to {MAX_LIMIT}")));
    }
    Ok(limit)
}

/// The rows of a page and the cursor of the next one, for pages of v1 that are shown record by record.
pub async fn cursor_records(
    call: &Call,
    entity: &'static Entity,
    narrow: impl FnOnce(&Call, &mut Sql) -> ApiResult<()>,
) -> ApiResult<(Vec<Record>, Option<String>)> {
    let page = CursorPage::of(call, entity).await?;
    let mut sql = select::records(entity, Depth::Everything);
    page.choose(&mut sql, call, entity, narrow)?;
    let mut records = read_records(call, entity, Depth::Everything, sql, page.weight(call)).await?;
    let more = records.len() as i64 > page.limit;
    records.truncate(page.limit as usize);
    let next = records.last().filter(|_| more).map(|last| {
        let index = entity.field(page.column).map_or(0, |(index, _)| index);
        page.cursor(last.values[index].clone(), last.id)
    });
    Ok((records, next))
}

/// Runs a query made by [`select::records`].
pub async fn read_records(call: &Call, entity: &'static Entity, depth: Depth, sql: Sql, weight: Weight) -> ApiResult<Vec<Record>> {
    let records = call.store().read(sql, weight, Vec::new(), move |records, row| records.push(select::record(entity, depth, row))).await?;
    Ok(records)
}

/// The records of these ids, in this order. The ids must have passed the rights condition.
pub async fn by_ids(call: &Call, entity: &'static Entity, ids: &[i64]) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Everything);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    of_ids(call, entity, ids, sql).await
}

/// The same without those that the caller does not see, or no longer.
pub async fn visible_by_ids(call: &Call, entity: &'static Entity, ids: &[i64]) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Everything);
    select::scope(&mut sql, call, entity);
    of_ids(call, entity, ids, sql).await
}

async fn of_ids(call: &Call, entity: &'static Entity, ids: &[i64], mut sql: Sql) -> ApiResult<Vec<Record>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
    let mut records = read_records(call, entity, Depth::Everything, sql, Weight::Light).await?;
    let places: std::collections::HashMap<i64, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    records.sort_by_key(|record| places.get(&record.id).copied().unwrap_or(usize::MAX));
    Ok(records)
}

/// `"additional_data":{"next_cursor":…}`
pub fn write_next_cursor(json: &mut Json, next: Option<&str>) {
    json.key("additional_data");
    json.begin_object();
    json.key("next_cursor");
    json.string_or_null(next);
    json.end_object();
}

/// A v1 page of rows that the directory holds; none is null, as in every v1 list.
pub fn directory_page<T>(call: &Call, rows: &[T], write: impl Fn(&mut Json, &T)) -> ApiResult<Reply> {
    let start = call.args.int("start").unwrap_or(0).max(0);
    let limit = limit(call, "limit")?;
    let page: Vec<_> = rows.iter().skip(start as usize).take(limit as usize).collect();
    let more = rows.len() as i64 > start.saturating_add(limit);
    Ok(call.data_and(
        |json| {
            if page.is_empty() {
                return json.null();
            }
            json.begin_array();
            page.iter().for_each(|row| write(json, row));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            write_pagination(json, start, limit, more);
            json.end_object();
        },
    ))
}

/// `"additional_data":{"pagination":{…}}` of an offset page.
pub fn write_pagination(json: &mut Json, start: i64, limit: i64, more: bool) {
    json.key("pagination");
    json.begin_object();
    json.key("start");
    json.int(start);
    json.key("limit");
    json.int(limit);
    json.key("more_items_in_collection");
    json.bool(more);
    if more {
        json.key("next_start");
        json.int(start + limit);
    }
    json.end_object();
}
