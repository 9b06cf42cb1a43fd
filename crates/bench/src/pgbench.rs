//! The statements of a request, sent by pgbench: what PostgreSQL and the wire alone allow.

use crate::client::Client;
use crate::place::Place;
use crate::process;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What pgbench made of it.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Transactions per second, each with all statements of one request.
    pub rate: f64,
    /// CPU time of the database server for each transaction.
    pub database: Duration,
}

/// A statement as the server of the database has seen it.
struct Statement {
    text: String,
    values: Vec<String>,
}

/// The URL of the database with every statement of the connection written to its log.
pub fn logging_url(url: &str) -> String {
    format!("{url}?options=-c%20log_statement%3Dall")
}

/// One script for each of these targets, with the statements that it takes. Needs a server on [`logging_url`].
pub fn scripts(client: &Client, place: &Place, targets: &[String], directory: &Path) -> Result<Vec<Script>> {
    let Place::Postgres { cluster, .. } = place else { bail!("only PostgreSQL has pgbench") };
    let log = cluster.join("log");
    client.get(&targets[0])?;
    let mut scripts = Vec::new();
    for (number, target) in targets.iter().enumerate() {
        let before = fs::read(&log)?.len();
        client.get(target)?;
        let bytes = fs::read(&log)?;
        let statements = statements(&String::from_utf8_lossy(&bytes[before..]))?;
        ensure!(!statements.is_empty(), "{target} takes no statement");
        scripts.push(Script::write(number, &statements, directory)?);
    }
    Ok(scripts)
}

/// A script of pgbench with the values of its variables.
pub struct Script {
    path: PathBuf,
    variables: Vec<String>,
}

impl Script {
    fn write(number: usize, statements: &[Statement], directory: &Path) -> Result<Self> {
        let (mut text, mut variables) = (String::new(), Vec::new());
        for (place, statement) in statements.iter().enumerate() {
            let variable = |index: usize| format!("v{number}_{place}_{index}");
            text.push_str(&named(&statement.text, variable));
            text.push_str(";\n");
            variables.extend(statement.values.iter().enumerate().map(|(index, value)| format!("{}={value}", variable(index + 1))));
        }
        let path = directory.join(format!("script-{number}"));
        fs::write(&path, text)?;
        Ok(Script { path, variables })
    }
}

/// Puts variables of pgbench in the place of `$1`, `$2` ….
fn named(text: &str, variable: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    let mut parts = text.split('$');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        out.push(':');
        out.push_str(&variable(number.parse().unwrap_or_default()));
        out.push_str(rest);
    }
    out
}

/// Reads the log: `… execute s1: SELECT …`, whose further lines begin with a tab, then `… parameters: $1 = '…', …`.
/// Only those that read persons are of the request: beside them the server asks about the company, and tells whoever listens.
fn statements(log: &str) -> Result<Vec<Statement>> {
    let log = log.replace("\n\t", " ");
    let mut found: Vec<Statement> = Vec::new();
    for line in log.lines() {
        if let Some((_, rest)) = line.split_once("LOG:  execute ") {
            let (_, text) = rest.split_once(": ").context("an unknown form of the log")?;
            found.push(Statement { text: text.to_owned(), values: Vec::new() });
        } else if let (Some((_, list)), Some(statement)) = (line.split_once("DETAIL:  parameters: "), found.last_mut()) {
            statement.values = list.split(", $").map(value).collect::<Result<_>>()?;
        }
    }
    found.retain(|statement| statement.text.contains(" FROM persons t "));
    Ok(found)
}

/// The value of `$1 = '…'`.
fn value(pair: &str) -> Result<String> {
    let (_, quoted) = pair.split_once(" = '").with_context(|| format!("no value in {pair}"))?;
    Ok(quoted.trim_end_matches('\'').replace("''", "'"))
}

/// Runs the scripts in random order over so many connections, all statements prepared.
pub fn run(program: &Path, place: &Place, scripts: &[Script], connections: u32, seconds: u32) -> Result<Outcome> {
    let Place::Postgres { url, .. } = place else { bail!("only PostgreSQL has pgbench") };
    let postmaster = place.database_pid()?.context("no database process")?;
    let mut command = Command::new(program);
    command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
    command.args([format!("--client={connections}"), format!("--time={seconds}")]);
    for script in scripts {
        command.arg("--file").arg(&script.path);
        for variable in &script.variables {
            command.args(["--define", variable]);
        }
    }
    let before = process::cpu_of_family(postmaster)?;
    let output = command.arg(url).output().context("pgbench cannot be run")?;
    let spent = process::cpu_of_family(postmaster)? - before;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "pgbench said: {said}");
    let number = |name: &str| -> Result<f64> {
        let line = said.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("pgbench said: {said}"))?;
        Ok(line.split(' ').next().unwrap_or_default().parse()?)
    };
    let done = number("number of transactions actually processed: ")?;
    Ok(Outcome { rate: number("tps = ")?, database: Duration::from_secs_f64(spent.as_secs_f64() / done) })
}

/// Where pgbench is: beside the server binaries, or on the path.
pub fn program() -> PathBuf {
    let supervisor = concat!(env!("CARGO_MANIFEST_DIR"), "/../cluster/src/supervisor.sh");
    let folder =
        Command::new("sh").args([supervisor, "--find"]).output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let beside = folder.map(|folder| Path::new(&folder).join("pgbench")).unwrap_or_default();
    if beside.exists() { beside } else { PathBuf::from("pgbench") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_log_of_the_database() {
        let log = "2026-01-31 10:00:00.000 UTC [7] LOG:  execute s1: SELECT t.a\n\tFROM persons t WHERE b = $1 AND c = $2 OR b = $1\n\
                   2026-01-31 10:00:00.000 UTC [7] DETAIL:  parameters: $1 = '4', $2 = 'it''s'\n\
                   2026-01-31 10:00:00.000 UTC [7] LOG:  execute s2: SELECT revision FROM companies WHERE id = $1\n\
                   2026-01-31 10:00:00.000 UTC [7] DETAIL:  parameters: $1 = '1'\n\
                   2026-01-31 10:00:00.000 UTC [8] LOG:  execute s1: INSERT INTO deliveries VALUES ($1)\n\
                   2026-01-31 10:00:00.000 UTC [8] DETAIL:  parameters: $1 = '9'\n";
        let found = statements(log).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].values, ["4", "it's"]);
        let script = named(&found[0].text, |index| format!("v{index}"));
        assert_eq!(script, "SELECT t.a FROM persons t WHERE b = :v1 AND c = :v2 OR b = :v1");
    }
}
