//! How subscriptions are shown (semantics.md 28.1).

use super::hook::Hook;
use crate::call::{Call, Reply};
use crate::json::Json;
use penstock_model::Time;

/// Stands for a password, which is never shown.
const HIDDEN: &str = "********";

/// `{"status":"ok","success":true,…}` with what `write` adds.
pub fn reply(call: &Call, write: impl FnOnce(&mut Json)) -> Reply {
    let mut json = Json::with_capacity(1024);
    json.begin_object();
    json.key("status");
    json.string("ok");
    json.key("success");
    json.bool(true);
    write(&mut json);
    json.end_object();
    call.reply(json)
}

/// Writes a subscription as an object.
pub fn write(json: &mut Json, hook: &Hook) {
    json.begin_object();
    for (key, number) in [("id", hook.id), ("company_id", hook.company.0), ("owner_id", hook.owner.0), ("user_id", hook.user.0)] {
        json.key(key);
        json.int(number);
    }
    for (key, text) in [
        ("event_action", hook.event_action.as_str()),
        ("event_object", &hook.event_object),
        ("subscription_url", &hook.subscription_url),
        ("version", hook.shape.word()),
    ] {
        json.key(key);
        json.string(text);
    }
    json.key("is_active");
    json.int(i64::from(hook.is_active));
    write_time(json, "add_time", Some(hook.add_time));
    write_time(json, "remove_time", hook.remove_time);
    json.key("type");
    json.string(hook.kind());
    json.key("http_auth_user");
    json.string_or_null(hook.http_auth_user.as_deref());
    json.key("http_auth_password");
    json.string_or_null(hook.http_auth_password.as_ref().map(|_| HIDDEN));
    json.key("remove_reason");
    json.string_or_null(hook.remove_reason.as_deref());
    write_time(json, "last_delivery_time", hook.last_delivery_time);
    json.key("last_http_status");
    json.int_or_null(hook.last_http_status);
    json.key("admin_id");
    json.int(hook.owner.0);
    json.key("name");
    json.string_or_null(hook.name.as_deref());
    json.end_object();
}

fn write_time(json: &mut Json, key: &str, time: Option<Time>) {
    json.key(key);
    match time {
        Some(time) => json.plain_string(|out| time.write_millis(out)),
        None => json.null(),
    }
}
