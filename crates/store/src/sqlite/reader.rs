use super::connection::{Files, control, file_number, query};
use super::places::Places;
use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::sql::Sql;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::time::{Duration, Instant};

/// How long a connection goes on reading one state of the data while this process writes nothing. What another process writes is
/// seen so much later at most.
const SNAPSHOT_LIFE: Duration = Duration::from_millis(2);

/// A row of the embedded engine.
pub struct SqliteRow<'a, 'rows>(pub &'a rusqlite::Row<'rows>);

impl Row for SqliteRow<'_, '_> {
    fn cell(&self, index: usize) -> Cell<'_> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Integer(number)) => Cell::Int(number),
            Ok(ValueRef::Real(number)) => Cell::Real(number),
            Ok(ValueRef::Text(text)) => std::str::from_utf8(text).map_or(Cell::Null, Cell::Text),
            Ok(ValueRef::Null | ValueRef::Blob(_)) | Err(_) => Cell::Null,
        }
    }
}

/// A connection that reads. To begin and end a read costs system calls under a lock that all connections share, which took a
/// fifth of a GET; so what is read soon after is read from the same snapshot.
pub struct Reader {
    connection: Connection,
    places: Places,
    snapshot: Option<Snapshot>,
}

/// A state of the data.
struct Snapshot {
    /// The writes of this process that it holds.
    writes: u64,
    begun: Instant,
    /// Whether anybody has asked for its number.
    number_was_told: bool,
}

impl Reader {
    pub fn open(files: &Files) -> Result<Self, StoreError> {
        Ok(Reader { connection: files.open_reader()?, places: Places::default(), snapshot: None })
    }

    /// Lets the reads that follow see one state of the data, which holds as many writes of this process. Answers whether it is a new one.
    pub fn look(&mut self, writes: u64) -> Result<bool, StoreError> {
        let is_fresh = |snapshot: &Snapshot| snapshot.writes == writes && snapshot.begun.elapsed() < SNAPSHOT_LIFE;
        if self.snapshot.as_ref().is_some_and(is_fresh) {
            return Ok(false);
        }
        self.look_away()?;
        let begun = Instant::now();
        control(&self.connection, "BEGIN")?;
        self.snapshot = Some(Snapshot { writes, begun, number_was_told: false });
        Ok(true)
    }

    /// Lets go of the snapshot, if there is one: the log cannot begin anew as long as somebody looks at its end.
    fn look_away(&mut self) -> Result<(), StoreError> {
        self.snapshot = None;
        if self.connection.is_autocommit() { Ok(()) } else { control(&self.connection, "COMMIT") }
    }

    /// Has the reader at a seat look away, if there is one. One that cannot goes, so that another is opened.
    pub fn rest(seat: &mut Option<Self>) {
        if let Some(Err(error)) = seat.as_mut().map(Reader::look_away) {
            tracing::warn!(%error, "a connection could not end a read; it is opened anew");
            *seat = None;
        }
    }

    /// The number of the commit that the snapshot ends with, to whoever asks first.
    pub fn new_number(&mut self) -> Result<Option<i32>, StoreError> {
        match &mut self.snapshot {
            Some(snapshot) if !snapshot.number_was_told => {
                snapshot.number_was_told = true;
                file_number(&self.connection).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Runs a query and gives every row to `on_row`, which says whether it wants more.
    pub fn read(&self, sql: &Sql, on_row: impl FnMut(&dyn Row) -> bool) -> Result<(), StoreError> {
        query(&self.connection, &sql.text, &sql.values, on_row)
    }

    /// See [`crate::Store::id_at`]. What is known and what is read are of the same state, that of the snapshot.
    pub fn id_at(&mut self, mut list: Sql, descending: bool, place: i64) -> Result<Option<i64>, StoreError> {
        let (beyond, order, first) =
            if descending { (" <= ", " ORDER BY t.id DESC", i64::MAX) } else { (" >= ", " ORDER BY t.id", i64::MIN) };
        list.push(" AND t.id").push(beyond);
        let (known, from) = self.places.before(&self.connection, &list, place)?.unwrap_or((0, first));
        let mut sql = list.clone();
        sql.bind(from).push(order).push(" LIMIT 1 OFFSET ").bind(place - known);
        let mut id = None;
        self.read(&sql, |row| {
            id = row.int(0);
            true
        })?;
        if let Some(id) = id {
            self.places.remember(&list, place, id);
        }
        Ok(id)
    }
}
