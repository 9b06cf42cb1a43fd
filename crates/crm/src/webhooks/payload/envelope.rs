//! The body of one delivery: what happened, in the envelope of one subscription (semantics.md 28.2, 28.3).

use super::{Content, Told};
use crate::activities::ACTIVITY;
use crate::fields::entity::{CODE, FIELD};
use crate::json::Json;
use crate::leads::{self, LEAD};
use crate::permitted_users::Permitted;
use crate::users::USER;
use crate::webhooks::event::{Action, Event};
use crate::webhooks::hook::{Hook, Shape};
use penstock_model::{CompanyId, UserId};
use sha2::{Digest, Sha256};

/// Stands for the subscription in ids of events that are told without one.
const NO_HOOK: i64 = 0;

/// The body that is sent. `attempt` counts from 1. Every attempt, and every repetition after a failure, carries the same ids.
pub fn body(hook: &Hook, event: &Event, content: &Content, attempt: u32) -> Vec<u8> {
    let mut json = Json::with_capacity(2048);
    json.begin_object();
    match content.shape {
        Shape::V1 => write_v1(&mut json, hook, event, content, attempt),
        Shape::V2 => write_v2(&mut json, hook.user, event, content, Some((hook, attempt))),
    }
    json.end_object();
    json.into_bytes()
}

/// What a user who listens is told: the second version, without what is about a subscription or an attempt.
pub fn live_body(user: UserId, event: &Event, content: &Content) -> Vec<u8> {
    let mut json = Json::with_capacity(2048);
    json.begin_object();
    write_v2(&mut json, user, event, content, None);
    json.end_object();
    json.into_bytes()
}

fn write_v1(json: &mut Json, hook: &Hook, event: &Event, content: &Content, attempt: u32) {
    json.key("v");
    json.int(1);
    write_matches_filters(json);
    json.key("meta");
    json.begin_object();
    write_meta_v1(json, hook, event, content);
    json.end_object();
    json.key("retry");
    json.int(i64::from(attempt.saturating_sub(1)));
    write_pair(json, content.told(hook.user), "current", "previous");
    json.key("event");
    json.string(&format!("{}.{}", content.action, content.object));
}

fn write_meta_v1(json: &mut Json, hook: &Hook, event: &Event, content: &Content) {
    let millis = event.time.millis();
    json.key("v");
    json.int(1);
    json.key("action");
    json.string(content.action);
    json.key("object");
    json.string(content.object);
    json.key("id");
    json.int(event.after.id);
    json.key("company_id");
    json.int(event.company.0);
    json.key("user_id");
    json.int(event.actor.0);
    json.key("host");
    json.string(&content.host);
    json.key("timestamp");
    json.int(millis.div_euclid(1000));
    json.key("timestamp_micro");
    json.int(millis.saturating_mul(1000));
    json.key("prepublish_timestamp");
    json.int(millis);
    json.key("change_source");
    json.string(&event.change_source);
    json.key("permitted_user_ids");
    json.begin_array();
    match &content.permitted {
        Permitted::Everybody => json.string("*"),
        Permitted::Users(users) => users.iter().for_each(|user| json.int(user.0)),
    }
    json.end_array();
    json.key("trans_pending");
    json.bool(false);
    json.key("is_bulk_update");
    json.bool(event.is_bulk);
    json.key("pipedrive_service_name");
    json.bool(false);
    write_matches_filters(json);
    json.key("webhook_id");
    json.string(&hook.id.to_string());
    if event.after.entity.name == ACTIVITY.name {
        // Penstock sends none.
        json.key("send_activity_notifications");
        json.bool(false);
        json.key("activity_notifications_language");
        json.string(&content.language);
    }
}

