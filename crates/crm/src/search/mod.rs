//! Search over all records, over those of one kind, and over the values of one field (semantics.md 14).
//!
//! `kinds.rs` says what can be found. `look.rs` reads what a request looks for, `documents.rs` reads the search index,
//! `find.rs` ranks, by grams that `frequencies.rs` knows to be rare, `items.rs` reads what was found, `row.rs` shows it.

pub mod documents;
mod field;
mod files;
mod find;
mod frequencies;
mod items;
mod kinds;
mod look;
mod notes;
mod ops;
mod related_items;
mod row;

pub use frequencies::GramFrequencies;
pub use ops::OPS;
