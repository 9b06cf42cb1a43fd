//! The operations of organizations.

use super::{ORGANIZATION, ORGANIZATIONS, list};
use crate::activities;
use crate::call::{Call, Reply};
use crate::changelog;
use crate::deals;
use crate::error::ApiResult;
use crate::followers;
use crate::list::{self as pages, Offset};
use crate::mail;
use crate::merge;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::permitted_users;
use crate::persons::{PERSON, PERSONS};
use crate::records;
use crate::run;
use crate::select::Depth;
use crate::users::permissions::Permission;
use crate::view_v1;
use crate::write;
use penstock_model::Area;
use penstock_store::Sql;

const READ: &str = "contacts:read,contacts:full";
const FULL: &str = "contacts:full";

/// The optional keys of a v2 organization.
pub const INCLUDE: &[&str] = &[
    "next_activity_id",
    "last_activity_id",
    "open_deals_count",
    "related_open_deals_count",
    "closed_deals_count",
    "related_closed_deals_count",
    "email_messages_count",
    "people_count",
    "activities_count",
    "done_activities_count",
    "undone_activities_count",
    "files_count",
    "notes_count",
    "followers_count",
    "won_deals_count",
    "related_won_deals_count",
    "lost_deals_count",
    "related_lost_deals_count",
    "smart_bcc_email",
];
const INCLUDE_FIELDS: Param = Param::new("include_fields", ParamKind::Choices(INCLUDE), "Optional keys to show, comma separated.");

const ONE: &[Param] = &[INCLUDE_FIELDS, CUSTOM_FIELDS, INCLUDE_OPTION_LABELS, INCLUDE_LABELS];
const LIST: &[Param] = &[
    FILTER_ID,
    IDS,
    OWNER_ID,
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
const LIST_V1: &[Param] = &[USER_ID, FILTER_ID, FIRST_CHAR, START, LIMIT, SORT];
const COLLECTION: &[Param] = &[CURSOR, LIMIT, SINCE, UNTIL, OWNER_ID, FIRST_CHAR];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Organizations").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/organizations", "getOrganizations", run!(pages::page(&ORGANIZATION, list::live)))
        .scopes(READ)
        .cost(10)
        .query(LIST)
        .about("Lists organizations that are not deleted"),
    op(V2, Post, "/organizations", "addOrganization", run!(add))
        .cost(5)
        .takes(Takes::Record(&ORGANIZATION))
        .about("Creates an organization"),
    op(V2, Get, "/organizations/{id}", "getOrganization", run!(records::one_v2(&ORGANIZATIONS)))
        .scopes(READ)
        .cost(1)
        .query(ONE)
        .about("Shows one organization"),
    op(V2, Patch, "/organizations/{id}", "updateOrganization", run!(records::update(&ORGANIZATIONS)))
        .cost(5)
        .takes(Takes::Record(&ORGANIZATION))
        .about("Changes the sent fields of an organization"),
    op(V2, Delete, "/organizations/{id}", "deleteOrganization", run!(records::delete(&ORGANIZATIONS)))
        .cost(3)
        .about("Marks an organization as deleted"),
    op(V1, Get, "/organizations", "getOrganizations", run!(records::list_v1(&ORGANIZATIONS, list::live_v1)))
        .scopes(READ)
        .cost(20)
        .query(LIST_V1)
        .about("Lists organizations by offset"),
    op(V1, Get, "/organizations/collection", "getOrganizationsCollection", run!(view_v1::collection(&ORGANIZATIONS, list::collection)))
        .scopes(READ)
        .cost(10)
        .query(COLLECTION)
        .admin_of(Area::Shared)
        .about("Lists all organizations by cursor, for administrators"),
    op(V1, Post, "/organizations", "addOrganization", run!(add))
        .cost(10)
        .takes(Takes::Record(&ORGANIZATION))
        .created()
        .about("Creates an organization"),
    op(V1, Delete, "/organizations", "deleteOrganizations", run!(records::delete_many(&ORGANIZATIONS)))
        .cost(10)
        .query(&[BULK_IDS])
        .needs(Permission::BulkEditItems)
        .about("Marks several organizations as deleted"),
    op(V1, Get, "/organizations/{id}", "getOrganization", run!(one_v1)).scopes(READ).cost(2).about("Shows one organization in detail"),
    op(V1, Put, "/organizations/{id}", "updateOrganization", run!(records::update(&ORGANIZATIONS)))
        .cost(10)
        .takes(Takes::Record(&ORGANIZATION))
        .about("Changes the sent fields of an organization"),
    op(V1, Delete, "/organizations/{id}", "deleteOrganization", run!(records::delete(&ORGANIZATIONS)))
        .cost(6)
        .about("Marks an organization as deleted"),
    op(V1, Put, "/organizations/{id}/merge", "mergeOrganizations", run!(merge::organizations))
        .cost(40)
        .takes(Takes::Keys(merge::KEYS))
        .needs(Permission::MergeOrganizations)
        .about("Merges an organization into another one, which stays"),
    op(V1, Get, "/organizations/{id}/changelog", "getOrganizationChangelog", run!(changelog::fields(&ORGANIZATIONS)))
        .scopes("recents:read")
        .cost(20)
        .query(changelog::QUERY)
        .about("Lists the changes of the fields of an organization"),
    op(V1, Get, "/organizations/{id}/mailMessages", "getOrganizationMailMessages", run!(mail::listed::of_organization(&ORGANIZATIONS)))
        .scopes("mail:read,mail:full")
        .cost(20)
        .query(mail::listed::OF_RECORD)
        .about("Lists the mail of an organization, newest first"),
    op(V1, Get, "/organizations/{id}/permittedUsers", "getOrganizationUsers", run!(permitted_users::list(&ORGANIZATIONS)))
        .scopes(READ)
        .cost(10)
        .about("Lists the users who may see an organization"),
    op(V1, Get, "/organizations/{id}/deals", "getOrganizationDeals", run!(deals::linked::of_organization))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::linked::OF_ORGANIZATION)
        .about("Lists the deals of an organization"),
    op(V1, Get, "/organizations/{id}/persons", "getOrganizationPersons", run!(persons))
        .scopes(READ)
        .cost(20)
        .query(&[START, LIMIT])
        .about("Lists the persons of an organization"),
    op(V1, Get, "/organizations/{id}/activities", "getOrganizationActivities", run!(activities::of_organization))
        .scopes("activities:read,activities:full")
        .cost(20)
        .query(activities::OF_RECORD)
        .about("Lists the activities of an organization"),
    op(V1, Get, "/organizations/{id}/followers", "getOrganizationFollowers", run!(followers::list(&ORGANIZATIONS)))
        .scopes(READ)
        .cost(20)
        .about("Lists the followers of an organization"),
    op(V1, Post, "/organizations/{id}/followers", "addOrganizationFollower", run!(followers::add(&ORGANIZATIONS)))
        .cost(10)
        .takes(Takes::Keys(followers::KEYS))
        .about("Adds a follower to an organization"),
    op(V1, Delete, "/organizations/{id}/followers/{follower_id}", "deleteOrganizationFollower", run!(followers::remove(&ORGANIZATIONS)))
        .cost(6)
        .about("Removes a follower from an organization"),
    op(V2, Get, "/organizations/{id}/followers", "getOrganizationFollowers", run!(followers::list(&ORGANIZATIONS)))
        .scopes(READ)
        .cost(10)
        .query(followers::LIST_V2)
        .about("Lists the followers of an organization"),
    op(V2, Post, "/organizations/{id}/followers", "addOrganizationFollower", run!(followers::add(&ORGANIZATIONS)))
        .cost(5)
        .takes(Takes::Keys(followers::KEYS))
        .created()
        .about("Adds a follower to an organization"),
    op(V2, Delete, "/organizations/{id}/followers/{follower_id}", "deleteOrganizationFollower", run!(followers::remove(&ORGANIZATIONS)))
        .cost(3)
        .about("Removes a follower from an organization"),
    op(V2, Get, "/organizations/{id}/followers/changelog", "getOrganizationFollowersChangelog", run!(changelog::followers(&ORGANIZATIONS)))
        .scopes(READ)
        .cost(10)
        .query(changelog::QUERY)
        .about("Lists who began and who ceased to follow an organization"),
];

