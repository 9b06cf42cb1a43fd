//! What is tied to a record that goes for good: what goes with it, and what refers to it. Whatever else comes to hang on
//! records belongs here.

use crate::activities::ACTIVITY;
use crate::call_logs::CALL_LOG;
use crate::custom::FieldType;
use crate::deals::DEAL;
use crate::files::FILE;
use crate::leads::LEAD;
use crate::mail::MAIL_THREAD;
use crate::notes::{self, COMMENT, NOTE};
use crate::organization_relationships::RELATIONSHIP;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
use crate::tasks::TASK;
use penstock_model::{Entity, Field, Kind, Place};

/// Records that are kept for a while after their deletion, then go. Tasks go before the projects that take the rest of theirs along.
pub const PURGED: &[&Entity] =
    &[&DEAL, &LEAD, &PERSON, &ORGANIZATION, &PRODUCT, &TASK, &PROJECT, &ACTIVITY, &NOTE, &COMMENT, &RELATIONSHIP, &MAIL_THREAD, &FILE];

/// Entities whose own fields refer to records of other ones.
const REFERRING: &[&Entity] = &[&PERSON, &DEAL, &LEAD, &ACTIVITY, &NOTE, &MAIL_THREAD, &FILE, &CALL_LOG];

/// Entities whose custom fields may refer to persons and organizations.
pub const REFERRING_BY_CUSTOM_FIELDS: &[&Entity] = &[&PERSON, &ORGANIZATION, &DEAL, &LEAD, &PRODUCT, &PROJECT];

/// Entities that hold lists of ids of other ones.
const LISTING: &[&Entity] = &[&PROJECT];

/// Further columns that refer to records, and whether their rows count their versions.
const OTHER_REFERENCES: &[(Kind, &str, &str, bool)] = &[
    (Kind::Person, "mail_parties", "person_id", false),
    (Kind::Organization, "mail_parties", "org_id", false),
    (Kind::Task, "tasks", "parent_task_id", true),
];

/// Tables beside the record's own that hold rows about records of any sort, under `entity` and `record_id`.
pub const ABOUT: &[&str] = &["totals", "followers", "history", "recents", "activity_links", "links", "project_plan"];

/// Rows that make no sense without a record.
pub struct Belonging {
    pub of: &'static str,
    pub table: &'static str,
    pub column: &'static str,
    /// The name under which other tables know the rows, if they do.
    pub entity: Option<&'static str>,
}

pub const BELONGINGS: &[Belonging] = &[
    Belonging { of: "deal", table: "participants", column: "deal_id", entity: None },
    Belonging { of: "deal", table: "deal_products", column: "deal_id", entity: None },
    Belonging { of: "deal", table: "deal_discounts", column: "deal_id", entity: None },
    Belonging { of: "deal", table: "deal_installments", column: "deal_id", entity: None },
    Belonging { of: "deal", table: "subscriptions", column: "deal_id", entity: None },
    Belonging { of: "person", table: "participants", column: "person_id", entity: None },
    Belonging { of: "project", table: "tasks", column: "project_id", entity: Some("task") },
    Belonging { of: "project", table: "project_groups", column: "project_id", entity: None },
    Belonging { of: "project", table: "project_plan", column: "project_id", entity: None },
    Belonging { of: "person", table: "pictures", column: "item_id", entity: None },
    Belonging { of: "product", table: "product_images", column: "product_id", entity: None },
    Belonging { of: "note", table: "note_comments", column: "note_id", entity: Some("comment") },
    Belonging { of: "mailThread", table: "mail_parties", column: "thread_id", entity: None },
    Belonging { of: "mailThread", table: "mail_messages", column: "mail_thread_id", entity: Some("mailMessage") },
    Belonging {
        of: "organization",
        table: "organization_relationships",
        column: "rel_owner_org_id",
        entity: Some("organizationRelationship"),
    },
    Belonging {
        of: "organization",
        table: "organization_relationships",
        column: "rel_linked_org_id",
        entity: Some("organizationRelationship"),
    },
];

/// A column that refers to records.
pub struct Reference {
    pub table: &'static str,
    pub column: &'static str,
    /// A flag that means nothing without the reference.
    pub flag: Option<&'static str>,
    /// Whether the rows count their versions.
    pub versioned: bool,
}

/// The columns that refer to records of an entity.
pub fn references(to: &Entity) -> Vec<Reference> {
    let Some((kind, _)) = kinds(to) else { return Vec::new() };
    let own = REFERRING.iter().flat_map(|entity| {
        let refers = move |field: &&Field| field.kind == kind && field.place == Place::Row;
        entity.fields.iter().filter(refers).map(move |field| Reference {
            table: entity.table,
            column: field.column,
            flag: if entity.name == NOTE.name { notes::pin_of(field.key) } else { None },
            versioned: true,
        })
    });
    let others = OTHER_REFERENCES.iter().filter(|(of, ..)| *of == kind).map(|(_, table, column, versioned)| Reference {
        table,
        column,
        flag: None,
        versioned: *versioned,
    });
    own.chain(others).collect()
}

/// The fields that hold lists of ids of an entity.
pub fn lists(to: &Entity) -> Vec<(&'static Entity, &'static Field)> {
    let Some((kind, _)) = kinds(to) else { return Vec::new() };
    let holds = move |field: &&'static Field| matches!(field.kind, Kind::List(of) if *of == kind);
    LISTING.iter().flat_map(|entity| entity.fields.iter().filter(holds).map(move |field| (*entity, field))).collect()
}

/// The kind of own fields, and the type of custom ones, that refer to an entity.
pub fn kinds(to: &Entity) -> Option<(Kind, Option<FieldType>)> {
    match to.name {
        "deal" => Some((Kind::Deal, None)),
        "lead" => Some((Kind::Lead, None)),
        "person" => Some((Kind::Person, Some(FieldType::People))),
        "organization" => Some((Kind::Organization, Some(FieldType::Org))),
        "product" => Some((Kind::Product, None)),
        "activity" => Some((Kind::Activity, None)),
        "project" => Some((Kind::Project, None)),
        "task" => Some((Kind::Task, None)),
        _ => None,
    }
}
