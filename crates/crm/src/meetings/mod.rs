//! Users of video call providers: a provider says under which id of its own it knows a user (semantics.md 26).

mod ops;

pub use ops::OPS;
