//! Leads.

mod fields;

pub use fields::*;
