//! What search is made of: how texts are compared, what the index knows of them, and the queries that read it.
//!
//! Each searchable record has a **document**: its searchable texts, folded, one line each. What a text can be found
//! by is a set of **grams**, small numbers that are hashes of its pieces ([`grams`]). Both engines keep for each gram the
//! documents that have it: the embedded one in a full-text table, PostgreSQL in an index over arrays, which is part of its
//! core. A query asks for the newest documents that have all grams of a term, and [`Term::match_of`] decides on their texts
//! what really matches. So the same texts are found on both engines, whatever they think of letters.

mod document;
mod frequencies;
mod grams;
mod index;
mod term;
mod text;

pub(crate) use document::Document;
pub use document::{document_id, document_of, lines, record_of};
pub use frequencies::Frequencies;
pub use grams::Space;
pub use index::{Lookup, newest, pending, some};
pub(crate) use index::{clustered_step, flush, forget, move_document, write};
pub use term::{Match, Term};
pub use text::{fold, plain_text};
