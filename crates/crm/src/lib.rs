//! The product: the operations of the API and the rules behind them.
//!
//! Reading order: `operations.rs` (what there is), `deals/fields.rs` and `deals/ops.rs` (one resource),
//! `deals/rules.rs` (its rules), then the generic parts that they call.

pub mod accounts;
pub mod activities;
mod activity_types;
mod app;
mod args;
mod body;
mod budget;
mod call;
mod changelog;
mod currencies;
mod cursor;
mod custom;
pub mod deals;
mod directory;
mod error;
pub mod fields;
mod flow;
mod followers;
mod housekeeping;
mod json;
mod lead_labels;
pub mod leads;
mod list;
pub mod mail;
mod merge;
mod narrow;
mod notes;
mod op;
pub mod openapi;
pub mod operations;
pub mod organizations;
mod params;
mod parse;
mod permitted_users;
pub mod persons;
pub mod pipelines;
mod products;
mod recents;
mod records;
mod related;
mod resource;
mod rights;
mod router;
mod search;
mod select;
pub mod setup;
pub mod stages;
mod users;
mod view;
mod view_v1;
mod write;

pub use app::{App, Settings};
pub use budget::Left;
pub use call::{Request, Response};
pub use error::ApiError;
pub use op::{Method, Op, Param, ParamKind, Takes, Version};
