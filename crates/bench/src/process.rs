//! Programs under measurement, and what the system knows of them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts the CPU time of processes in hundredths of a second, whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// A server that runs until it goes out of scope.
pub struct Server {
    child: Child,
    pub address: String,
    /// When the process was begun.
    pub begun: Instant,
}

impl Server {
    /// Waits until the program says where it listens.
    pub fn start(command: &mut Command) -> Result<Self> {
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("{command:?}"))?;
        let mut said = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        loop {
            line.clear();
            if said.read_line(&mut line)? == 0 {
                bail!("{command:?} ended with {}", child.wait()?);
            }
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                return Ok(Server { child, address: address.to_owned(), begun });
            }
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to stop rather than killed, so that the next measurement begins with a store that was closed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// The CPU time that all threads of a process have used so far.
pub fn cpu(pid: u32) -> Result<Duration> {
    let fields = stat(pid)?;
    Ok(ticks(&fields, 11) + ticks(&fields, 12))
}

/// The CPU time of a process and of all that it has started, those that have ended included.
pub fn cpu_of_family(parent: u32) -> Result<Duration> {
    // What a child has used passes to its parent when it ends. If that happens while they are looked at, it would be missed.
    let mut seen = stat(parent)?;
    loop {
        let children = cpu_of_children(parent)?;
        let fields = stat(parent)?;
        let of_ended = |fields: &[String]| ticks(fields, 13) + ticks(fields, 14);
        if of_ended(&fields) == of_ended(&seen) {
            return Ok(children + of_ended(&fields) + ticks(&fields, 11) + ticks(&fields, 12));
        }
        seen = fields;
    }
}

fn cpu_of_children(parent: u32) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for entry in fs::read_dir("/proc")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse() else { continue };
        // A process may end between the listing and the look.
        let Ok(fields) = stat(pid) else { continue };
        if fields.get(1).is_some_and(|of| *of == parent.to_string()) {
            sum += ticks(&fields, 11) + ticks(&fields, 12);
        }
    }
    Ok(sum)
}

/// The fields after the name, which may hold spaces, in parentheses; the first is the state.
fn stat(pid: u32) -> Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = text.rsplit_once(')').context("an unknown form of /proc")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

fn ticks(fields: &[String], index: usize) -> Duration {
    let number: u32 = fields.get(index).and_then(|field| field.parse().ok()).unwrap_or(0);
    TICK * number
}

/// Memory in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// What the process holds for itself.
    pub own: u64,
    /// That, the program text, and the pages of the database file that are mapped: those the system may take back.
    pub resident: u64,
}

impl Memory {
    pub fn of(pid: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
        };
        Ok(Memory { own: value("RssAnon:"), resident: value("VmRSS:") })
    }

    pub fn max(self, other: Memory) -> Memory {
        Memory { own: self.own.max(other.own), resident: self.resident.max(other.resident) }
    }
}

/// The size of a file, 0 where there is none.
pub fn file_size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
