use crate::source::{Moment, PLACES, Source, WATCHED};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

/// What is known of writes: how many there were, so that readers know whether they look at all of them, and which rows they
/// were about, so that what was made of the others need not be made again.
///
/// Rows are told by triggers of the connection that writes, whatever statement has changed them. Of what another process writes
/// nothing is known but that it did: each commit moves a number in the header of the file (`user_version`), and one that was not
/// written here is somebody else's. Then everything counts as written.
#[derive(Clone)]
pub struct Writes(Arc<State>);

struct State {
    own: AtomicU64,
    others: AtomicU64,
    /// The newest number of the file that is accounted for.
    number: AtomicI32,
    watching: AtomicBool,
    /// For each place the write of this process that was the last one to change a row there.
    last: Box<[AtomicU64]>,
}

impl Default for Writes {
    fn default() -> Self {
        Writes(Arc::new(State {
            own: AtomicU64::new(0),
            others: AtomicU64::new(0),
            number: AtomicI32::new(0),
            watching: AtomicBool::new(false),
            last: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
        }))
    }
}

impl Writes {
    /// All that has been answered as written is in the data by the time that this is counted.
    pub fn count(&self) -> u64 {
        self.0.own.load(Ordering::Acquire) + self.0.others.load(Ordering::Acquire)
    }

    /// Also for what failed: whoever plans it again must see by whose write.
    pub fn ended(&self) {
        self.0.own.fetch_add(1, Ordering::Release);
    }

    /// The present state; `None` as long as nobody watches which rows are written.
    pub fn moment(&self) -> Option<Moment> {
        let watching = self.0.watching.load(Ordering::Acquire);
        let (own, others) = (self.0.own.load(Ordering::Acquire), self.0.others.load(Ordering::Acquire));
        watching.then_some(Moment { own, others })
    }

    /// Whether none of the rows was written since a moment, by the writes that are known to have ended.
    pub fn have_not_changed(&self, sources: &[Source], since: Moment) -> bool {
        let now = self.moment();
        let is_older = |source: &Source| self.0.last[source.place()].load(Ordering::Relaxed) <= since.own;
        now.is_some_and(|now| now.others == since.others) && sources.iter().all(is_older)
    }

    /// Takes note of the number that a reader has found in the file.
    pub fn found(&self, number: i32) {
        let known = self.0.number.load(Ordering::Acquire);
        // The number may have gone round. An older one is that of a snapshot from before a write.
        let is_newer = number.wrapping_sub(known) > 0;
        if is_newer && self.0.number.compare_exchange(known, number, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.0.others.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes note, within a write that holds the file, of the number that it begins with, and of the one that it ends with.
    pub fn numbered(&self, before: i32, after: i32) {
        if self.0.number.swap(after, Ordering::AcqRel) != before {
            self.0.others.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Begins to watch which rows a connection writes. Answers whether all tables are there.
    pub fn watch(&self, connection: &Connection) -> rusqlite::Result<bool> {
        if self.0.watching.load(Ordering::Acquire) {
            return Ok(true);
        }
        for (table, _) in WATCHED {
            if !connection.table_exists(None, table)? {
                return Ok(false);
            }
        }
        let writes = self.clone();
        let flags = FunctionFlags::SQLITE_UTF8;
        connection.create_scalar_function("written", 4, flags, move |context| writes.written(context))?;
        for (number, (table, hangs_on_record)) in WATCHED.into_iter().enumerate() {
            connection.execute_batch(&triggers(number, table, hangs_on_record))?;
        }
        self.0.watching.store(true, Ordering::Release);
        Ok(true)
    }

    /// Remembers the row that `written(table, company, entity, id)` names. It is of the write that has not ended yet.
    fn written(&self, context: &Context<'_>) -> rusqlite::Result<Option<i64>> {
        let table: i64 = context.get(0)?;
        let source = Source::at(table as usize, context.get(1)?, context.get_raw(2).as_str()?, context.get(3)?);
        let write = self.0.own.load(Ordering::Acquire) + 1;
        self.0.last[source.place()].store(write, Ordering::Relaxed);
        Ok(None)
    }
}

/// Triggers that call `written` for each row of a table that a statement of this connection adds, changes or removes.
fn triggers(number: usize, table: &str, hangs_on_record: bool) -> String {
    let (entity, id) = if hangs_on_record { ("entity", "record_id") } else { ("", "id") };
    let written = |row: &str| {
        let entity = if entity.is_empty() { "''".to_owned() } else { format!("{row}.{entity}") };
        format!("written({number}, {row}.company_id, {entity}, {row}.{id})")
    };
    let trigger = |event: &str, calls: &str| {
        format!("CREATE TEMP TRIGGER IF NOT EXISTS {table}_{event} AFTER {event} ON main.{table} BEGIN SELECT {calls}; END;")
    };
    [
        trigger("INSERT", &written("NEW")),
        trigger("UPDATE", &format!("{}, {}", written("OLD"), written("NEW"))),
        trigger("DELETE", &written("OLD")),
    ]
    .concat()
}