async fn add(call: Call) -> ApiResult<Reply> {
    let id = records::create(&call, &ORGANIZATIONS).await?;
    if call.version() == Version::V2 {
        return records::show_created(&call, &ORGANIZATIONS, id).await;
    }
    records::show_v1_with(&call, &ORGANIZATIONS, id, |json| {
        json.key("additional_data");
        json.begin_object();
        records::write_did_not_merge(json);
        json.end_object();
    })
    .await
}

/// A single organization names its followers and its address for copied mail (semantics.md 31.17).
async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(ORGANIZATION.title)?;
    let followers = followers::rows(&call, &ORGANIZATION, id).await?;
    records::show_v1_with(&call, &ORGANIZATIONS, id, |json| {
        json.key("additional_data");
        json.begin_object();
        json.key("followers");
        followers::write_v1_map(json, &ORGANIZATION, id, &followers);
        json.key("dropbox_email");
        call.directory.write_smart_bcc(json, "organization", id);
        pages::write_pagination(json, 0, pages::DEFAULT_LIMIT, false);
        json.end_object();
    })
    .await
}

async fn persons(call: Call) -> ApiResult<Reply> {
    let id = call.id(ORGANIZATION.title)?;
    write::find(&call, &ORGANIZATION, id, Depth::Row).await?;
    let offset = Offset::of(&call, &PERSON, &[("id", false)])?;
    let members = |_: &Call, sql: &mut Sql| {
        sql.push(" AND t.is_deleted = 0 AND t.org_id = ").bind(id);
        Ok(())
    };
    let page = offset.records(&call, &PERSON, members).await?;
    view_v1::offset_list(call, &PERSONS, page, &offset).await
}
