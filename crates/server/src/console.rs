//! What people read. A closed pipe is no reason to stop.

use std::fmt::Display;
use std::io::Write;

/// Prints a line on standard output.
pub fn line(text: impl Display) {
    let text = text.to_string();
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
}

/// Says on standard error, in one line, why the program ends.
pub fn complain(text: impl Display) {
    let text = text.to_string().replace('\n', " ");
    let _ = writeln!(std::io::stderr().lock(), "penstock: {text}");
}
