//! The whole measurement, in the order of the report.

use crate::company::{self, Company};
use crate::files::{self, Files};
use crate::heavy::{self, Heavy};
use crate::load::{self, Request, Requests};
use crate::mcp::{self, Calls};
use crate::measure::{self, Cost};
use crate::operations::{self, CREATE, GET_ONE, LIST, Operation};
use crate::place::{self, Engine, Place};
use crate::process::{self, Memory, Server};
use crate::webhooks::{self, Webhooks};
use crate::{RunOptions, disk, pgbench, report};
use anyhow::{Context, Result, ensure};
use penstock_cluster::Cluster;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

pub const CONNECTIONS: [u32; 2] = [16, 64];
/// The connections of what is measured with one number only.
const FEW: u32 = CONNECTIONS[0];
/// Starts of which the median counts.
const STARTS: usize = 5;
/// How long a server is left alone before it counts as idle.
const IDLE: Duration = Duration::from_secs(3);
/// Rows before the pages that must cost the same, and rows of a page.
const NEAR: usize = 100;
const FAR: usize = 100_000;
const PAGE: usize = 100;
/// Requests of one sort whose statements pgbench repeats.
const SCRIPTS: usize = 20;

/// One operation beside the bare server with a body of the same size.
pub struct Row {
    pub engine: Engine,
    pub scale: String,
    pub connections: u32,
    pub name: &'static str,
    pub body: usize,
    pub bare: Cost,
    pub penstock: Cost,
}

/// Durable creates with the writes that wait at the same time in one transaction, and with one for each.
pub struct GroupCommit {
    pub together: Cost,
    pub one_each: Cost,
}

/// Reads by themselves and beside creates.
pub struct Beside {
    pub alone: f64,
    pub beside: f64,
    pub creates: f64,
}

/// A page of a list near the beginning and far from it.
pub struct Page {
    pub sort: &'static str,
    /// CPU time of a page that nobody has read before.
    pub first: Duration,
    pub near: Cost,
    pub far: Cost,
}

pub struct Start {
    /// From the start of the process to the first answer about a record.
    pub time: Duration,
    pub idle: Memory,
}

/// The list of persons with HTTP and without.
pub struct Inside {
    pub http: Duration,
    pub inside: Duration,
}

/// The same statements by way of Penstock and by pgbench.
pub struct Statements {
    pub name: &'static str,
    pub connections: u32,
    pub penstock: Cost,
    pub pgbench: pgbench::Outcome,
}

/// Everything that was measured.
pub struct Results {
    pub scale: String,
    pub sync_time: Duration,
    pub rows: Vec<Row>,
    pub group_commit: GroupCommit,
    pub beside: Beside,
    pub pages: Vec<Page>,
    pub start: Start,
    pub inside: Inside,
    pub statements: Vec<Statements>,
    pub heavy: Vec<Heavy>,
    pub files: Files,
    pub webhooks: Webhooks,
    pub calls: Vec<Calls>,
}

pub fn run(options: &RunOptions) -> Result<()> {
    let suite = Suite { options, directory: TempDir::with_prefix_in("bench-", &options.directory)? };
    let results = suite.results()?;
    std::fs::write(&options.report, report::text(&results, options)?)?;
    println!("wrote {}", options.report.display());
    Ok(())
}

/// Measures only what webhooks cost, and prints it.
pub fn run_webhooks(options: &RunOptions) -> Result<()> {
    let suite = Suite { options, directory: TempDir::with_prefix_in("bench-", &options.directory)? };
    let company = suite.generate_sqlite(options.scales.last().context("no scale")?)?;
    println!("{}", report::webhooks(&suite.webhooks(&company)?)?);
    Ok(())
}

/// Measures only reads that have much to look at, on both engines, and files, and prints it.
pub fn run_heavy(options: &RunOptions) -> Result<()> {
    let suite = Suite { options, directory: TempDir::with_prefix_in("bench-", &options.directory)? };
    let scale = options.scales.last().context("no scale")?;
    let company = suite.generate_sqlite(scale)?;
    let mut heavy = vec![suite.heavy(&company)?];
    let files = files::measure(&company)?;
    drop(company);
    let cluster = place::durable_cluster()?;
    heavy.push(suite.heavy(&suite.generate_postgres(&cluster, scale)?)?);
    println!("{}{}", report::heavy(&heavy)?, report::files(&files)?);
    Ok(())
}

/// Measures only tool calls beside the same requests of the API, and prints it.
pub fn run_mcp(options: &RunOptions) -> Result<()> {
    let suite = Suite { options, directory: TempDir::with_prefix_in("bench-", &options.directory)? };
    let company = suite.generate_sqlite(options.scales.last().context("no scale")?)?;
    println!("{}", report::calls(&suite.calls(&company)?)?);
    Ok(())
}

struct Suite<'a> {
    options: &'a RunOptions,
    directory: TempDir,
}

