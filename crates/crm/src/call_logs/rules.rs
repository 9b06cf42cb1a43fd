//! The rules of a new call log (semantics.md 24).

use super::fields::*;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use penstock_model::{Area, Record, Write};
use uuid::Uuid;

/// The subject of a call that was given none (semantics.md 9.1).
const SUBJECT_OF_CALLS: &str = "Call";
/// The longest call, in seconds: as much as nine digits say.
const LONGEST: usize = 9;

/// Completes and checks a new call log whose sent fields are in `log`.
pub fn on_create(call: &Call, log: &mut Record) -> ApiResult<()> {
    require(call)?;
    if log.get(USER).is_none() {
        log.set(USER, call.principal.user);
    }
    if log.get(USER) != Some(call.principal.user) && !call.principal.administers(Area::Shared) {
        return Err(no_permission());
    }
    if log.get(DEAL).is_some() && log.text(LEAD).is_some() {
        return Err(ApiError::invalid("A call log can be associated with either a deal or a lead, but not both at once"));
    }
    duration(log)?;
    if log.text(SUBJECT).is_none_or(|subject| subject.trim().is_empty()) {
        log.set(SUBJECT, SUBJECT_OF_CALLS);
    }
    log.set(CODE, format!("CA{}", Uuid::new_v4().simple()));
    log.set(IS_DELETED, false);
    log.set(ADD_TIME, call.now);
    log.set(UPDATE_TIME, call.now);
    Ok(())
}

fn require(call: &Call) -> ApiResult<()> {
    let body = call.body.object()?;
    let is_blank = |value: &serde_json::Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    let required = CALL_LOG.fields.iter().filter(|field| field.required && field.write_v1 == Write::OnCreate);
    for field in required {
        if body.get(field.v1_key).is_none_or(is_blank) {
            return Err(ApiError::invalid_key(field.v1_key, "is required"));
        }
    }
    Ok(())
}

/// Seconds as text; those between start and end where none are given.
fn duration(log: &mut Record) -> ApiResult<()> {
    let (Some(start), Some(end)) = (log.get(START), log.get(END)) else {
        return Err(ApiError::invalid("start_time and end_time are required"));
    };
    if end < start {
        return Err(ApiError::invalid_key("end_time", "must not be before start_time"));
    }
    match log.text(DURATION).filter(|text| !text.is_empty()) {
        None => log.set(DURATION, ((end.millis() - start.millis()) / 1000).to_string()),
        Some(given) if given.len() <= LONGEST && given.bytes().all(|byte| byte.is_ascii_digit()) => {}
        Some(_) => return Err(ApiError::invalid_key("duration", "must be a whole number of seconds")),
    }
    Ok(())
}

/// Refuses to change what belongs to somebody else.
pub fn may_change(call: &Call, log: &Record) -> ApiResult<()> {
    let may = call.principal.administers(Area::Shared) || log.get(USER) == Some(call.principal.user);
    if may { Ok(()) } else { Err(no_permission()) }
}

fn no_permission() -> ApiError {
    ApiError::Forbidden("You don't have permission to change this resource.".to_owned())
}
