//! Pages of v2 by cursor.

use super::cursor_page::CursorPage;
use super::kept::{KeptRows, Key, Text, text};
use super::{Narrow, write_next_cursor};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::view::View;
use penstock_model::{Entity, Value};
use penstock_store::{Row, Sql, Weight};
use std::collections::HashMap;
use std::sync::Arc;

/// A page of v2, with the cursor of the next one.
pub async fn page(call: Call, entity: &'static Entity, narrow: Narrow) -> ApiResult<Reply> {
    let view = Arc::new(View::of(&call, entity)?);
    let list = List { call: &call, entity, narrow, asked: CursorPage::of(&call, entity).await? };
    let kept = match view.kept_as().filter(|_| view.hit_rate().is_good()) {
        Some(shape) => list.kept_page(&view, shape).await?,
        None => None,
    };
    let page = match kept {
        Some(page) => page,
        None => list.written_page(view).await?,
    };
    let next = page.last.filter(|_| page.rows > list.asked.limit).map(|(value, id)| list.asked.cursor(value, id));
    let mut json = page.json;
    json.end_array();
    write_next_cursor(&mut json, next.as_deref());
    json.end_object();
    Ok(call.reply(json))
}

struct List<'a> {
    call: &'a Call,
    entity: &'static Entity,
    narrow: Narrow,
    asked: CursorPage,
}

struct Page {
    json: Json,
    /// One more than the page holds where there is a next one.
    rows: i64,
    /// How many of the rows were kept.
    kept: usize,
    last: Option<(Value, i64)>,
}

/// Which records a page has.
struct Found {
    rows: Vec<(Key, Option<Text>)>,
    count: i64,
    last: Option<(Value, i64)>,
}

/// Begins a page whose rows take so many bytes. What they need is set aside at once, for a text that grows is copied each time.
fn begin(bytes: usize) -> Json {
    const AROUND: usize = 256;
    let mut json = Json::with_capacity(bytes + AROUND);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("data");
    json.begin_array();
    json
}

impl List<'_> {
    /// A page whose rows are written as they are read.
    async fn written_page(&self, view: Arc<View>) -> ApiResult<Page> {
        let (mut sql, [sorted, id, version]) = view.select_with(&[self.asked.column, "id", "version"]);
        self.asked.choose(&mut sql, self.call, self.entity, self.narrow)?;
        // What a row of most lists takes.
        const ROW: usize = 1536;
        let (app, limit, shown) = (Arc::clone(&self.call.app), self.asked.limit, Arc::clone(&view));
        let state = Page { json: begin(limit as usize * ROW), rows: 0, kept: 0, last: None };
        let page = self.call.store().read(sql, self.asked.weight(self.call), state, move |page, row| {
            page.rows += 1;
            if page.rows > limit {
                return;
            }
            match shown.kept_as() {
                Some(shape) => page.kept += usize::from(write(&app.kept_rows, key(shape, row, id, version), &shown, row, &mut page.json)),
                None => shown.write(&mut page.json, row),
            }
            if page.rows == limit {
                page.last = Some((row.cell(sorted).to_value(), row.int(id).unwrap_or_default()));
            }
        });
        let page = page.await?;
        view.hit_rate().learn(page.kept, page.rows.min(limit) as usize);
        Ok(page)
    }

    /// A page of rows that may be kept: first which records in which versions, then those that are not kept. `None` if one of these
    /// was changed meanwhile: it may no longer belong to the list, or be hidden from the caller.
    async fn kept_page(&self, view: &Arc<View>, shape: u64) -> ApiResult<Option<Page>> {
        let mut sql = Sql::new(format!("SELECT t.id, t.version, t.{} FROM {} t", self.asked.column, self.entity.table));
        self.asked.choose(&mut sql, self.call, self.entity, self.narrow)?;
        let (app, limit) = (Arc::clone(&self.call.app), self.asked.limit);
        let state = Found { rows: Vec::with_capacity(limit as usize), count: 0, last: None };
        let found = self.call.store().read(sql, self.asked.weight(self.call), state, move |found, row| {
            found.count += 1;
            if found.count > limit {
                return;
            }
            let key = key(shape, row, 0, 1);
            found.rows.push((key, app.kept_rows.get(key)));
            if found.count == limit {
                found.last = Some((row.cell(2).to_value(), key.id));
            }
        });
        let mut found = found.await?;

        let count = found.rows.len();
        let missing: Vec<i64> = found.rows.iter().filter(|(_, text)| text.is_none()).map(|(key, _)| key.id).collect();
        view.hit_rate().learn(count - missing.len(), count);
        if !missing.is_empty() {
            let mut written = self.write_and_keep(view, shape, &missing).await?;
            for (key, text) in found.rows.iter_mut().filter(|(_, text)| text.is_none()) {
                *text = written.remove(key);
            }
        }
        let Some(texts) = found.rows.into_iter().map(|(_, text)| text).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let mut json = begin(texts.iter().map(|text| text.len() + 1).sum());
        for text in texts {
            json.separate();
            json.bytes.extend_from_slice(&text);
        }
        Ok(Some(Page { json, rows: found.count, kept: count, last: found.last }))
    }

    /// The texts of these records as they are now.
    async fn write_and_keep(&self, view: &Arc<View>, shape: u64, ids: &[i64]) -> ApiResult<HashMap<Key, Text>> {
        let (mut sql, [id, version]) = view.select_with(&["id", "version"]);
        sql.push(" WHERE t.company_id = ").bind(self.call.company()).push(" AND ");
        self.call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
        let (app, view) = (Arc::clone(&self.call.app), Arc::clone(view));
        let written = self.call.store().read(sql, Weight::Light, HashMap::with_capacity(ids.len()), move |written, row| {
            let (key, text) = (key(shape, row, id, version), text(&view, row));
            app.kept_rows.keep(key, Arc::clone(&text));
            written.insert(key, text);
        });
        Ok(written.await?)
    }
}

fn key(shape: u64, row: &dyn Row, id: usize, version: usize) -> Key {
    Key { shape, id: row.int(id).unwrap_or_default(), version: row.int(version).unwrap_or_default() }
}

/// Writes a row as it was kept, or keeps it as it is written; says which.
fn write(rows: &KeptRows, key: Key, view: &View, row: &dyn Row, json: &mut Json) -> bool {
    if let Some(text) = rows.get(key) {
        json.separate();
        json.bytes.extend_from_slice(&text);
        return true;
    }
    let before = json.bytes.len();
    view.write(json, row);
    let text = &json.bytes[before..];
    rows.keep(key, Text::from(text.strip_prefix(b",").unwrap_or(text)));
    false
}
