//! Organizations.

use super::rows::{ACTIVITY, ANY_STATUS, CHANGE, CUSTOM, DEAL, FILE, MAIL, ORGANIZATION, OWNER, PERSON, SORT, START, VISIBLE};
use crate::tool::{Kind, Param, Tool, adds, changes, p, reads, removes};

const FIRST_CHAR: Param = p("first_char").is(Kind::Text(1));
const LABELS: Param = p("labels").to("label_ids");

const WRITTEN: &[Param] = &[p("name"), p("owner_id"), VISIBLE, p("address"), p("website"), LABELS, CUSTOM];

pub const TOOLS: &[Tool] = &[
    reads("organizations_list", "List organizations", "sort: id, add_time or update_time.", "v2.getOrganizations")
        .also("v1.getOrganizations")
        .params(&[OWNER, p("filter_id"), FIRST_CHAR, START, SORT])
        .shows(&ORGANIZATION),
    reads("organizations_list_all_auto", "List all organizations", "As organizations_list, all pages.", "v2.getOrganizations")
        .also("v1.getOrganizations")
        .params(&[OWNER, p("filter_id"), FIRST_CHAR])
        .shows(&ORGANIZATION)
        .all_pages(),
    adds("organizations_create", "Create organization", "Custom fields and labels by name.", "v2.addOrganization")
        .params(WRITTEN)
        .more(&[p("add_time")])
        .shows(&ORGANIZATION),
    reads("organizations_get", "Show organization", "One organization.", "v2.getOrganization").shows(&ORGANIZATION),
    changes("organizations_update", "Change organization", "Changes what is sent; null empties.", "v2.updateOrganization")
        .params(WRITTEN)
        .shows(&ORGANIZATION),
    removes("organizations_delete", "Delete organization", "Restorable for 30 days.", "v2.deleteOrganization"),
    reads("organizations_search", "Search organizations", "By name, address, notes or custom fields.", "v2.searchOrganization")
        .params(&[p("term"), p("fields"), p("exact_match"), START])
        .shows(&ORGANIZATION),
    reads("organizations_list_persons", "List persons of organization", "Who works there.", "v1.getOrganizationPersons")
        .params(&[START])
        .shows(&PERSON),
    reads("organizations_list_deals", "List deals of organization", "In any stage.", "v1.getOrganizationDeals")
        .params(&[ANY_STATUS, START])
        .shows(&DEAL),
    reads("organizations_list_activities", "List activities of organization", "Done ones and others.", "v1.getOrganizationActivities")
        .params(&[START, p("done")])
        .shows(&ACTIVITY),
    reads("organizations_list_files", "List files of organization", "Without content.", "v1.getOrganizationFiles")
        .params(&[START, SORT])
        .shows(&FILE),
    adds("organizations_add_follower", "Add organization follower", "user_id follows it.", "v2.addOrganizationFollower")
        .params(&[p("user_id")]),
    reads("organizations_list_followers", "List organization followers", "Users who follow it.", "v2.getOrganizationFollowers"),
    removes("organizations_bulk_delete", "Delete organizations", "Restorable for 30 days.", "v1.deleteOrganizations").params(&[p("ids")]),
    reads("organizations_get_collection", "List changed organizations", "since, until: when they were changed.", "v2.getOrganizations")
        .also("v1.getOrganizationsCollection")
        .params(&[p("since").to("updated_since|since"), p("until").to("updated_until|until"), p("owner_id"), FIRST_CHAR])
        .shows(&ORGANIZATION),
    reads(
        "organizations_list_field_updates",
        "List changes of organization",
        "Old and new values of fields.",
        "v1.getOrganizationChangelog",
    )
    .shows(&CHANGE),
    reads(
        "organizations_list_updates",
        "List history of organization",
        "Changes, activities, notes, files, mail.",
        "v1.getOrganizationUpdates",
    )
    .params(&[START, p("all_changes"), p("items")]),
    removes("organizations_delete_follower", "Remove organization follower", "follower_id: user id.", "v2.deleteOrganizationFollower"),
    reads("organizations_list_mail_messages", "List mail of organization", "Linked messages.", "v1.getOrganizationMailMessages")
        .params(&[START])
        .shows(&MAIL),
    removes(
        "organizations_merge",
        "Merge organizations",
        "merge_with_id stays; texts of both are joined; id is removed.",
        "v1.mergeOrganizations",
    )
    .params(&[p("merge_with_id")])
    .shows(&ORGANIZATION),
    reads("organizations_list_permitted_users", "Who sees organization", "User ids.", "v1.getOrganizationUsers"),
];
