//! What the two versions of webhooks call actions and objects (semantics.md 28.1).

use super::event::{Action, Event};
use super::hook::Shape;
use crate::deals::DEAL;
use crate::fields::entity::{self, FIELD};
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::users::USER;

/// Stands for every action, or every object.
pub const ANY: &str = "*";

const ACTIONS_V1: &[&str] = &["added", "updated", "deleted", "merged"];
/// The actions of the second version.
pub const ACTIONS_V2: &[&str] = &["create", "change", "delete"];

const OBJECTS_V1: &[&str] = &["activity", "activityType", "deal", "note", "organization", "person", "pipeline", "product", "stage", "user"];
/// The objects of the second version.
pub const OBJECTS_V2: &[&str] = &[
    "activity",
    "deal",
    "lead",
    "note",
    "organization",
    "person",
    "pipeline",
    "product",
    "stage",
    "user",
    "project",
    "task",
    "board",
    "phase",
    "deal_product",
    "deal_installment",
    "deal_field",
    "lead_field",
    "person_field",
    "organization_field",
    "product_field",
    "project_field",
];

/// The only records that v1 tells merges of.
const MERGED: &[&str] = &[DEAL.name, ORGANIZATION.name, PERSON.name];

/// The actions that a version names.
pub fn actions(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::V1 => ACTIONS_V1,
        Shape::V2 => ACTIONS_V2,
    }
}

/// The objects that a version names.
pub fn objects(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::V1 => OBJECTS_V1,
        Shape::V2 => OBJECTS_V2,
    }
}

/// Whether a subscription may ask for this pair of words.
pub fn go_together(shape: Shape, action: &str, object: &str) -> bool {
    shape == Shape::V2 || action != "merged" || object == ANY || MERGED.contains(&object)
}

/// What a version calls that which was done. The survivor of a merge is `merged` in v1 and changed in v2; users are never
/// deleted in v2, but change to inactive (semantics.md 28.2, 28.3).
pub fn action(shape: Shape, event: &Event) -> &'static str {
    match (shape, event.action) {
        (Shape::V1, Action::Create) => "added",
        (Shape::V1, Action::Change) if event.merged.is_some() && MERGED.contains(&event.after.entity.name) => "merged",
        (Shape::V1, Action::Change) => "updated",
        (Shape::V1, Action::Delete) => "deleted",
        (Shape::V2, Action::Create) => "create",
        (Shape::V2, Action::Delete) if event.after.entity.name != USER.name => "delete",
        (Shape::V2, Action::Change | Action::Delete) => "change",
    }
}

/// What a version calls that to which it was done; `None` where it tells nobody of such records.
pub fn object(shape: Shape, event: &Event) -> Option<&'static str> {
    let known = objects(shape);
    if event.after.entity.name == FIELD.name {
        let of = event.after.text(entity::ENTITY)?;
        return known.iter().copied().find(|word| word.strip_suffix("_field") == Some(of));
    }
    known.iter().copied().find(|word| *word == event.after.entity.name)
}
