//! Pages of records: by cursor (v2 lists and v1 collections) and by offset (v1 lists). See semantics.md 5.

use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::select::{self, Depth};
use crate::view::View;
use penstock_model::{Entity, Field, Kind, Place, Record, Value};
use penstock_store::{Sql, Weight};

/// Rows of a page where the request does not say, and at most.
pub const DEFAULT_LIMIT: i64 = 100;
pub const MAX_LIMIT: i64 = 500;

/// Appends `AND …` for what a list is narrowed to. The rows are called `t`.
pub type Narrow = fn(&Call, &mut Sql) -> ApiResult<()>;

/// A page of v2: rows written as they are read, with the cursor of the next page.
pub async fn page(call: Call, entity: &'static Entity, narrow: Narrow) -> ApiResult<Reply> {
    let view = View::of(&call, entity)?;
    let order = CursorOrder::of(&call, entity)?;
    let limit = limit(&call, "limit")?;
    let (mut sql, [sorted, id]) = view.select_with(&[order.column, "id"]);
    select::scope(&mut sql, &call, entity);
    narrow(&call, &mut sql)?;
    order.after_cursor(&mut sql);
    order.push(&mut sql, limit + 1);

    let weight = order.weight(&call);
    let state = Page { json: begin_page(limit), rows: 0, last: None };
    let page = call
        .store()
        .read(sql, weight, state, move |page, row| {
            page.rows += 1;
            if page.rows > limit {
                return;
            }
            view.write(&mut page.json, row);
            if page.rows == limit {
                page.last = Some((row.cell(sorted).to_value(), row.int(id).unwrap_or_default()));
            }
        })
        .await?;
    let next = page.last.filter(|_| page.rows > limit).map(|(value, id)| order.cursor(value, id));
    let mut json = page.json;
    json.end_array();
    write_next_cursor(&mut json, next.as_deref());
    json.end_object();
    Ok(call.reply(json))
}

struct Page {
    json: Json,
    rows: i64,
    last: Option<(Value, i64)>,
}

/// Sets aside what the rows of most pages need, for a text that grows is copied each time.
fn begin_page(rows: i64) -> Json {
    const ROW: usize = 1536;
    let mut json = Json::with_capacity(rows as usize * ROW);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("data");
    json.begin_array();
    json
}

/// `"additional_data":{"next_cursor":…}`
pub fn write_next_cursor(json: &mut Json, next: Option<&str>) {
    json.key("additional_data");
    json.begin_object();
    json.key("next_cursor");
    json.string_or_null(next);
    json.end_object();
}

/// The rows of a page and the cursor of the next one, for pages of v1 that are shown record by record.
pub async fn cursor_records(
    call: &Call,
    entity: &'static Entity,
    narrow: impl FnOnce(&Call, &mut Sql) -> ApiResult<()>,
) -> ApiResult<(Vec<Record>, Option<String>)> {
    let order = CursorOrder::of(call, entity)?;
    let limit = limit(call, "limit")?;
    let mut sql = select::records(entity, Depth::Everything);
    select::scope(&mut sql, call, entity);
    narrow(call, &mut sql)?;
    order.after_cursor(&mut sql);
    order.push(&mut sql, limit + 1);
    let mut records = read_records(call, entity, Depth::Everything, sql, order.weight(call)).await?;
    let more = records.len() as i64 > limit;
    records.truncate(limit as usize);
    let next = records.last().filter(|_| more).map(|last| {
        let index = entity.field(order.column).map_or(0, |(index, _)| index);
        order.cursor(last.values[index].clone(), last.id)
    });
    Ok((records, next))
}

/// Runs a query made by [`select::records`].
pub async fn read_records(call: &Call, entity: &'static Entity, depth: Depth, sql: Sql, weight: Weight) -> ApiResult<Vec<Record>> {
    let records = call.store().read(sql, weight, Vec::new(), move |records, row| records.push(select::record(entity, depth, row))).await?;
    Ok(records)
}

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

/// One sort column with the id to break ties, and the place in it where a page begins.
struct CursorOrder {
    column: &'static str,
    descending: bool,
    after: Option<(Value, i64)>,
}

