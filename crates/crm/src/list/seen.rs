//! Rows as one caller sees them, kept with what they were made of. As long as none of that has been written since, whoever reads them
//! again need not read the store for them; not even for what decides that the caller sees them. Only an engine that tells which rows
//! change can be asked so ([`penstock_store::Store::moment`]).

use super::kept::Text;
use crate::call::Call;
use crate::related::Beside;
use crate::write::linked_entity;
use penstock_model::{Entity, Kind, Record, Time, UserId};
use penstock_store::{Moment, Source};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many bytes are kept, of all companies together.
const MOST: u64 = 32 << 20;
/// What a row of ordinary length takes, by which it is estimated how many there will be.
const USUAL: u64 = 2048;

/// Which row: in this shape, for this user, of this record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Of a directory, too, which decides with the row what the user sees.
    pub shape: u64,
    pub user: UserId,
    pub entity: &'static str,
    pub id: i64,
    /// A number for the address by which the server was reached, where the row shows addresses.
    pub address: u64,
}

/// A row that was shown.
#[derive(Debug)]
pub struct Seen {
    pub text: Text,
    /// What stands beside it in v1.
    pub beside: Vec<Beside>,
    /// What it was made of, and when.
    pub sources: Vec<Source>,
    pub moment: Moment,
    /// When it would be made in another way though nothing was written.
    pub until: Option<Time>,
}

/// Rows that were shown lately.
pub struct SeenRows(Cache<Key, Arc<Seen>, Bytes>);

impl Default for SeenRows {
    fn default() -> Self {
        SeenRows(Cache::with_weighter((MOST / USUAL) as usize, MOST, Bytes))
    }
}

impl SeenRows {
    /// A row that was kept, if it would be made in the same way now.
    pub fn get(&self, call: &Call, key: Key) -> Option<Arc<Seen>> {
        let is_as_it_was =
            |seen: &Arc<Seen>| seen.until.is_none_or(|until| call.now < until) && call.store().have_not_changed(&seen.sources, seen.moment);
        self.0.get(&key).filter(is_as_it_was)
    }

    pub fn keep(&self, key: Key, seen: Arc<Seen>) {
        self.0.insert(key, seen);
    }
}

/// What a row of v1 shows, and what decides who sees that; `None` where it shows something of which the engine does not tell when it
/// changes. What the directory holds is not among it.
pub fn sources(call: &Call, record: &Record) -> Option<Vec<Source>> {
    let mut sources = sources_of(call, record.entity, record.id)?;
    for (field, value) in record.entity.fields.iter().zip(&record.values) {
        let Some(id) = value.as_int() else { continue };
        match field.kind {
            Kind::Person | Kind::Organization => sources.extend(sources_of(call, linked_entity(field.kind)?, id)?),
            Kind::Picture => sources.push(Source::row("pictures", call.company(), id)?),
            kind if linked_entity(kind).is_some() => return None,
            _ => {}
        }
    }
    Some(sources)
}

/// The row of a record, its totals, and its followers.
pub fn sources_of(call: &Call, entity: &'static Entity, id: i64) -> Option<Vec<Source>> {
    let company = call.company();
    let hangs_on_it = |table| Source::of_record(table, company, entity.name, id);
    Some(vec![Source::row(entity.table, company, id)?, hangs_on_it("totals")?, hangs_on_it("followers")?])
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Arc<Seen>> for Bytes {
    fn weight(&self, _: &Key, seen: &Arc<Seen>) -> u64 {
        let beside: usize = seen.beside.iter().map(Beside::weight).sum();
        (size_of::<(Key, Seen)>() + seen.text.len() + beside + size_of_val(&*seen.sources)) as u64
    }
}
