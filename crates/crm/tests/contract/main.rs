//! The operation and field tables against the published API, from the extract beside this file (`extract.py`).

#![allow(clippy::unwrap_used, clippy::panic)]

mod schemas;
#[path = "../support/mod.rs"]
mod support;

use penstock_crm::{Op, Version, operations};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const PUBLISHED: &str = include_str!("operations.tsv");
/// Operations that the published API has withdrawn and the product still serves, with the cells of `operations.tsv`: those
/// on subscriptions, as the official client for Node.js had them up to 28.0.2, with their published costs.
const WITHDRAWN: &str = include_str!("withdrawn.tsv");

pub fn word(version: Version) -> &'static str {
    match version {
        Version::V1 => "v1",
        Version::V2 => "v2",
    }
}

/// The cells of a published operation: version, method, path, id, tag, cost, scopes, status of success.
type Row = Vec<&'static str>;

fn published() -> Vec<Row> {
    rows(PUBLISHED)
}

fn rows(text: &'static str) -> Vec<Row> {
    text.lines().skip(1).map(|line| line.split('\t').collect()).collect()
}

/// `v1 GET /path operationId`
fn name(row: &Row) -> String {
    row[..4].join(" ")
}

fn ours(op: &Op) -> Vec<String> {
    [word(op.version), op.method.as_str(), op.path, op.id, op.tag, &op.cost.to_string(), op.scopes, &op.status.to_string()]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn the_extract_has_every_published_operation_once() {
    let published = published();
    let of = |version| published.iter().filter(|row| row[0] == version).count();
    assert_eq!((of("v1"), of("v2")), (275, 158));
    let names: BTreeSet<_> = published.iter().map(name).collect();
    assert_eq!(names.len(), published.len());
}

/// What the published API does not count among its operations: its guides describe the first, the others are additions.
const BESIDE: [&str; 3] = [
    "v1 POST /oauth/revoke revokeToken",
    "v1 POST /oauth/register registerClient",
    "v1 GET /.well-known/oauth-authorization-server getOauthMetadata",
];

/// The operations of the API, those without credentials too.
fn served() -> impl Iterator<Item = &'static Op> {
    operations::all().chain(operations::site().filter(|op| !BESIDE.contains(&ours(op)[..4].join(" ").as_str())))
}

#[test]
fn every_row_is_as_published() {
    let all = published().into_iter().chain(rows(WITHDRAWN));
    let published: BTreeMap<_, _> = all.map(|row| (row[..3].join(" "), row)).collect();
    let mut seen = BTreeSet::new();
    for op in served() {
        let ours = ours(op);
        let place = ours[..3].join(" ");
        let row = published.get(&place).unwrap_or_else(|| panic!("{place} is not an operation of the API"));
        assert_eq!(&ours, row, "{place}");
        assert!(!op.summary.is_empty(), "{place} has no summary");
        assert!(seen.insert(place.clone()), "{place} is there twice");
    }
}

#[test]
fn every_operation_is_there() {
    let there: BTreeSet<_> = served().map(|op| ours(op)[..4].join(" ")).collect();
    let absent: Vec<_> = published().iter().map(name).filter(|name| !there.contains(name)).collect();
    assert!(absent.is_empty(), "{absent:#?}");
}

#[test]
fn withdrawn_operations_are_served_and_no_longer_published() {
    let there: BTreeSet<_> = operations::all().map(|op| ours(op)[..4].join(" ")).collect();
    let published: BTreeSet<_> = published().iter().map(name).collect();
    let withdrawn: Vec<_> = rows(WITHDRAWN).iter().map(name).collect();
    assert_eq!(withdrawn.len(), 9);
    assert!(withdrawn.iter().all(|name| there.contains(name) && !published.contains(name)), "{withdrawn:#?}");
}

/// Where the documents that the extract was made from are at hand, it must still say what they say.
#[test]
fn the_extract_agrees_with_its_source() {
    let source = match std::env::var_os("PENSTOCK_REFERENCE") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"),
    };
    let Ok(source) = std::fs::read_to_string(source.join("operations.tsv")) else { return };
    let mut lines = source.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let columns: Vec<_> = PUBLISHED.lines().next().unwrap().split('\t').filter(|column| *column != "success").collect();
    let places: Vec<_> = columns.iter().map(|column| head.iter().position(|name| name == column).unwrap()).collect();
    let source: Vec<Vec<_>> = lines.map(|cells| places.iter().map(|place| cells[*place]).collect()).collect();
    let copy: Vec<Vec<_>> = published().into_iter().map(|row| row[..columns.len()].to_vec()).collect();
    assert_eq!(copy, source);
}
