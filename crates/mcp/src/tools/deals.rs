//! Deals.

use super::rows::{
    ANY_STATUS, CHANGE, CUSTOM, DEAL, DEAL_PRODUCT, DIRECTION, FILE, MAIL, MINE, OWNER, PERSON, PERSON_IN_DEAL, SOLD_STATUS, SORT, START,
    VISIBLE,
};
use crate::jobs;
use crate::tool::{Effect, Fixed, Kind, Param, Tool, adds, changes, job, p, reads, removes};

const WHICH: &[Param] =
    &[ANY_STATUS, p("stage_id"), OWNER, p("person_id"), p("org_id"), p("pipeline_id"), p("filter_id"), SORT, DIRECTION, MINE, START];
const SUMMED: &[Param] = &[SOLD_STATUS, p("filter_id"), p("user_id"), p("pipeline_id"), p("stage_id")];
const PERIODS: &[Param] = &[
    p("start_date"),
    p("interval"),
    p("amount").is(Kind::Int(1, 366)),
    p("field_key").is(Kind::Field("deal")),
    p("user_id"),
    p("pipeline_id"),
    p("filter_id"),
    p("exclude_deals"),
    p("totals_convert_currency"),
];
const LOST_REASON: Param = p("lost_reason");
const QUANTITY: Param = p("quantity").optional();
const DISCOUNT: Param = p("discount_percentage").to("discount").is(Kind::Number(0.0));
const WRITTEN: &[Param] = &[
    p("title"),
    p("value").is(Kind::Number(0.0)),
    p("currency"),
    p("user_id").to("owner_id|user_id"),
    p("person_id"),
    p("org_id"),
    p("pipeline_id"),
    p("stage_id"),
    p("status").is(Kind::Choice(&["open", "won", "lost"])),
    p("expected_close_date"),
    p("probability"),
    LOST_REASON,
    VISIBLE,
    p("labels").to("label_ids"),
    CUSTOM,
];
const IS_ENABLED: Param = p("enabled_flag").to("is_enabled");

