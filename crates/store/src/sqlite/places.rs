use crate::error::StoreError;
use crate::sql::Sql;
use penstock_model::Value;
use rusqlite::Connection;
use std::collections::{BTreeMap, VecDeque};

/// Lists that a connection remembers, and places in each.
const LISTS: usize = 16;
const PLACES: usize = 256;

/// Which record stands where in lists that are ordered by id, as far as they have been walked. Clients of v1 read a list page by
/// page from places that are only numbers; without this each page passes over all that come before it.
///
/// It holds for one state of the data: with the first read after a write, by whichever process, everything is forgotten.
#[derive(Default)]
pub struct Places {
    state: Option<i64>,
    lists: VecDeque<List>,
}

struct List {
    text: String,
    values: Vec<Value>,
    ids: BTreeMap<i64, i64>,
}

impl Places {
    /// The last place that is known at or before one, with its id. `list` is the query that reads it, or what all such queries
    /// have in common.
    pub fn before(&mut self, connection: &Connection, list: &Sql, place: i64) -> Result<Option<(i64, i64)>, StoreError> {
        let state = state(connection)?;
        if self.state != Some(state) {
            self.lists.clear();
            self.state = Some(state);
        }
        let known = self.known(list).and_then(|list| list.ids.range(..=place).next_back());
        Ok(known.map(|(place, id)| (*place, *id)))
    }

    /// Remembers what was found in the state that [`Places::before`] has seen.
    pub fn remember(&mut self, list: &Sql, place: i64, id: i64) {
        if let Some(known) = self.known(list) {
            if known.ids.len() >= PLACES {
                known.ids.clear();
            }
            known.ids.insert(place, id);
            return;
        }
        self.lists.truncate(LISTS - 1);
        self.lists.push_front(List { text: list.text.clone(), values: list.values.clone(), ids: BTreeMap::from([(place, id)]) });
    }

    fn known(&mut self, list: &Sql) -> Option<&mut List> {
        self.lists.iter_mut().find(|known| known.text == list.text && known.values == list.values)
    }
}

/// A number that is another one whenever another connection has written since; this one never does. Within a transaction it
/// belongs to what the transaction sees.
fn state(connection: &Connection) -> Result<i64, StoreError> {
    let read = || connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0));
    read().map_err(|error: rusqlite::Error| StoreError::Failed(format!("the state of the data cannot be told: {error}")))
}
