//! The lines of a stream of server-sent events.

use bytes::Bytes;

/// How long clients wait before they come back.
const RETRY_MILLIS: u32 = 2_000;

/// The first words: how to come back, and from where even if nothing is told.
pub fn hello(seq: i64) -> Bytes {
    Bytes::from(format!("retry: {RETRY_MILLIS}\nid: {seq}\n\n"))
}

/// Something that happened; `json` is one line.
pub fn event(seq: i64, object: &str, action: &str, json: &[u8]) -> Bytes {
    let mut bytes = format!("id: {seq}\nevent: {object}.{action}\ndata: ").into_bytes();
    bytes.extend_from_slice(json);
    bytes.extend_from_slice(b"\n\n");
    Bytes::from(bytes)
}

/// What stood after `seen` and before `first` cannot be told any more.
pub fn gap(seen: i64, first: i64) -> Bytes {
    let id = first - 1;
    Bytes::from(format!("id: {id}\nevent: gap\ndata: {{\"last_event_id\":\"{seen}\",\"first_event_id\":\"{first}\"}}\n\n"))
}

/// A sign of life. With a place, clients learn that all up to there was looked at, and that none of it is for them.
pub fn heartbeat(seq: Option<i64>) -> Bytes {
    match seq {
        Some(seq) => Bytes::from(format!(":\nid: {seq}\n\n")),
        None => Bytes::from_static(b":\n\n"),
    }
}
