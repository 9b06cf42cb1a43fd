//! Work that takes several operations, each with the rights and the budget of the caller.

pub mod calls;
pub mod contacts;
pub mod fields;
pub mod files;
pub mod import;
pub mod review;
pub mod system;

use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::trouble::Trouble;
use futures::future::BoxFuture;
use serde_json::Value;

/// A job: checked arguments in, an answer out.
pub type Job = fn(Crm, Arguments) -> BoxFuture<'static, Result<Value, Trouble>>;

/// An argument that is a text.
fn text(arguments: &Arguments, name: &str) -> Option<String> {
    arguments.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The record that an operation has made.
async fn created(crm: &Crm, operation: &str, values: Values) -> Result<Value, Trouble> {
    crm.data(operation, values).await
}
