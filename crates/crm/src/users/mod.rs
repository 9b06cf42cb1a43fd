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
pub use ops::OPS;

use crate::resource::Resource;

/// For reading and changing rows. What v1 shows of a user comes from the directory.
pub static USERS: Resource = Resource { entity: &USER, extra_v1: |_, _, _| {}, hides_by_403: false };
