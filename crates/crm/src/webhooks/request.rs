//! A new subscription from a request.

use super::hook::{Hook, Shape};
use super::ops::refusal;
use super::words::{self, ANY};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Root;
use penstock_model::{Area, UserId};
use url::Url;

/// The longest name, and the longest of both credentials, in characters.
const MAX_TEXT: usize = 255;
const MAX_URL: usize = 2_048;

const BAD_URL: &str = "invalid or non-reachable URL";

/// Reads and checks the subscription of the body, which has no id yet; all that is wrong with it is refused at once.
pub fn read(call: &Call, app: Option<i64>) -> ApiResult<Hook> {
    let user = rights_of(call)?;
    let text = |key: &str| call.body.text(key).map(str::trim).filter(|text| !text.is_empty());
    let required = |key: &str| text(key).unwrap_or_default().to_owned();
    let (action, object) = (required("event_action"), required("event_object"));
    let hook = Hook {
        company: call.company(),
        id: 0,
        name: text("name").map(str::to_owned),
        shape: text("version").and_then(Shape::parse).unwrap_or_else(|| shape_of_words(&action, &object)),
        event_action: action,
        event_object: object,
        subscription_url: required("subscription_url"),
        user,
        owner: call.principal.user,
        app,
        http_auth_user: call.body.text("http_auth_user").filter(|text| !text.is_empty()).map(str::to_owned),
        http_auth_password: call.body.text("http_auth_password").filter(|text| !text.is_empty()).map(str::to_owned),
        is_active: true,
        add_time: call.now,
        remove_time: None,
        remove_reason: None,
        last_delivery_time: None,
        last_http_status: None,
    };
    let errors = problems(call, &hook);
    if errors.is_empty() { Ok(hook) } else { Err(ApiError::Webhook { status: 400, errors }) }
}

/// The version that is meant where none is named: 2.0, but for words that only 1.0 has. Programs that are older than 2.0 name
/// no version and go on getting what they know.
fn shape_of_words(action: &str, object: &str) -> Shape {
    let has = |shape| is_known(action, words::actions(shape)) && is_known(object, words::objects(shape));
    if has(Shape::V1) && !has(Shape::V2) { Shape::V1 } else { Shape::V2 }
}

fn is_known(word: &str, words: &[&str]) -> bool {
    word == ANY || words.contains(&word)
}

/// Whose rights decide; only administrators may lend those of somebody else.
fn rights_of(call: &Call) -> ApiResult<UserId> {
    let Some(id) = call.body.int("user_id").map(UserId) else { return Ok(call.principal.user) };
    if id == call.principal.user {
        return Ok(id);
    }
    if !call.principal.administers(Area::Account) {
        return Err(ApiError::WebhookForbidden);
    }
    let active = call.directory.user(id).filter(|user| user.is_active && !user.is_deleted);
    active.map(|user| user.id).ok_or_else(|| refusal(400, "user_id", "user not found or not active"))
}

fn problems(call: &Call, hook: &Hook) -> Vec<(String, String)> {
    let mut errors = Vec::new();
    let mut refuse = |key: &str, problem: String| errors.push((key.to_owned(), problem));
    let may_be_called = |url: &Url| !is_own(call, url) && call.app.webhooks.check(url.as_str()).is_ok();
    if url(&hook.subscription_url).is_none_or(|url| !may_be_called(&url)) {
        refuse("subscription_url", BAD_URL.to_owned());
    }
    let version = hook.shape.word();
    let (action, object) = (hook.event_action.as_str(), hook.event_object.as_str());
    if !is_known(action, words::actions(hook.shape)) {
        refuse("event_action", format!("is no action of version {version}"));
    }
    if !is_known(object, words::objects(hook.shape)) {
        refuse("event_object", format!("is no object of version {version}"));
    } else if !words::go_together(hook.shape, action, object) {
        refuse("event_action", format!("{object} is never {action}"));
    }
    let texts = [("name", &hook.name), ("http_auth_user", &hook.http_auth_user), ("http_auth_password", &hook.http_auth_password)];
    for (key, text) in texts {
        if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
            refuse(key, format!("must not be longer than {MAX_TEXT} characters"));
        }
    }
    // The colon ends the name in what is sent (RFC 7617).
    let is_short = |text: &&String| text.chars().count() <= MAX_TEXT;
    if hook.http_auth_user.as_ref().filter(is_short).is_some_and(|user| user.contains(':')) {
        refuse("http_auth_user", "must not contain a colon".to_owned());
    }
    errors
}

/// An address that events can be sent to. Credentials in it would be shown to whoever lists subscriptions.
fn url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_URL)?;
    let is_web = matches!(url.scheme(), "http" | "https") && text.to_ascii_lowercase().starts_with(&format!("{}://", url.scheme()));
    let is_bare = url.username().is_empty() && url.password().is_none();
    (is_web && is_bare && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

/// Whether the address is one of this very API, which would be told of what it does without end.
fn is_own(call: &Call, url: &Url) -> bool {
    let own = Url::parse(&call.base_url()).ok();
    own.is_some_and(|own| own.host() == url.host() && own.port_or_known_default() == url.port_or_known_default())
        && Root::of_path(url.path()).is_some()
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn takes_addresses_of_the_web_and_nothing_else() {
        for text in
            ["http://receiver.test/", "https://receiver.test:8443/a?b=c", "HTTPS://Receiver.Test", "http://127.0.0.1:9/x", "http://[::1]/"]
        {
            assert!(url(text).is_some(), "{text}");
        }
        let long = format!("https://receiver.test/{}", "a".repeat(2_048));
        for text in [
            "",
            "nowhere",
            "receiver.test",
            "ftp://receiver.test/",
            "http://",
            "http:receiver.test",
            "https:/receiver.test",
            "//receiver.test",
            "http://a b/",
            "http://user:secret@receiver.test/",
            "mailto:a@b.test",
            "javascript:alert(1)",
            "file:///etc/passwd",
            &long,
        ] {
            assert!(url(text).is_none(), "{text}");
        }
    }
}
