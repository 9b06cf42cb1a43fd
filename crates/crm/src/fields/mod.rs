//! Definitions of fields: the lists of what records hold, and the custom fields of the company with their
//! options and settings (semantics.md 11).

mod change;
pub mod entity;
mod listed;
mod ops;
mod options;
mod parts;
mod settings;
mod show;
pub(crate) mod view;
mod view_v1;

pub use listed::{Listed, Options, Setting, all};
pub use ops::{
    ACTIVITY_FIELDS, DEAL_FIELDS, DEAL_FIELDS_V1, LEAD_FIELDS, NOTE_FIELDS, ORGANIZATION_FIELDS, ORGANIZATION_FIELDS_V1, PERSON_FIELDS,
    PERSON_FIELDS_V1, PRODUCT_FIELDS, PRODUCT_FIELDS_V1, PROJECT_FIELDS,
};
pub use settings::Settings;

use crate::directory::Directory;
use crate::{
    activities::ACTIVITY, deals::DEAL, leads::LEAD, notes::NOTE, organizations::ORGANIZATION, persons::PERSON, products::PRODUCT,
    projects::PROJECT,
};
use penstock_model::Entity;

/// The fields of one entity, as the operations on them see it.
pub struct FieldsOf {
    pub entity: &'static Entity,
    /// The keys of `ui_visibility`.
    pub visibility: &'static [&'static str],
    /// Whether fields can be marked as important at stages.
    pub important: bool,
    pub required: Required,
    /// Codes of fields that the dialog for a new record always has.
    pub always_added: &'static [&'static str],
    /// v1 shows only the basic keys of a row.
    pub short_rows: bool,
    /// The field that names a record, and the page of records to which v1 says that it leads.
    pub title: Option<(&'static str, &'static str)>,
    /// Fields that v1 calls mandatory although requests may leave them out.
    pub mandatory: &'static [&'static str],
    /// v1 shows one label of a record, and calls the field a choice of one.
    pub one_label: bool,
    /// The field in which settings of the company are chosen that have a list of their own, and those settings.
    pub chosen: Option<(&'static str, Chosen)>,
}

/// Lists settings of a company that can be chosen in a field.
type Chosen = for<'a> fn(&'a Directory) -> Vec<Setting<'a>>;

/// Where fields can be made mandatory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    Never,
    Everywhere,
    /// At stages, and for outcomes of deals.
    AtStages,
}

impl FieldsOf {
    /// The names of the settings objects that fields of this entity have in v2.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> + use<> {
        let important = self.important.then_some("important_fields");
        let required = (self.required != Required::Never).then_some("required_fields");
        std::iter::once("ui_visibility").chain(important).chain(required)
    }
}

const ADD: &str = "add_visible_flag";
const DETAILS: &str = "details_visible_flag";
const DEAL_DIALOG: &str = "show_in_add_deal_dialog";

const PLAIN: FieldsOf = FieldsOf {
    entity: &PRODUCT,
    visibility: &[ADD, DETAILS],
    important: false,
    required: Required::Never,
    always_added: &[],
    short_rows: false,
    title: None,
    mandatory: &[],
    one_label: false,
    chosen: None,
};

static DEALS: FieldsOf = FieldsOf {
    entity: &DEAL,
    visibility: &[ADD, DETAILS, "projects_detail_visible_flag", "show_in_pipelines"],
    important: true,
    required: Required::AtStages,
    always_added: &["title", "pipeline_id", "stage_id", "probability"],
    title: Some(("title", "/deal/")),
    mandatory: &["archive_time", "channel", "channel_id", "close_time", "origin_id"],
    ..PLAIN
};
static PERSONS: FieldsOf = FieldsOf {
    entity: &PERSON,
    visibility: &[ADD, DETAILS, DEAL_DIALOG],
    important: true,
    required: Required::Everywhere,
    always_added: &["name", "org_id"],
    title: Some(("name", "/person/")),
    mandatory: &["name"],
    one_label: true,
    ..PLAIN
};
static ORGANIZATIONS: FieldsOf = FieldsOf {
    entity: &ORGANIZATION,
    visibility: &[
        ADD,
        DETAILS,
        "org_detail_visible_flag",
        "person_detail_visible_flag",
        "deal_detail_visible_flag",
        DEAL_DIALOG,
        "show_in_add_person_dialog",
    ],
    important: true,
    required: Required::Everywhere,
    always_added: &["name"],
    title: Some(("name", "/organization/")),
    one_label: true,
    ..PLAIN
};
static PRODUCTS: FieldsOf = FieldsOf { always_added: &["name"], title: Some(("name", "/api/v1/products/")), ..PLAIN };
static PROJECTS: FieldsOf =
    FieldsOf { entity: &PROJECT, important: true, required: Required::Everywhere, always_added: &["title"], ..PLAIN };
static ACTIVITIES: FieldsOf = FieldsOf { entity: &ACTIVITY, chosen: Some(("type", activity_types)), ..PLAIN };
static LEADS: FieldsOf = FieldsOf { entity: &LEAD, chosen: Some(("label_ids", lead_labels)), ..PLAIN };
static NOTES: FieldsOf = FieldsOf { entity: &NOTE, short_rows: true, ..PLAIN };

/// Activities name their type by its key.
fn activity_types(directory: &Directory) -> Vec<Setting<'_>> {
    let types = directory.live_activity_types().into_iter();
    types.map(|known| Setting { id: &known.key, label: &known.name, color: known.color.as_deref() }).collect()
}

/// Leads name their labels by UUIDs.
fn lead_labels(directory: &Directory) -> Vec<Setting<'_>> {
    directory.lead_labels.iter().map(|label| Setting { id: &label.uuid, label: &label.name, color: Some(&label.color) }).collect()
}

/// The fields of an entity, where the field lists have it.
pub fn of(entity: &Entity) -> Option<&'static FieldsOf> {
    named(entity.name)
}

/// The same by the word for the entity.
pub fn named(entity: &str) -> Option<&'static FieldsOf> {
    [&DEALS, &PERSONS, &ORGANIZATIONS, &PRODUCTS, &PROJECTS, &ACTIVITIES, &LEADS, &NOTES].into_iter().find(|of| of.entity.name == entity)
}
