//! Rows of v2 answers, kept as they were written. Whoever reads a page again pays for finding out which records it has and in which
//! version, and not for reading and writing all of their fields. What was kept is asked for by the version that the store has at
//! this moment, so it is never older than the record, whichever process has changed it.

use crate::json::Json;
use crate::view::View;
use penstock_store::Row;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The text of a row.
pub type Text = Arc<[u8]>;

/// How many bytes are kept, of all companies together.
const MOST: u64 = 32 << 20;
/// What a row of ordinary length takes, by which it is estimated how many there will be.
const USUAL: u64 = 1024;

/// A name for texts of one shape, which no other shape has.
pub fn new_shape() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Which text: of this shape, of this record, in this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub shape: u64,
    pub id: i64,
    pub version: i64,
}

/// Rows that were shown lately. What is read once, such as a whole table page by page, does not take the place of what is read often.
pub struct KeptRows(Cache<Key, Text, Bytes>);

impl Default for KeptRows {
    fn default() -> Self {
        KeptRows(Cache::with_weighter((MOST / USUAL) as usize, MOST, Bytes))
    }
}

impl KeptRows {
    pub fn get(&self, key: Key) -> Option<Text> {
        self.0.get(&key)
    }

    pub fn keep(&self, key: Key, text: Text) {
        self.0.insert(key, text);
    }
}

/// Writes a row of a view by itself.
pub fn text(view: &View, row: &dyn Row) -> Text {
    let mut json = Json::with_capacity(2048);
    view.write(&mut json, row);
    json.bytes.into()
}

/// How many of a thousand rows that were asked for lately had been kept. Where hardly any had, as while somebody reads a whole table, to
/// ask for versions first would only add to the work.
#[derive(Debug, Default)]
pub struct HitRate(AtomicU32);

impl HitRate {
    /// Whether to expect that rows are kept.
    pub fn is_good(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= 500
    }

    /// Counts some rows. A hundred of them weigh as much as all that came before.
    pub fn learn(&self, kept: usize, rows: usize) {
        let before = self.0.load(Ordering::Relaxed) as usize;
        self.0.store(((before * 100 + kept * 1000) / (100 + rows)) as u32, Ordering::Relaxed);
    }
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Text> for Bytes {
    fn weight(&self, _: &Key, text: &Text) -> u64 {
        (size_of::<(Key, Text)>() + text.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_what_was_asked_lately() {
        let rate = HitRate::default();
        assert!(!rate.is_good());
        rate.learn(100, 100);
        assert!(rate.is_good(), "one page read again");
        rate.learn(0, 100);
        assert!(!rate.is_good(), "one page of another part");
        (0..100).for_each(|_| rate.learn(1, 1));
        assert!(rate.is_good(), "single records again and again");
        rate.learn(0, 0);
        assert!(rate.is_good(), "nothing");
        rate.learn(0, 500);
        assert!(!rate.is_good(), "a long page");
    }
}
