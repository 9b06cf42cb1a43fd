use super::reader::SqliteRow;
use crate::error::StoreError;
use crate::field_values::folded;
use crate::row::Row;
use penstock_model::Value;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, InterruptHandle, MAIN_DB, OpenFlags, ffi};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a statement waits for another process that writes to the same file.
pub const BUSY_PATIENCE: Duration = Duration::from_secs(10);
/// Statements that a connection keeps prepared.
const STATEMENT_CACHE: usize = 256;

/// The files of the store, and the readers open on them.
pub struct Files {
    path: PathBuf,
    readers: Mutex<Vec<InterruptHandle>>,
}

impl Files {
    pub fn new(directory: &Path) -> Self {
        Files { path: directory.join("penstock.db"), readers: Mutex::default() }
    }

    /// The connection that writes. It proves that the files can be written.
    pub fn open_writer(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::SQLITE_OPEN_CREATE, "PRAGMA cache_size = -16000;").and_then(|connection| {
            self.switch_to_log(&connection)?;
            self.prove_writable(&connection)?;
            Ok(connection)
        })
    }

    /// A connection that only reads.
    pub fn open_reader(&self) -> Result<Connection, StoreError> {
        let connection = self.open(OpenFlags::empty(), "PRAGMA cache_size = -2000; PRAGMA query_only = ON;")?;
        self.lock_readers().push(connection.get_interrupt_handle());
        Ok(connection)
    }

    /// A connection for checkpoints.
    pub fn open_checkpointer(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::empty(), "")
    }

    /// Stops every read that runs at this moment; it fails with [`StoreError::Unavailable`].
    pub fn interrupt_readers(&self) {
        for reader in self.lock_readers().iter() {
            reader.interrupt();
        }
    }

    fn lock_readers(&self) -> std::sync::MutexGuard<'_, Vec<InterruptHandle>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, flags: OpenFlags, pragmas: &str) -> Result<Connection, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let configure = || {
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(BUSY_PATIENCE)?;
            connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
            // The engine must not look at values for a plan: with statistics it would prepare statements anew for each
            // execution, which took more than half of the time of a read by id.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            connection.execute_batch(
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA mmap_size = 1073741824; \
                 PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216;",
            )?;
            connection.execute_batch(pragmas)?;
            teach(&connection)?;
            Ok(connection)
        };
        configure().map_err(|error: rusqlite::Error| self.cannot_open(&error))
    }

    /// Turns the write-ahead log on. Two processes that open a new file at once may be told "busy"
    /// without the busy handler being asked, hence the loop.
    fn switch_to_log(&self, connection: &Connection) -> Result<(), StoreError> {
        let deadline = Instant::now() + BUSY_PATIENCE;
        loop {
            match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    let text = format!("{} cannot use a write-ahead log (mode {mode})", self.path.display());
                    return Err(StoreError::Unavailable(text));
                }
                Err(error) if is_busy(&error) && Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(self.cannot_open(&error)),
            }
        }
    }

    fn prove_writable(&self, connection: &Connection) -> Result<(), StoreError> {
        if connection.is_readonly(MAIN_DB).map_err(|error| self.cannot_open(&error))? {
            return Err(StoreError::Unavailable(format!("{} is not writable", self.path.display())));
        }
        match connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
            Err(error) if !is_busy(&error) => Err(self.cannot_open(&error)),
            _ => Ok(()),
        }
    }

    fn cannot_open(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Unavailable(format!("{} cannot be opened: {error}", self.path.display()))
    }
}

/// Gives a connection the functions that the engine lacks: `folded`, for texts in small letters beyond ASCII too.
fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("folded", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(text) => Some(folded(&String::from_utf8_lossy(text))),
            _ => None,
        })
    })
}

