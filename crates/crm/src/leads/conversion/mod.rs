//! Leads become deals, deals become leads: by jobs that clients wait for by asking (semantics.md 21).

mod moves;
mod ops;

pub use ops::OPS;

use super::fields::*;
use crate::call::Call;
use crate::deals::{self, DEAL, participants};
use crate::error::{ApiError, ApiResult};
use crate::jobs::{Job, Outcome};
use crate::select::Depth;
use crate::write;
use moves::{Target, move_linked};
use penstock_model::{Change, Record};
use serde_json::json;
use uuid::Uuid;

/// The names of the two sorts of jobs.
pub const TO_DEAL: &str = "lead_to_deal";
pub const TO_LEAD: &str = "deal_to_lead";

/// Where a lead that came of a deal comes from, of the fixed list of sources.
const FROM_DEAL: &str = "Deal";

/// Makes a deal of the lead that the job names; the lead goes.
pub async fn to_deal(call: &Call, job: &Job) -> ApiResult<Outcome> {
    let uuid = job.payload["lead_id"].as_str().unwrap_or_default();
    let lead = super::live(call, uuid, Depth::Row).await?.ok_or_else(not_found)?;
    check_lead(&lead)?;
    let id = call.store().next_id(call.company(), DEAL.table).await?;
    let deal = deal_of(call, job, &lead, id)?;
    let mut batch = call.batch();
    participants::follow_person(call, &deal, &mut batch).await?;
    batch.save(deal);
    move_linked(call, &Target { deal: Some(id), lead: None }, &Target { deal: None, lead: Some(uuid) }, &mut batch).await?;
    let mut change = Change::update(lead);
    super::rules::on_delete(&mut change.after, call.now);
    batch.save(change);
    Ok((batch, json!({"deal_id": id})))
}

/// The deal begins where the job says, and otherwise as a new deal does.
fn deal_of(call: &Call, job: &Job, lead: &Record, id: i64) -> ApiResult<Change> {
    let mut body = json!({"title": lead.text(TITLE)});
    for key in ["stage_id", "pipeline_id"] {
        if !job.payload[key].is_null() {
            body[key] = job.payload[key].clone();
        }
    }
    let call = call.with_body(body);
    let mut change = Change::insert(Record::blank(&DEAL, id));
    let given = write::fill(&call, &mut change)?;
    let deal = &mut change.after;
    deal.set(deals::OWNER, lead.get(OWNER));
    deal.set(deals::PERSON, lead.get(PERSON));
    deal.set(deals::ORGANIZATION, lead.get(ORGANIZATION));
    deal.set(deals::VALUE, lead.get(VALUE));
    deal.set(deals::CURRENCY, lead.text(CURRENCY));
    deal.set(deals::VISIBLE_TO, lead.get(VISIBLE_TO));
    deal.set(deals::EXPECTED_CLOSE_DATE, lead.get(EXPECTED_CLOSE_DATE));
    deal.set(deals::CUSTOM_FIELDS, lead.text(CUSTOM_FIELDS));
    deal.set(deals::CHANNEL, lead.get(CHANNEL));
    deal.set(deals::CHANNEL_ID, lead.text(CHANNEL_ID));
    deal.set(deals::ORIGIN_ID, lead.text(ORIGIN_ID));
    deal.set(deals::SOURCE_LEAD, lead.text(UUID));
    deals::rules::on_create(&call, &mut change, &given)?;
    change.after.set(deals::ORIGIN, lead.text(ORIGIN));
    Ok(change)
}

/// Makes a lead of the deal that the job names; the deal goes. What leads do not have stays with the deleted deal:
/// products, participants, labels, the stage.
pub async fn to_lead(call: &Call, job: &Job) -> ApiResult<Outcome> {
    let deal = write::find_live(call, &DEAL, job.payload["deal_id"].as_i64().unwrap_or_default()).await?;
    check_deal(&deal)?;
    let id = call.store().next_id(call.company(), LEAD.table).await?;
    let uuid = Uuid::new_v4().to_string();
    let mut batch = call.batch();
    batch.save(Change::insert(lead_of(call, &deal, id, &uuid)));
    move_linked(call, &Target { deal: None, lead: Some(&uuid) }, &Target { deal: Some(deal.id), lead: None }, &mut batch).await?;
    let mut change = Change::update(deal);
    deals::rules::on_delete(&mut change.after, call.now);
    participants::follow_person(call, &change, &mut batch).await?;
    batch.save(change);
    Ok((batch, json!({"lead_id": uuid})))
}

fn lead_of(call: &Call, deal: &Record, id: i64, uuid: &str) -> Record {
    let mut lead = Record::blank(&LEAD, id);
    lead.set(UUID, uuid);
    lead.set(TITLE, deal.text(deals::TITLE));
    lead.set(OWNER, deal.get(deals::OWNER));
    lead.set(CREATOR, call.principal.user);
    lead.set(PERSON, deal.get(deals::PERSON));
    lead.set(ORGANIZATION, deal.get(deals::ORGANIZATION));
    lead.set(VALUE, deal.get(deals::VALUE));
    lead.set(CURRENCY, deal.text(deals::CURRENCY));
    lead.set(VISIBLE_TO, deal.get(deals::VISIBLE_TO));
    lead.set(EXPECTED_CLOSE_DATE, deal.get(deals::EXPECTED_CLOSE_DATE));
    lead.set(CUSTOM_FIELDS, deal.text(deals::CUSTOM_FIELDS));
    lead.set(CHANNEL, deal.get(deals::CHANNEL));
    lead.set(CHANNEL_ID, deal.text(deals::CHANNEL_ID));
    lead.set(ORIGIN, deal.text(deals::ORIGIN));
    lead.set(ORIGIN_ID, deal.text(deals::ORIGIN_ID));
    lead.set(SOURCE_NAME, FROM_DEAL);
    lead.set(SOURCE_DEAL, deal.id);
    lead.set(LABELS, "[]");
    lead.set(WAS_SEEN, false);
    lead.set(IS_ARCHIVED, false);
    lead.set(IS_DELETED, false);
    lead.set(ADD_TIME, call.now);
    lead.set(UPDATE_TIME, call.now);
    lead
}

/// An archived lead takes no change, and so does not become a deal.
fn check_lead(lead: &Record) -> ApiResult<()> {
    if lead.is(IS_ARCHIVED) {
        return Err(ApiError::invalid("Archived leads cannot be edited, only unarchived"));
    }
    Ok(())
}

/// A lead needs a person or an organization, so the deal that becomes one does, too.
fn check_deal(deal: &Record) -> ApiResult<()> {
    if deal.is(deals::IS_ARCHIVED) {
        return Err(ApiError::invalid("Archived deals cannot be edited, only unarchived"));
    }
    if deal.get(deals::PERSON).is_none() && deal.get(deals::ORGANIZATION).is_none() {
        return Err(ApiError::invalid("A lead must be linked to a person or to an organization"));
    }
    Ok(())
}

/// 404 in the words that conversions have for it (semantics.md 4.1).
fn not_found() -> ApiError {
    ApiError::ObjectNotFound("Entity was not found".to_owned())
}
