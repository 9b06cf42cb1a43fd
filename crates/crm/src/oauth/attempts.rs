//! Wrong credentials of apps, counted, so that nobody can try many.

use penstock_model::Time;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// So many wrong ones in so many milliseconds.
const LIMIT: u32 = 20;
const WINDOW: i64 = 60_000;
/// What is remembered at the most.
const REMEMBERED: usize = 10_000;

/// Where an attempt comes from, and which app it names: behind a proxy one broken app does not shut out the others.
type Source = (Option<IpAddr>, String);

/// Counts within one process: what it defends is 160 bits of randomness, so a bound on the load is all that it has to be.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Source, (Time, u32)>>);

impl Attempts {
    /// How many seconds the source must wait, if it has tried too often.
    pub fn wait(&self, peer: Option<IpAddr>, client_id: &str, now: Time) -> Option<i64> {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = *attempts.get(&source(peer, client_id))?;
        let left = since.millis() + WINDOW - now.millis();
        (count >= LIMIT && left > 0).then_some((left + 999) / 1000)
    }

    pub fn failed(&self, peer: Option<IpAddr>, client_id: &str, now: Time) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= REMEMBERED {
            attempts.retain(|_, (since, _)| since.millis() + WINDOW > now.millis());
        }
        if attempts.len() >= REMEMBERED {
            attempts.clear();
        }
        let (since, count) = attempts.entry(source(peer, client_id)).or_insert((now, 0));
        if since.millis() + WINDOW <= now.millis() {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

/// Long names are no client ids; they count as one.
fn source(peer: Option<IpAddr>, client_id: &str) -> Source {
    (peer, if client_id.len() <= 64 { client_id.to_owned() } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_waits_after_too_many() {
        let (attempts, peer) = (Attempts::default(), Some(IpAddr::from([192, 0, 2, 1])));
        let at = Time::from_millis;
        for _ in 0..LIMIT {
            assert_eq!(attempts.wait(peer, "a", at(0)), None);
            attempts.failed(peer, "a", at(0));
        }
        assert_eq!(attempts.wait(peer, "a", at(1)), Some(60));
        assert_eq!((attempts.wait(peer, "b", at(1)), attempts.wait(None, "a", at(1))), (None, None));
        assert_eq!(attempts.wait(peer, "a", at(WINDOW)), None);
        attempts.failed(peer, "a", at(WINDOW));
        assert_eq!(attempts.wait(peer, "a", at(WINDOW)), None);
    }
}
