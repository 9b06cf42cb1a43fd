//! The report as Markdown.

use crate::RunOptions;
use crate::files::{AT_A_TIME, Files, SIZE};
use crate::heavy::Heavy;
use crate::mcp::Calls;
use crate::process::Memory;
use crate::suite::{CONNECTIONS, Page, Results, Row, Statements};
use crate::targets::{self, Bound};
use crate::webhooks::{MANY, Webhooks};
use anyhow::Result;
use std::fmt::Write;
use std::fs;
use std::time::Duration;

const ABOUT: &str = "\
# Benchmarks

`make bench` has written this page: every number on it comes from one run of that command on the machine named below.

Load comes from `wrk` on the same machine, which takes its share of the processors. Penstock answers as it is, to a
regular user whose rights are checked, with authentication, request ids, rate limit headers, metrics and time limits on. Beside each
operation the same load goes to a **bare route** of axum: a program that does nothing but return bytes of the same number as the
mean answer. CPU time is what the system has counted for the process, divided by the requests. The sample companies are those of
`penstock demo` (medium: 50,000 persons, 75,000 deals; large: 200,000 persons, 300,000 deals). Requests go to 2,000 records, or to
20 pages, in turn, so that the server has kept their rows since the first time (see ARCHITECTURE.md, Reads). What a page costs that nobody has
read before stands below, with the pages far from the beginning.
";

pub fn text(results: &Results, options: &RunOptions) -> Result<String> {
    let mut out = String::from(ABOUT);
    machine(&mut out, results, options)?;
    targets(&mut out, results)?;
    rows(&mut out, &results.rows)?;
    writes(&mut out, results)?;
    pages(&mut out, &results.pages)?;
    rest(&mut out, results)?;
    statements(&mut out, &results.statements)?;
    out.push_str(&heavy(&results.heavy)?);
    out.push_str(&files(&results.files)?);
    out.push_str(&webhooks(&results.webhooks)?);
    out.push_str(&calls(&results.calls)?);
    Ok(out)
}

fn machine(out: &mut String, results: &Results, options: &RunOptions) -> Result<()> {
    let info = fs::read_to_string("/proc/cpuinfo")?;
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")).map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let processors = info.lines().filter(|line| line.starts_with("processor")).count();
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kib: f64 = memory.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0.0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    writeln!(out, "\n## Machine\n")?;
    writeln!(out, "{processors} processors ({model}), {:.0} GiB of memory, Linux {}.", kib / 1024.0 / 1024.0, kernel.trim())?;
    writeln!(out, "A write of 4 KiB with fsync takes {} (median of 200).", duration(results.sync_time))?;
    writeln!(out, "{} s of load for each number, after 1 s of warm-up.", options.seconds)?;
    Ok(())
}

fn targets(out: &mut String, results: &Results) -> Result<()> {
    let targets = targets::all(results);
    let missed = targets.iter().filter(|target| !target.is_met()).count();
    writeln!(out, "\n## Targets\n")?;
    writeln!(
        out,
        "SQLite unless said otherwise, the {} company. {} of {} are met.\n",
        results.scale,
        targets.len() - missed,
        targets.len()
    )?;
    writeln!(out, "| | wanted | measured | |\n|---|---:|---:|---|")?;
    for target in &targets {
        let (word, bound) = match target.bound {
            Bound::AtMost(bound) => ("at most", bound),
            Bound::AtLeast(bound) => ("at least", bound),
        };
        let met = if target.is_met() { "met" } else { "**missed**" };
        writeln!(out, "| {} | {word} {bound}{unit} | {:.2}{unit} | {met} |", target.what, target.value, unit = target.unit)?;
    }
    Ok(())
}

/// One table for each engine, company and number of connections.
fn rows(out: &mut String, rows: &[Row]) -> Result<()> {
    let mut heading = None;
    for row in rows {
        let title = (row.engine, row.scale.clone());
        if heading.as_ref() == Some(&title) {
            continue;
        }
        writeln!(out, "\n## {}, {} company\n", row.engine, row.scale)?;
        writeln!(out, "| | connections | requests/s | bare route | p50 | p99 | CPU, server | bare route | CPU, database | body |")?;
        writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        let mut peak = Memory::default();
        for connections in CONNECTIONS {
            for row in rows.iter().filter(|row| row.connections == connections && (row.engine, row.scale.clone()) == title) {
                peak = peak.max(row.penstock.peak);
                operation(out, row)?;
            }
        }
        writeln!(
            out,
            "\nPeak memory of the server in these runs: {} of its own, {} with the mapped pages of the database.",
            mebibytes(peak.own),
            mebibytes(peak.resident)
        )?;
        heading = Some(title);
    }
    Ok(())
}

