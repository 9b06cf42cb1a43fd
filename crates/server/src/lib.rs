//! Penstock as a program: its command line, and the HTTP server around the product.

mod commands;
mod console;
mod failure;
mod http;
mod logging;
mod options;
mod secret_key;

use clap::error::ErrorKind;
use failure::Failure;
use options::Options;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its name. The exit code is 0, 1 where a
/// command was refused or found problems, 2 where it could not begin.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let options = match Options::read(arguments) {
        Ok(options) => options,
        Err(error) => return say_usage(&error),
    };
    match run_command(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console::complain(&failure);
            failure.exit_code()
        }
    }
}

fn run_command(options: Options) -> Result<(), Failure> {
    logging::start(&options.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unusable(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(commands::run(options.command));
    // Whatever has not ended by now must not keep the program from ending.
    runtime.shutdown_background();
    outcome
}

/// Help goes out as it is; a mistake becomes one line.
fn say_usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console::line(error.render());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            console::complain("no command was given, see penstock --help");
            ExitCode::from(2)
        }
        _ => {
            let text = error.render().to_string();
            let first = text.split("\n\n").next().unwrap_or_default();
            let words: Vec<_> = first.trim_start_matches("error: ").split_whitespace().collect();
            console::complain(words.join(" "));
            ExitCode::from(2)
        }
    }
}
