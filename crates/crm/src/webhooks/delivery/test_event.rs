//! An event about nothing, by which a receiver can be tried.

use crate::webhooks::hook::{Hook, Shape};
use penstock_model::{Time, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

/// The word that stands for action and object.
const TEST: &str = "test";

/// The body of a test event, in the envelope of the subscription's version.
pub fn body(hook: &Hook, caller: UserId, now: Time) -> Vec<u8> {
    let body = match hook.shape {
        Shape::V1 => v1(hook, caller, now),
        Shape::V2 => v2(hook, caller, now),
    };
    body.to_string().into_bytes()
}

fn v1(hook: &Hook, caller: UserId, now: Time) -> Value {
    json!({
        "v": 1,
        "meta": {
            "v": 1,
            "action": TEST,
            "object": TEST,
            "id": 0,
            "company_id": hook.company.0,
            "user_id": caller.0,
            "timestamp": now.millis().div_euclid(1000),
            "webhook_id": hook.id.to_string(),
        },
        "retry": 0,
        "current": null,
        "previous": null,
        "event": format!("{TEST}.{TEST}"),
    })
}

fn v2(hook: &Hook, caller: UserId, now: Time) -> Value {
    let mut timestamp = Vec::new();
    now.write_millis(&mut timestamp);
    json!({
        "data": null,
        "previous": null,
        "meta": {
            "action": TEST,
            "entity": TEST,
            "entity_id": "0",
            "id": Uuid::new_v4().to_string(),
            "company_id": hook.company.0.to_string(),
            "user_id": caller.0.to_string(),
            "timestamp": String::from_utf8_lossy(&timestamp),
            "version": hook.shape.word(),
            "webhook_id": hook.id.to_string(),
            "webhook_owner_id": hook.owner.0.to_string(),
            "attempt": 1,
        },
    })
}
