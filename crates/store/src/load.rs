//! Writes many records with their pasts: generated companies, imports.

use crate::batch::{Batch, Link};
use crate::derive::{self, Event, FieldValues, SearchWrites, Totals};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::sql::{Insert, Statement};
use crate::store::Store;
use penstock_model::{Actor, Change, CompanyId, Time, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Changes and links that one transaction takes.
const CHUNK: usize = 10_000;
/// Records whose totals are held back at the most. Totals change with nearly every record that is linked, so they
/// are written late, once for many changes.
const HELD_TOTALS: usize = 100_000;

/// Takes one batch after the other and leaves behind what [`Store::commit`] of the same batches would, but for the
/// outbox: nobody listens to the past. Large transactions are written beside the caller, who makes the next batches
/// meanwhile. Nothing is complete before [`Load::finish`], and a load that ends early leaves what was written so far.
pub struct Load {
    store: Arc<Store>,
    company: CompanyId,
    batches: Vec<Batch>,
    weight: usize,
    /// The totals held back; at the writer while one is under way.
    totals: Totals,
    writing: Option<JoinHandle<Result<Totals, StoreError>>>,
}

impl Load {
    pub fn new(store: &Arc<Store>, company: CompanyId) -> Self {
        let (batches, totals) = (Vec::new(), Totals::default());
        Load { store: Arc::clone(store), company, batches, weight: 0, totals, writing: None }
    }

    /// Takes the next write. The errors of earlier ones come here or at the end.
    pub async fn add(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.weight += batch.changes.len() + batch.links.len() + batch.rows.len() + batch.statements.len();
        // A link that goes may be made again by the next batch, which must find it gone.
        let unlinks = batch.links.iter().any(|link| link.added.is_none());
        self.batches.push(batch);
        if self.weight >= CHUNK || unlinks { self.write(HELD_TOTALS).await } else { Ok(()) }
    }

    /// Writes what is left.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        self.write(0).await?;
        self.wait().await
    }

    async fn write(&mut self, held: usize) -> Result<(), StoreError> {
        self.wait().await?;
        let batches = std::mem::take(&mut self.batches);
        let totals = std::mem::take(&mut self.totals);
        let (store, company) = (Arc::clone(&self.store), self.company);
        self.weight = 0;
        self.writing = Some(tokio::spawn(async move { write(&store, company, batches, totals, held).await }));
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        if let Some(writing) = self.writing.take() {
            self.totals = writing.await.map_err(|error| StoreError::Failed(format!("a load did not end: {error}")))??;
        }
        Ok(())
    }
}

/// Writes batches as one transaction; answers the totals that are held back, at most `held`.
async fn write(store: &Store, company: CompanyId, batches: Vec<Batch>, mut totals: Totals, held: usize) -> Result<Totals, StoreError> {
    let mut chunk = Chunk::new(store.dialect());
    for batch in batches {
        totals.follow(&batch);
        chunk.take(company, batch);
    }
    if totals.len() > held {
        std::mem::take(&mut totals).rows(company).for_each(|row| chunk.rows.add(row));
    }
    let history = store.next_ids(company, "history", chunk.history.len() as i64).await?;
    store.execute(chunk.statements(company, history)).await?;
    Ok(totals)
}

/// What one transaction writes.
struct Chunk {
    dialect: Dialect,
    /// New records in the state that the last batch left them in.
    records: BTreeMap<(&'static str, i64), Change>,
    recents: BTreeMap<(&'static str, i64), Time>,
    documents: BTreeMap<(&'static str, i64), SearchWrites>,
    history: Vec<(Arc<Actor>, bool, Event)>,
    rows: Rows,
    /// Changes of what was written before, in order.
    changes: Vec<Statement>,
    touches_directory: bool,
}

impl Chunk {
    fn new(dialect: Dialect) -> Self {
        Chunk {
            dialect,
            records: BTreeMap::new(),
            recents: BTreeMap::new(),
            documents: BTreeMap::new(),
            history: Vec::new(),
            rows: Rows::default(),
            changes: Vec::new(),
            touches_directory: false,
        }
    }

    fn take(&mut self, company: CompanyId, batch: Batch) {
        let actor = Arc::new(batch.actor.clone());
        self.touches_directory |= batch.touches_directory();
        self.history.extend(Event::of_batch(&batch).into_iter().map(|event| (Arc::clone(&actor), batch.bulk, event)));
        for link in &batch.links {
            self.link(&actor, link);
        }
        for (change, _) in batch.changes {
            self.recents.insert((change.entity().name, change.after.id), actor.time);
            self.change(company, change);
        }
        batch.rows.into_iter().for_each(|row| self.rows.add(row));
        self.changes.extend(batch.statements);
    }

    fn link(&mut self, actor: &Actor, link: &Link) {
        match link.added {
            Some(id) => self.rows.add(derive::insert_link(actor, link, id)),
            None => self.changes.push(derive::delete_link(actor, link)),
        }
    }

    /// The change of a record that is new itself only makes another new record.
    fn change(&mut self, company: CompanyId, change: Change) {
        let key = (change.entity().name, change.after.id);
        let Some(before) = &change.before else {
            self.records.insert(key, change);
            return;
        };
        if let Some(new) = self.records.get_mut(&key) {
            let version = before.version + 1;
            *new = Change::insert(change.after);
            new.after.version = version;
            return;
        }
        self.changes.push(derive::update_row(company, before, &change));
        self.changes.extend(derive::link_changes(company, &change));
        self.changes.extend(FieldValues::of_change(&change).statements(company, key.1));
        let search = derive::search_writes(self.dialect, company, &change);
        if !search.rows.is_empty() || !search.statements.is_empty() {
            self.documents.entry(key).or_default().extend(search);
        }
    }

    fn statements(mut self, company: CompanyId, history: std::ops::Range<i64>) -> Vec<Statement> {
        for change in self.records.values() {
            self.rows.add(derive::insert_row(company, &change.after));
            derive::new_links(company, change).into_iter().for_each(|link| self.rows.add(link));
            FieldValues::of_change(change).rows(company, change.after.id).for_each(|row| self.rows.add(row));
            let search = derive::search_writes(self.dialect, company, change);
            self.documents.insert((change.entity().name, change.after.id), search);
        }
        for ((entity, id), time) in self.recents {
            self.rows.add(derive::recent(company, entity, id, time));
        }
        for search in self.documents.into_values() {
            search.rows.into_iter().for_each(|row| self.rows.add(row));
            self.changes.extend(search.statements);
        }
        for (id, (actor, bulk, event)) in history.zip(self.history) {
            self.rows.add(derive::history_row(&actor, bulk, id, event));
        }
        let mut statements = self.rows.statements(self.dialect.rows_per_insert());
        statements.extend(self.changes);
        statements.extend(crate::search::flush(self.dialect, company));
        if self.touches_directory {
            statements.push(derive::next_revision(company));
        }
        statements
    }
}

/// What stands before and after the values of rows of one shape.
type Shape = (Cow<'static, str>, Cow<'static, str>);

/// Rows by their shape.
#[derive(Default)]
struct Rows(BTreeMap<Shape, Vec<Vec<Value>>>);

impl Rows {
    fn add(&mut self, row: Insert) {
        self.0.entry((row.into, row.conflict)).or_default().push(row.values);
    }

    fn statements(self, most: usize) -> Vec<Statement> {
        self.0.into_iter().flat_map(|((into, conflict), rows)| Insert::statements(&into, &conflict, rows, most)).collect()
    }
}
