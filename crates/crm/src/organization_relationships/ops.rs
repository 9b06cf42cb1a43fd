//! The operations of relationships between organizations.

use super::fields::*;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::organizations::ORGANIZATION;
use crate::related::Related;
use crate::rights::{self, Scan};
use crate::run;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::{Sql, Weight};

/// Relationships of one organization that a list shows; it has no pages (semantics.md 5.1).
const MOST: i64 = 500;

const ORG_ID: Param = Param::new("org_id", ParamKind::Int, "The organization from whose side the relationships are seen.");
const KEYS: &[Param] = &[
    Param::new("type", ParamKind::Choice(TYPES), "Whether the owner is the parent, or both are related.").required(),
    Param::new("rel_owner_org_id", ParamKind::Int, "The owner of the relationship; the parent where there is one.").required(),
    Param::new("rel_linked_org_id", ParamKind::Int, "The other organization; the daughter where there is one.").required(),
    ORG_ID,
];
const CHANGED_KEYS: &[Param] = &[
    Param::new("type", ParamKind::Choice(TYPES), "Whether the owner is the parent, or both are related."),
    Param::new("rel_owner_org_id", ParamKind::Int, "The owner of the relationship; the parent where there is one."),
    Param::new("rel_linked_org_id", ParamKind::Int, "The other organization; the daughter where there is one."),
    ORG_ID,
];

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("OrganizationRelationships")
}

const READ: &str = "contacts:read,contacts:full";
const FULL: &str = "contacts:full";

pub const OPS: &[Op] = &[
    op(Get, "/organizationRelationships", "getOrganizationRelationships", run!(of_organization))
        .scopes(READ)
        .cost(20)
        .query(&[ORG_ID.required()])
        .about("Lists the relationships of an organization"),
    op(Post, "/organizationRelationships", "addOrganizationRelationship", run!(add))
        .scopes(FULL)
        .cost(10)
        .takes(Takes::Keys(KEYS))
        .about("Relates two organizations"),
    op(Get, "/organizationRelationships/{id}", "getOrganizationRelationship", run!(one))
        .scopes(READ)
        .cost(2)
        .query(&[ORG_ID])
        .about("Shows one relationship"),
    op(Put, "/organizationRelationships/{id}", "updateOrganizationRelationship", run!(update))
        .scopes(FULL)
        .cost(10)
        .takes(Takes::Keys(CHANGED_KEYS))
        .about("Changes the sent keys of a relationship"),
    op(Delete, "/organizationRelationships/{id}", "deleteOrganizationRelationship", run!(delete))
        .scopes(FULL)
        .cost(6)
        .about("Ends a relationship"),
];

/// The relationships that the caller may see; `narrow` appends further conditions on the rows called `t`.
async fn read(call: &Call, narrow: impl FnOnce(&mut Sql)) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(&RELATIONSHIP, Depth::Row);
    select::scope(&mut sql, call, &RELATIONSHIP);
    sql.push(" AND t.is_deleted = 0");
    narrow(&mut sql);
    for (side, rows) in [("rel_owner_org_id", "a"), ("rel_linked_org_id", "b")] {
        sql.push(" AND EXISTS (SELECT 1 FROM organizations ").push(rows).push(" WHERE ").push(rows).push(".company_id = t.company_id");
        sql.push(" AND ").push(rows).push(".id = t.").push(side).push(" AND ").push(rows).push(".is_deleted = 0");
        rights::visible(&mut sql, call, ORGANIZATION.name, rows, Scan::Page);
        sql.push(")");
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(MOST);
    list::read_records(call, &RELATIONSHIP, Depth::Row, sql, Weight::Light).await
}

async fn of_path(call: &Call) -> ApiResult<Record> {
    let id = call.id(RELATIONSHIP.title)?;
    let found = read(call, |sql| {
        sql.push(" AND t.id = ").bind(id);
    });
    found.await?.pop().ok_or_else(|| ApiError::not_found(RELATIONSHIP.title))
}

async fn of_organization(call: Call) -> ApiResult<Reply> {
    let id = call.args.int("org_id").unwrap_or_default();
    write::find_live(&call, &ORGANIZATION, id).await?;
    let relationships = read(&call, |sql| {
        sql.push(" AND (t.rel_owner_org_id = ").bind(id).push(" OR t.rel_linked_org_id = ").bind(id).push(")");
    });
    let relationships = relationships.await?;
    let related = Related::load(&call, &relationships).await?;
    Ok(call.data_and(
        |json| {
            if relationships.is_empty() {
                return json.null();
            }
            json.begin_array();
            relationships.iter().for_each(|relationship| write_relationship(json, &related, relationship, Some(id)));
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            list::write_pagination(json, 0, list::DEFAULT_LIMIT.max(relationships.len() as i64), false);
            json.end_object();
            related.write_objects(json, &call, &relationships);
        },
    ))
}

