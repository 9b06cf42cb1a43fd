//! One stream of events.

use super::frame;
use super::log::{self, CHUNK, Entry, Reach};
use super::seats::Seat;
use super::{feed, ops::Wanted};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::webhooks::hook::Shape;
use crate::webhooks::{matching, payload};
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::Instant;

/// When a stream does something although nothing happens.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// How long a stream is silent before it gives a sign of life.
    pub silence: Duration,
    /// How often it is looked at whether the caller is still let in.
    pub check: Duration,
    /// A stream is cut after so long: clients come back, perhaps to another node.
    pub longest: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Rhythm { silence: Duration::from_secs(15), check: Duration::from_secs(2), longest: Duration::from_secs(3_600) }
    }
}

pub struct Listener {
    call: Call,
    rhythm: Rhythm,
    wanted: Wanted,
    entries: broadcast::Receiver<Entry>,
    stop: watch::Receiver<bool>,
    /// Read, and not looked at yet.
    backlog: VecDeque<Entry>,
    /// Whether the log holds what neither the backlog nor the feed does.
    is_behind: bool,
    /// The last place that was looked at.
    seq: i64,
    /// The last place that the client knows.
    known: i64,
    /// What is said before anything else.
    first: Option<Bytes>,
    beat_at: Instant,
    check_at: Instant,
    end_at: Instant,
    _seat: Seat,
}

impl Listener {
    /// Goes on after the event that the client has seen last; without one from now on.
    pub async fn begin(call: Call, wanted: Wanted, seen: Option<i64>, seat: Seat) -> ApiResult<Self> {
        let entries = feed::join(&call.app, call.company()).await?;
        // Read after that, so that nothing lies between.
        let reach = log::reach(call.store(), call.company()).await?;
        let (seq, first) = start(reach, seen);
        let now = Instant::now();
        let rhythm = call.app.settings.events;
        Ok(Listener {
            stop: call.app.live.stopping(),
            call,
            rhythm,
            wanted,
            entries,
            backlog: VecDeque::new(),
            is_behind: seq < reach.last,
            seq,
            known: seq,
            first: Some(first),
            beat_at: now + rhythm.silence,
            check_at: now + rhythm.check,
            end_at: now + rhythm.longest,
            _seat: seat,
        })
    }

    /// The next words to the client; `None` at the end. Whatever fails ends the stream: the client comes back and goes on where
    /// it was.
    pub async fn next(mut self) -> Option<(Bytes, Self)> {
        match self.words().await {
            Ok(words) => {
                self.beat_at = Instant::now() + self.rhythm.silence;
                words.map(|words| (words, self))
            }
            Err(ApiError::Unauthorized | ApiError::WrongAccessToken | ApiError::ScopeMismatch) => None,
            Err(error) => {
                tracing::warn!(company = self.call.company().0, ?error, "a stream of events was broken off");
                None
            }
        }
    }

