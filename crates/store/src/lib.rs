//! The store: SQL in, rows out, on SQLite or PostgreSQL, and the one way a write takes.
//!
//! Reads go through [`Store::read`]. Writes are planned as a [`Batch`] and committed as a whole by
//! [`Store::commit`]; what follows from a change (history, outbox, totals, search documents) is
//! added by `derive`, in the same transaction. [`Load`] takes many batches at once, for records with a past.

mod batch;
mod derive;
mod dialect;
mod error;
pub mod field_values;
mod load;
mod migrate;
mod postgres;
mod row;
mod schema;
pub mod search;
mod source;
mod sql;
mod sqlite;
mod store;

pub use batch::{Batch, LinkKind};
pub use derive::next_revision;
pub use dialect::{Dialect, escape_pattern};
pub use error::StoreError;
pub use load::Load;
pub use row::{Cell, Row};
pub use source::{Moment, Source};
pub use sql::{Expect, Sql, Statement};
pub use store::{Options, Store, Target, Weight, WriterCounts};
