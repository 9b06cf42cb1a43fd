use super::checkpointer::{Checkpointer, FRAME, checkpoint};
use super::connection::{BUSY_PATIENCE, Files, Prepared, control, file_number, store_error};
use super::threads::{WRITER_NICENESS, give_way, spawn};
use super::writes::Writes;
use crate::error::StoreError;
use crate::sql::{Expect, Statement};
use crate::store::{Options, WriterCounts};
use penstock_model::Value;
use rusqlite::Connection;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most of a group: more would keep the first caller waiting, and the log growing in one piece.
const GROUP_JOBS: usize = 256;
const GROUP_STATEMENTS: usize = 1024;
const GROUP_BYTES: usize = 4 << 20;

/// From this size of the log the writer tries to begin it anew after each commit.
const LOG_LARGE: u64 = 64 << 20;
/// From this size it waits for the readers that need the old log, and in the end interrupts them.
const LOG_LIMIT: u64 = 96 << 20;
/// How long it waits for those readers.
const READER_PATIENCE: Duration = Duration::from_secs(5);

/// What a job answers: the first cell that its last statement returned.
type Answer = Result<Option<i64>, StoreError>;

struct Job {
    statements: Vec<Statement>,
    answer: oneshot::Sender<Answer>,
}

impl Job {
    fn bytes(&self) -> usize {
        let values = self.statements.iter().flat_map(|statement| &statement.values);
        values.filter_map(Value::as_text).map(str::len).sum()
    }
}

#[derive(Default)]
struct Counters {
    jobs: AtomicU64,
    commits: AtomicU64,
    /// Frames in the log after a commit that nobody has looked at yet, else 0.
    frames: AtomicU64,
}

/// The one thread that writes. Callers queue their jobs; all that wait at the same time become one transaction.
pub struct Writer {
    queue: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    counters: Arc<Counters>,
}

impl Writer {
    pub fn start(files: Arc<Files>, writes: Writes, options: &Options) -> Result<Self, StoreError> {
        let mut connection = files.open_writer()?;
        let checkpointer = Checkpointer::start(Arc::clone(&files))?;
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let hook = move |_: &mut rusqlite::hooks::Wal, frames: i32| {
            counted.frames.store(u64::try_from(frames).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        };
        connection.wal_hook(Some(hook)).map_err(|error| StoreError::Unavailable(format!("the log cannot be watched: {error}")))?;
        let (sender, queue) = channel();
        let group_jobs = if options.group_commit { GROUP_JOBS } else { 1 };
        let work = Work { connection, queue, group_jobs, files, writes, checkpointer, counters: Arc::clone(&counters) };
        let thread = spawn("writer", move || work.run())?;
        Ok(Writer { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), counters })
    }

