//! Structured logs on standard error.

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

#[derive(Debug, Clone, Args)]
pub struct LogOptions {
    /// How much goes to the log; every request is a line from debug on
    #[arg(long = "log", env = "PENSTOCK_LOG", value_name = "LEVEL", default_value = "info", global = true)]
    level: Level,
    /// How a line of the log looks
    #[arg(long = "log-format", env = "PENSTOCK_LOG_FORMAT", value_name = "FORMAT", default_value = "plain", global = true)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Plain,
    Json,
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
            Level::Trace => LevelFilter::TRACE,
        }
    }
}

/// Starts the log of this process. Libraries only warn: some of them would write parameters of statements.
pub fn start(options: &LogOptions) {
    let level = LevelFilter::from(options.level);
    let filter = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("penstock", level);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match options.format {
        Format::Plain => lines.with_ansi(false).boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(filter).with(lines).init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no text"));
    }));
}
