//! What something was made of. Whoever keeps what was made of rows can ask later, without reading them, whether they are still
//! as they were.

use penstock_model::CompanyId;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The tables whose writes are watched, and whether their rows hang on records (`entity`, `record_id`) or have an `id` of their own.
pub(crate) const WATCHED: [(&str, bool); 9] = [
    ("deals", false),
    ("followers", true),
    ("leads", false),
    ("organizations", false),
    ("persons", false),
    ("pictures", false),
    ("products", false),
    ("projects", false),
    ("totals", true),
];

/// How many places there are. With more of them fewer rows share one; each takes 8 bytes.
pub(crate) const PLACES: usize = 1 << 15;

/// A row, or the rows of a table that hang on one record, by the place at which their last write is remembered. Many share a
/// place: where one of them was written, the others count as written, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(u16);

impl Source {
    /// The row of a table with this id; `None` if the table is not watched.
    pub fn row(table: &str, company: CompanyId, id: i64) -> Option<Self> {
        Some(Source::at(watched(table, false)?, company.0, "", id))
    }

    /// The rows of a table that hang on a record, such as its followers; `None` if the table is not watched.
    pub fn of_record(table: &str, company: CompanyId, entity: &str, record: i64) -> Option<Self> {
        Some(Source::at(watched(table, true)?, company.0, entity, record))
    }

    /// `table` is the number of a watched table, `entity` is empty for rows with an id of their own.
    pub(crate) fn at(table: usize, company: i64, entity: &str, id: i64) -> Self {
        let mut hasher = DefaultHasher::new();
        (table, company, entity, id).hash(&mut hasher);
        Source((hasher.finish() % PLACES as u64) as u16)
    }

    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// A state of the data: whatever is read after it was asked for is of this state or a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The writes of this process that it holds.
    pub(crate) own: u64,
    /// How often others were known to have written.
    pub(crate) others: u64,
}

fn watched(table: &str, hangs_on_records: bool) -> Option<usize> {
    WATCHED.iter().position(|watched| *watched == (table, hangs_on_records))
}
