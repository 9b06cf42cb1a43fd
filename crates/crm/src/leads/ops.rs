//! The operations of leads.

use super::body::Special;
use super::{LEAD, LEADS, UUID, of_path, view};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::list;
use crate::narrow;
use crate::op::Method::{Delete, Get, Patch, Post};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::params::*;
use crate::permitted_users;
use crate::records;
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Sql;

const READ: &str = "leads:read,leads:full";
const FULL: &str = "leads:full";

const ORGANIZATION_ID: Param = Param::new("organization_id", ParamKind::Int, "Only leads of this organization.");

/// Where leads come from; the list is the same for everybody (semantics.md 21).
const SOURCES: &[&str] = &[
    "Manually created",
    "Deal",
    "Web forms",
    "Prospector",
    "Leadbooster",
    "Live chat",
    "Import",
    "Website visitors",
    "Workflow automation",
    "API",
];

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Leads").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(Get, "/leads", "getLeads", run!(page(false)))
        .scopes(READ)
        .cost(20)
        .query(&[LIMIT, START, OWNER_ID, PERSON_ID, ORGANIZATION_ID, FILTER_ID, UPDATED_SINCE, SORT])
        .about("Lists leads that are not archived, oldest first"),
    op(Get, "/leads/archived", "getArchivedLeads", run!(page(true)))
        .scopes(READ)
        .cost(40)
        .query(&[LIMIT, START, OWNER_ID, PERSON_ID, ORGANIZATION_ID, FILTER_ID, SORT])
        .about("Lists archived leads, oldest first"),
    op(Post, "/leads", "addLead", run!(add)).cost(10).takes(Takes::Record(&LEAD)).created().about("Creates a lead"),
    op(Get, "/leads/{id}", "getLead", run!(one)).scopes(READ).cost(2).about("Shows one lead"),
    op(Patch, "/leads/{id}", "updateLead", run!(update)).cost(10).takes(Takes::Record(&LEAD)).about("Changes the sent fields of a lead"),
    op(Delete, "/leads/{id}", "deleteLead", run!(delete)).cost(6).about("Marks a lead as deleted"),
    op(Get, "/leads/{id}/permittedUsers", "getLeadUsers", run!(users)).scopes(READ).cost(10).about("Lists the users who may see a lead"),
    Op::new(V1, Get, "/leadSources", "getLeadSources", run!(sources))
        .tag("LeadSources")
        .scopes(READ)
        .cost(2)
        .about("Lists where leads may come from"),
];

async fn page(call: Call, archived: bool) -> ApiResult<Reply> {
    let offset = list::Offset::of(&call, &LEAD, &[("id", false)])?;
    let narrow = |call: &Call, sql: &mut Sql| {
        sql.push(if archived { " AND t.is_archived = 1 AND t.is_deleted = 0" } else { " AND t.is_archived = 0 AND t.is_deleted = 0" });
        narrow::updated(call, sql);
        if narrow::filter(call, sql, &LEAD)? {
            return Ok(());
        }
        for (parameter, column) in [("owner_id", "owner_id"), ("person_id", "person_id"), ("organization_id", "org_id")] {
            narrow::equal(call, sql, parameter, column);
        }
        Ok(())
    };
    let (leads, more) = offset.records(&call, &LEAD, narrow).await?;
    Ok(call.data_and(
        |json| {
            json.begin_array();
            leads.iter().for_each(|lead| view::write(json, &call, lead));
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

async fn one(call: Call) -> ApiResult<Reply> {
    let lead = of_path(&call, Depth::Everything).await?;
    Ok(call.data(|json| view::write(json, &call, &lead)))
}

async fn add(mut call: Call) -> ApiResult<Reply> {
    let special = Special::take(&mut call)?;
    let id = records::create_with(&call, &LEADS, |lead| special.fill(&call, lead)).await?;
    show(&call, id).await
}

async fn update(mut call: Call) -> ApiResult<Reply> {
    let special = Special::take(&mut call)?;
    let id = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call, Depth::Row).await?);
            special.fill(&call, &mut change.after)?;
            let given = write::fill(&call, &mut change)?;
            (LEADS.rules.on_update)(&call, &mut change, &given)?;
            write::check_references(&call, &change).await?;
            let (mut batch, id) = (call.batch(), change.after.id);
            batch.save(change);
            Ok((batch, id))
        })
    })
    .await?;
    show(&call, id).await
}

/// A lead as this request has written it.
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    let lead = write::find(&records::reading(call), &LEAD, id, Depth::Everything).await?;
    Ok(call.data(|json| view::write(json, call, &lead)))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let lead: Record = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call, Depth::Row).await?);
            (LEADS.rules.on_delete)(&mut change.after, call.now);
            let (mut batch, lead) = (call.batch(), change.after.clone());
            batch.save(change);
            Ok((batch, lead))
        })
    })
    .await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string_or_null(lead.text(UUID));
        json.end_object();
    }))
}

async fn users(call: Call) -> ApiResult<Reply> {
    let lead = of_path(&call, Depth::Row).await?;
    permitted_users::of_record(&call, &lead).await
}

async fn sources(call: Call) -> ApiResult<Reply> {
    let write = |json: &mut Json, name: &str| {
        json.begin_object();
        json.key("name");
        json.string(name);
        json.end_object();
    };
    Ok(call.data(|json| {
        json.begin_array();
        SOURCES.iter().for_each(|name| write(json, name));
        json.end_array();
    }))
}
