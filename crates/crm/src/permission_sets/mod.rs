//! Permission sets: what users of an app may do (semantics.md 8.2, 27). Users have them through their access.

mod ops;
mod own;
mod set;

pub use ops::OPS;
pub use own::OPS as OWN_OPS;
pub use set::{Kept, PermissionSet, PermissionSets, Sort};