fn operation(out: &mut String, row: &Row) -> Result<()> {
    let (ours, bare) = (&row.penstock, &row.bare);
    writeln!(
        out,
        "| {} | {} | {:.0} | {:.0} | {} | {} | {} | {} | {} | {:.1} kB |",
        row.name,
        row.connections,
        ours.outcome.rate,
        bare.outcome.rate,
        duration(ours.outcome.p50),
        duration(ours.outcome.p99),
        duration(ours.server),
        duration(bare.server),
        ours.database.map_or_else(|| "in the server".to_owned(), duration),
        row.body as f64 / 1000.0
    )?;
    Ok(())
}

fn writes(out: &mut String, results: &Results) -> Result<()> {
    let (group, beside) = (&results.group_commit, &results.beside);
    writeln!(out, "\n## Durable writes\n")?;
    writeln!(out, "Creating deals on SQLite over 16 connections, each answered when it is on disk.\n")?;
    writeln!(out, "| | creates/s | p50 | p99 | CPU, server | largest log |\n|---|---:|---:|---:|---:|---:|")?;
    for (name, cost) in [("group commit", &group.together), ("one transaction each", &group.one_each)] {
        let outcome = cost.outcome;
        let (p50, p99, cpu) = (duration(outcome.p50), duration(outcome.p99), duration(cost.server));
        writeln!(out, "| {name} | {:.0} | {p50} | {p99} | {cpu} | {} |", outcome.rate, mebibytes(cost.log))?;
    }
    writeln!(
        out,
        "\nGET one person over 16 connections: {:.0} requests/s alone, {:.0} beside {:.0} creates/s over 16 more connections.",
        beside.alone, beside.beside, beside.creates
    )?;
    writeln!(out, "`PENSTOCK_GROUP_COMMIT=off` is what turns group commit off; it is there for this comparison.")?;
    Ok(())
}

fn pages(out: &mut String, pages: &[Page]) -> Result<()> {
    writeln!(out, "\n## Pages far from the beginning\n")?;
    writeln!(
        out,
        "100 persons on SQLite, one connection, the same page again and again; last, 1,000 pages one after the other that nobody has read before.\n"
    )?;
    writeln!(
        out,
        "| by | p50 at row 100 | p50 at row 100,000 | CPU at row 100 | CPU at row 100,000 | CPU the first time |\n|---|---:|---:|---:|---:|---:|"
    )?;
    for Page { sort, first, near, far } in pages {
        let times = [near.outcome.p50, far.outcome.p50, near.server, far.server, *first].map(duration);
        writeln!(out, "| {sort} | {} |", times.join(" | "))?;
    }
    Ok(())
}

fn rest(out: &mut String, results: &Results) -> Result<()> {
    let (start, inside) = (&results.start, &results.inside);
    writeln!(out, "\n## Start, memory, and the list without HTTP\n")?;
    writeln!(out, "SQLite, {} company.\n", results.scale)?;
    writeln!(out, "- From the start of the process to its first answer about a record: {} (median of 5).", duration(start.time))?;
    let (own, resident) = (mebibytes(start.idle.own), mebibytes(start.idle.resident));
    writeln!(out, "- Memory when idle after that: {resident}, of which {own} its own.")?;
    writeln!(
        out,
        "- List of 100 persons v2, CPU time: {} by HTTP; {} in a loop on one thread that calls the product without HTTP.",
        duration(inside.http),
        duration(inside.inside)
    )?;
    Ok(())
}

fn statements(out: &mut String, statements: &[Statements]) -> Result<()> {
    writeln!(out, "\n## PostgreSQL: Penstock and pgbench\n")?;
    writeln!(
        out,
        "`pgbench --protocol=prepared` sends the very statements, with the very values, that the requests take. It throws the rows away;"
    )?;
    writeln!(out, "Penstock renders them, and `wrk` reads the answers.\n")?;
    writeln!(out, "| | connections | Penstock, requests/s | pgbench, transactions/s | CPU of the database: Penstock | pgbench |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|")?;
    for Statements { name, connections, penstock, pgbench } in statements {
        let cpu = penstock.database.map_or_else(String::new, duration);
        writeln!(
            out,
            "| {name} | {connections} | {:.0} | {:.0} | {cpu} | {} |",
            penstock.outcome.rate,
            pgbench.rate,
            duration(pgbench.database)
        )?;
    }
    Ok(())
}

