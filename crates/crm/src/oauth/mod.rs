//! Apps of other people and what users let them do: OAuth 2 with authorization codes (semantics.md 3, RFC 6749).
//!
//! Reading order: `apps.rs` (who may ask), `authorize.rs` (a user is asked), `codes.rs`, `token.rs` (the app gets tokens),
//! `grants.rs` (what was allowed), `bearer.rs` (the token opens operations by `scopes.rs`), `uninstall.rs` (the end).

pub mod apps;
mod asked;
mod attempts;
mod authorize;
mod bearer;
mod client;
mod codes;
mod consent;
mod documents;
mod error;
mod grants;
mod metadata;
mod ops;
mod redirect;
mod register;
mod revoke;
mod scopes;
mod secrets;
mod token;
mod uninstall;

pub use attempts::Attempts;
pub use bearer::{Access, Bearers};
pub use ops::{OPEN, OWN, PAGES};
pub use scopes::{SCOPES, Scope, Scopes};
pub use secrets::SecretKey;
pub use uninstall::{UNINSTALL, call_back, delete_app};

use penstock_model::{CompanyId, Time};
use penstock_store::Statement;

/// Forgets what has ended by itself.
pub(crate) fn forget(company: CompanyId, now: Time) -> Vec<Statement> {
    grants::forget(company, now).into_iter().chain([codes::forget(company, now)]).collect()
}
