//! All operations of the API, resource by resource. Routing, scopes, costs, the OpenAPI document and the
//! contract test read this page; there is no other list of routes.

use crate::op::Op;
use crate::{
    activities, activity_types, currencies, deals, fields, lead_labels, leads, mail, organizations, persons, pipelines, stages, users,
};
use crate::{flow, recents, search};

const RESOURCES: &[&[Op]] = &[
    deals::OPS,
    persons::OPS,
    organizations::OPS,
    pipelines::OPS,
    stages::OPS,
    leads::OPS,
    lead_labels::OPS,
    activities::OPS,
    activity_types::OPS,
    fields::DEAL_FIELDS,
    fields::PERSON_FIELDS,
    fields::ORGANIZATION_FIELDS,
    fields::PRODUCT_FIELDS,
    fields::ACTIVITY_FIELDS,
    fields::LEAD_FIELDS,
    fields::NOTE_FIELDS,
    users::OPS,
    currencies::OPS,
    mail::OPS,
    search::OPS,
    recents::OPS,
    flow::OPS,
];

/// Every operation, in the order of the resources.
pub fn all() -> impl Iterator<Item = &'static Op> {
    RESOURCES.iter().copied().flatten()
}
