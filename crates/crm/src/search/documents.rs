//! Reads search documents.

use crate::call::Call;
use crate::error::ApiResult;
use penstock_store::search::{self, Lookup};
use penstock_store::{Row, Sql, Weight};
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

    /// The newest documents below `before` that have one of the sets of grams, and below which id the next ones are;
    /// `None` where these are the last. Those that still wait for the index come along, whatever grams they have.
    pub async fn next(&self, sets: &[Vec<u32>], before: i64, most: usize) -> ApiResult<(Vec<Document>, Option<i64>)> {
        if sets.is_empty() {
            return Ok((Vec::new(), None));
        }
        let lookup = Lookup { company: self.call.company(), sets, before, most: most as i64, narrow: self.narrow };
        let mut documents = read(self.call, search::newest(self.call.store().dialect(), &lookup)).await?;
        let rest = documents.last().filter(|_| documents.len() >= most).map(|last| last.id);
        documents.retain(|document| !self.waiting_ids.contains(&document.id));
        let floor = rest.unwrap_or(0);
        documents.extend(self.waiting.iter().filter(|document| document.id < before && document.id >= floor).cloned());
        documents.sort_unstable_by_key(|document| std::cmp::Reverse(document.id));
        Ok((documents, rest))
    }
}
