use super::connection::Files;
use super::reader::Reader;
use super::threads::spawn;
use super::writes::Writes;
use crate::error::StoreError;
use crate::row::Row;
use crate::source::Moment;
use crate::sql::Sql;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often snapshots are ended that nobody may use any more.
const SWEEP_PAUSE: Duration = Duration::from_millis(5);

/// The connections of the light reads, which run on the thread that asks.
pub struct LightReaders {
    files: Arc<Files>,
    writes: Writes,
    seats: Arc<Seats>,
    sweeper: Option<JoinHandle<()>>,
}

/// A connection for each thread that reads, opened when it is needed.
struct Seats {
    readers: Vec<Mutex<Option<Reader>>>,
    /// Whether a snapshot was begun since the sweeper looked.
    looking: AtomicBool,
    closed: AtomicBool,
}

impl LightReaders {
    pub fn start(files: Arc<Files>, writes: Writes) -> Result<Self, StoreError> {
        let count = thread::available_parallelism().map_or(2, usize::from) + 2;
        let readers = (0..count).map(|_| Mutex::new(None)).collect();
        let seats = Arc::new(Seats { readers, looking: AtomicBool::default(), closed: AtomicBool::default() });
        let swept = Arc::clone(&seats);
        let sweeper = spawn("snapshot-sweeper", move || sweep(&swept))?;
        Ok(LightReaders { files, writes, seats, sweeper: Some(sweeper) })
    }

    pub fn read<T>(&self, sql: &Sql, mut state: T, mut on_row: impl FnMut(&mut T, &dyn Row)) -> Result<T, StoreError> {
        self.run(|reader| {
            reader.read(sql, |row| {
                on_row(&mut state, row);
                true
            })?;
            Ok(state)
        })
    }

    pub fn id_at(&self, list: Sql, descending: bool, place: i64) -> Result<Option<i64>, StoreError> {
        self.run(|reader| reader.id_at(list, descending, place))
    }

    /// See [`crate::Store::moment`].
    pub fn moment(&self) -> Result<Option<Moment>, StoreError> {
        if let Some(number) = self.run(Reader::new_number)? {
            self.writes.found(number);
        }
        Ok(self.writes.moment())
    }

    fn run<T>(&self, work: impl FnOnce(&mut Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut seat = self.seats.take();
        let reader = match &mut *seat {
            Some(reader) => reader,
            empty => empty.insert(Reader::open(&self.files)?),
        };
        match reader.look(self.writes.count()) {
            Ok(false) => {}
            Ok(true) => self.have_swept(),
            Err(error) => {
                *seat = None;
                return Err(error);
            }
        }
        work(reader)
    }

    /// Has the sweeper come by, which sleeps for as long as nobody reads.
    fn have_swept(&self) {
        if !self.seats.looking.swap(true, Ordering::AcqRel)
            && let Some(sweeper) = &self.sweeper
        {
            sweeper.thread().unpark();
        }
    }

    /// Closes the connections; a later read opens one again.
    pub fn stop(&self) {
        for seat in &self.seats.readers {
            *seat.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Drop for LightReaders {
    fn drop(&mut self) {
        self.seats.closed.store(true, Ordering::Release);
        if let Some(sweeper) = self.sweeper.take() {
            sweeper.thread().unpark();
            if sweeper.join().is_err() {
                tracing::error!("the sweeper of snapshots has panicked");
            }
        }
    }
}

impl Seats {
    /// The connection that this thread used last, whose statements are prepared, or else any free one.
    fn take(&self) -> MutexGuard<'_, Option<Reader>> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed));
        let own = OWN.with(|own| own % self.readers.len());
        let (before, from) = self.readers.split_at(own);
        from.iter()
            .chain(before)
            .find_map(|seat| match seat.try_lock() {
                Ok(seat) => Some(seat),
                Err(TryLockError::Poisoned(seat)) => Some(seat.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            })
            .unwrap_or_else(|| self.readers[own].lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the snapshots of connections that are not reading.
    fn rest(&self) {
        for seat in &self.readers {
            Reader::rest(&mut seat.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// Ends snapshots soon after they were begun. Without it the last one before a quiet hour would keep the log for so long.
fn sweep(seats: &Seats) {
    loop {
        while !seats.looking.swap(false, Ordering::AcqRel) {
            if seats.closed.load(Ordering::Acquire) {
                return;
            }
            thread::park();
        }
        thread::sleep(SWEEP_PAUSE);
        seats.rest();
    }
}