    async fn words(&mut self) -> ApiResult<Option<Bytes>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            let now = Instant::now();
            if *self.stop.borrow() || now >= self.end_at {
                return Ok(None);
            }
            if now >= self.check_at {
                self.check().await?;
                self.check_at = Instant::now() + self.rhythm.check;
            }
            if now >= self.beat_at {
                return Ok(Some(self.heartbeat()));
            }
            let words = if let Some(entry) = self.backlog.pop_front() {
                self.tell(entry).await?
            } else if self.is_behind {
                self.catch_up().await?
            } else if self.wait().await {
                None
            } else {
                return Ok(None);
            };
            if words.is_some() {
                return Ok(words);
            }
        }
    }

    /// Fails once the caller would not be let in any more.
    async fn check(&mut self) -> ApiResult<()> {
        let caller = self.call.app.authenticate_again(&self.call).await?;
        self.call.principal = caller.principal;
        self.call.directory = caller.directory;
        Ok(())
    }

    fn heartbeat(&mut self) -> Bytes {
        let is_news = self.seq != self.known;
        self.known = self.seq;
        frame::heartbeat(is_news.then_some(self.seq))
    }

    /// What the caller is told of an event, if anything.
    async fn tell(&mut self, entry: Entry) -> ApiResult<Option<Bytes>> {
        self.seq = entry.seq;
        let Some(told) = entry.told else { return Ok(None) };
        let Some((object, action)) = self.wanted.words(&told.event) else { return Ok(None) };
        let (app, user) = (&self.call.app, self.call.principal.user);
        let directory = app.directory(self.call.company()).await?;
        if !matching::may_see(app, &directory, user, &told.event).await? {
            return Ok(None);
        }
        let Some(content) = told.content(app, Shape::V2).await? else { return Ok(None) };
        self.known = entry.seq;
        Ok(Some(frame::event(entry.seq, object, action, &payload::live_body(user, &told.event, content))))
    }

    /// Reads the log on from where the stream is. Answers what there is to say where a piece of it is missing.
    async fn catch_up(&mut self) -> ApiResult<Option<Bytes>> {
        let entries = log::after(&self.call.app, self.call.company(), self.seq).await?;
        self.is_behind = entries.len() == CHUNK;
        let first = entries.first().map(|entry| entry.seq);
        self.backlog = entries.into();
        let Some(first) = first.filter(|first| *first > self.seq + 1) else { return Ok(None) };
        let gap = frame::gap(self.seq, first);
        self.seq = first - 1;
        self.known = self.seq;
        Ok(Some(gap))
    }

    /// Waits for the next event, or until something else is to be done. Answers no where there will be no more events.
    async fn wait(&mut self) -> bool {
        let wake_at = self.beat_at.min(self.check_at).min(self.end_at);
        let received = tokio::select! {
            received = self.entries.recv() => received,
            () = tokio::time::sleep_until(wake_at) => return true,
            _ = self.stop.changed() => return true,
        };
        match received {
            Ok(entry) if entry.seq <= self.seq => {}
            Ok(entry) if entry.seq == self.seq + 1 => self.backlog.push_back(entry),
            Ok(_) | Err(RecvError::Lagged(_)) => self.is_behind = true,
            Err(RecvError::Closed) => return false,
        }
        true
    }
}

/// Where a stream begins, and its first words. A log that does not reach as far as the client has seen is not the one that it
/// has seen.
fn start(reach: Reach, seen: Option<i64>) -> (i64, Bytes) {
    let Some(seen) = seen else { return (reach.last, frame::hello(reach.last)) };
    let from = if seen > reach.last { reach.last } else { seen.max(reach.first - 1) };
    let mut words = frame::hello(from).to_vec();
    if from != seen {
        words.extend_from_slice(&frame::gap(seen, from + 1));
    }
    (from, Bytes::from(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_begins_where_the_client_was_or_says_what_it_has_missed() {
        let reach = Reach { first: 5, last: 9 };
        for (seen, from, has_gap) in [
            (None, 9, false),
            (Some(9), 9, false),
            (Some(7), 7, false),
            (Some(4), 4, false),
            (Some(3), 4, true),
            (Some(0), 4, true),
            (Some(10), 9, true),
        ] {
            let (seq, words) = start(reach, seen);
            let words = String::from_utf8(words.to_vec()).unwrap();
            assert_eq!((seq, words.contains("event: gap\n")), (from, has_gap), "{seen:?}");
            assert!(words.starts_with(&format!("retry: 2000\nid: {from}\n\n")), "{words}");
        }
        let nothing_kept = Reach { first: 10, last: 9 };
        assert_eq!(start(nothing_kept, Some(9)).0, 9);
        assert!(start(nothing_kept, Some(8)).1.ends_with(b"data: {\"last_event_id\":\"8\",\"first_event_id\":\"10\"}\n\n"));
        let empty = Reach { first: 1, last: 0 };
        assert_eq!(start(empty, Some(0)), (0, frame::hello(0)));
    }
}