impl Suite<'_> {
    fn results(&self) -> Result<Results> {
        let scale = self.options.scales.last().context("no scale")?;
        let sync_time = disk::sync_time(self.directory.path())?;
        let mut rows = Vec::new();

        let companies: Vec<Company> = self.options.scales.iter().map(|scale| self.generate_sqlite(scale)).collect::<Result<_>>()?;
        let large = companies.last().context("no company")?;
        let start = self.start(large)?;
        let inside = self.inside(large)?;
        let pages = self.pages(large)?;
        for company in &companies {
            rows.extend(self.rows(company)?);
        }
        let beside = self.beside(large)?;
        let group_commit = self.group_commit(large)?;
        // After the creates, which are what has happened since yesterday.
        let mut heavy = vec![self.heavy(large)?];
        let files = files::measure(large)?;
        let webhooks = self.webhooks(large)?;
        let calls = self.calls(large)?;
        drop(companies);

        let cluster = place::durable_cluster()?;
        let mut statements = Vec::new();
        for name in &self.options.scales {
            let company = self.generate_postgres(&cluster, name)?;
            if name == scale {
                statements = self.statements(&company)?;
            }
            rows.extend(self.rows(&company)?);
            if name == scale {
                heavy.push(self.heavy(&company)?);
            }
        }
        let scale = scale.clone();
        Ok(Results { scale, sync_time, rows, group_commit, beside, pages, start, inside, statements, heavy, files, webhooks, calls })
    }

    fn generate_sqlite(&self, scale: &str) -> Result<Company> {
        progress(&format!("generating the {scale} company on SQLite"));
        Company::generate(&self.options.program, Place::Sqlite(self.directory.path().join(scale)), scale)
    }

    fn generate_postgres(&self, cluster: &Cluster, scale: &str) -> Result<Company> {
        progress(&format!("generating the {scale} company on PostgreSQL"));
        Company::generate(&self.options.program, Place::postgres(cluster)?, scale)
    }

    fn operations(&self, company: &Company, server: &Server) -> Result<Vec<Operation>> {
        operations::all(&company.client(server), self.directory.path())
    }

    fn operation(&self, company: &Company, server: &Server, name: &str) -> Result<Operation> {
        self.operations(company, server)?.into_iter().find(|operation| operation.name == name).context("no such operation")
    }

    fn cost(&self, company: &Company, server: &Server, requests: &Requests, connections: u32) -> Result<Cost> {
        let place = Some(&company.place);
        measure::under_load(server, &company.client(server), place, requests, connections, self.options.seconds)
    }

    /// Each operation right after the bare server, so that both see the machine in the same mood.
    fn rows(&self, company: &Company) -> Result<Vec<Row>> {
        let server = company.serve()?;
        let mut rows = Vec::new();
        for operation in self.operations(company, &server)? {
            let bare = bare(operation.body)?;
            for connections in CONNECTIONS {
                let (engine, scale) = (company.place.engine(), company.scale.clone());
                progress(&format!("{engine}, {scale}, {connections} connections: {}", operation.name));
                let seconds = self.options.seconds;
                let bare = measure::under_load(&bare, &company.client(&bare), None, &operation.requests, connections, seconds)?;
                let penstock = self.cost(company, &server, &operation.requests, connections)?;
                rows.push(Row { engine, scale, connections, name: operation.name, body: operation.body, bare, penstock });
            }
        }
        Ok(rows)
    }

    fn group_commit(&self, company: &Company) -> Result<GroupCommit> {
        progress("group commit");
        let cost = |variables: &[(&str, &str)]| {
            let server = company.serve_with(variables)?;
            let create = self.operation(company, &server, CREATE)?;
            self.cost(company, &server, &create.requests, FEW)
        };
        Ok(GroupCommit { one_each: cost(&[("PENSTOCK_GROUP_COMMIT", "off")])?, together: cost(&[])? })
    }

    fn webhooks(&self, company: &Company) -> Result<Webhooks> {
        progress("webhooks");
        let creates = self.operation(company, &company.serve()?, CREATE)?.requests;
        webhooks::measure(company, &creates, self.options.seconds)
    }

    fn calls(&self, company: &Company) -> Result<Vec<Calls>> {
        progress("tool calls");
        mcp::measure(company, self.directory.path(), FEW, self.options.seconds)
    }

    fn heavy(&self, company: &Company) -> Result<Heavy> {
        let server = company.serve()?;
        let one = self.operation(company, &server, GET_ONE)?;
        heavy::measure(company, &server, &one, self.directory.path(), FEW, self.options.seconds)
    }

    fn beside(&self, company: &Company) -> Result<Beside> {
        progress("reads beside writes");
        let server = company.serve()?;
        let read = self.operation(company, &server, GET_ONE)?;
        let alone = self.cost(company, &server, &read.requests, FEW)?.outcome.rate;
        let create = self.operation(company, &server, CREATE)?;
        // The writes begin before the reads and end after them.
        let writes = load::start(&company.client(&server), &create.requests, FEW, self.options.seconds + 3)?;
        thread::sleep(Duration::from_secs(1));
        let beside = self.cost(company, &server, &read.requests, FEW)?.outcome.rate;
        Ok(Beside { alone, beside, creates: writes.finish()?.rate })
    }

    fn pages(&self, company: &Company) -> Result<Vec<Page>> {
        let server = company.serve()?;
        let client = company.client(&server);
        let cursors = company::pages(&client, "/api/v2/persons?limit=500", FAR / 500 + 1)?;
        ensure!(cursors.len() > FAR / 500, "the user sees fewer than {FAR} persons");
        let cursor = |row: usize| -> Result<String> {
            if row == NEAR {
                let pages = company::pages(&client, &format!("/api/v2/persons?limit={NEAR}"), 2)?;
                return pages.into_iter().next_back().context("no second page");
            }
            Ok(cursors[row / 500].replace("limit=500", &format!("limit={PAGE}")))
        };
        let start = |row: usize| format!("/v1/persons?limit={PAGE}&start={row}");
        let walked = company::pages(&client, &format!("/api/v2/persons?limit={PAGE}"), FAR / PAGE)?;
        let started: Vec<_> = (0..FAR / PAGE).map(|page| start(page * PAGE)).collect();
        let targets = [
            ("cursor, v2", self.first_time(company, &walked)?, cursor(NEAR)?, cursor(FAR)?),
            ("`start`, v1", self.first_time(company, &started)?, start(NEAR), start(FAR)),
        ];
        let one = |target: String| -> Result<Cost> {
            let requests = Requests::write(self.directory.path().join("page"), &[Request::get(target)])?;
            self.cost(company, &server, &requests, 1)
        };
        targets
            .into_iter()
            .map(|(sort, first, near, far)| {
                progress(&format!("pages by {sort}"));
                Ok(Page { sort, first, near: one(near)?, far: one(far)? })
            })
            .collect()
    }

    /// The CPU time of a page for a server that has not shown any of its rows yet.
    fn first_time(&self, company: &Company, pages: &[String]) -> Result<Duration> {
        progress("pages that nobody has read");
        let server = company.serve()?;
        let client = company.client(&server);
        client.get(&pages[0])?;
        let before = process::cpu(server.pid())?;
        for page in &pages[1..] {
            client.get(page)?;
        }
        Ok((process::cpu(server.pid())? - before) / (pages.len() as u32 - 1))
    }

    fn start(&self, company: &Company) -> Result<Start> {
        progress("starts");
        let person = {
            let server = company.serve()?;
            *company::persons(&company.client(&server))?.first().context("no person")?
        };
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let server = company.serve()?;
            company.client(&server).get(&format!("/api/v2/persons/{person}"))?;
            times.push(server.begun.elapsed());
        }
        times.sort();
        let server = company.serve()?;
        company.client(&server).get(&format!("/api/v2/persons/{person}"))?;
        thread::sleep(IDLE);
        Ok(Start { time: times[STARTS / 2], idle: Memory::of(server.pid())? })
    }

    fn inside(&self, company: &Company) -> Result<Inside> {
        progress("the list without HTTP");
        let Place::Sqlite(data) = &company.place else { anyhow::bail!("the loop is for the embedded store") };
        let server = company.serve()?;
        let list = self.operation(company, &server, LIST)?;
        let http = self.cost(company, &server, &list.requests, FEW)?.server;
        let token = company.client(&server).token;
        drop(server);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("inside").arg(data).arg(&list.requests.0).arg(token).arg(self.options.seconds.to_string());
        let output = command.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let nanos = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        Ok(Inside { http, inside: Duration::from_nanos(nanos) })
    }

    fn statements(&self, company: &Company) -> Result<Vec<Statements>> {
        let Place::Postgres { url, .. } = &company.place else { return Ok(Vec::new()) };
        let program = pgbench::program();
        let server = company.serve()?;
        let mut all = Vec::new();
        for name in [GET_ONE, LIST] {
            let operation = self.operation(company, &server, name)?;
            let directory = self.directory.path().join(format!("pgbench-{}", all.len()));
            std::fs::create_dir(&directory)?;
            let logging = company.serve_with(&[("PENSTOCK_DATABASE_URL", &pgbench::logging_url(url))])?;
            let scripts = pgbench::scripts(&company.client(&logging), &company.place, &targets(&operation.requests.0)?, &directory)?;
            drop(logging);
            for connections in CONNECTIONS {
                progress(&format!("pgbench, {connections} connections: {name}"));
                let pgbench = pgbench::run(&program, &company.place, &scripts, connections, self.options.seconds)?;
                let penstock = self.cost(company, &server, &operation.requests, connections)?;
                all.push(Statements { name, connections, penstock, pgbench });
            }
        }
        Ok(all)
    }
}

/// The first targets of a file of requests.
fn targets(requests: &Path) -> Result<Vec<String>> {
    let lines = std::fs::read_to_string(requests)?;
    Ok(lines.lines().take(SCRIPTS).filter_map(|line| line.split('\t').nth(1)).map(str::to_owned).collect())
}

/// This program as the bare server.
pub fn bare(size: usize) -> Result<Server> {
    Server::start(Command::new(std::env::current_exe()?).arg("bare").arg(size.to_string()))
}

fn progress(what: &str) {
    eprintln!("{what}");
}