pub fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// What an error of the engine means to the caller. The text of the statement helps to find a fault;
/// its values are never part of it.
pub fn store_error(error: &rusqlite::Error, text: &str) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return StoreError::Failed(format!("{error} ({text})"));
    };
    let message = message.clone().unwrap_or_else(|| failure.to_string());
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            StoreError::Taken(message.trim_start_matches("UNIQUE constraint failed: ").to_owned())
        }
        _ => match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OperationInterrupted
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly => StoreError::Unavailable(message),
            _ => StoreError::Failed(format!("{message} ({text})")),
        },
    }
}

/// A statement that is ready to be run, from the cache of its connection.
pub struct Prepared<'a> {
    pub statement: CachedStatement<'a>,
    pub text: &'a str,
    count: usize,
    in_order: bool,
}

impl<'a> Prepared<'a> {
    pub fn new(connection: &'a Connection, text: &'a str) -> Result<Self, StoreError> {
        let statement = connection.prepare_cached(text).map_err(|error| store_error(&error, text))?;
        let count = statement.parameter_count();
        Ok(Prepared { statement, text, count, in_order: in_order(text, count) })
    }

    /// Binds values by their number: the engine itself counts `$n` by first appearance, which is another number where a text
    /// uses them out of order.
    pub fn bind(&mut self, values: &[Value]) -> Result<(), StoreError> {
        let text = self.text;
        let fault = |error: rusqlite::Error| store_error(&error, text);
        if self.count == values.len() && self.in_order {
            for (index, value) in (1..).zip(values) {
                self.statement.raw_bind_parameter(index, bound(value)).map_err(fault)?;
            }
            return Ok(());
        }
        let mut highest = 0;
        for index in 1..=self.count {
            let name = self.statement.parameter_name(index).unwrap_or_default();
            let number: usize = name.strip_prefix('$').and_then(|digits| digits.parse().ok()).unwrap_or_default();
            let value = number.checked_sub(1).and_then(|place| values.get(place));
            let Some(value) = value else {
                return Err(StoreError::Failed(format!("no value for the placeholder {name:?} ({text})")));
            };
            self.statement.raw_bind_parameter(index, bound(value)).map_err(fault)?;
            highest = highest.max(number);
        }
        if highest != values.len() {
            return Err(StoreError::Failed(format!("{} values for {highest} placeholders ({text})", values.len())));
        }
        Ok(())
    }
}

/// Whether a text uses `$1`, `$2` … in this order, as most do: then the engine counts them alike. To ask it for the name
/// of each took a twentieth of a GET.
fn in_order(text: &str, count: usize) -> bool {
    let bytes = text.as_bytes();
    let mut highest = 0;
    for at in memchr::memchr_iter(b'$', bytes) {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit());
        let number = digits.fold(0_usize, |number, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        if number > highest + 1 {
            return false;
        }
        highest = highest.max(number);
    }
    highest == count
}

/// Runs a statement that begins or ends something, without values or rows.
pub fn control(connection: &Connection, text: &str) -> Result<(), StoreError> {
    let run = || connection.prepare_cached(text)?.raw_execute();
    run().map(drop).map_err(|error| store_error(&error, text))
}

/// The number in the header of the file, which every commit of Penstock moves.
pub fn file_number(connection: &Connection) -> Result<i32, StoreError> {
    const TEXT: &str = "PRAGMA user_version";
    let read = || connection.prepare_cached(TEXT)?.query_row([], |row| row.get(0));
    read().map_err(|error: rusqlite::Error| store_error(&error, TEXT))
}

/// Runs a query to its end and gives every row to `on_row`, which says whether it wants more.
pub fn query(connection: &Connection, text: &str, values: &[Value], mut on_row: impl FnMut(&dyn Row) -> bool) -> Result<(), StoreError> {
    let mut prepared = Prepared::new(connection, text)?;
    prepared.bind(values)?;
    let mut rows = prepared.statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| store_error(&error, text))? {
        if !on_row(&SqliteRow(row)) {
            break;
        }
    }
    Ok(())
}

fn bound(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Int(number) => ValueRef::Integer(*number),
        Value::Real(number) => ValueRef::Real(*number),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
    })
}
