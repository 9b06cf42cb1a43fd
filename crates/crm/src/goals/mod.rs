//! Goals: what a user, a team or the company wants to reach, and how far they have come (semantics.md 27).

mod find;
mod goal;
mod ops;
mod read;
mod results;

pub use goal::Goal;
pub use ops::OPS;
