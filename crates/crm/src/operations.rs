//! All operations of the API, resource by resource. Routing, scopes, costs, the OpenAPI document and the
//! contract test read this page; there is no other list of routes.

use crate::op::{Op, Root};
use crate::{
    activities, activity_types, billing, boards, call_logs, channels, currencies, deal_products, deals, fields, files, filters, goals,
    lead_labels, leads, legacy_teams, mail, meetings, notes, oauth, organization_relationships, organizations, permission_sets, persons,
    phases, pictures, pipelines, product_images, products, project_templates, projects, roles, stages, subscriptions, tasks, users,
    visibility_groups, webhooks,
};
use crate::{audit, flow, openapi, recents, search, sign_in};
use std::collections::HashSet;
use std::sync::LazyLock;

const RESOURCES: &[&[Op]] = &[
    deals::OPS,
    deals::DUPLICATION,
    persons::OPS,
    organizations::OPS,
    organization_relationships::OPS,
    pipelines::OPS,
    stages::OPS,
    leads::OPS,
    leads::conversion::OPS,
    lead_labels::OPS,
    activities::OPS,
    activity_types::OPS,
    notes::OPS,
    fields::DEAL_FIELDS,
    fields::DEAL_FIELDS_V1,
    fields::PERSON_FIELDS,
    fields::PERSON_FIELDS_V1,
    fields::ORGANIZATION_FIELDS,
    fields::ORGANIZATION_FIELDS_V1,
    fields::PRODUCT_FIELDS,
    fields::PRODUCT_FIELDS_V1,
    fields::PROJECT_FIELDS,
    fields::ACTIVITY_FIELDS,
    fields::LEAD_FIELDS,
    fields::NOTE_FIELDS,
    filters::OPS,
    users::OPS,
    roles::OPS,
    permission_sets::OPS,
    legacy_teams::OPS,
    billing::OPS,
    currencies::OPS,
    mail::OPS,
    projects::OPS,
    boards::OPS,
    phases::OPS,
    tasks::OPS,
    project_templates::OPS,
    goals::OPS,
    channels::OPS,
    meetings::OPS,
    products::OPS,
    deal_products::OPS,
    subscriptions::OPS,
    search::OPS,
    recents::OPS,
    flow::OPS,
    files::OPS,
    files::OF_RECORDS,
    pictures::OPS,
    product_images::OPS,
    call_logs::OPS,
    webhooks::OPS,
];

/// What is found below `/api/v2` as well, as the same operation: integrators use it there (semantics.md 28.1, 31.6).
const ALSO_V2: &[&[Op]] = &[webhooks::OPS, deals::DUPLICATION];

/// What only Penstock has, below `/api/penstock`.
const OWN: &[&[Op]] = &[
    openapi::OPS,
    sign_in::OPS,
    audit::OPS,
    permission_sets::OWN_OPS,
    users::OWN_OPS,
    visibility_groups::OPS,
    oauth::OWN,
    webhooks::delivery::OPS,
    webhooks::live::OPS,
];

/// Penstock's own operations.
pub fn own() -> impl Iterator<Item = &'static Op> {
    OWN.iter().copied().flatten()
}

/// The endpoints of OAuth. They want no token: they are how one is got.
pub fn site() -> impl Iterator<Item = &'static Op> {
    oauth::OPEN.iter()
}

/// Operations of v1 that have a second address below the root of v2.
pub fn also_v2() -> impl Iterator<Item = &'static Op> {
    ALSO_V2.iter().copied().flatten()
}

/// Whether a path without a prefix begins as those of v1 do.
pub fn is_of_v1(path: &str) -> bool {
    static COLLECTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let of_v1 = all().filter(|op| op.root == Root::V1);
        of_v1.filter_map(|op| op.path.split('/').nth(1)).collect()
    });
    path.split('/').nth(1).and_then(|first| first.split(':').next()).is_some_and(|first| COLLECTIONS.contains(first))
}

/// Every operation of the API, in the order of the resources.
pub fn all() -> impl Iterator<Item = &'static Op> {
    RESOURCES.iter().copied().flatten()
}
