//! Leads.

use super::rows::{START, VISIBLE};
use crate::tool::{Kind, Param, Rows, Tool, adds, changes, p, reads, removes};

const LEAD: Rows = Rows {
    of: "lead",
    keys: &[
        "id",
        "type",
        "title",
        "value",
        "owner_id",
        "person_id",
        "organization_id",
        "label_ids",
        "expected_close_date",
        "is_archived",
        "was_seen",
        "next_activity_id",
        "update_time",
        "person",
        "organization",
    ],
};
const WHICH: &[Param] = &[p("owner_id"), p("person_id"), p("organization_id"), p("filter_id"), p("sort").is(Kind::Order), START];
const LABELS: Param = p("label_ids").is(Kind::Labels("lead"));
const VALUE: Param = p("value").is(Kind::Object);

const WRITTEN: &[Param] = &[
    p("title"),
    p("owner_id"),
    LABELS,
    p("person_id"),
    p("organization_id"),
    VALUE,
    p("expected_close_date"),
    VISIBLE,
    p("was_seen"),
    p("channel"),
    p("channel_id"),
    p("custom_fields").is(Kind::Custom("lead")),
];

pub const TOOLS: &[Tool] = &[
    reads("leads_list", "List leads", "Leads that fit all conditions.", "v1.getLeads").params(WHICH).shows(&LEAD),
    reads("leads_list_all_auto", "List all leads", "", "v1.getLeads").params(WHICH).shows(&LEAD).all_pages(),
    reads("leads_list_archived", "List archived leads", "", "v1.getArchivedLeads").params(WHICH).shows(&LEAD),
    adds("leads_create", "Create lead", "With person_id or organization_id. value: {amount, currency}.", "v1.addLead")
        .params(WRITTEN)
        .more(&[p("origin_id")])
        .shows(&LEAD),
    reads("leads_get", "Show lead", "", "v1.getLead").shows(&LEAD),
    changes("leads_update", "Change lead", "", "v1.updateLead").params(WRITTEN).more(&[p("is_archived")]).shows(&LEAD),
    removes("leads_delete", "Delete lead", "", "v1.deleteLead"),
    reads("leads_search", "Search leads", "", "v2.searchLeads")
        .params(&[p("term"), p("fields"), p("exact_match"), p("person_id"), p("organization_id"), p("include_fields"), START])
        .shows(&LEAD),
    reads("leads_get_labels", "List lead labels", "", "v1.getLeadLabels"),
    reads("leads_get_sources", "List lead sources", "", "v1.getLeadSources"),
    adds("leads_add_label", "Create lead label", "", "v1.addLeadLabel").params(&[p("name"), p("color")]),
    changes("leads_update_label", "Change lead label", "", "v1.updateLeadLabel").params(&[p("id").is(Kind::Uuid), p("name"), p("color")]),
    removes("leads_delete_label", "Delete lead label", "", "v1.deleteLeadLabel").params(&[p("id").is(Kind::Uuid)]),
    reads("leads_list_permitted_users", "Who sees lead", "User ids.", "v1.getLeadUsers"),
    adds("leads_convert_to_deal", "Make lead a deal", "Answers the id of the conversion.", "v2.convertLeadToDeal")
        .params(&[p("stage_id"), p("pipeline_id")]),
    reads("leads_conversion_status", "Show conversion of lead", "", "v2.getLeadConversionStatus"),
];
