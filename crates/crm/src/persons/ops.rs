//! The operations of persons.

use super::{PERSON, PERSONS, list, rules};
use crate::activities;
use crate::call::{Call, Reply};
use crate::changelog;
use crate::deals;
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
use crate::users::permissions::Permission;
use crate::view_v1;
use penstock_model::Area;

const READ: &str = "contacts:read,contacts:full";
const FULL: &str = "contacts:full";

/// The optional keys of a v2 person.
pub const INCLUDE: &[&str] = &[
    "next_activity_id",
    "last_activity_id",
    "open_deals_count",
    "related_open_deals_count",
    "closed_deals_count",
    "related_closed_deals_count",
    "participant_open_deals_count",
    "participant_closed_deals_count",
    "email_messages_count",
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
    "last_incoming_mail_time",
    "last_outgoing_mail_time",
    "marketing_status",
    "doi_status",
    "smart_bcc_email",
];
const INCLUDE_FIELDS: Param = Param::new("include_fields", ParamKind::Choices(INCLUDE), "Optional keys to show, comma separated.");

const ONE: &[Param] = &[INCLUDE_FIELDS, CUSTOM_FIELDS, INCLUDE_OPTION_LABELS, INCLUDE_LABELS];
const LIST: &[Param] = &[
    FILTER_ID,
    IDS,
    OWNER_ID,
    ORG_ID,
    DEAL_ID,
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
    Op::new(version, method, path, id, run).tag("Persons").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/persons", "getPersons", run!(pages::page(&PERSON, list::live)))
        .scopes(READ)
        .cost(10)
        .query(LIST)
        .about("Lists persons that are not deleted"),
    op(V2, Post, "/persons", "addPerson", run!(add)).cost(5).takes(Takes::Record(&PERSON)).about("Creates a person"),
    op(V2, Get, "/persons/{id}", "getPerson", run!(records::one_v2(&PERSONS))).scopes(READ).cost(1).query(ONE).about("Shows one person"),
    op(V2, Patch, "/persons/{id}", "updatePerson", run!(update))
        .cost(5)
        .takes(Takes::Record(&PERSON))
        .about("Changes the sent fields of a person"),
    op(V2, Delete, "/persons/{id}", "deletePerson", run!(records::delete(&PERSONS))).cost(3).about("Marks a person as deleted"),
    op(V1, Get, "/persons", "getPersons", run!(records::list_v1(&PERSONS, list::live_v1)))
        .scopes(READ)
        .cost(20)
        .query(LIST_V1)
        .about("Lists persons by offset"),
    op(V1, Get, "/persons/collection", "getPersonsCollection", run!(view_v1::collection(&PERSONS, list::collection)))
        .scopes(READ)
        .cost(10)
        .query(COLLECTION)
        .admin_of(Area::Shared)
        .about("Lists all persons by cursor, for administrators"),
    op(V1, Post, "/persons", "addPerson", run!(add)).cost(10).takes(Takes::Record(&PERSON)).created().about("Creates a person"),
    op(V1, Delete, "/persons", "deletePersons", run!(records::delete_many(&PERSONS)))
        .cost(10)
        .query(&[BULK_IDS])
        .needs(Permission::BulkEditItems)
        .about("Marks several persons as deleted"),
    op(V1, Get, "/persons/{id}", "getPerson", run!(one_v1)).scopes(READ).cost(2).about("Shows one person in detail"),
    op(V1, Put, "/persons/{id}", "updatePerson", run!(update))
        .cost(10)
        .takes(Takes::Record(&PERSON))
        .about("Changes the sent fields of a person"),
    op(V1, Delete, "/persons/{id}", "deletePerson", run!(records::delete(&PERSONS))).cost(6).about("Marks a person as deleted"),
    op(V1, Put, "/persons/{id}/merge", "mergePersons", run!(merge::persons))
        .cost(40)
        .takes(Takes::Keys(merge::KEYS))
        .needs(Permission::MergePeople)
        .about("Merges a person into another one, which stays"),
    op(V1, Get, "/persons/{id}/changelog", "getPersonChangelog", run!(changelog::fields(&PERSONS)))
        .scopes("recents:read")
        .cost(20)
        .query(changelog::QUERY)
        .about("Lists the changes of the fields of a person"),
    op(V1, Get, "/persons/{id}/mailMessages", "getPersonMailMessages", run!(mail::listed::of_person(&PERSONS)))
        .scopes("mail:read,mail:full")
        .cost(20)
        .query(mail::listed::OF_RECORD)
        .about("Lists the mail of a person, newest first"),
    op(V1, Get, "/persons/{id}/permittedUsers", "getPersonUsers", run!(permitted_users::list(&PERSONS)))
        .scopes(READ)
        .cost(10)
        .about("Lists the users who may see a person"),
    op(V1, Get, "/persons/{id}/deals", "getPersonDeals", run!(deals::linked::of_person))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::linked::OF_PERSON)
        .about("Lists the deals of a person"),
    op(V1, Get, "/persons/{id}/activities", "getPersonActivities", run!(activities::of_person))
        .scopes("activities:read,activities:full")
        .cost(20)
        .query(activities::OF_RECORD)
        .about("Lists the activities of a person"),
    op(V1, Get, "/persons/{id}/followers", "getPersonFollowers", run!(followers::list(&PERSONS)))
        .scopes(READ)
        .cost(20)
        .about("Lists the followers of a person"),
    op(V1, Post, "/persons/{id}/followers", "addPersonFollower", run!(followers::add(&PERSONS)))
        .cost(10)
        .takes(Takes::Keys(followers::KEYS))
        .about("Adds a follower to a person"),
    op(V1, Delete, "/persons/{id}/followers/{follower_id}", "deletePersonFollower", run!(followers::remove(&PERSONS)))
        .cost(6)
        .about("Removes a follower from a person"),
    op(V2, Get, "/persons/{id}/followers", "getPersonFollowers", run!(followers::list(&PERSONS)))
        .scopes(READ)
        .cost(10)
        .query(followers::LIST_V2)
        .about("Lists the followers of a person"),
    op(V2, Post, "/persons/{id}/followers", "addPersonFollower", run!(followers::add(&PERSONS)))
        .cost(5)
        .takes(Takes::Keys(followers::KEYS))
        .created()
        .about("Adds a follower to a person"),
    op(V2, Delete, "/persons/{id}/followers/{follower_id}", "deletePersonFollower", run!(followers::remove(&PERSONS)))
        .cost(3)
        .about("Removes a follower from a person"),
    op(V2, Get, "/persons/{id}/followers/changelog", "getPersonFollowersChangelog", run!(changelog::followers(&PERSONS)))
        .scopes(READ)
        .cost(10)
        .query(changelog::QUERY)
        .about("Lists who began and who ceased to follow a person"),
];

async fn add(call: Call) -> ApiResult<Reply> {
    rules::refuse_contact_sync(&call)?;
    let id = records::create(&call, &PERSONS).await?;
    match call.version() {
        Version::V1 => records::show_v1_with(&call, &PERSONS, id, |json| write_additional(json, &call, id, true)).await,
        Version::V2 => records::show_created(&call, &PERSONS, id).await,
    }
}

async fn update(call: Call) -> ApiResult<Reply> {
    rules::refuse_contact_sync(&call)?;
    records::update(call, &PERSONS).await
}

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(PERSON.title)?;
    records::show_v1_with(&call, &PERSONS, id, |json| write_additional(json, &call, id, false)).await
}

fn write_additional(json: &mut crate::json::Json, call: &Call, id: i64, is_new: bool) {
    json.key("additional_data");
    json.begin_object();
    if is_new {
        records::write_did_not_merge(json);
    }
    json.key("dropbox_email");
    call.directory.write_smart_bcc(json, "person", id);
    json.end_object();
}
