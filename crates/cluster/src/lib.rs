//! Throw-away PostgreSQL clusters for tests.
//!
//! A cluster lives in a temporary directory and belongs to a small shell process, the supervisor, that waits at the
//! other end of a pipe. When the process that started it goes away, by return, panic or SIGKILL, the pipe closes and
//! the supervisor stops PostgreSQL and removes the directory. The same script serves the tests outside Rust.
//!
//! With `PENSTOCK_TEST_POSTGRES` set to the URL of a running cluster (of a superuser), databases are made there and
//! dropped at the end. `PENSTOCK_POSTGRES_BIN` names the folder of the server binaries when it is an unusual one.

use std::env;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Run from its place, since as an argument its whole text would fill every list of processes.
const SUPERVISOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/supervisor.sh");
const RUNNING_CLUSTER: &str = "PENSTOCK_TEST_POSTGRES";
const SETTINGS: &str = "PENSTOCK_TEST_POSTGRES_SETTINGS";

/// Why there is no cluster or no database: a sentence for the developer, such as that the binaries are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterError(String);

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL for tests: {}", self.0)
    }
}

impl std::error::Error for ClusterError {}

/// A PostgreSQL cluster that ends with its owner. Dropping it waits until it is gone.
pub struct Cluster {
    supervisor: Child,
    /// Taken when the cluster is dropped, because closing it is what ends the supervisor.
    pipe: Mutex<Option<Pipe>>,
    directory: Option<PathBuf>,
}

struct Pipe {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// The one cluster of this process: the running one that `PENSTOCK_TEST_POSTGRES` names, else a new one, started
    /// by the first call (about a second). A failure to start is remembered and given to every caller.
    pub fn shared() -> Result<&'static Self, ClusterError> {
        static SHARED: OnceLock<Result<Cluster, ClusterError>> = OnceLock::new();
        let running = env::var(RUNNING_CLUSTER).ok().filter(|url| !url.is_empty());
        SHARED.get_or_init(|| Self::supervise(running.as_deref(), "")).as_ref().map_err(Clone::clone)
    }

    /// Starts a cluster of its own, for tests that stop it or need it undisturbed.
    pub fn start() -> Result<Self, ClusterError> {
        Self::start_with("")
    }

    /// The same with more lines for its configuration, which win over those that make tests fast.
    pub fn start_with(settings: &str) -> Result<Self, ClusterError> {
        Self::supervise(None, settings)
    }

    /// Makes a new empty database and returns its `postgres://` URL. Any thread may call this.
    pub fn database(&self) -> Result<String, ClusterError> {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        let pipe = pipe.as_mut().ok_or_else(|| ClusterError("the cluster has ended".into()))?;
        pipe.requests.write_all(b"\n").map_err(|error| ClusterError(format!("the supervisor has ended: {error}")))?;
        pipe.answer()
    }

    /// Where the cluster keeps its files; none for a running cluster that was only borrowed.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    fn supervise(running: Option<&str>, settings: &str) -> Result<Self, ClusterError> {
        let mut supervisor = Command::new("sh")
            .arg(SUPERVISOR)
            .env(RUNNING_CLUSTER, running.unwrap_or_default())
            .env(SETTINGS, settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own: what kills the group of the tests (Ctrl-C, a test runner's time limit) must not
            // reach the process that cleans up after them.
            .process_group(0)
            .spawn()
            .map_err(|error| ClusterError(format!("cannot run sh: {error}")))?;
        let (Some(requests), Some(answers)) = (supervisor.stdin.take(), supervisor.stdout.take()) else {
            return Err(ClusterError("the supervisor has no pipes".into()));
        };
        let mut pipe = Pipe { requests, answers: BufReader::new(answers) };
        let ready = pipe.answer()?;
        let directory = ready.strip_prefix("ready ").map(PathBuf::from);
        Ok(Self { supervisor, pipe: Mutex::new(Some(pipe)), directory })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.pipe.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        // Nothing is left to be done about a failure: the supervisor works on without its parent.
        let _ = self.supervisor.wait();
    }
}

impl Pipe {
    /// Reads one line of the supervisor; "error: ..." becomes an error, and so does the end of its output.
    fn answer(&mut self) -> Result<String, ClusterError> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| ClusterError(format!("cannot read from the supervisor: {error}")))?;
        let line = line.trim_end();
        match line.strip_prefix("error: ") {
            Some(reason) => Err(ClusterError(reason.into())),
            None if line.is_empty() => Err(ClusterError("the supervisor ended without a word".into())),
            None => Ok(line.into()),
        }
    }
}
