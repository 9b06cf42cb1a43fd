//! The operations of deals.

use super::list::STATUS_V1;
use super::{DEAL, DEALS, duplicate, list, participant_ops, summary, timeline};
use crate::users::permissions::Permission;
use penstock_model::Area;

use crate::activities;
use crate::call::{Call, Reply};
use crate::changelog;
use crate::deal_products;
use crate::error::ApiResult;
use crate::followers;
use crate::list as pages;
use crate::mail;
use crate::merge;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::permitted_users;
use crate::records;
use crate::run;
use crate::view_v1::{self, Form};

const READ: &str = "deals:read,deals:full";
const FULL: &str = "deals:full";

const STATUS_LIST: Param = Param::new(
    "status",
    ParamKind::Choices(super::STATUSES),
    "Only deals with one of these statuses, comma separated; without it all that are not deleted.",
);
const STATUS_COLLECTION: Param = Param::new("status", ParamKind::Choice(super::STATUSES), "Only deals with this status.");

/// The optional keys of a v2 deal.
pub const INCLUDE: &[&str] = &[
    "next_activity_id",
    "last_activity_id",
    "first_won_time",
    "products_count",
    "files_count",
    "notes_count",
    "followers_count",
    "email_messages_count",
    "activities_count",
    "done_activities_count",
    "undone_activities_count",
    "participants_count",
    "last_incoming_mail_time",
    "last_outgoing_mail_time",
    "smart_bcc_email",
    "source_lead_id",
];
const INCLUDE_FIELDS: Param = Param::new("include_fields", ParamKind::Choices(INCLUDE), "Optional keys to show, comma separated.");

const ONE: &[Param] = &[INCLUDE_FIELDS, CUSTOM_FIELDS, INCLUDE_OPTION_LABELS, INCLUDE_LABELS];
const LIST: &[Param] = &[
    FILTER_ID,
    IDS,
    OWNER_ID,
    PERSON_ID,
    ORG_ID,
    PIPELINE_ID,
    STAGE_ID,
    STATUS_LIST,
    UPDATED_SINCE,
    UPDATED_UNTIL,
    SORT_BY,
    SORT_DIRECTION,
    INCLUDE_FIELDS,
    CUSTOM_FIELDS,
    INCLUDE_OPTION_LABELS,
    INCLUDE_LABELS,
    LIMIT,
    CURSOR,
];
const ARCHIVED: &[Param] = &[
    FILTER_ID,
    IDS,
    OWNER_ID,
    PERSON_ID,
    ORG_ID,
    PIPELINE_ID,
    STAGE_ID,
    STATUS_LIST,
    UPDATED_SINCE,
    UPDATED_UNTIL,
    SORT_BY,
    SORT_DIRECTION,
    INCLUDE_FIELDS,
    CUSTOM_FIELDS,
    LIMIT,
    CURSOR,
];
const LIST_V1: &[Param] = &[USER_ID, FILTER_ID, STAGE_ID, STATUS_V1, START, LIMIT, SORT, OWNED_BY_YOU];
const ARCHIVED_V1: &[Param] =
    &[USER_ID, FILTER_ID, PERSON_ID, ORG_ID, PRODUCT_ID, PIPELINE_ID, STAGE_ID, STATUS_V1, START, LIMIT, SORT, OWNED_BY_YOU];
const COLLECTION: &[Param] = &[CURSOR, LIMIT, SINCE, UNTIL, USER_ID, STAGE_ID, STATUS_COLLECTION];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Deals").scopes(FULL)
}

/// Beside the others, for it has a second address.
pub const DUPLICATION: &[Op] =
    &[op(V1, Post, "/deals/{id}/duplicate", "duplicateDeal", run!(duplicate::duplicate)).cost(10).about("Copies a deal")];