/// Receivers that filter are not there any more; the key is.
fn write_matches_filters(json: &mut Json) {
    json.key("matches_filters");
    json.raw(r#"{"current":[],"previous":[]}"#);
}

/// `delivery` is the subscription that is told and the number of the attempt, where it is one.
fn write_v2(json: &mut Json, user: UserId, event: &Event, content: &Content, delivery: Option<(&Hook, u32)>) {
    write_pair(json, content.told(user), "data", "previous");
    json.key("meta");
    json.begin_object();
    let is_user = event.after.entity.name == USER.name;
    let entity_id = entity_id(event);
    json.key("action");
    json.string(content.action);
    for (key, text) in [
        ("company_id", event.company.to_string()),
        ("correlation_id", correlation_id(event)),
        ("entity_id", entity_id.clone()),
        ("entity", content.object.to_owned()),
        // Users are told with their own id in place of that of the event (semantics.md 28.3).
        ("id", if is_user { entity_id } else { event_id(event.company, delivery.map_or(NO_HOOK, |(hook, _)| hook.id), event.id) }),
    ] {
        json.key(key);
        json.string(&text);
    }
    json.key("is_bulk_edit");
    json.bool(event.is_bulk);
    json.key("timestamp");
    if is_user {
        json.int(event.time.millis().div_euclid(1000));
    } else {
        json.plain_string(|out| event.time.write_millis(out));
    }
    for (key, text) in [
        ("type", delivery.map(|(hook, _)| hook.kind().to_owned())),
        ("user_id", Some(event.actor.to_string())),
        ("version", Some(content.shape.word().to_owned())),
        ("webhook_id", delivery.map(|(hook, _)| hook.id.to_string())),
        ("webhook_owner_id", delivery.map(|(hook, _)| hook.owner.to_string())),
        ("change_source", Some(event.change_source.clone())),
    ] {
        if let Some(text) = text {
            json.key(key);
            json.string(&text);
        }
    }
    if !is_user {
        write_permitted_v2(json, &content.permitted);
    }
    if let Some((_, attempt)) = delivery {
        json.key("attempt");
        json.int(i64::from(attempt));
    }
    json.key("host");
    json.string(&content.host);
    write_merged(json, event);
    json.end_object();
}

fn write_permitted_v2(json: &mut Json, permitted: &Permitted) {
    json.key("permitted_user_ids");
    json.begin_array();
    match permitted {
        Permitted::Everybody => json.string("*"),
        Permitted::Users(users) => users.iter().for_each(|user| json.string(&user.to_string())),
    }
    json.end_array();
}

/// Of a merge each record names the other one.
fn write_merged(json: &mut Json, event: &Event) {
    if let Some(other) = event.merged {
        json.key(if event.action == Action::Delete { "merged_to_id" } else { "merged_from_id" });
        json.string(&other.to_string());
    }
}

fn write_pair(json: &mut Json, told: &Told, current: &str, previous: &str) {
    for (key, value) in [(current, &told.current), (previous, &told.previous)] {
        json.key(key);
        match value {
            Some(value) => json.raw(value),
            None => json.null(),
        }
    }
}

/// What v2 calls the record by: leads have UUIDs, fields have codes.
fn entity_id(event: &Event) -> String {
    let record = &event.after;
    let own = match record.entity.name {
        name if name == LEAD.name => record.text(leads::UUID),
        name if name == FIELD.name => record.text(CODE),
        _ => None,
    };
    own.map_or_else(|| record.id.to_string(), str::to_owned)
}

/// The id of what one subscription is told of one event.
pub fn event_id(company: CompanyId, hook: i64, event: i64) -> String {
    uuid_of("event", &[company.0, event, hook])
}

/// What was written together has this id in common: it was one request of one user.
fn correlation_id(event: &Event) -> String {
    uuid_of("write", &[event.company.0, event.actor.0, event.time.millis()])
}

/// The same UUID for the same numbers (RFC 9562, version 8).
fn uuid_of(what: &str, numbers: &[i64]) -> String {
    let mut hash = Sha256::new_with_prefix(what);
    numbers.iter().for_each(|number| hash.update(number.to_be_bytes()));
    let hash: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
