//! What receivers are told of an event (semantics.md 28.2, 28.3).

mod custom;
mod diff;
mod envelope;
mod fields;
mod keys;
mod v1;
mod v2;

pub use envelope::{body, event_id, live_body};

use super::event::{Action, Event};
use super::hook::Shape;
use super::words;
use crate::app::App;
use crate::call::Call;
use crate::directory::Directory;
use crate::error::ApiResult;
use crate::leads::LEAD;
use crate::permitted_users::{self, Permitted};
use crate::select::{self, Depth};
use crate::write::is_deleted;
use penstock_model::{Areas, Kind, Place, Principal, Record, UserId, Value};
use penstock_store::Weight;
use std::sync::Arc;

/// What all receivers of one shape are told of an event.
#[derive(Debug, Clone)]
pub struct Content {
    shape: Shape,
    action: &'static str,
    object: &'static str,
    told: Told,
    /// The same without the names of linked records that not everybody sees, where there are such names, and the users for
    /// whom they are.
    reserved: Option<(Told, Permitted)>,
    permitted: Permitted,
    host: String,
    /// The language of the notifications about an activity.
    language: String,
}

/// What was there and what is there now; JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    /// The record as it is now.
    current: Option<String>,
    /// What it was before: in v1 all of it, in v2 what has changed, or all of what was deleted.
    previous: Option<String>,
}

impl Content {
    /// What a subscription with the rights of this user is told.
    fn told(&self, user: UserId) -> &Told {
        match &self.reserved {
            Some((told, Permitted::Users(users))) if !users.contains(&user) => told,
            _ => &self.told,
        }
    }
}

/// Renders what an event means to receivers of one shape: once for all of them, and
/// once more for those from whom linked records are hidden. `None` where the version has no word for it, where nothing has changed that it shows, or where
/// the record was deleted before and stays so, such as a deleted note of a deal that is merged: receivers were told that it is gone.
pub async fn content(app: &Arc<App>, directory: &Arc<Directory>, event: &Event, shape: Shape) -> ApiResult<Option<Content>> {
    let Some(object) = words::object(shape, event) else { return Ok(None) };
    if event.before.as_ref().is_some_and(is_deleted) && is_deleted(&event.after) {
        return Ok(None);
    }
    let call = teller(app, directory, event)?;
    let records = with_totals(&call, event, shape).await?;
    let Some(told) = shown(&call, event, &records, shape).await? else { return Ok(None) };
    let host = call.base_url();
    Ok(Some(Content {
        shape,
        action: words::action(shape, event),
        object,
        reserved: reserved(&call, event, &records, &told, shape).await?,
        told,
        permitted: permitted_users::of(&call, &event.after).await?,
        host: host.split_once("://").map_or(host.as_str(), |(_, host)| host).to_owned(),
        language: directory.company.language.clone(),
    }))
}

async fn shown(call: &Call, event: &Event, records: &Records, shape: Shape) -> ApiResult<Option<Told>> {
    let shown = match shape {
        Shape::V1 => v1::shown(call, event, records).await?,
        Shape::V2 => v2::shown(call, event, records).await?,
    };
    Ok(shown.map(|(current, previous)| Told { current, previous }))
}

/// What is told without the names of linked records that not everybody sees, and for whom those names are; `None` where the
/// one is like the other.
async fn reserved(call: &Call, event: &Event, records: &Records, told: &Told, shape: Shape) -> ApiResult<Option<(Told, Permitted)>> {
    // The second version names linked records by their ids.
    if shape == Shape::V2 || call.directory.users.values().all(|user| user.administers == Areas::ALL) {
        return Ok(None);
    }
    let mut stranger = call.clone();
    stranger.principal.administers = Areas::default();
    match shown(&stranger, event, records, shape).await? {
        Some(bare) if bare != *told => {
            let mut knowing = permitted_users::of_linked(call, &records.after).await?;
            if let Some(before) = &records.before {
                knowing = knowing.and(permitted_users::of_linked(call, before).await?);
            }
            Ok(Some((bare, knowing)))
        }
        _ => Ok(None),
    }
}

/// A call of nobody in particular that sees everything, in the zone and the number format of the company, at the time of
/// the event.
fn teller(app: &Arc<App>, directory: &Arc<Directory>, event: &Event) -> ApiResult<Call> {
    let known = directory.users.values().next().map_or(event.actor, |user| user.id);
    let mut call = Call::on_behalf(app, directory.clone(), known)?;
    call.principal = Principal { company: event.company, user: NOBODY, administers: Areas::ALL, group: NO_GROUP };
    call.now = event.time;
    Ok(call)
}

/// Ids begin with 1.
const NOBODY: UserId = UserId(0);
const NO_GROUP: i64 = 0;

/// The record before and after the event. Totals are no part of it; where the shape shows them they are those of today.
struct Records {
    before: Option<Record>,
    after: Record,
}

async fn with_totals(call: &Call, event: &Event, shape: Shape) -> ApiResult<Records> {
    let (mut before, mut after) = (event.before.clone(), event.after.clone());
    let entity = after.entity;
    let is_total = |place: Place| matches!(place, Place::Totals | Place::Related);
    let shows_totals = shape == Shape::V1 || entity.name == LEAD.name;
    if shows_totals && entity.fields.iter().any(|field| is_total(field.place)) {
        let mut sql = select::records(entity, Depth::Everything);
        select::scope(&mut sql, call, entity);
        sql.push(" AND t.id = ").bind(after.id);
        let today = crate::list::read_records(call, entity, Depth::Everything, sql, Weight::Light).await?.pop();
        for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| is_total(field.place)) {
            let none = if field.kind == Kind::Count { Value::Int(0) } else { Value::Null };
            let total = today.as_ref().map_or(none, |record| record.values[index].clone());
            for record in before.iter_mut().chain(std::iter::once(&mut after)) {
                record.values[index] = total.clone();
            }
        }
    }
    Ok(Records { before, after })
}

impl Event {
    fn is(&self, action: Action) -> bool {
        self.action == action
    }
}
