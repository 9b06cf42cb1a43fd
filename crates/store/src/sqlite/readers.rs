use super::connection::{Files, query, store_error};
use super::places::Places;
use crate::error::StoreError;
use crate::row::{Cell, Row};
use crate::sql::Sql;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use tokio::sync::oneshot;

const HEAVY_THREADS: usize = 2;
/// How far heavy reads stand back where there are not processors enough for everything: a tenth of the share of others.
#[cfg(target_os = "linux")]
const HEAVY_NICENESS: i32 = 10;

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

/// A connection that reads.
pub struct Reader {
    connection: Connection,
    places: Places,
}

impl Reader {
    fn open(files: &Files) -> Result<Self, StoreError> {
        Ok(Reader { connection: files.open_reader()?, places: Places::default() })
    }

    /// See [`crate::Store::id_at`].
    fn id_at(&mut self, mut list: Sql, descending: bool, place: i64) -> Result<Option<i64>, StoreError> {
        // What is known and what is read must be of one state of the data.
        let transaction = self.connection.unchecked_transaction().map_err(|error| store_error(&error, "BEGIN"))?;
        let (beyond, order, first) =
            if descending { (" <= ", " ORDER BY t.id DESC", i64::MAX) } else { (" >= ", " ORDER BY t.id", i64::MIN) };
        list.push(" AND t.id").push(beyond);
        let (known, from) = self.places.before(&transaction, &list, place)?.unwrap_or((0, first));
        let mut sql = list.clone();
        sql.bind(from).push(order).push(" LIMIT 1 OFFSET ").bind(place - known);
        let mut id = None;
        query(&transaction, &sql.text, &sql.values, |row| {
            id = row.int(0);
            true
        })?;
        if let Some(id) = id {
            self.places.remember(&list, place, id);
        }
        Ok(id)
    }
}

/// The connections of the light reads, which run on the thread that asks.
pub struct LightReaders {
    files: Arc<Files>,
    seats: Vec<Mutex<Option<Reader>>>,
}

impl LightReaders {
    pub fn new(files: Arc<Files>) -> Self {
        let count = thread::available_parallelism().map_or(2, usize::from) + 2;
        LightReaders { files, seats: (0..count).map(|_| Mutex::new(None)).collect() }
    }

    pub fn read<T>(&self, sql: &Sql, mut state: T, mut on_row: impl FnMut(&mut T, &dyn Row)) -> Result<T, StoreError> {
        self.run(|reader| {
            query(&reader.connection, &sql.text, &sql.values, |row| {
                on_row(&mut state, row);
                true
            })?;
            Ok(state)
        })
    }

    pub fn id_at(&self, list: Sql, descending: bool, place: i64) -> Result<Option<i64>, StoreError> {
        self.run(|reader| reader.id_at(list, descending, place))
    }

    fn run<T>(&self, work: impl FnOnce(&mut Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut seat = self.take_seat();
        work(match &mut *seat {
            Some(reader) => reader,
            empty => empty.insert(Reader::open(&self.files)?),
        })
    }

    /// The connection that this thread used last, whose statements are prepared, or else any free one.
    fn take_seat(&self) -> MutexGuard<'_, Option<Reader>> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed));
        let own = OWN.with(|own| own % self.seats.len());
        let (before, from) = self.seats.split_at(own);
        from.iter()
            .chain(before)
            .find_map(|seat| match seat.try_lock() {
                Ok(seat) => Some(seat),
                Err(TryLockError::Poisoned(seat)) => Some(seat.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            })
            .unwrap_or_else(|| self.seats[own].lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Closes the connections; a later read opens one again.
    pub fn stop(&self) {
        for seat in &self.seats {
            *seat.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// Takes the connection, or why there is none.
type HeavyRead = Box<dyn FnOnce(Result<&mut Reader, StoreError>) + Send>;

/// The threads that run what may scan, so that it never delays the light reads.
pub struct HeavyReaders {
    queue: Mutex<Option<Sender<HeavyRead>>>,
}

impl HeavyReaders {
    pub fn start(files: &Arc<Files>) -> Result<Self, StoreError> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 1..=HEAVY_THREADS {
            let (files, receiver) = (Arc::clone(files), Arc::clone(&receiver));
            spawn(&format!("heavy-read-{number}"), move || serve(&files, &receiver))?;
        }
        Ok(HeavyReaders { queue: Mutex::new(Some(sender)) })
    }

    pub async fn read<T, F>(&self, sql: Sql, state: T, mut on_row: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut T, &dyn Row) + Send + 'static,
    {
        self.run(move |reader, is_wanted| {
            let mut state = state;
            query(&reader.connection, &sql.text, &sql.values, |row| {
                on_row(&mut state, row);
                is_wanted()
            })?;
            Ok(state)
        })
        .await
    }

    pub async fn id_at(&self, list: Sql, descending: bool, place: i64) -> Result<Option<i64>, StoreError> {
        self.run(move |reader, _| reader.id_at(list, descending, place)).await
    }

    /// `work` can ask whether its answer is still wanted: nobody waits for a read whose request has gone away.
    async fn run<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Reader, &dyn Fn() -> bool) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |reader| {
            let result = reader.and_then(|reader| work(reader, &|| !answer.is_closed()));
            let _ = answer.send(result);
        }))?;
        answered.await.unwrap_or_else(|_| Err(StoreError::Failed("a heavy read did not end".to_owned())))
    }

    fn send(&self, read: HeavyRead) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = queue.as_ref().is_some_and(|queue| queue.send(read).is_ok());
        if sent { Ok(()) } else { Err(StoreError::Unavailable("the store is closed".to_owned())) }
    }

    /// Lets the threads end after what is queued.
    pub fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn serve(files: &Files, receiver: &Mutex<Receiver<HeavyRead>>) {
    give_way();
    let mut reader = None;
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(read) = next else { return };
        let opened = match &mut reader {
            Some(reader) => Ok(reader),
            empty => Reader::open(files).map(|opened| empty.insert(opened)),
        };
        // A fault in one read must not take the thread from all others; its caller sees the channel closed.
        if catch_unwind(AssertUnwindSafe(|| read(opened))).is_err() {
            tracing::error!("a heavy read failed in the code that takes its rows");
        }
    }
}

/// Lets all other threads go first. Linux counts this for the calling thread alone.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(HEAVY_NICENESS) {
        tracing::warn!(%error, "heavy reads have the priority of light ones");
    }
}

/// Starts a thread under a name that tools show.
pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unavailable(format!("the thread {name} cannot be started: {error}")))
}