impl CursorOrder {
    /// Reads `sort_by`, `sort_direction` and `cursor`. A cursor of another order is refused.
    fn of(call: &Call, entity: &'static Entity) -> ApiResult<Self> {
        let key = call.args.text("sort_by").unwrap_or("id");
        let sortable = |field: &penstock_model::Field| field.key == "id" || field.sort_v2;
        let field = entity.fields.iter().find(|field| field.key == key && sortable(field));
        let field = field.ok_or_else(|| ApiError::invalid_key("sort_by", "cannot be sorted by"))?;
        let descending = call.args.text("sort_direction") == Some("desc");
        let direction = if descending { "desc" } else { "asc" };
        let after = match call.args.text("cursor") {
            None => None,
            Some(text) => {
                let forged = || ApiError::invalid_key("cursor", "is not valid for this list");
                let cursor = Cursor::decode(text).ok_or_else(forged)?;
                if cursor.field != field.key || cursor.direction != direction {
                    return Err(forged());
                }
                let value = cursor.cell().filter(|value| fits(field.kind, value)).ok_or_else(forged)?;
                Some((value, cursor.id))
            }
        };
        Ok(CursorOrder { column: field.column, descending, after })
    }

    fn after_cursor(&self, sql: &mut Sql) {
        let Some((value, id)) = &self.after else { return };
        let beyond = if self.descending { " < " } else { " > " };
        if self.column == "id" {
            sql.push(" AND t.id").push(beyond).bind(*id);
        } else {
            sql.push(" AND (t.").push(self.column).push(", t.id)").push(beyond).push("(");
            sql.bind(value.clone()).push(", ").bind(*id).push(")");
        }
    }

    fn push(&self, sql: &mut Sql, limit: i64) {
        let direction = if self.descending { " DESC" } else { "" };
        sql.push(" ORDER BY ");
        if self.column != "id" {
            sql.push("t.").push(self.column).push(direction).push(", ");
        }
        sql.push("t.id").push(direction).push(" LIMIT ").bind(limit);
    }

    /// An order by id follows an index whatever the parameters narrow the list to; others may have to sort, and filters to
    /// look at every record.
    fn weight(&self, call: &Call) -> Weight {
        if self.column == "id" && call.filter.is_none() { Weight::Light } else { Weight::Heavy }
    }

    fn cursor(&self, value: Value, id: i64) -> String {
        let value = match value {
            Value::Int(number) => number.into(),
            Value::Text(text) => text.as_ref().into(),
            Value::Real(_) | Value::Null => serde_json::Value::Null,
        };
        let direction = if self.descending { "desc" } else { "asc" };
        Cursor { field: self.column.to_owned(), value, direction: direction.to_owned(), id }.encode()
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text(_) | Kind::Choice(_) | Kind::Date => matches!(value, Value::Text(_)),
        _ => matches!(value, Value::Int(_)),
    }
}