pub const TOOLS: &[Tool] = &[
    reads("deals_list", "List deals", "Deals that fit all conditions. sort: id, add_time or update_time, then ASC or DESC.", "v2.getDeals")
        .params(WHICH)
        .shows(&DEAL),
    reads("deals_list_all_auto", "List all deals", "As deals_list, all pages up to max_items (500).", "v2.getDeals")
        .params(WHICH)
        .shows(&DEAL)
        .all_pages(),
    reads("deals_list_archived", "List archived deals", "Archived deals that fit all conditions.", "v2.getArchivedDeals")
        .params(WHICH)
        .shows(&DEAL),
    adds("deals_create", "Create deal", "Custom fields and labels by name. Without stage: the first of the pipeline.", "v2.addDeal")
        .also("v1.addDeal")
        .params(WRITTEN)
        .more(&[p("add_time")])
        .shows(&DEAL),
    reads("deals_get", "Show deal", "One deal.", "v2.getDeal").shows(&DEAL),
    changes("deals_update", "Change deal", "Changes what is sent; null empties.", "v2.updateDeal").params(WRITTEN).shows(&DEAL),
    changes("deals_move_to_stage", "Move deal", "To a stage, also of another pipeline; the status stays.", "v2.updateDeal")
        .params(&[p("stage_id").required()])
        .shows(&DEAL),
    removes("deals_delete", "Delete deal", "Restorable for 30 days.", "v2.deleteDeal"),
    adds("deals_duplicate", "Copy deal", "A new open deal like it.", "v1.duplicateDeal").shows(&DEAL),
    reads("deals_search", "Search deals", "By words in title, notes or custom fields.", "v2.searchDeals")
        .params(&[
            p("term"),
            p("fields").is(Kind::Choice(&["title", "notes", "custom_fields", "all"])),
            p("exact_match"),
            p("person_id"),
            p("org_id").to("organization_id"),
            SOLD_STATUS,
            p("include_fields"),
            START,
        ])
        .shows(&DEAL),
    reads("deals_get_summary", "Sum up deals", "Count, value and weighted value, per currency.", "v1.getDealsSummary").params(SUMMED).one(),
    reads("deals_get_archived_summary", "Sum up archived deals", "As deals_get_summary.", "v1.getArchivedDealsSummary")
        .params(SUMMED)
        .one(),
    adds("deals_add_follower", "Add deal follower", "user_id follows the deal.", "v2.addDealFollower").params(&[p("user_id")]),
    removes("deals_remove_follower", "Remove deal follower", "follower_id: user id.", "v2.deleteDealFollower"),
    reads("deals_list_followers", "List deal followers", "Users who follow the deal.", "v2.getDealFollowers"),
    adds("deals_add_participant", "Add deal participant", "Beside the contact person.", "v1.addDealParticipant")
        .params(&[p("person_id")])
        .shows(&PERSON_IN_DEAL),
    removes(
        "deals_remove_participant",
        "Remove deal participant",
        "By the id of the row in deals_list_participants.",
        "v1.deleteDealParticipant",
    ),
    reads("deals_list_participants", "List deal participants", "Contact person and other participants.", "v1.getDealParticipants")
        .params(&[START])
        .shows(&PERSON_IN_DEAL),
    adds("deals_add_product", "Add product to deal", "discount_percentage: 0 to 100.", "v2.addDealProduct")
        .params(&[
            p("product_id"),
            p("item_price").is(Kind::Number(0.0)).required(),
            QUANTITY.is(Kind::Number(0.0)).required(),
            DISCOUNT,
            p("product_variation_id"),
            p("comments"),
            IS_ENABLED,
        ])
        .shows(&DEAL_PRODUCT),
    changes("deals_update_product", "Change product of deal", "Changes what is sent.", "v2.updateDealProduct")
        .params(&[p("item_price").is(Kind::Number(0.0)), QUANTITY.is(Kind::Number(0.0)), DISCOUNT, p("comments"), IS_ENABLED])
        .shows(&DEAL_PRODUCT),
    removes("deals_remove_product", "Remove product from deal", "By the id of the row in deals_list_products.", "v2.deleteDealProduct"),
    reads("deals_list_products", "List products of deal", "With price, quantity and sum.", "v2.getDealProducts")
        .params(&[START])
        .shows(&DEAL_PRODUCT),
    job(
        "deals_attach_file",
        "Attach file to deal",
        "content: text, or base64 with base64: true.",
        Effect::Adds,
        jobs::files::attach_to_deal,
    )
    .params(&[p("id").is(Kind::Id).required(), p("file_name").required(), p("content").required(), p("base64").is(Kind::Bool)]),
    reads("deals_list_files", "List files of deal", "Without content.", "v1.getDealFiles").params(&[START, SORT]).shows(&FILE),
    reads(
        "deals_get_deals_timeline",
        "Deals by period",
        "Deals whose date field_key is in one of `amount` periods.",
        "v1.getDealsTimeline",
    )
    .params(PERIODS)
    .shows(&DEAL)
    .within("deals"),
    reads("deals_get_archived_deals_timeline", "Archived deals by period", "As deals_get_deals_timeline.", "v1.getArchivedDealsTimeline")
        .params(PERIODS)
        .shows(&DEAL)
        .within("deals"),
    reads("deals_list_activities", "List activities of deal", "Done ones and others.", "v1.getDealActivities")
        .params(&[START, p("done"), p("exclude")])
        .shows(&super::rows::ACTIVITY),
    reads("deals_list_field_updates", "List changes of deal", "Old and new values of fields.", "v1.getDealChangelog").shows(&CHANGE),
    reads("deals_list_updates", "List history of deal", "Changes, activities, notes, files, mail.", "v1.getDealUpdates").params(&[
        START,
        p("all_changes"),
        p("items"),
    ]),
    reads("deals_list_participant_updates", "List changes of participants", "Who came and went.", "v1.getDealParticipantsChangelog"),
    reads("deals_list_mail_messages", "List mail of deal", "Linked messages.", "v1.getDealMailMessages").params(&[START]).shows(&MAIL),
    removes("deals_merge", "Merge deals", "merge_with_id stays and its values win; id is removed.", "v1.mergeDeals")
        .params(&[p("merge_with_id")])
        .shows(&DEAL),
    reads("deals_list_permitted_users", "Who sees deal", "User ids.", "v1.getDealUsers"),
    reads("deals_list_persons", "List persons of deal", "All participants.", "v1.getDealPersons").params(&[START]).shows(&PERSON),
    changes("deals_mark_as_won", "Win deal", "The stage stays.", "v2.updateDeal").fixed(&[("status", Fixed::Text("won"))]).shows(&DEAL),
    changes("deals_mark_as_lost", "Lose deal", "The stage stays.", "v2.updateDeal")
        .params(&[LOST_REASON])
        .fixed(&[("status", Fixed::Text("lost"))])
        .shows(&DEAL),
    removes("deals_bulk_delete", "Delete deals", "Restorable for 30 days.", "v1.deleteDeals").params(&[p("ids")]),
];
