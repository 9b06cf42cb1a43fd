//! Single records of v2 answers.

use super::kept::{Key, Text, text};
use super::seen::{self, Seen};
use crate::call::Call;
use crate::error::ApiResult;
use crate::op::Method;
use crate::select;
use crate::view::View;
use penstock_model::Entity;
use penstock_store::{Moment, Sql, Weight};
use std::sync::Arc;

/// Reads one record for a v2 answer and writes it; `None` if the caller sees none with this id.
pub async fn one(call: &Call, entity: &'static Entity, id: i64, view: View) -> ApiResult<Option<Text>> {
    let one = One { call, entity, id };
    // Who has just written the record knows that it is not kept.
    let is_read = call.op.method == Method::Get;
    let Some(shape) = view.kept_as().filter(|_| is_read) else {
        return Ok(one.read(view).await?.map(|found| found.text));
    };
    let Some(moment) = one.moment()? else { return one.of_version(view, shape).await };
    let key = seen::Key { shape, user: call.principal.user, entity: entity.name, id, address: 0 };
    if let Some(seen) = call.app.seen_rows.get(call, key) {
        view.hit_rate().learn(1, 1);
        return Ok(Some(Arc::clone(&seen.text)));
    }
    let Some(found) = one.read(view).await? else { return Ok(None) };
    // A deleted record is gone some day without another write.
    if let Some(sources) = seen::sources_of(call, entity, id).filter(|_| !found.is_deleted) {
        let seen = Seen { text: Arc::clone(&found.text), beside: Vec::new(), sources, moment, until: None };
        call.app.seen_rows.keep(key, Arc::new(seen));
    }
    Ok(Some(found.text))
}

struct One<'a> {
    call: &'a Call,
    entity: &'static Entity,
    id: i64,
}

struct Found {
    text: Text,
    is_deleted: bool,
}

impl One<'_> {
    /// The present state of the data, where nothing but the record, its followers and the directory decides who sees it.
    fn moment(&self) -> ApiResult<Option<Moment>> {
        Ok(if self.entity.owned { self.call.store().moment()? } else { None })
    }

    /// Asks for the version of the record first, where rows of the shape are often kept.
    async fn of_version(&self, view: View, shape: u64) -> ApiResult<Option<Text>> {
        if view.hit_rate().is_good() {
            let mut sql = Sql::new(format!("SELECT t.version FROM {} t", self.entity.table));
            self.only(&mut sql);
            let version = self.call.store().read(sql, Weight::Light, None, |version, row| *version = row.int(0)).await?;
            let Some(version) = version else { return Ok(None) };
            if let Some(text) = self.call.app.kept_rows.get(Key { shape, id: self.id, version }) {
                view.hit_rate().learn(1, 1);
                return Ok(Some(text));
            }
        }
        Ok(self.read(view).await?.map(|found| found.text))
    }

    /// Reads the whole record, and writes it unless it was kept in this version.
    async fn read(&self, view: View) -> ApiResult<Option<Found>> {
        let can_be_deleted = self.entity.field("is_deleted").is_some();
        let (mut sql, [version, deleted]) = view.select_with(&["version", if can_be_deleted { "is_deleted" } else { "version" }]);
        self.only(&mut sql);
        let (app, id, is_read) = (Arc::clone(&self.call.app), self.id, self.call.op.method == Method::Get);
        let read = self.call.store().read(sql, Weight::Light, None, move |found, row| {
            let key = view.kept_as().zip(row.int(version)).map(|(shape, version)| Key { shape, id, version });
            let kept = key.and_then(|key| app.kept_rows.get(key));
            if is_read && key.is_some() {
                view.hit_rate().learn(usize::from(kept.is_some()), 1);
            }
            let text = kept.unwrap_or_else(|| {
                let text = text(&view, row);
                if let Some(key) = key {
                    app.kept_rows.keep(key, Arc::clone(&text));
                }
                text
            });
            *found = Some(Found { text, is_deleted: can_be_deleted && row.int(deleted) == Some(1) });
        });
        Ok(read.await?)
    }

    /// Appends the condition for the record, if the caller may see it.
    fn only(&self, sql: &mut Sql) {
        select::scope_of_one(sql, self.call, self.entity);
        sql.push(" AND t.id = ").bind(self.id);
        select::not_purged(sql, self.call, self.entity);
    }
}
