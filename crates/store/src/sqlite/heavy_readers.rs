use super::connection::Files;
use super::reader::Reader;
use super::threads::{HEAVY_NICENESS, give_way, spawn};
use super::writes::Writes;
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

const HEAVY_THREADS: usize = 2;

/// Takes the connection, or why there is none.
type HeavyRead = Box<dyn FnOnce(Result<&mut Reader, StoreError>) + Send>;

/// The threads that run what may scan, so that it never delays the light reads.
pub struct HeavyReaders {
    queue: Mutex<Option<Sender<HeavyRead>>>,
}

impl HeavyReaders {
    pub fn start(files: &Arc<Files>, writes: &Writes) -> Result<Self, StoreError> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 1..=HEAVY_THREADS {
            let (files, writes, receiver) = (Arc::clone(files), writes.clone(), Arc::clone(&receiver));
            spawn(&format!("heavy-read-{number}"), move || serve(&files, &writes, &receiver))?;
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
            reader.read(&sql, |row| {
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

fn serve(files: &Files, writes: &Writes, receiver: &Mutex<Receiver<HeavyRead>>) {
    give_way(HEAVY_NICENESS);
    let mut reader = None;
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(read) = next else { return };
        let opened = match &mut reader {
            Some(reader) => Ok(reader),
            empty => Reader::open(files).map(|opened| empty.insert(opened)),
        };
        let looking = opened.and_then(|reader| reader.look(writes.count()).map(|_| reader));
        // A fault in one read must not take the thread from all others; its caller sees the channel closed.
        if catch_unwind(AssertUnwindSafe(|| read(looking))).is_err() {
            tracing::error!("a heavy read failed in the code that takes its rows");
        }
        Reader::rest(&mut reader);
    }
}
