//! Fields of records, custom ones and others.

use super::rows::START;
use crate::jobs;
use crate::tool::{Effect, Kind, Param, Rows, Tool, adds, changes, job, p, reads, removes};

const FIELD: Rows = Rows { of: "", keys: &["field_code", "field_name", "field_type", "options", "is_custom_field", "description"] };
const FIELD_V1: Rows = Rows { of: "", keys: &["id", "key", "name", "field_type", "options", "add_visible_flag"] };

const NEW: &[Param] = &[p("field_name"), p("field_type"), p("options").is(Kind::Objects)];
const CHANGED: &[Param] = &[p("field_name")];
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
    adds(
        "fields_create_organization_field",
        "Create organization field",
        "options: [{label}] for enum and set.",
        "v1.addOrganizationField",
    )
    .params(&[p("name").required(), p("field_type"), p("options").is(Kind::Objects), p("add_visible_flag")])
    .shows(&FIELD_V1),
    changes("fields_update_organization_field", "Change organization field", "options: the whole new list.", "v1.updateOrganizationField")
        .params(&[p("name"), p("options").is(Kind::Objects), p("add_visible_flag")])
        .shows(&FIELD_V1),
    adds(
        "fields_add_organization_field_options",
        "Add options of organization field",
        "options: [{label}].",
        "v2.addOrganizationFieldOptions",
    )
    .params(OPTIONS),
    changes(
        "fields_update_organization_field_options",
        "Change options of organization field",
        "options: [{id, label}].",
        "v2.updateOrganizationFieldOptions",
    )
    .params(OPTIONS),
    removes(
        "fields_delete_organization_field_options",
        "Delete options of organization field",
        "options: [{id}].",
        "v2.deleteOrganizationFieldOptions",
    )
    .params(OPTIONS),
    removes("fields_delete_organization_field", "Delete organization field", "With its values.", "v1.deleteOrganizationField"),
    removes("fields_bulk_delete_organization_fields", "Delete organization fields", "With their values.", "v1.deleteOrganizationFields")
        .params(&[p("ids")]),
    adds("fields_create_deal_field", "Create deal field", "options: [{label}] for enum and set.", "v2.addDealField")
        .params(NEW)
        .shows(&FIELD),
    changes("fields_update_deal_field", "Change deal field", "", "v2.updateDealField").params(CHANGED).shows(&FIELD),
    adds("fields_add_deal_field_options", "Add options of deal field", "options: [{label}].", "v2.addDealFieldOptions").params(OPTIONS),
    changes("fields_update_deal_field_options", "Change options of deal field", "options: [{id, label}].", "v2.updateDealFieldOptions")
        .params(OPTIONS),
    removes("fields_delete_deal_field_options", "Delete options of deal field", "options: [{id}].", "v2.deleteDealFieldOptions")
        .params(OPTIONS),
    removes("fields_delete_deal_field", "Delete deal field", "With its values.", "v2.deleteDealField"),
    adds("fields_create_person_field", "Create person field", "options: [{label}] for enum and set.", "v2.addPersonField")
        .params(NEW)
        .shows(&FIELD),
    changes("fields_update_person_field", "Change person field", "", "v2.updatePersonField").params(CHANGED).shows(&FIELD),
    adds("fields_add_person_field_options", "Add options of person field", "options: [{label}].", "v2.addPersonFieldOptions")
        .params(OPTIONS),
    changes(
        "fields_update_person_field_options",
        "Change options of person field",
        "options: [{id, label}].",
        "v2.updatePersonFieldOptions",
    )
    .params(OPTIONS),
    removes("fields_delete_person_field_options", "Delete options of person field", "options: [{id}].", "v2.deletePersonFieldOptions")
        .params(OPTIONS),
    removes("fields_delete_person_field", "Delete person field", "With its values.", "v2.deletePersonField"),
    adds("fields_create_product_field", "Create product field", "options: [{label}] for enum and set.", "v2.addProductField")
        .params(NEW)
        .shows(&FIELD),
    changes("fields_update_product_field", "Change product field", "", "v2.updateProductField").params(CHANGED).shows(&FIELD),
    adds("fields_add_product_field_options", "Add options of product field", "options: [{label}].", "v2.addProductFieldOptions")
        .params(OPTIONS),
    changes(
        "fields_update_product_field_options",
        "Change options of product field",
        "options: [{id, label}].",
        "v2.updateProductFieldOptions",
    )
    .params(OPTIONS),
    removes("fields_delete_product_field_options", "Delete options of product field", "options: [{id}].", "v2.deleteProductFieldOptions")
        .params(OPTIONS),
    removes("fields_delete_product_field", "Delete product field", "With its values.", "v2.deleteProductField"),
    adds("fields_create_project_field", "Create project field", "options: [{label}] for enum and set.", "v2.addProjectField")
        .params(NEW)
        .shows(&FIELD),
    changes("fields_update_project_field", "Change project field", "", "v2.updateProjectField").params(CHANGED).shows(&FIELD),
    adds("fields_add_project_field_options", "Add options of project field", "options: [{label}].", "v2.addProjectFieldOptions")
        .params(OPTIONS),
    changes(
        "fields_update_project_field_options",
        "Change options of project field",
        "options: [{id, label}].",
        "v2.updateProjectFieldOptions",
    )
    .params(OPTIONS),
    removes("fields_delete_project_field_options", "Delete options of project field", "options: [{id}].", "v2.deleteProjectFieldOptions")
        .params(OPTIONS),
    removes("fields_delete_project_field", "Delete project field", "With its values.", "v2.deleteProjectField"),
];
