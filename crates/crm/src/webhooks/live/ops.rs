//! The operation by which clients listen.

use super::listener::Listener;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::{Answers, Method, Op, Param, ParamKind};
use crate::run;
use crate::stream::ByteStream;
use crate::webhooks::event::Event;
use crate::webhooks::hook::Shape;
use crate::webhooks::words;
use futures::stream::{self, StreamExt};

const OBJECT: Param = Param::new("object", ParamKind::Choices(words::OBJECTS_V2), "Tells of these objects only.");
const ACTION: Param = Param::new("action", ParamKind::Choices(words::ACTIONS_V2), "Tells of these actions only.");
const LAST_EVENT_ID: Param = Param::new(
    "last_event_id",
    ParamKind::Text,
    "Goes on after this event. The header Last-Event-ID counts before it. Without either, what happens from now on is told.",
);

/// When somebody with too many streams may try again.
const PAUSE_SECONDS: i64 = 10;

pub const OPS: &[Op] = &[Op::own(Method::Get, "/events", "getEvents", run!(listen))
    .tag("Events")
    .scopes("webhooks:read")
    .answers(Answers::Events)
    .about("Tells of changes as they happen, in a stream of server-sent events that can be taken up again.")
    .query(&[OBJECT, ACTION, LAST_EVENT_ID])];

/// What a client wants to be told of.
pub struct Wanted {
    /// Empty where all are wanted.
    objects: Vec<String>,
    actions: Vec<String>,
}

impl Wanted {
    /// What the second version calls object and action of an event, if it is wanted.
    pub fn words(&self, event: &Event) -> Option<(&'static str, &'static str)> {
        let is_asked = |asked: &[String], word: &str| asked.is_empty() || asked.iter().any(|asked| asked == word);
        let object = words::object(Shape::V2, event).filter(|word| is_asked(&self.objects, word))?;
        let action = words::action(Shape::V2, event);
        is_asked(&self.actions, action).then_some((object, action))
    }
}

async fn listen(call: Call) -> ApiResult<Reply> {
    let seen = last_seen(&call)?;
    let wanted = Wanted { objects: call.args.words(OBJECT.name).to_vec(), actions: call.args.words(ACTION.name).to_vec() };
    let seat = call.app.live.seats.take(call.company(), call.principal.user);
    let seat = seat.ok_or(ApiError::RateLimited { seconds: PAUSE_SECONDS })?;
    let listener = Listener::begin(call, wanted, seen, seat).await?;
    let headers = vec![
        ("content-type", "text/event-stream".to_owned()),
        ("cache-control", "no-store".to_owned()),
        // Some proxies collect answers unless they are told.
        ("x-accel-buffering", "no".to_owned()),
    ];
    let stream = ByteStream::new(stream::unfold(listener, Listener::next).map(Ok));
    Ok(Reply { status: 200, headers, body: Vec::new(), stream: Some(stream) })
}

/// The last event that the client has seen. Browsers repeat the address of a stream as it was, and add the header.
fn last_seen(call: &Call) -> ApiResult<Option<i64>> {
    let header = call.last_event_id.as_deref().filter(|text| !text.is_empty());
    let Some(text) = header.or_else(|| call.args.text(LAST_EVENT_ID.name)) else { return Ok(None) };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let seen = text.parse().ok().filter(|_| is_number);
    seen.map(Some).ok_or_else(|| ApiError::invalid_key(LAST_EVENT_ID.name, "is not the id of an event of this stream"))
}