/// The part about reads that have much to look at.
pub fn heavy(all: &[Heavy]) -> Result<String> {
    let mut out = String::from("\n## Searches, filters, flow and recents\n\n");
    writeln!(
        out,
        "Pages of 100 over 16 connections. A search looks at all kinds of records; the rare terms are e-mail addresses. The names of companies are"
    )?;
    writeln!(
        out,
        "in the titles of their deals, too. The filter asks for the beginning of a text, a number and an option. CPU time is that of server and"
    )?;
    writeln!(out, "database.")?;
    for Heavy { engine, common: (term, share), one, rows, alone, beside, heavy } in all {
        writeln!(out, "\n| {engine} | requests/s | p50 | p99 | CPU | times GET one | body |\n|---|---:|---:|---:|---:|---:|---:|")?;
        for (name, body, cost) in rows {
            let (outcome, cpu) = (cost.outcome, cost.all());
            let (p50, p99, body) = (duration(outcome.p50), duration(outcome.p99), *body as f64 / 1000.0);
            let times = cpu.as_secs_f64() / one.all().as_secs_f64();
            writeln!(out, "| {name} | {:.0} | {p50} | {p99} | {} | {times:.1} | {body:.1} kB |", outcome.rate, duration(cpu))?;
        }
        writeln!(
            out,
            "\nThe common term is `{term}`, which {:.1} % of the records have. GET one person: {} of CPU time, {alone:.0} requests/s alone,",
            share * 100.0,
            duration(one.all())
        )?;
        writeln!(out, "{beside:.0} beside {heavy:.0} of these reads per second over 4 more connections.")?;
    }
    Ok(out)
}

/// The part about files.
pub fn files(files: &Files) -> Result<String> {
    let mut out = String::from("\n## Files\n\n");
    let size = SIZE / 1_000_000;
    writeln!(out, "SQLite, files in a directory. Files of {size} MB, {AT_A_TIME} at a time: {} MB are on their way.\n", size * AT_A_TIME)?;
    writeln!(out, "| | MB/s | memory of its own, before | at most |\n|---|---:|---:|---:|")?;
    for (name, passage) in [("up", &files.up), ("down", &files.down)] {
        let (before, peak) = (mebibytes(files.before.own), mebibytes(passage.peak.own));
        writeln!(out, "| {name} | {:.0} | {before} | {peak} |", passage.rate / 1e6)?;
    }
    Ok(out)
}

/// The part about webhooks.
pub fn webhooks(webhooks: &Webhooks) -> Result<String> {
    let Webhooks { one, many, alone, beside } = webhooks;
    let mut out = String::new();
    writeln!(out, "\n## Webhooks\n")?;
    writeln!(
        out,
        "SQLite. The receiver is the bare route, on the same machine. What was created while nobody was told is delivered as fast as it"
    )?;
    writeln!(out, "goes, from the moment of the first delivery; that includes finding out who is to be told.\n")?;
    writeln!(out, "| subscriptions | deliveries/s |\n|---:|---:|\n| 1 | {one:.0} |\n| {MANY} | {many:.0} |\n")?;
    writeln!(
        out,
        "Creating a deal without HTTP, 16 at a time, before anybody is told of it: {} of CPU time where nobody listens, {} with {MANY} subscriptions.",
        duration(*alone),
        duration(*beside)
    )?;
    Ok(out)
}

/// The section about tool calls.
pub fn calls(calls: &[Calls]) -> Result<String> {
    let mut out = String::new();
    writeln!(out, "\n## Tool calls of agents\n")?;
    writeln!(
        out,
        "SQLite, {} connections. A tool call is one request to `/mcp` without a session; beside it the request of the API",
        CONNECTIONS[0]
    )?;
    writeln!(out, "that does the same. A tool answers less of each record, and checks its arguments by a schema first.\n")?;
    writeln!(out, "| | tool calls/s | API requests/s | CPU, tool call | CPU, API request | ratio |\n|---|---:|---:|---:|---:|---:|")?;
    for Calls { name, api, tools } in calls {
        let (rates, costs) = ([tools, api].map(|cost| cost.outcome.rate), [tools, api].map(|cost| cost.server));
        let ratio = costs[0].as_secs_f64() / costs[1].as_secs_f64();
        let [tools, api] = costs.map(duration);
        writeln!(out, "| {name} | {:.0} | {:.0} | {tools} | {api} | {ratio:.2}× |", rates[0], rates[1])?;
    }
    Ok(out)
}

/// In the unit that suits the size.
fn duration(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        0.0..100.0 => format!("{micros:.1} µs"),
        100.0..1_000.0 => format!("{micros:.0} µs"),
        1_000.0..100_000.0 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.0} ms", micros / 1e3),
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0)
}
