//! Users: the people of a company, as the API shows and invites them. The operator's commands on them are in
//! `accounts.rs`.

pub mod access;
mod fields;
mod invite;
mod ops;
pub mod permissions;
mod settings;
#[cfg(test)]
mod tests;
mod view;

pub use fields::*;
pub use ops::{OPS, OWN_OPS};
pub use view::{language, offset_of, write_v1};
