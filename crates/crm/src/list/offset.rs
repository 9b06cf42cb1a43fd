//! Pages by offset, as v1 lists have them.

use super::{by_ids, limit, read_records, write_pagination};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::select::{self, Depth};
use penstock_model::{Entity, Field, Kind, Place, Record};
use penstock_store::{Sql, Weight};

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
        let records = if self.is_by_id() {
            match self.page_by_id(select::records(entity, Depth::Everything), call, entity, narrow).await? {
                Some(sql) => read_records(call, entity, Depth::Everything, sql, Weight::Light).await?,
                None => Vec::new(),
            }
        } else {
            let ids = self.sorted_ids(call, entity, narrow).await?;
            by_ids(call, entity, &ids).await?
        };
        Ok(self.cut(records))
    }

    /// The ids of the page, and whether there are rows after it.
    pub async fn ids(
        &self,
        call: &Call,
        entity: &'static Entity,
        narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<(Vec<i64>, bool)> {
        if !self.is_by_id() {
            return Ok(self.cut(self.sorted_ids(call, entity, narrow).await?));
        }
        let sql = Sql::new(format!("SELECT t.id FROM {} t", entity.table));
        let Some(sql) = self.page_by_id(sql, call, entity, narrow).await? else { return Ok((Vec::new(), false)) };
        let ids = Vec::with_capacity(self.limit as usize + 1);
        Ok(self.cut(call.store().read(sql, Weight::Light, ids, |ids, row| ids.extend(row.int(0))).await?))
    }

    /// `"additional_data":{"pagination":{…}}` of the page.
    pub fn write_pagination(&self, json: &mut Json, more: bool) {
        json.key("additional_data");
        json.begin_object();
        write_pagination(json, self.start, self.limit, more);
        json.end_object();
    }

    fn is_by_id(&self) -> bool {
        !self.scans && self.order.iter().all(|(field, _)| field.kind == Kind::Id)
    }

    /// Takes off the row after the page, and says whether there was one.
    fn cut<T>(&self, mut rows: Vec<T>) -> (Vec<T>, bool) {
        let more = rows.len() as i64 > self.limit;
        rows.truncate(self.limit as usize);
        (rows, more)
    }

    /// Completes a query of rows to those of the page and the one after it. In the order of the ids that is a cursor page whose first
    /// id has to be found; `None` where there is none.
    async fn page_by_id(
        &self,
        mut sql: Sql,
        call: &Call,
        entity: &'static Entity,
        narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<Option<Sql>> {
        select::scope(&mut sql, call, entity);
        narrow(call, &mut sql)?;
        if self.start > 0 {
            let weight = if self.start <= 10_000 { Weight::Light } else { Weight::Heavy };
            let descending = self.order.first().is_some_and(|(_, descending)| *descending);
            let mut list = Sql::new(format!("SELECT t.id FROM {} t", entity.table));
            select::scope_of_many(&mut list, call, entity);
            narrow(call, &mut list)?;
            let Some(first) = call.store().id_at(list, descending, self.start, weight).await? else { return Ok(None) };
            sql.push(if descending { " AND t.id <= " } else { " AND t.id >= " }).bind(first);
        }
        self.push_order(&mut sql);
        sql.push(" LIMIT ").bind(self.limit + 1);
        Ok(Some(sql))
    }

    /// The ids of the rows of the page and of the one after it, read along an index that holds all they are chosen by.
    async fn sorted_ids(
        &self,
        call: &Call,
        entity: &'static Entity,
        narrow: impl Fn(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<Vec<i64>> {
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
