//! Whether agents reach everything: each operation is behind a tool, or has a reason not to be.

use crate::catalog;
use crate::resolve::{label, operation};
use crate::tool::Run;
use penstock_crm::{Op, Root, operations};
use std::collections::HashSet;

/// Operations that jobs and resources run.
const BY_JOBS: &[&str] = &[
    "v1.addFile",
    "v1.addPersonPicture",
    "v1.addCallLogAudioFile",
    "v1.downloadFile",
    "v1.getFiles",
    "v1.getDeals",
    "v1.getDealField",
    "v1.getPersonField",
    "v1.getOrganizationField",
    "v1.getProductField",
];

/// Operations without a tool, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("v1.getDealsCollection", "lists have cursors themselves"),
    ("v1.getActivitiesCollection", "lists have cursors themselves"),
    ("v2.getDealField", "fields_get_field finds it in the list"),
    ("v2.getPersonField", "fields_get_field finds it in the list"),
    ("v2.getOrganizationField", "fields_get_field finds it in the list"),
    ("v2.getProductField", "fields_get_field finds it in the list"),
    ("v2.getActivityField", "fields_get_field finds it in the list"),
    ("v2.getProjectField", "fields_list_project_fields shows it"),
    ("v1.deleteDealFields", "fields take all their values along: one at a time"),
    ("v1.deletePersonFields", "fields take all their values along: one at a time"),
    ("v1.deleteProductFields", "fields take all their values along: one at a time"),
    ("v2.getProductImage", "pictures of products are for people"),
    ("v2.uploadProductImage", "pictures of products are for people"),
    ("v2.updateProductImage", "pictures of products are for people"),
    ("v2.deleteProductImage", "pictures of products are for people"),
    ("penstock.addSession", "passwords are for people"),
    ("penstock.updateMyPassword", "passwords are for people"),
    ("penstock.getOpenApiDocument", "too long for a conversation, and of no use in one"),
    ("penstock.getEvents", "a stream without an end"),
];

fn is_behind_a_tool(op: &Op, reached: &HashSet<String>) -> bool {
    let own = label(op);
    // The same work in the other version of the API.
    let twin = match op.root {
        Root::V1 => format!("v2.{}", op.id),
        Root::V2 => format!("v1.{}", op.id),
        _ => String::new(),
    };
    reached.contains(&own) || BY_JOBS.contains(&own.as_str()) || (operation(&twin).is_some() && reached.contains(&twin))
}

#[test]
fn every_operation_is_behind_a_tool_or_has_a_reason() {
    let mut reached = HashSet::new();
    for prepared in catalog::all() {
        if let Run::Operation(first) = prepared.tool.run {
            reached.insert(first.to_owned());
            reached.insert(prepared.tool.also.to_owned());
        }
    }
    let has_reason = |label: &String| WITHOUT.iter().any(|(known, _)| known == label);
    let missing: Vec<_> = operations::all()
        .chain(operations::own())
        .filter(|op| !is_behind_a_tool(op, &reached))
        .map(label)
        .filter(|label| !has_reason(label))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    for (known, _) in WITHOUT {
        let op = operation(known);
        assert!(op.is_some_and(|op| !is_behind_a_tool(op, &reached)), "{known} needs no reason");
    }
    for known in BY_JOBS {
        assert!(operation(known).is_some(), "there is no operation {known}");
    }
}
