//! What was to be reached, and whether it was.

use crate::files::{AT_A_TIME, SIZE};
use crate::heavy::{COMMON, FILTER, RARE};
use crate::operations::{GET_ONE, LIST, LIST_V1};
use crate::place::Engine;
use crate::suite::{CONNECTIONS, Results, Row};
use crate::webhooks::MANY;
use std::time::Duration;

/// A number with a bound.
pub struct Target {
    pub what: String,
    pub bound: Bound,
    pub value: f64,
    pub unit: &'static str,
}

#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.value <= bound,
            Bound::AtLeast(bound) => self.value >= bound,
        }
    }
}

const MIB: f64 = 1024.0 * 1024.0;

/// All targets, with what was measured on the last of the sample companies.
pub fn all(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |what: &str, bound: Bound, value: f64, unit: &'static str| {
        targets.push(Target { what: what.to_owned(), bound, value, unit });
    };
    let row = |name: &str, connections: u32| {
        let fits = |row: &&Row| row.engine == Engine::Sqlite && row.scale == results.scale && row.connections == connections;
        results.rows.iter().filter(fits).find(|row| row.name == name)
    };
    for connections in CONNECTIONS {
        if let Some(one) = row(GET_ONE, connections) {
            let (cpu, rate) = (times(one.penstock.server, one.bare.server), one.penstock.outcome.rate / one.bare.outcome.rate);
            add(&format!("GET one, CPU time against the bare route, {connections} connections"), Bound::AtMost(3.0), cpu, "×");
            add(&format!("GET one, rate against the bare route, {connections} connections"), Bound::AtLeast(0.5), rate, "×");
        }
        if let (Some(list), Some(list_v1)) = (row(LIST, connections), row(LIST_V1, connections)) {
            let cpu = times(list.penstock.server, list.bare.server);
            add(&format!("list of 100 v2, CPU time against the bare route, {connections} connections"), Bound::AtMost(8.0), cpu, "×");
            let v1 = times(list_v1.penstock.server, list.penstock.server);
            add(&format!("list of 100 v1, CPU time against v2, {connections} connections"), Bound::AtMost(2.0), v1, "×");
        }
    }
    let inside = times(results.inside.http, results.inside.inside);
    add("list of 100 v2, CPU time against the loop without HTTP", Bound::AtMost(1.4), inside, "×");
    let group = &results.group_commit;
    let faster = group.together.outcome.rate / group.one_each.outcome.rate;
    add("durable creates, rate against one transaction each, 16 connections", Bound::AtLeast(2.5), faster, "×");
    add("write-ahead log at its largest", Bound::AtMost(128.0), group.together.log.max(group.one_each.log) as f64 / MIB, " MiB");
    add("GET one beside creates, rate against alone", Bound::AtLeast(0.6), results.beside.beside / results.beside.alone, "×");
    for (page, bound) in results.pages.iter().zip([1.2, 20.0]) {
        let cost = times(page.far.server, page.near.server);
        add(&format!("page at row 100,000 against row 100, by {}", page.sort), Bound::AtMost(bound), cost, "×");
    }
    add("memory when idle", Bound::AtMost(40.0), results.start.idle.resident as f64 / MIB, " MiB");
    add("start to first answer", Bound::AtMost(0.2), results.start.time.as_secs_f64(), " s");
    for heavy in results.heavy.iter().filter(|heavy| heavy.engine == Engine::Sqlite) {
        for (name, bound) in [(RARE, 60.0), (COMMON, 300.0), (FILTER, 60.0)] {
            if let Some((_, _, cost)) = heavy.rows.iter().find(|row| row.0 == name) {
                add(&format!("{name}, CPU time against GET one"), Bound::AtMost(bound), times(cost.all(), heavy.one.all()), "×");
            }
        }
        add("GET one beside heavy reads, rate against alone", Bound::AtLeast(0.8), heavy.beside / heavy.alone, "×");
    }
    let files = &results.files;
    let grown = files.up.peak.max(files.down.peak).own.saturating_sub(files.before.own) as f64 / MIB;
    let what = format!("memory for {AT_A_TIME} files of {} MB on their way at the same time", SIZE / 1_000_000);
    add(&what, Bound::AtMost(40.0), grown, " MiB");
    let webhooks = &results.webhooks;
    let what = format!("create, CPU time with {MANY} subscriptions against none, before anybody is told");
    add(&what, Bound::AtMost(1.1), times(webhooks.beside, webhooks.alone), "×");
    for statements in &results.statements {
        let rate = statements.penstock.outcome.rate / statements.pgbench.rate;
        let what = format!("PostgreSQL: {}, rate against pgbench, {} connections", statements.name, statements.connections);
        add(&what, Bound::AtLeast(0.85), rate, "×");
    }
    targets
}

fn times(this: Duration, that: Duration) -> f64 {
    this.as_secs_f64() / that.as_secs_f64()
}
