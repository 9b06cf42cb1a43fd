//! Pages of v1 by offset: rows, and beside them what they refer to.

use super::kept::HitRate;
use super::seen::{self, Key, Seen};
use super::{Narrow, Offset, new_shape, visible_by_ids};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::related::{Beside, write_beside};
use crate::resource::Resource;
use crate::view_v1::{self, Form, ViewV1};
use penstock_model::Record;
use penstock_store::Moment;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

/// How rows of v1 lists are kept under one directory.
#[derive(Debug)]
pub struct ShownV1 {
    shape: u64,
    hit_rate: HitRate,
}

impl Default for ShownV1 {
    fn default() -> Self {
        ShownV1 { shape: new_shape(), hit_rate: HitRate::default() }
    }
}

/// A page of records that the list is narrowed to.
pub async fn page_v1(call: Call, resource: &'static Resource, offset: &Offset, narrow: Narrow) -> ApiResult<Reply> {
    let Some(keeper) = Keeper::of(&call, resource)? else {
        let page = offset.records(&call, resource.entity, narrow).await?;
        return view_v1::offset_list(call, resource, page, offset).await;
    };
    let hit_rate = &call.directory.shown_v1.hit_rate;
    let (rows, more) = if hit_rate.is_good() {
        let (ids, more) = offset.ids(&call, resource.entity, narrow).await?;
        (keeper.rows(&ids).await?, more)
    } else {
        let (records, more) = offset.records(&call, resource.entity, narrow).await?;
        let kept = records.iter().filter(|record| keeper.kept(record.id).is_some()).count();
        hit_rate.learn(kept, records.len());
        (keeper.write_and_keep(&records).await?, more)
    };
    let entity = rows.first().map(|_| resource.entity);
    Ok(call.data_and(
        |json| write_rows(json, &rows),
        |json| {
            offset.write_pagination(json, more);
            write_beside(json, entity, rows.iter().flat_map(|row| &row.beside));
        },
    ))
}

fn write_rows(json: &mut Json, rows: &[Arc<Seen>]) {
    if rows.is_empty() {
        return json.null();
    }
    const AROUND: usize = 512;
    let bytes: usize = rows.iter().map(|row| row.text.len() + row.beside.iter().map(Beside::weight).sum::<usize>()).sum();
    json.bytes.reserve(bytes + AROUND);
    json.begin_array();
    for row in rows {
        json.separate();
        json.bytes.extend_from_slice(&row.text);
    }
    json.end_array();
}

/// Keeps rows of one resource as one caller sees them.
struct Keeper<'a> {
    call: &'a Call,
    resource: &'static Resource,
    moment: Moment,
    address: u64,
}

impl<'a> Keeper<'a> {
    /// `None` where rows show more than can be kept, or the engine does not tell what changes.
    fn of(call: &'a Call, resource: &'static Resource) -> ApiResult<Option<Self>> {
        static NUMBERS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        if !resource.keeps_rows || call.selector.is_some() {
            return Ok(None);
        }
        let moment = call.store().moment()?;
        Ok(moment.map(|moment| Keeper { call, resource, moment, address: NUMBERS.hash_one(call.base_url()) }))
    }

    fn key(&self, id: i64) -> Key {
        let (shape, user) = (self.call.directory.shown_v1.shape, self.call.principal.user);
        Key { shape, user, entity: self.resource.entity.name, id, address: self.address }
    }

    fn kept(&self, id: i64) -> Option<Arc<Seen>> {
        self.call.app.seen_rows.get(self.call, self.key(id))
    }

    /// The rows of these records, in this order. One that the caller does not see any more is left out.
    async fn rows(&self, ids: &[i64]) -> ApiResult<Vec<Arc<Seen>>> {
        let mut rows: Vec<_> = ids.iter().map(|id| (*id, self.kept(*id))).collect();
        let missing: Vec<i64> = rows.iter().filter(|(_, row)| row.is_none()).map(|(id, _)| *id).collect();
        self.call.directory.shown_v1.hit_rate.learn(ids.len() - missing.len(), ids.len());
        if !missing.is_empty() {
            let records = visible_by_ids(self.call, self.resource.entity, &missing).await?;
            let written = self.write_and_keep(&records).await?;
            let mut written: HashMap<i64, Arc<Seen>> = records.iter().map(|record| record.id).zip(written).collect();
            for (id, row) in rows.iter_mut().filter(|(_, row)| row.is_none()) {
                *row = written.remove(id);
            }
        }
        Ok(rows.into_iter().filter_map(|(_, row)| row).collect())
    }

    async fn write_and_keep(&self, records: &[Record]) -> ApiResult<Vec<Arc<Seen>>> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let view = ViewV1::of(self.call, self.resource, records, Form::Nested).await?;
        Ok(records.iter().map(|record| self.write_and_keep_one(&view, record)).collect())
    }

    fn write_and_keep_one(&self, view: &ViewV1<'_>, record: &Record) -> Arc<Seen> {
        let mut json = Json::with_capacity(4096);
        view.write(&mut json, record);
        let (sources, until) = (seen::sources(self.call, record), view.related.gone_at(record));
        let may_be_kept = sources.is_some();
        let beside = view.related.beside(self.call, record);
        let sources = sources.unwrap_or_default();
        let row = Arc::new(Seen { text: json.bytes.into(), beside, sources, moment: self.moment, until });
        if may_be_kept {
            self.call.app.seen_rows.keep(self.key(record.id), Arc::clone(&row));
        }
        row
    }
}
