//! The rules of notes (semantics.md 23).

use super::fields::*;
use super::html;
use crate::call::Call;
use crate::deals;
use crate::error::{ApiError, ApiResult};
use crate::leads;
use crate::records;
use crate::rights;
use crate::select::Depth;
use crate::write::{self, Given};
use penstock_model::{Area, Change, Col, Kind, Record, Time, UserId, Value};

/// Completes and checks a new note whose sent fields are in `change.after`.
pub async fn on_create(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let note = &mut change.after;
    clean(note, CONTENT)?;
    author(call, note, None)?;
    if note.get(ADD_TIME).is_none() {
        note.set(ADD_TIME, call.now);
    }
    note.set(UPDATE_TIME, call.now);
    note.set(IS_DELETED, false);
    check_links(call, change).await?;
    follow_deal(call, &mut change.after, given).await?;
    check_pins(&mut change.after)
}

/// Completes and checks the change of a note.
pub async fn on_update(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    records::refuse_deleted(change)?;
    let former = change.before.as_ref().and_then(|before| before.get(USER));
    let note = &mut change.after;
    if given.has(CONTENT) {
        clean(note, CONTENT)?;
    }
    author(call, note, former)?;
    check_links(call, change).await?;
    if change.touches(DEAL) {
        follow_deal(call, &mut change.after, given).await?;
    }
    check_pins(&mut change.after)?;
    if change.differences().next().is_some() {
        change.after.set(UPDATE_TIME, call.now);
        change.after.set(LAST_UPDATE_USER, call.principal.user);
    }
    Ok(())
}

/// Makes content harmless; nothing may be left of none.
pub fn clean(record: &mut Record, content: Col<String>) -> ApiResult<()> {
    let cleaned = html::clean(record.text(content).unwrap_or_default());
    let cleaned = cleaned.ok_or_else(|| ApiError::invalid_key("content", "is nested too deeply"))?;
    if cleaned.trim().is_empty() {
        return Err(ApiError::invalid_key("content", "is required"));
    }
    record.set(content, cleaned);
    Ok(())
}

/// The author is whoever writes the note; only administrators name somebody else.
fn author(call: &Call, note: &mut Record, former: Option<UserId>) -> ApiResult<()> {
    let author = note.get(USER).or(former).unwrap_or(call.principal.user);
    note.set(USER, author);
    if former == Some(author) || author == call.principal.user {
        return Ok(());
    }
    if !call.principal.administers(Area::Shared) {
        return Err(rights::no_permission());
    }
    if !call.directory.user(author).is_some_and(|user| user.is_active && !user.is_deleted) {
        return Err(ApiError::invalid_key("user_id", "User not found or not accessible."));
    }
    Ok(())
}

/// A note hangs on one record at least, and on none that is missing, deleted or hidden from the caller.
async fn check_links(call: &Call, change: &Change) -> ApiResult<()> {
    let note = &change.after;
    if LINKS.iter().filter_map(|(key, _)| NOTE.field(key)).all(|(index, _)| note.values[index].is_null()) {
        return Err(ApiError::invalid("One of lead_id, deal_id, person_id, org_id, project_id and task_id must be given"));
    }
    for (index, _, after) in change.differences() {
        let is_live = match (NOTE.fields[index].kind, after) {
            (_, Value::Null) => true,
            (Kind::Lead, Value::Text(uuid)) => leads::live_id(call, uuid).await?.is_some(),
            (kind @ (Kind::Deal | Kind::Person | Kind::Organization | Kind::Project | Kind::Task), Value::Int(id)) => {
                match write::linked_entity(kind) {
                    Some(linked) => write::is_live(call, linked, *id).await?,
                    None => false,
                }
            }
            _ => true,
        };
        if !is_live {
            let what = word(NOTE.fields[index].kind);
            return Err(ApiError::Invalid(format!(
                "Cannot add/update note because {what} does not exist or you have no permissions to access this {what}."
            )));
        }
    }
    Ok(())
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Lead => "lead",
        Kind::Deal => "deal",
        Kind::Person => "person",
        Kind::Organization => "organization",
        Kind::Project => "project",
        _ => "task",
    }
}

/// A note that names a deal and neither person nor organization hangs on those of the deal, too (semantics.md 23).
async fn follow_deal(call: &Call, note: &mut Record, given: &Given) -> ApiResult<()> {
    let Some(deal) = note.get(DEAL) else { return Ok(()) };
    let names_others = [PERSON, ORGANIZATION].into_iter().any(|col| given.has(col) && note.get(col).is_some());
    if names_others {
        return Ok(());
    }
    let deal = write::find(call, &deals::DEAL, deal, Depth::Row).await?;
    note.set(PERSON, deal.get(deals::PERSON));
    note.set(ORGANIZATION, deal.get(deals::ORGANIZATION));
    Ok(())
}

/// A note is pinned only to what it hangs on; a pin goes with the link it was for.
fn check_pins(note: &mut Record) -> ApiResult<()> {
    for (link, pin) in LINKS {
        let (Some((link_index, _)), Some((pin_index, _))) = (NOTE.field(link), NOTE.field(pin)) else { continue };
        let is_pinned = note.values[pin_index] == Value::Int(1);
        note.values[pin_index] = is_pinned.into();
        if is_pinned && note.values[link_index].is_null() {
            return Err(ApiError::invalid_key(pin, &format!("needs {link}")));
        }
    }
    Ok(())
}

pub fn on_delete(note: &mut Record, now: Time) {
    note.set(IS_DELETED, true);
    note.set(DELETE_TIME, now);
    note.set(UPDATE_TIME, now);
}