async fn one(call: Call) -> ApiResult<Reply> {
    let relationship = of_path(&call).await?;
    show(&call, relationship, call.args.int("org_id")).await
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), RELATIONSHIP.table).await?;
    let mut change = Change::insert(Record::blank(&RELATIONSHIP, id));
    change.after.set(ADD_TIME, call.now);
    change.after.set(UPDATE_TIME, call.now);
    change.after.set(IS_DELETED, false);
    fill(&call, &mut change).await?;
    let mut batch = call.batch();
    batch.save(change.clone());
    write::save(&call, batch).await?;
    show(&call, change.after, call.body.int("org_id")).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let relationship = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call).await?);
            fill(&call, &mut change).await?;
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            let (mut batch, after) = (call.batch(), change.after.clone());
            batch.save(change);
            Ok((batch, after))
        })
    })
    .await?;
    show(&call, relationship, call.body.int("org_id")).await
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call).await?);
            on_delete(&mut change.after, call.now);
            let (mut batch, id) = (call.batch(), change.after.id);
            batch.save(change);
            Ok((batch, id))
        })
    })
    .await?;
    Ok(call.deleted(id))
}

/// Takes over what the body says. Both sides must be there and be seen, and be two.
async fn fill(call: &Call, change: &mut Change) -> ApiResult<()> {
    if let Some(word) = call.body.text("type") {
        change.after.set(TYPE, word);
    }
    for (key, col) in [("rel_owner_org_id", OWNER), ("rel_linked_org_id", LINKED)] {
        if let Some(id) = call.body.int(key) {
            change.after.set(col, id);
        }
    }
    if is_with_itself(&change.after) {
        return Err(ApiError::invalid_key("rel_linked_org_id", "an organization cannot be related to itself"));
    }
    let sides = [change.after.get(OWNER), change.after.get(LINKED)];
    if call.body.int("org_id").is_some_and(|from| !sides.contains(&Some(from))) {
        return Err(ApiError::invalid_key("org_id", "must be one of the two organizations"));
    }
    write::check_references(call, change).await
}

async fn show(call: &Call, relationship: Record, seen_from: Option<i64>) -> ApiResult<Reply> {
    let relationships = [relationship];
    let related = Related::load(call, &relationships).await?;
    Ok(call.data_and(
        |json| write_relationship(json, &related, &relationships[0], seen_from),
        |json| related.write_objects(json, call, &relationships),
    ))
}

fn write_relationship(json: &mut Json, related: &Related, relationship: &Record, seen_from: Option<i64>) {
    let sides = [relationship.get(OWNER).unwrap_or_default(), relationship.get(LINKED).unwrap_or_default()];
    json.begin_object();
    json.key("id");
    json.int(relationship.id);
    json.key("type");
    json.string_or_null(relationship.text(TYPE));
    for (key, id) in ["rel_owner_org_id", "rel_linked_org_id"].into_iter().zip(sides) {
        json.key(key);
        related.write_organization_ref(json, id);
    }
    for (key, col) in [("add_time", ADD_TIME), ("update_time", UPDATE_TIME)] {
        json.key(key);
        match relationship.get(col) {
            Some(time) => json.plain_string(|out| time.write_v1(out)),
            None => json.null(),
        }
    }
    json.key("active_flag");
    json.string(if relationship.is(IS_DELETED) { "false" } else { "true" });
    if let Some((word, other)) = seen_from.and_then(|from| other_side(relationship, sides, from)) {
        json.key("calculated_type");
        json.string(word);
        json.key("calculated_related_org_id");
        json.int(other);
        json.key("related_organization_name");
        json.string_or_null(related.organizations.get(&other).map(|organization| organization.name.as_str()));
    }
    json.end_object();
}

/// What the other organization is to this one; `None` where it has no part in the relationship.
fn other_side(relationship: &Record, [owner, linked]: [i64; 2], from: i64) -> Option<(&'static str, i64)> {
    let (is_parent, other) = match from {
        _ if from == owner => (false, linked),
        _ if from == linked => (true, owner),
        _ => return None,
    };
    let word = match (relationship.text(TYPE), is_parent) {
        (Some("parent"), true) => "parent",
        (Some("parent"), false) => "daughter",
        _ => "related",
    };
    Some((word, other))
}