    /// Queues statements as one job and waits until they are on disk. The job runs even if the caller goes away.
    pub async fn run(&self, statements: Vec<Statement>) -> Answer {
        let (answer, answered) = oneshot::channel();
        let sent = {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.as_ref().is_some_and(|queue| queue.send(Job { statements, answer }).is_ok())
        };
        if !sent {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has stopped".to_owned())))
    }

    pub fn counts(&self) -> WriterCounts {
        WriterCounts { jobs: self.counters.jobs.load(Ordering::Relaxed), commits: self.counters.commits.load(Ordering::Relaxed) }
    }

    /// Refuses further jobs; the thread ends after those that are queued.
    pub fn stop(&self) -> Stopped {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        Stopped(self.thread.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

/// The writer on its way out.
pub struct Stopped(Option<JoinHandle<()>>);

impl Stopped {
    pub fn wait(self) {
        if self.0.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer has panicked");
        }
    }
}

/// What the thread owns.
struct Work {
    connection: Connection,
    queue: Receiver<Job>,
    group_jobs: usize,
    files: Arc<Files>,
    writes: Writes,
    checkpointer: Checkpointer,
    counters: Arc<Counters>,
}

impl Work {
    fn run(self) {
        give_way(WRITER_NICENESS);
        self.watch();
        while let Ok(first) = self.queue.recv() {
            let group = self.group(first);
            let committed = self.commit(&group);
            self.writes.ended();
            match committed {
                Ok(results) => {
                    let jobs = results.iter().filter(|result| result.is_ok()).count() as u64;
                    self.counters.commits.fetch_add(1, Ordering::Relaxed);
                    self.counters.jobs.fetch_add(jobs, Ordering::Relaxed);
                    for (job, result) in group.into_iter().zip(results) {
                        let _ = job.answer.send(result);
                    }
                }
                Err(error) => {
                    for job in group {
                        let _ = job.answer.send(Err(repeated(&error)));
                    }
                }
            }
            self.watch();
            let frames = self.counters.frames.swap(0, Ordering::Relaxed);
            if frames > 0 {
                self.checkpointer.written(frames);
                self.limit_log(frames * FRAME);
            }
        }
        self.finish();
    }

    /// Has rows watched as soon as their tables are there.
    fn watch(&self) {
        if let Err(error) = self.writes.watch(&self.connection) {
            tracing::warn!(%error, "what is written cannot be watched");
        }
    }

    /// The job and what waits behind it, up to the bounds of a group.
    fn group(&self, first: Job) -> Vec<Job> {
        let mut statements = first.statements.len();
        let mut bytes = first.bytes();
        let mut group = vec![first];
        while group.len() < self.group_jobs && statements < GROUP_STATEMENTS && bytes < GROUP_BYTES {
            let Ok(job) = self.queue.try_recv() else { break };
            statements += job.statements.len();
            bytes += job.bytes();
            group.push(job);
        }
        group
    }

    /// Runs the jobs in one transaction and commits what succeeded. An error concerns the whole group.
    fn commit(&self, group: &[Job]) -> Result<Vec<Answer>, StoreError> {
        // A savepoint makes the engine keep a copy of each page that a job changes, which took an eighth of a write.
        // Few jobs fail: there are no savepoints until one has.
        let mut a_job_failed = false;
        let together = self.transact(|| {
            let results: Result<_, _> = group.iter().map(|job| self.run_job(job).map(Ok)).collect();
            a_job_failed = results.is_err();
            results
        });
        match together {
            Err(error) if a_job_failed && group.len() == 1 => Ok(vec![Err(error)]),
            Err(_) if a_job_failed => self.transact(|| self.run_apart(group)),
            done => done,
        }
    }

    /// Commits what `run` has done unless it fails.
    fn transact(&self, run: impl FnOnce() -> Result<Vec<Answer>, StoreError>) -> Result<Vec<Answer>, StoreError> {
        control(&self.connection, "BEGIN IMMEDIATE")?;
        let results = run().and_then(|results| {
            self.commit_numbered()?;
            Ok(results)
        });
        if results.is_err() && !self.connection.is_autocommit() {
            control(&self.connection, "ROLLBACK")?;
        }
        results
    }

    /// Commits with the next number in the file, by which it is known whose commit was the last.
    fn commit_numbered(&self) -> Result<(), StoreError> {
        let before = file_number(&self.connection)?;
        let after = before.wrapping_add(1);
        let text = format!("PRAGMA user_version = {after}");
        self.connection.execute_batch(&text).map_err(|error| store_error(&error, &text))?;
        self.writes.numbered(before, after);
        let committed = control(&self.connection, "COMMIT");
        if committed.is_err() {
            self.writes.numbered(after, before);
        }
        committed
    }

    /// Runs each job in a savepoint of its own, so that one which fails leaves the others as they are.
    fn run_apart(&self, group: &[Job]) -> Result<Vec<Answer>, StoreError> {
        let mut results = Vec::with_capacity(group.len());
        for job in group {
            control(&self.connection, "SAVEPOINT job")?;
            let result = self.run_job(job);
            if self.connection.is_autocommit() {
                // A full disk, say: the engine itself has rolled the transaction back.
                return Err(match result {
                    Err(error) => error,
                    Ok(_) => StoreError::Failed("a job ended the transaction of its group".to_owned()),
                });
            }
            if result.is_err() {
                control(&self.connection, "ROLLBACK TO job")?;
            }
            control(&self.connection, "RELEASE job")?;
            results.push(result);
        }
        Ok(results)
    }

    fn run_job(&self, job: &Job) -> Answer {
        let mut returned = None;
        // The rows of a load are thousands with one text: to find it in the cache for each took a sixth of the time.
        let mut ready: Option<Prepared<'_>> = None;
        for statement in &job.statements {
            let prepared = match &mut ready {
                Some(prepared) if prepared.text == statement.text => prepared,
                other => other.insert(Prepared::new(&self.connection, &statement.text)?),
            };
            prepared.bind(&statement.values)?;
            returned = first_cell(prepared)?;
            if statement.expect == Expect::OneRow && self.connection.changes() != 1 {
                return Err(StoreError::Conflict);
            }
        }
        Ok(returned)
    }

    /// Begins the log anew where it has become large. At the limit writes wait for the readers of the old log:
    /// a full disk would be worse.
    fn limit_log(&self, size: u64) {
        if size < LOG_LARGE {
            return;
        }
        let start = Instant::now();
        let mut interrupted = false;
        loop {
            match self.begin_log_anew() {
                Ok(true) => return,
                Ok(false) if size < LOG_LIMIT => return,
                Ok(false) => {}
                Err(error) => return tracing::warn!(%error, "a checkpoint failed"),
            }
            let waited = start.elapsed();
            if waited > 2 * READER_PATIENCE {
                return tracing::warn!(size, "a reader of another process keeps the log from being written back");
            }
            if waited > READER_PATIENCE && !interrupted {
                tracing::warn!(size, "long reads are interrupted, for the log has reached its limit");
                self.files.interrupt_readers();
                interrupted = true;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Answers whether nothing was in the way.
    fn begin_log_anew(&self) -> rusqlite::Result<bool> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let done = checkpoint(&self.connection, "TRUNCATE");
        self.connection.busy_timeout(BUSY_PATIENCE)?;
        let complete = done?.complete;
        if complete {
            self.checkpointer.written(0);
        }
        Ok(complete)
    }

    /// Writes the log back. What a reader or another process keeps from it stays in the log for the next start.
    fn finish(self) {
        self.checkpointer.stop();
        let closed = self
            .connection
            .busy_timeout(Duration::from_secs(1))
            .and_then(|()| checkpoint(&self.connection, "TRUNCATE"))
            .map(drop)
            .and_then(|()| self.connection.close().map_err(|(_, error)| error));
        if let Err(error) = closed {
            tracing::warn!(%error, "the log could not be written back at the end");
        }
    }
}

/// Runs a statement to its end; answers the first cell that it returns.
fn first_cell(prepared: &mut Prepared<'_>) -> Answer {
    let mut rows = prepared.statement.raw_query();
    let mut returned = None;
    while let Some(row) = rows.next().map_err(|error| store_error(&error, prepared.text))? {
        returned = returned.or_else(|| row.get(0).ok());
    }
    Ok(returned)
}

/// The error once more, for each of the callers that it concerns.
fn repeated(error: &StoreError) -> StoreError {
    match error {
        StoreError::Failed(text) => StoreError::Failed(text.clone()),
        StoreError::Unavailable(text) => StoreError::Unavailable(text.clone()),
        other => StoreError::Unavailable(other.to_string()),
    }
}
