//! Measures Penstock from outside, beside a bare web server, and writes down what came out.

mod bare;
mod client;
mod company;
mod disk;
mod files;
mod heavy;
mod inside;
mod load;
mod mcp;
mod measure;
mod operations;
mod pgbench;
mod place;
mod process;
mod report;
mod suite;
mod targets;
mod terms;
mod webhooks;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

// The allocator of the product, so that the bare server and the loop without HTTP differ in nothing else.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure everything and write the report
    Run(RunOptions),
    /// Measure only webhooks, on the last of the sample companies, and print that part of the report
    Webhooks(RunOptions),
    /// Measure only tool calls of agents, on the last of the sample companies, and print that part of the report
    Mcp(RunOptions),
    /// Measure only searches, filters, flow, recents and files, on the last of the sample companies, and print that part of the report
    Heavy(RunOptions),
    /// Serve a prebuilt body on every path: the server that the product is compared with
    Bare {
        /// The bytes of the body
        size: usize,
    },
    /// Answer requests of a file in a loop without HTTP, and print the CPU time of each in nanoseconds
    Inside { data_dir: PathBuf, requests: PathBuf, token: String, seconds: f64 },
    /// Send creates of a file in turn without HTTP, telling nobody, and print the CPU time of each in nanoseconds
    Creates { data_dir: PathBuf, requests: PathBuf, token: String, seconds: f64 },
}

#[derive(clap::Args, Clone)]
pub struct RunOptions {
    /// The program to measure
    #[arg(long, default_value = "target/release/penstock")]
    pub program: PathBuf,
    /// Where to write the report
    #[arg(long, default_value = "docs/BENCHMARKS.md")]
    pub report: PathBuf,
    /// Seconds of load for each number
    #[arg(long, default_value_t = 5)]
    pub seconds: u32,
    /// The sizes of the sample company; what has a target is measured on the last
    #[arg(long, value_delimiter = ',', default_value = "medium,large")]
    pub scales: Vec<String>,
    /// Where the sample companies are made and removed again
    #[arg(long, default_value = "target")]
    pub directory: PathBuf,
}

fn main() -> Result<()> {
    match Options::parse().command {
        Command::Run(options) => suite::run(&options),
        Command::Webhooks(options) => suite::run_webhooks(&options),
        Command::Mcp(options) => suite::run_mcp(&options),
        Command::Heavy(options) => suite::run_heavy(&options),
        Command::Bare { size } => bare::serve(size),
        Command::Inside { data_dir, requests, token, seconds } => inside::run(data_dir, &requests, &token, seconds),
        Command::Creates { data_dir, requests, token, seconds } => inside::creates(data_dir, &requests, &token, seconds),
    }
}
