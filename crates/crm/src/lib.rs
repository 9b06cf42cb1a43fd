//! The product: the operations of the API and the rules behind them.
//!
//! Reading order: `operations.rs` (what there is), `deals/fields.rs` and `deals/ops.rs` (one resource),
//! `deals/rules.rs` (its rules), then the generic parts that they call.

pub mod accounts;
pub mod activities;
mod activity_types;
mod app;
mod args;
pub mod boards;
mod body;
mod budget;
mod call;
mod changelog;
mod channels;
mod currencies;
mod cursor;
mod custom;
pub mod deals;
mod directory;
mod error;
pub mod fields;
mod followers;
pub mod goals;
mod housekeeping;
mod jobs;
mod json;
pub mod lead_labels;
pub mod leads;
mod list;
pub mod mail;
mod meetings;
mod merge;
mod narrow;
pub mod notes;
mod op;
pub mod openapi;
pub mod operations;
mod organization_relationships;
pub mod organizations;
mod params;
mod parse;
mod permitted_users;
pub mod persons;
pub mod phases;
pub mod pipelines;
mod products;
pub mod project_templates;
pub mod projects;
mod records;
mod related;
mod resource;
mod rights;
mod router;
mod select;
pub mod setup;
pub mod stages;
pub mod tasks;
mod users;
mod view;
mod view_v1;
mod write;

pub use app::{App, Settings};
pub use budget::Left;
pub use call::{Request, Response};
pub use error::ApiError;
pub use op::{Method, Op, Param, ParamKind, Takes, Version};
