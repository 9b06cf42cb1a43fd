//! Files and pictures: bytes that live beside the store, under keys that the store knows.
//!
//! [`Objects`] keeps them in a directory or in an S3 bucket. A key begins with the id of the company; an object is
//! there as a whole or not at all. [`picture`] turns what people upload into small squares.

mod error;
mod objects;
pub mod picture;
mod place;

pub use error::FilesError;
pub use objects::{Found, Object, Objects, Stored};
pub use place::{Place, S3};
