//! Penstock as a program: its command line, and the HTTP server around the product.

mod commands;
mod console;
mod failure;
mod http;
mod logging;
mod options;
mod secret_key;

use clap::error::ErrorKind;
use failure::{EX_TEMPFAIL, Failure};
use options::Options;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its name. The exit code is 0, 1 where a
/// command was refused or found problems, 2 where it could not begin; of `mail`, one that mail servers know.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    // A mistake in the configuration of a mail server must not send mail back.
    let is_mail =
        arguments.iter().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-")).is_some_and(|word| word == "mail");
    let options = match Options::read(arguments) {
        Ok(options) => options,
        Err(error) => return say_usage(&error, if is_mail { EX_TEMPFAIL } else { 2 }),
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

/// Help goes out as it is; a mistake becomes one line and this exit code.
fn say_usage(error: &clap::Error, mistake: u8) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            console::line(error.render());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            console::complain("no command was given, see penstock --help");
            ExitCode::from(mistake)
        }
        _ => {
            let text = error.render().to_string();
            let first = text.split("\n\n").next().unwrap_or_default();
            let words: Vec<_> = first.trim_start_matches("error: ").split_whitespace().collect();
            console::complain(words.join(" "));
            ExitCode::from(mistake)
        }
    }
}
