//! The CRM for agents: tools, resources and prompts over the Model Context Protocol, on the operations of the API. Every tool call
//! is a request of the API with the credentials of its caller, so no rule is written here a second time.
//!
//! Reading order: `tool.rs` (a row), `tools/` (the table), `resolve.rs` (a row beside its operation), `run.rs` (a call),
//! `handler.rs` (the protocol), `http.rs` and `stdio.rs` (the ways in).

mod answer;
mod arguments;
mod backend;
mod catalog;
mod crm;
mod jobs;
mod names;
mod pages;
mod preview;
mod prompts;
mod request;
mod resolve;
mod resources;
mod rows;
mod run;
mod schema;
mod tool;
mod tools;
mod trouble;

mod consent;
#[cfg(test)]
mod coverage;
mod handler;
mod http;
#[cfg(test)]
mod rights;
mod scopes;
mod stdio;
mod subscriptions;

pub use backend::{Backend, Remote, RemoteError};
pub use catalog::Set;
pub use handler::Agent;
pub use http::{Body, Endpoint};
pub use stdio::{StdioError, serve};
