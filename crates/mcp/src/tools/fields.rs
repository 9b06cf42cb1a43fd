//! Fields of records, custom ones and others.

use super::rows::START;
use crate::jobs;
use crate::tool::{Effect, Kind, Param, Rows, Tool, adds, changes, job, p, reads, removes};

const FIELD: Rows = Rows { of: "", keys: &["field_code", "field_name", "field_type", "options", "is_custom_field", "description"] };
const FIELD_V1: Rows = Rows { of: "", keys: &["id", "key", "name", "field_type", "options", "add_visible_flag"] };

const NEW: &[Param] = &[p("field_name"), p("field_type"), p("options").is(Kind::Objects)];
const CHANGED: &[Param] = &[p("field_name")];
const NEW_V1: &[Param] = &[p("name").required(), p("field_type"), p("options").is(Kind::Objects), p("add_visible_flag")];
const CHANGED_V1: &[Param] = &[p("name"), p("options").is(Kind::Objects).about("The whole new list."), p("add_visible_flag")];
/// The body of these operations is the list itself.
const OPTIONS: &[Param] = &[p("options").is(Kind::Objects).required()];
const ENTITIES: &[&str] = &["deal", "person", "organization", "activity", "product", "all"];

pub const TOOLS: &[Tool] = &[
    reads("fields_list_deal_fields", "List deal fields", "", "v2.getDealFields").shows(&FIELD),
    reads("fields_list_person_fields", "List person fields", "", "v2.getPersonFields").shows(&FIELD),
    reads("fields_list_organization_fields", "List organization fields", "", "v2.getOrganizationFields").shows(&FIELD),
    reads("fields_list_activity_fields", "List activity fields", "", "v2.getActivityFields").shows(&FIELD),
    reads("fields_list_product_fields", "List product fields", "", "v2.getProductFields").shows(&FIELD),
    reads("fields_list_project_fields", "List project fields", "", "v2.getProjectFields").shows(&FIELD),
    reads("fields_list_lead_fields", "List lead fields", "", "v1.getLeadFields").params(&[START]).shows(&FIELD_V1),
    job("fields_get_field", "Show field", "By its id, key or name.", Effect::Reads, jobs::fields::one).params(&[
        p("entity_type").is(Kind::Choice(&["deal", "person", "organization", "activity", "product"])).required(),
        p("field_id").required(),
    ]),
    job(
        "fields_list_all_fields",
        "List all fields",
        "Of deals, persons, organizations, activities and products.",
        Effect::Reads,
        jobs::fields::all,
    ),
    job("fields_search_fields", "Search fields", "By a part of the name or the key.", Effect::Reads, jobs::fields::search)
        .params(&[p("query").required(), p("entity_type").is(Kind::Choice(ENTITIES))]),
    removes("fields_bulk_delete_organization_fields", "Delete organization fields", "With their values.", "v1.deleteOrganizationFields")
        .params(&[p("ids")]),
];

/// What an entity has to manage its fields: their own operations are of one version or the other, those of their options of v2.
macro_rules! managed {
    ($word:literal, $Word:literal, $version:literal, $new:expr, $changed:expr, $rows:expr) => {
        &[
            adds(
                concat!("fields_create_", $word, "_field"),
                concat!("Create ", $word, " field"),
                "options: [{label}] for enum and set.",
                concat!($version, ".add", $Word, "Field"),
            )
            .params($new)
            .shows($rows),
            changes(
                concat!("fields_update_", $word, "_field"),
                concat!("Change ", $word, " field"),
                "",
                concat!($version, ".update", $Word, "Field"),
            )
            .params($changed)
            .shows($rows),
            adds(
                concat!("fields_add_", $word, "_field_options"),
                concat!("Add options of ", $word, " field"),
                "options: [{label}].",
                concat!("v2.add", $Word, "FieldOptions"),
            )
            .params(OPTIONS),
            changes(
                concat!("fields_update_", $word, "_field_options"),
                concat!("Change options of ", $word, " field"),
                "options: [{id, label}].",
                concat!("v2.update", $Word, "FieldOptions"),
            )
            .params(OPTIONS),
            removes(
                concat!("fields_delete_", $word, "_field_options"),
                concat!("Delete options of ", $word, " field"),
                "options: [{id}].",
                concat!("v2.delete", $Word, "FieldOptions"),
            )
            .params(OPTIONS),
            removes(
                concat!("fields_delete_", $word, "_field"),
                concat!("Delete ", $word, " field"),
                "With its values.",
                concat!($version, ".delete", $Word, "Field"),
            ),
        ]
    };
}

pub const OF_DEALS: &[Tool] = managed!("deal", "Deal", "v2", NEW, CHANGED, &FIELD);
pub const OF_PERSONS: &[Tool] = managed!("person", "Person", "v2", NEW, CHANGED, &FIELD);
pub const OF_ORGANIZATIONS: &[Tool] = managed!("organization", "Organization", "v1", NEW_V1, CHANGED_V1, &FIELD_V1);
pub const OF_PRODUCTS: &[Tool] = managed!("product", "Product", "v2", NEW, CHANGED, &FIELD);
pub const OF_PROJECTS: &[Tool] = managed!("project", "Project", "v2", NEW, CHANGED, &FIELD);
