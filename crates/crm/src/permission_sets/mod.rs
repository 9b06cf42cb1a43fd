//! Permission sets: what users of an app may do (semantics.md 8.2, 27). They are the same in every company, and users have them
//! through their access.

mod ops;

pub use ops::OPS;
