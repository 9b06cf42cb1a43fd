//! Reads search documents.

use crate::call::Call;
use crate::error::ApiResult;
use penstock_store::search::{self, Lookup};
use penstock_store::{Dialect, Row, Sql, Weight};
use std::collections::HashSet;

/// A document: its id, and its texts line by line.
#[derive(Debug, Clone)]
pub struct Document {
    pub id: i64,
    pub text: String,
}

/// Appends ` AND …` for what else must be true of a document `d`.
pub type Narrow<'a> = dyn Fn(&mut Sql) + Sync + 'a;

/// Above all ids.
pub const NEWEST: i64 = 1 << 40;

/// Runs a query for ids and texts.
pub async fn read(call: &Call, sql: Sql) -> ApiResult<Vec<Document>> {
    let push = |documents: &mut Vec<Document>, row: &dyn Row| {
        documents.push(Document { id: row.int(0).unwrap_or_default(), text: row.text(1).unwrap_or_default().to_owned() });
    };
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
}

/// The documents with these ids that a condition leaves.
pub async fn by_ids(call: &Call, ids: impl IntoIterator<Item = i64>, narrow: &Narrow<'_>) -> ApiResult<Vec<Document>> {
    let mut sql = Sql::new("SELECT d.id, d.text FROM search_documents d WHERE d.company_id = ");
    sql.bind(call.company()).push(" AND ");
    call.store().dialect().among(&mut sql, "d.id", ids);
    narrow(&mut sql);
    read(call, sql).await
}

/// Documents that may match, newest first, in pieces.
pub struct Stream<'a> {
    pub call: &'a Call,
    /// What else must be true of a document `d`.
    pub narrow: &'a Narrow<'a>,
    waiting: Vec<Document>,
    waiting_ids: HashSet<i64>,
}

impl<'a> Stream<'a> {
    pub async fn open(call: &'a Call, narrow: &'a Narrow<'a>) -> ApiResult<Self> {
        let waiting = match search::pending(call.store().dialect(), call.company(), narrow) {
            Some(sql) => read(call, sql).await?,
            None => Vec::new(),
        };
        let waiting_ids = waiting.iter().map(|document| document.id).collect();
        Ok(Stream { call, narrow, waiting, waiting_ids })
    }

    /// All documents that have one of the sets of grams, newest first; `None` if there are `most` or more. Those that still wait for
    /// the index come along, whatever grams they have.
    pub async fn all(&self, sets: &[Vec<u32>], most: usize) -> ApiResult<Option<Vec<Document>>> {
        self.all_before(sets, NEWEST, most).await
    }

    async fn all_before(&self, sets: &[Vec<u32>], before: i64, most: usize) -> ApiResult<Option<Vec<Document>>> {
        if sets.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let documents = read(self.call, search::some(self.dialect(), &self.lookup(sets, before, most))).await?;
        let is_all = documents.len() < most;
        Ok(is_all.then(|| self.with_waiting(documents, 0, before)))
    }

    /// The newest documents below `before` that have one of the sets of grams, and below which id the next ones are;
    /// `None` where these are the last. Those that wait come along here, too.
    pub async fn next(&self, sets: &[Vec<u32>], before: i64, most: usize) -> ApiResult<(Vec<Document>, Option<i64>)> {
        // An index that does not know which are the newest is asked for all before they are looked for.
        let asks_for_all = sets.is_empty() || self.dialect() == Dialect::Postgres;
        if asks_for_all && let Some(documents) = self.all_before(sets, before, most).await? {
            return Ok((documents, None));
        }
        let documents = read(self.call, search::newest(self.dialect(), &self.lookup(sets, before, most))).await?;
        let rest = documents.last().filter(|_| documents.len() >= most).map(|last| last.id);
        Ok((self.with_waiting(documents, rest.unwrap_or(0), before), rest))
    }

    fn dialect(&self) -> Dialect {
        self.call.store().dialect()
    }

    fn lookup<'s>(&'s self, sets: &'s [Vec<u32>], before: i64, most: usize) -> Lookup<'s> {
        Lookup { company: self.call.company(), sets, before, most: most as i64, narrow: self.narrow }
    }

    /// Puts those that wait, with ids from `floor` up to `before`, among others.
    fn with_waiting(&self, mut documents: Vec<Document>, floor: i64, before: i64) -> Vec<Document> {
        documents.retain(|document| !self.waiting_ids.contains(&document.id));
        documents.extend(self.waiting.iter().filter(|document| document.id < before && document.id >= floor).cloned());
        documents.sort_unstable_by_key(|document| std::cmp::Reverse(document.id));
        documents
    }
}
