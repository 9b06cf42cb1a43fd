//! What can be found: one row for each kind of record.

use super::files;
use super::row::{self, Row};
use crate::custom::FieldType;
use crate::deals::DEAL;
use crate::files::FILE;
use crate::json::Json;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
use penstock_model::Entity;

/// The word for notes among the fields of a request. They are kept apart and found as part of what they belong to.
pub const NOTES: &str = "notes";
/// The word for all custom fields.
pub const CUSTOM_FIELDS: &str = "custom_fields";

/// A kind of record that can be found.
pub struct Kind {
    /// As `item_types` calls it, and the search documents of its records.
    pub word: &'static str,
    pub entity: &'static Entity,
    /// The fields that are searched, as requests name them.
    pub fields: &'static [&'static str],
    /// The id of the record of this kind that a note `t` belongs to; `l` is the lead of the note.
    pub note_link: Option<&'static str>,
    /// What is read of a record `t` to show it. Begins with the id and the custom fields.
    pub columns: &'static str,
    /// Which of the columns are ids, or lists of ids, of its persons, organizations and deals.
    pub person: Option<usize>,
    pub organization: Option<usize>,
    pub deal: Option<usize>,
    pub links: Links,
    /// Writes the keys of the item.
    pub write: fn(&mut Json, &Row<'_>),
}

/// How records of a kind are found by their person and their organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// By the columns `person_id` and `org_id`.
    Columns,
    /// They have lists of both.
    Lists,
}

pub static KINDS: &[Kind] = &[
    Kind {
        word: "deal",
        entity: &DEAL,
        fields: &[CUSTOM_FIELDS, NOTES, "title"],
        note_link: Some("t.deal_id"),
        columns: "t.id, t.custom_fields, t.title, t.value, t.currency, t.status, t.visible_to, t.owner_id, t.stage_id, t.pipeline_id, \
                  t.person_id, t.org_id, t.is_archived",
        person: Some(10),
        organization: Some(11),
        deal: None,
        links: Links::Columns,
        write: row::write_deal,
    },
    Kind {
        word: "person",
        entity: &PERSON,
        fields: &[CUSTOM_FIELDS, "email", "name", NOTES, "phone"],
        note_link: Some("t.person_id"),
        columns: "t.id, t.custom_fields, t.name, t.phones, t.emails, t.visible_to, t.owner_id, t.org_id, t.update_time, t.picture_id",
        person: None,
        organization: Some(7),
        deal: None,
        links: Links::Columns,
        write: row::write_person,
    },
    Kind {
        word: "organization",
        entity: &ORGANIZATION,
        fields: &["address", CUSTOM_FIELDS, "name", NOTES],
        note_link: Some("t.org_id"),
        columns: "t.id, t.custom_fields, t.name, t.address, t.visible_to, t.owner_id",
        person: None,
        organization: None,
        deal: None,
        links: Links::Columns,
        write: row::write_organization,
    },
    Kind {
        word: "product",
        entity: &PRODUCT,
        fields: &["code", CUSTOM_FIELDS, "name"],
        note_link: None,
        columns: "t.id, t.custom_fields, t.name, t.code, t.visible_to, t.owner_id, t.tax, t.prices",
        person: None,
        organization: None,
        deal: None,
        links: Links::Columns,
        write: row::write_product,
    },
    Kind {
        word: "lead",
        entity: &LEAD,
        fields: &[CUSTOM_FIELDS, NOTES, "title"],
        note_link: Some("l.id"),
        columns: "t.id, t.custom_fields, t.uuid, t.title, t.owner_id, t.person_id, t.org_id, t.value, t.currency, t.visible_to, \
                  t.is_archived, t.was_seen",
        person: Some(5),
        organization: Some(6),
        deal: None,
        links: Links::Columns,
        write: row::write_lead,
    },
    Kind {
        word: "project",
        entity: &PROJECT,
        fields: &[CUSTOM_FIELDS, NOTES, "title", "description"],
        note_link: Some("t.project_id"),
        columns: "t.id, t.custom_fields, t.title, t.status, t.owner_id, t.board_id, t.phase_id, t.person_ids, t.org_ids, t.deal_ids, \
                  t.description, t.end_date",
        person: Some(7),
        organization: Some(8),
        deal: Some(9),
        links: Links::Lists,
        write: row::write_project,
    },
    Kind { word: "file", ..FILES },
    Kind { word: "mail_attachment", ..FILES },
];

/// What was uploaded, and what came with mail: two kinds of items, one table.
const FILES: Kind = Kind {
    word: "file",
    entity: &FILE,
    fields: &["name"],
    note_link: None,
    columns: "t.id, NULL, t.name, t.deal_id, t.person_id, t.org_id",
    person: Some(4),
    organization: Some(5),
    deal: Some(3),
    links: Links::Columns,
    write: files::write,
};

/// The kind that a request names; `None` for words that the API has and the product has no records of.
pub fn kind(word: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.word == word)
}

/// Whether values of a custom field of this type are searched (semantics.md 14).
pub fn is_searched(field_type: FieldType) -> bool {
    use FieldType::*;
    matches!(field_type, Address | Varchar | Text | VarcharAuto | Double | Monetary | Phone)
}
