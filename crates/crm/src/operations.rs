//! All operations of the API, resource by resource. Routing, scopes, costs, the OpenAPI document and the
//! contract test read this page; there is no other list of routes.

use crate::op::Op;
use crate::{currencies, deals, organizations, persons, pipelines, stages, users};

const RESOURCES: &[&[Op]] = &[deals::OPS, persons::OPS, organizations::OPS, pipelines::OPS, stages::OPS, users::OPS, currencies::OPS];

/// Every operation, in the order of the resources.
pub fn all() -> impl Iterator<Item = &'static Op> {
    RESOURCES.iter().copied().flatten()
}