/// What a v1 list was asked for: where it starts, how long it is, in which order.
pub struct Offset {
    pub start: i64,
    pub limit: i64,
    order: Vec<(&'static Field, bool)>,
    scans: bool,
}

impl Offset {
    /// Reads `start`, `limit` and `sort` (`title ASC, id DESC`); `default` is the order where none is asked for.
    pub fn of(call: &Call, entity: &'static Entity, default: &[(&'static str, bool)]) -> ApiResult<Self> {
        let start = call.args.int("start").unwrap_or(0).max(0);
        let limit = limit(call, "limit")?;
        let order = match call.args.text("sort") {
            None => default.iter().filter_map(|(key, descending)| Some((entity.field(key)?.1, *descending))).collect(),
            Some(sort) => sort_order(entity, sort)?,
        };
        Ok(Offset { start, limit, order, scans: call.filter.is_some() })
    }

    /// Says that the list is narrowed by a condition that no index answers.
    pub fn scanning(mut self) -> Self {
        self.scans = true;
        self
    }

    /// Reads the page, and whether there are rows after it.
    pub async fn records(
        &self,
        call: &Call,
        entity: &'static Entity,
        narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<(Vec<Record>, bool)> {
        let by_id = self.order.iter().all(|(field, _)| field.kind == Kind::Id);
        let mut records = if by_id && !self.scans {
            self.records_by_id(call, entity, narrow).await?
        } else {
            let ids = self.ids(call, entity, narrow).await?;
            by_ids(call, entity, &ids).await?
        };
        let more = records.len() as i64 > self.limit;
        records.truncate(self.limit as usize);
        Ok((records, more))
    }

    /// A page in the order of the ids is a cursor page whose first id has to be found.
    async fn records_by_id(
        &self,
        call: &Call,
        entity: &'static Entity,
        narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<Vec<Record>> {
        let mut sql = select::records(entity, Depth::Everything);
        select::scope(&mut sql, call, entity);
        narrow(call, &mut sql)?;
        if self.start > 0 {
            let weight = if self.start <= 10_000 { Weight::Light } else { Weight::Heavy };
            let descending = self.order.first().is_some_and(|(_, descending)| *descending);
            let mut list = Sql::new(format!("SELECT t.id FROM {} t", entity.table));
            select::scope_of_many(&mut list, call, entity);
            narrow(call, &mut list)?;
            let Some(first) = call.store().id_at(list, descending, self.start, weight).await? else {
                return Ok(Vec::new());
            };
            sql.push(if descending { " AND t.id <= " } else { " AND t.id >= " }).bind(first);
        }
        self.push_order(&mut sql);
        sql.push(" LIMIT ").bind(self.limit + 1);
        read_records(call, entity, Depth::Everything, sql, Weight::Light).await
    }

    /// The ids of the rows of the page and of the one after it, read along an index that holds all they are chosen by.
    async fn ids(&self, call: &Call, entity: &'static Entity, narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>) -> ApiResult<Vec<i64>> {
        let mut sql = Sql::new(format!("SELECT t.id FROM {} t", entity.table));
        select::joins(&mut sql, entity, self.order.iter().map(|(field, _)| *field));
        select::scope_of_many(&mut sql, call, entity);
        narrow(call, &mut sql)?;
        self.push_order(&mut sql);
        sql.push(" LIMIT ").bind(self.limit + 1).push(" OFFSET ").bind(self.start);
        Ok(call.store().read(sql, Weight::Heavy, Vec::new(), |ids, row| ids.extend(row.int(0))).await?)
    }

    /// The place of nulls is named only where there can be some: PostgreSQL would not use an index otherwise.
    fn push_order(&self, sql: &mut Sql) {
        sql.push(" ORDER BY ");
        // Ties go the way of the last field, so that one index can give the whole order.
        let mut ties_descend = false;
        for (field, descending) in &self.order {
            ties_descend = *descending;
            if field.kind == Kind::Id {
                // What follows orders nothing, and would keep SQLite from a covering index.
                break;
            }
            match (field.place, field.kind) {
                // A record without a row of totals counts nothing.
                (Place::Totals, Kind::Count) => sql.push("COALESCE(s.").push(field.column).push(", 0)"),
                (Place::Totals, _) => sql.push("s.").push(field.column),
                _ => sql.push("t.").push(field.column),
            };
            let never_null = field.not_null || field.kind == Kind::Count;
            sql.push(match (descending, never_null) {
                (true, true) => " DESC, ",
                (false, true) => ", ",
                (true, false) => " DESC NULLS LAST, ",
                (false, false) => " NULLS FIRST, ",
            });
        }
        sql.push(if ties_descend { "t.id DESC" } else { "t.id" });
    }
}

/// The records of these ids, in this order. The ids must have passed the rights condition.
pub async fn by_ids(call: &Call, entity: &'static Entity, ids: &[i64]) -> ApiResult<Vec<Record>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select::records(entity, Depth::Everything);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
    let mut records = read_records(call, entity, Depth::Everything, sql, Weight::Light).await?;
    let places: std::collections::HashMap<i64, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    records.sort_by_key(|record| places.get(&record.id).copied().unwrap_or(usize::MAX));
    Ok(records)
}

/// Reads `title ASC, id DESC`: first-level keys of v1 only.
fn sort_order(entity: &'static Entity, sort: &str) -> ApiResult<Vec<(&'static Field, bool)>> {
    let mut order = Vec::new();
    for part in sort.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let mut words = part.split_whitespace();
        let key = words.next().unwrap_or_default();
        let descending = match words.next().map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(_) => return Err(ApiError::invalid_key("sort", "the direction must be ASC or DESC")),
        };
        let sortable = |field: &&'static Field| field.sort_v1;
        let field = entity.fields.iter().filter(sortable).find(|field| field.v1_key == key || field.key == key);
        let field = field.ok_or_else(|| ApiError::invalid_key("sort", &format!("cannot be sorted by {key}")))?;
        order.push((field, descending));
    }
    Ok(order)
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

/// Reads one record for a v2 answer and writes it.
pub async fn one(call: &Call, entity: &'static Entity, id: i64, view: View) -> ApiResult<Option<Json>> {
    let mut sql = view.select();
    select::scope_of_one(&mut sql, call, entity);
    sql.push(" AND t.id = ").bind(id);
    select::not_purged(&mut sql, call, entity);
    let json = call
        .store()
        .read(sql, Weight::Light, None, move |found, row| {
            let mut json = Json::with_capacity(2048);
            view.write(&mut json, row);
            *found = Some(json);
        })
        .await?;
    Ok(json)
}
