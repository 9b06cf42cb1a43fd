//! The field table of relationships between organizations.

use penstock_model::{Col, Entity, Field, Kind, Record, Time, col};

/// `parent`: the owner is the parent, the linked organization the daughter.
pub const TYPES: &[&str] = &["parent", "related"];

pub static RELATIONSHIP: Entity = Entity {
    name: "organizationRelationship",
    title: "Organization relationship",
    table: "organization_relationships",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "type", "Type", Kind::Choice(TYPES)).writable().required(),
    Field::new(3, "rel_owner_org_id", "Owner", Kind::Organization).writable().required(),
    Field::new(4, "rel_linked_org_id", "Linked organization", Kind::Organization).writable().required(),
    Field::new(5, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(6, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(7, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(8, "delete_time", "Deletion time", Kind::Time).hidden(),
];

pub const TYPE: Col<String> = col(&RELATIONSHIP, "type");
pub const OWNER: Col<i64> = col(&RELATIONSHIP, "rel_owner_org_id");
pub const LINKED: Col<i64> = col(&RELATIONSHIP, "rel_linked_org_id");
pub const ADD_TIME: Col<Time> = col(&RELATIONSHIP, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&RELATIONSHIP, "update_time");
pub const IS_DELETED: Col<bool> = col(&RELATIONSHIP, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&RELATIONSHIP, "delete_time");

/// Whether both sides are the same organization, as after a merge of the two.
pub fn is_with_itself(relationship: &Record) -> bool {
    relationship.get(OWNER) == relationship.get(LINKED)
}

pub fn on_delete(relationship: &mut Record, now: Time) {
    relationship.set(IS_DELETED, true);
    relationship.set(DELETE_TIME, now);
    relationship.set(UPDATE_TIME, now);
}
