//! The stream of events of the API, as events.

use crate::backend::{ApiRequest, Pieces};
use crate::crm::Crm;
use crate::trouble::Trouble;
use futures::StreamExt;
use serde_json::Value;
use std::time::Duration;

const STREAM: &str = "penstock.getEvents";
/// Before a stream that has broken off is taken up again.
const PAUSE: Duration = Duration::from_secs(2);

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Change {
        object: String,
        id: i64,
        data: Value,
        previous: Value,
    },
    /// What is not known any more.
    Gap,
}

/// Events as they happen, from the moment that this is opened.
pub struct Events {
    crm: Crm,
    pieces: Pieces,
    /// What has come of an event that is not whole yet.
    begun: Vec<u8>,
    /// The last place that was told.
    last: String,
}

impl Events {
    pub async fn open(crm: Crm) -> Result<Self, Trouble> {
        let pieces = open(&crm, "").await?;
        Ok(Events { crm, pieces, begun: Vec::new(), last: String::new() })
    }

    /// The next event; `None` once the caller is not let in any more.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(frame) = self.take_frame() {
                if let Some(event) = self.read(&frame) {
                    return Some(event);
                }
            }
            match self.pieces.next().await {
                Some(piece) => self.begun.extend_from_slice(&piece),
                None => self.go_on().await?,
            }
        }
    }

    /// Takes a stream up where it has ended: it does so every hour.
    async fn go_on(&mut self) -> Option<()> {
        self.begun.clear();
        loop {
            match open(&self.crm, &self.last).await {
                Ok(pieces) => {
                    self.pieces = pieces;
                    return Some(());
                }
                Err(trouble) if matches!(trouble.status, Some(401 | 403)) => return None,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// The next lines up to an empty one.
    fn take_frame(&mut self) -> Option<String> {
        let end = self.begun.windows(2).position(|two| two == b"\n\n")?;
        let frame: Vec<u8> = self.begun.drain(..end + 2).collect();
        Some(String::from_utf8_lossy(&frame).into_owned())
    }

    fn read(&mut self, frame: &str) -> Option<Event> {
        let of = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        if let Some(id) = of("id") {
            self.last = id.to_owned();
        }
        let kind = of("event")?;
        if kind == "gap" {
            return Some(Event::Gap);
        }
        let mut body: Value = serde_json::from_str(of("data")?).ok()?;
        let (object, _) = kind.split_once('.')?;
        let id = body["meta"]["entity_id"].as_str()?.parse().unwrap_or_default();
        Some(Event::Change { object: object.to_owned(), id, data: body["data"].take(), previous: body["previous"].take() })
    }
}

async fn open(crm: &Crm, last: &str) -> Result<Pieces, Trouble> {
    let op = Crm::op(STREAM)?;
    let query = if last.is_empty() { String::new() } else { format!("last_event_id={last}") };
    let request = ApiRequest { method: op.method.as_str(), path: format!("{}{}", op.root.prefix(), op.path), query, body: None };
    crm.stream(request).await.map_err(|answer| Trouble::of_answer(&answer, op))
}
