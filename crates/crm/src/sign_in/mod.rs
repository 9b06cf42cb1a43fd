//! Signing in with e-mail address and password, and the sessions that come of it.

mod limits;
mod ops;
mod origin;
mod page;
mod password;
mod passwords;
pub mod sessions;
mod verify;

pub use limits::Limits;
pub use ops::OPS;
pub use origin::{check_call, check_csrf, refuse_foreign};
pub use page::{PAGES, ask};
pub use passwords::Passwords;
pub use sessions::Session;

/// What everybody reads whose address or password is not right, whichever it is.
pub const WRONG: &str = "The e-mail address or the password is wrong.";

/// What people read who have to wait.
pub fn wait(seconds: i64) -> String {
    format!("There were too many attempts. Please wait {seconds} seconds and try again.")
}
