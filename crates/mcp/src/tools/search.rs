//! Search.

use super::rows::{DEAL, FOUND, SOLD_STATUS, START};
use crate::tool::{Kind, Tool, p, reads};

pub const TOOLS: &[Tool] = &[
    reads("search_universal", "Search everything", "Best matches first.", "v2.searchItem")
        .params(&[p("term"), p("item_types"), p("fields"), p("exact_match"), p("search_for_related_items"), START])
        .shows(&FOUND),
    reads("search_by_field", "Search one field", "Values of one field; without exact_match also parts of them.", "v1.searchItemByField")
        .params(&[
            p("term"),
            p("field_type").is(Kind::Choice(&["dealField", "personField", "organizationField", "productField"])),
            p("field_key"),
            p("exact_match"),
            p("return_item_ids"),
            START,
        ]),
    reads("search_deals", "Search deals by words", "As deals_search.", "v2.searchDeals")
        .params(&[
            p("term"),
            p("fields"),
            p("exact_match"),
            p("person_id"),
            p("org_id").to("organization_id"),
            SOLD_STATUS,
            p("include_fields"),
            START,
        ])
        .shows(&DEAL),
];
