//! The program in a process of its own, and a client that says exactly what a test wants said.

// Every test file uses another part of it, and a test ends where something is amiss.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod client;

pub use client::{Answer, Client};

use penstock_cluster::Cluster;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";
/// An operation that every user may call.
pub const USERS_ONLY: &str = "/api/v2/pipelines";
/// How long a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An empty store to run the program on.
pub struct Place {
    directory: TempDir,
    database: Option<String>,
}

impl Place {
    pub fn sqlite() -> Self {
        Place { directory: TempDir::new().unwrap(), database: None }
    }

    pub fn postgres() -> Self {
        Place::on(Cluster::shared().unwrap().database().unwrap())
    }

    pub fn on(database: String) -> Self {
        Place { database: Some(database), ..Place::sqlite() }
    }

    /// One of each.
    pub fn each() -> [Self; 2] {
        [Place::sqlite(), Place::postgres()]
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap()
    }

    /// `penstock` with these arguments and no variables but those that name the store.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = penstock(arguments);
        command.env("PENSTOCK_DATA_DIR", self.directory());
        if let Some(database) = &self.database {
            command.env("PENSTOCK_DATABASE_URL", database);
        }
        command
    }

    /// Runs a command to its end and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Serves with [`TOKEN`] as the token of the administrator.
    pub fn serve(&self) -> Serving {
        self.serve_with(&[("PENSTOCK_API_TOKEN", TOKEN)])
    }

    pub fn serve_with(&self, variables: &[(&str, &str)]) -> Serving {
        Serving::start(self.command(&["serve", "--listen", "127.0.0.1:0"]).envs(variables.iter().copied()))
    }
}

/// `penstock` without any variables of the tests' own surroundings.
pub fn penstock(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_penstock"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PENSTOCK_")) {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// Asserts that the program ended with this code and one line on standard error, and answers the line.
pub fn refusal(output: &Output, code: i32) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.starts_with("penstock: ") && said.trim_end().lines().count() == 1, "{said:?}");
    said
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server in a process of its own. Dropping it kills it.
pub struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub address: SocketAddr,
    /// What it printed before it listened.
    pub printed: Vec<String>,
}

impl Serving {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = Vec::new();
        loop {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                panic!("the server ended: {}", text(&child.wait_with_output().unwrap().stderr));
            }
            match line.trim_end().strip_prefix("listening on http://") {
                Some(address) => return Serving { address: address.parse().unwrap(), child, stdout, printed },
                None => printed.push(line.trim_end().to_owned()),
            }
        }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// One request on a connection of its own.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.client().send("GET", path, headers, b"")
    }

    /// The status of a request that only users may make.
    pub fn status_for(&self, token: &str) -> u16 {
        self.get(USERS_ONLY, &[("x-api-token", token)]).status
    }

    /// Waits until [`Serving::status_for`] is this; what a command changes holds within a second or so.
    pub fn wait_for(&self, token: &str, status: u16) {
        let deadline = Instant::now() + PATIENCE;
        while self.status_for(token) != status {
            assert!(Instant::now() < deadline, "the status never became {status}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The most memory that it ever had, in KiB.
    pub fn peak_memory(&self) -> i64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end. Answers the exit code and the log.
    pub fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let code = self.child.wait().unwrap().code();
        let log = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        (code, log)
    }

    /// Ends it with SIGTERM, which must be a success, and answers the log.
    pub fn stop(self) -> String {
        self.signal("TERM");
        let (code, log) = self.end();
        assert_eq!(code, Some(0), "{log}");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command with this on its standard input.
pub fn feed(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