pub const OPS: &[Op] = &[
    op(V2, Get, "/deals", "getDeals", run!(pages::page(&DEAL, list::live)))
        .scopes(READ)
        .cost(10)
        .query(LIST)
        .about("Lists deals that are neither archived nor deleted"),
    op(V2, Get, "/deals/archived", "getArchivedDeals", run!(pages::page(&DEAL, list::archived)))
        .scopes(READ)
        .cost(20)
        .query(ARCHIVED)
        .about("Lists archived deals"),
    op(V2, Post, "/deals", "addDeal", run!(records::add(&DEALS))).cost(5).takes(Takes::Record(&DEAL)).about("Creates a deal"),
    op(V2, Get, "/deals/{id}", "getDeal", run!(records::one_v2(&DEALS))).scopes(READ).cost(1).query(ONE).about("Shows one deal"),
    op(V2, Patch, "/deals/{id}", "updateDeal", run!(update)).cost(5).takes(Takes::Record(&DEAL)).about("Changes the sent fields of a deal"),
    op(V2, Delete, "/deals/{id}", "deleteDeal", run!(records::delete(&DEALS))).cost(3).about("Marks a deal as deleted"),
    op(V1, Get, "/deals", "getDeals", run!(records::list_v1(&DEALS, list::live_v1)))
        .scopes(READ)
        .cost(20)
        .query(LIST_V1)
        .about("Lists deals by offset"),
    op(V1, Get, "/deals/archived", "getArchivedDeals", run!(records::list_v1(&DEALS, list::archived_v1)))
        .scopes(READ)
        .cost(40)
        .query(ARCHIVED_V1)
        .about("Lists archived deals by offset"),
    op(V1, Get, "/deals/collection", "getDealsCollection", run!(view_v1::collection(&DEALS, list::collection)))
        .scopes(READ)
        .cost(10)
        .query(COLLECTION)
        .admin_of(Area::Deals)
        .about("Lists all deals by cursor, for administrators"),
    op(V1, Post, "/deals", "addDeal", run!(records::add(&DEALS))).cost(10).takes(Takes::Record(&DEAL)).created().about("Creates a deal"),
    op(V1, Delete, "/deals", "deleteDeals", run!(records::delete_many(&DEALS)))
        .cost(10)
        .query(&[BULK_IDS])
        .needs(Permission::BulkEditItems)
        .about("Marks several deals as deleted"),
    op(V1, Get, "/deals/{id}", "getDeal", run!(one_v1)).scopes(READ).cost(2).about("Shows one deal in detail"),
    op(V1, Put, "/deals/{id}", "updateDeal", run!(update)).cost(10).takes(Takes::Record(&DEAL)).about("Changes the sent fields of a deal"),
    op(V1, Delete, "/deals/{id}", "deleteDeal", run!(records::delete(&DEALS))).cost(6).about("Marks a deal as deleted"),
    op(V1, Put, "/deals/{id}/merge", "mergeDeals", run!(merge::deals))
        .cost(40)
        .takes(Takes::Keys(merge::KEYS))
        .needs(Permission::MergeDeals)
        .about("Merges a deal into another one, which stays"),
    op(V1, Get, "/deals/{id}/changelog", "getDealChangelog", run!(changelog::fields(&DEALS)))
        .scopes("recents:read")
        .cost(20)
        .query(changelog::QUERY)
        .about("Lists the changes of the fields of a deal"),
    op(V1, Get, "/deals/{id}/mailMessages", "getDealMailMessages", run!(mail::listed::of_deal(&DEALS)))
        .scopes("mail:read,mail:full")
        .cost(20)
        .query(mail::listed::OF_RECORD)
        .about("Lists the mail of a deal, newest first"),
    op(V1, Get, "/deals/{id}/permittedUsers", "getDealUsers", run!(permitted_users::list(&DEALS)))
        .scopes(READ)
        .cost(10)
        .about("Lists the users who may see a deal"),
    op(V1, Get, "/deals/{id}/participants", "getDealParticipants", run!(participant_ops::list))
        .scopes(READ)
        .cost(10)
        .query(&[START, LIMIT])
        .about("Lists the participants of a deal"),
    op(V1, Post, "/deals/{id}/participants", "addDealParticipant", run!(participant_ops::add))
        .cost(10)
        .takes(Takes::Keys(participant_ops::KEYS))
        .about("Adds a participant to a deal"),
    op(V1, Delete, "/deals/{id}/participants/{deal_participant_id}", "deleteDealParticipant", run!(participant_ops::remove))
        .cost(6)
        .about("Removes a participant from a deal"),
    op(V1, Get, "/deals/{id}/participantsChangelog", "getDealParticipantsChangelog", run!(changelog::participants(&DEALS)))
        .scopes(READ)
        .cost(10)
        .query(changelog::QUERY)
        .about("Lists who began and who ceased to take part in a deal"),
    op(V1, Get, "/deals/{id}/persons", "getDealPersons", run!(participant_ops::persons))
        .scopes("contacts:read,contacts:full")
        .cost(20)
        .query(&[START, LIMIT])
        .about("Lists the persons who take part in a deal"),
    op(V1, Get, "/deals/{id}/activities", "getDealActivities", run!(activities::of_deal))
        .scopes("activities:read,activities:full")
        .cost(20)
        .query(activities::OF_RECORD)
        .about("Lists the activities of a deal"),
    op(V1, Get, "/deals/{id}/followers", "getDealFollowers", run!(followers::list(&DEALS)))
        .scopes(READ)
        .cost(20)
        .about("Lists the followers of a deal"),
    op(V1, Post, "/deals/{id}/followers", "addDealFollower", run!(followers::add(&DEALS)))
        .cost(10)
        .takes(Takes::Keys(followers::KEYS))
        .about("Adds a follower to a deal"),
    op(V1, Delete, "/deals/{id}/followers/{follower_id}", "deleteDealFollower", run!(followers::remove(&DEALS)))
        .cost(6)
        .about("Removes a follower from a deal"),
    op(V2, Get, "/deals/{id}/followers", "getDealFollowers", run!(followers::list(&DEALS)))
        .scopes(READ)
        .cost(10)
        .query(followers::LIST_V2)
        .about("Lists the followers of a deal"),
    op(V2, Post, "/deals/{id}/followers", "addDealFollower", run!(followers::add(&DEALS)))
        .cost(5)
        .takes(Takes::Keys(followers::KEYS))
        .created()
        .about("Adds a follower to a deal"),
    op(V2, Delete, "/deals/{id}/followers/{follower_id}", "deleteDealFollower", run!(followers::remove(&DEALS)))
        .cost(3)
        .about("Removes a follower from a deal"),
    op(V2, Get, "/deals/{id}/followers/changelog", "getDealFollowersChangelog", run!(changelog::followers(&DEALS)))
        .scopes(READ)
        .cost(10)
        .query(changelog::QUERY)
        .about("Lists who began and who ceased to follow a deal"),
    op(V1, Get, "/deals/summary", "getDealsSummary", run!(summary::show(false)))
        .scopes(READ)
        .cost(40)
        .query(summary::QUERY)
        .needs(Permission::SeeDealsListSummary)
        .about("Sums up deals by currency"),
    op(V1, Get, "/deals/summary/archived", "getArchivedDealsSummary", run!(summary::show(true)))
        .scopes(READ)
        .cost(80)
        .query(summary::QUERY)
        .needs(Permission::SeeDealsListSummary)
        .about("Sums up archived deals by currency"),
    op(V1, Get, "/deals/timeline", "getDealsTimeline", run!(timeline::show(false)))
        .scopes(READ)
        .cost(20)
        .query(timeline::QUERY)
        .about("Lists open and won deals by period"),
    op(V1, Get, "/deals/timeline/archived", "getArchivedDealsTimeline", run!(timeline::show(true)))
        .scopes(READ)
        .cost(40)
        .query(timeline::QUERY)
        .about("Lists archived open and won deals by period"),
];

/// Changes a deal; what its products make it worth follows its currency.
async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change_with(&call, &DEALS, deal_products::follow_currency).await?;
    records::show(&call, &DEALS, id).await
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(DEAL.title)?;
    super::detail::show(&call, id, Form::Nested).await
}
