//! How often somebody may try: growing pauses per account and per address, never for good.
//!
//! Each process counts for itself. An attempt counts before its password is looked at, so that many at once are not
//! taken for few, and one that succeeds is taken back.

use penstock_model::Time;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SECOND: i64 = 1_000;
/// Who has kept quiet for so long begins anew.
const FORGET: i64 = 3_600 * SECOND;
/// So many accounts and addresses are remembered.
const MOST: usize = 50_000;

/// So many attempts without a pause, and the longest pause.
struct Rule {
    free: u32,
    longest: i64,
}

/// Pauses of an account are short, for anybody can cause them.
const ACCOUNT: Rule = Rule { free: 5, longest: 300 * SECOND };
/// Many people may share an address.
const ADDRESS: Rule = Rule { free: 20, longest: 900 * SECOND };

impl Rule {
    /// The pause after so many attempts: a second, two, four and so on.
    fn pause(&self, attempts: u32) -> i64 {
        match attempts.checked_sub(self.free) {
            None => 0,
            Some(beyond) => self.longest.min(SECOND << beyond.min(20)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// By the hash of what was typed, whether there is such an account or not.
    Account([u8; 32]),
    Address(IpAddr),
}

impl Key {
    fn rule(self) -> &'static Rule {
        match self {
            Key::Account(_) => &ACCOUNT,
            Key::Address(_) => &ADDRESS,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    attempts: u32,
    /// Until then every attempt is refused.
    open: Time,
}

/// The attempts of the last hour.
#[derive(Default)]
pub struct Limits {
    tallies: Mutex<HashMap<Key, Tally>>,
}

impl Limits {
    /// Counts an attempt, or answers for how many seconds there must be none.
    pub fn attempt(&self, email: &str, address: Option<IpAddr>, now: Time) -> Result<(), i64> {
        let keys = keys(email, address);
        let mut tallies = self.tallies();
        let open = keys.iter().filter_map(|key| tallies.get(key)).map(|tally| tally.open).max();
        if let Some(open) = open
            && open > now
        {
            return Err((open.millis() - now.millis()).div_euclid(SECOND) + 1);
        }
        make_room(&mut tallies, now);
        for key in keys {
            let tally = tallies.entry(key).or_insert(Tally { attempts: 0, open: now });
            if is_forgotten(tally, now) {
                tally.attempts = 0;
            }
            tally.attempts = tally.attempts.saturating_add(1);
            tally.open = now.plus_millis(key.rule().pause(tally.attempts));
        }
        Ok(())
    }

    /// Takes back an attempt that was no guess. The account begins anew; the address does not, or whoever has an account
    /// of their own could go on guessing from it for ever.
    pub fn succeeded(&self, email: &str, address: Option<IpAddr>, now: Time) {
        let mut tallies = self.tallies();
        for key in keys(email, address) {
            match (key, tallies.get_mut(&key)) {
                (Key::Address(_), Some(tally)) if tally.attempts > 1 => {
                    tally.attempts -= 1;
                    tally.open = now;
                }
                _ => {
                    tallies.remove(&key);
                }
            }
        }
    }

    fn tallies(&self) -> MutexGuard<'_, HashMap<Key, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keys(email: &str, address: Option<IpAddr>) -> Vec<Key> {
    let account = Key::Account(Sha256::digest(email).into());
    std::iter::once(account).chain(address.map(|address| Key::Address(network(address)))).collect()
}

/// Whoever has one address of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

fn is_forgotten(tally: &Tally, now: Time) -> bool {
    now.millis() - tally.open.millis() >= FORGET
}

/// Keeps the memory bounded: what is forgotten goes first, then those who do not have to wait.
fn make_room(tallies: &mut HashMap<Key, Tally>, now: Time) {
    if tallies.len() < MOST {
        return;
    }
    tallies.retain(|_, tally| !is_forgotten(tally, now));
    if tallies.len() >= MOST {
        tallies.retain(|_, tally| tally.open > now);
    }
    if tallies.len() >= MOST {
        tallies.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_millis(seconds * SECOND)
    }

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn pauses_of_an_account_grow_and_end() {
        let limits = Limits::default();
        for place in 0..5 {
            assert_eq!(limits.attempt("ann@weir.test", address(place), at(0)), Ok(()));
        }
        assert_eq!(limits.attempt("ann@weir.test", address(9), at(0)), Err(2), "from every address");
        assert_eq!(limits.attempt("ben@weir.test", address(9), at(0)), Ok(()));
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let wait = limits.attempt("ann@weir.test", None, at(now)).unwrap_err() - 1;
            pauses.push(wait);
            now += wait;
            assert_eq!(limits.attempt("ann@weir.test", None, at(now)), Ok(()));
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        limits.succeeded("ann@weir.test", None, at(now));
        assert_eq!(limits.attempt("ann@weir.test", None, at(now)), Ok(()));
    }

    #[test]
    fn an_address_may_try_many_accounts_but_not_all() {
        let limits = Limits::default();
        let try_once = |number: u32, now| limits.attempt(&format!("{number}@weir.test"), address(1), at(now));
        for number in 0..20 {
            assert_eq!(try_once(number, 0), Ok(()));
        }
        assert_eq!(try_once(20, 0), Err(2));
        assert_eq!(try_once(20, 1), Ok(()));
        // Somebody who signs in from there gains nothing for the others.
        assert_eq!(try_once(21, 3), Ok(()));
        limits.succeeded("21@weir.test", address(1), at(3));
        assert_eq!(try_once(22, 3), Ok(()));
        assert_eq!(try_once(23, 3), Err(5));
        assert_eq!(try_once(24, 3 + 4 + 3_600), Ok(()));
        assert_eq!(try_once(25, 3 + 4 + 3_600), Ok(()), "an hour of rest ends it");
    }

    #[test]
    fn networks_of_ipv6_count_as_one() {
        let limits = Limits::default();
        let from = |address: &str| Some(address.parse::<IpAddr>().unwrap());
        for number in 0..20 {
            let address = from(&format!("2001:db8::{number:x}"));
            assert_eq!(limits.attempt(&format!("{number}@weir.test"), address, at(0)), Ok(()));
        }
        assert!(limits.attempt("x@weir.test", from("2001:db8::ffff"), at(0)).is_err());
        assert_eq!(limits.attempt("x@weir.test", from("2001:db8:0:1::1"), at(0)), Ok(()));
        assert_eq!(network(from("::ffff:192.0.2.1").unwrap()), address(1).unwrap());
    }

    #[test]
    fn the_memory_is_bounded() {
        let limits = Limits::default();
        for number in 0..MOST + 10 {
            limits.attempt(&number.to_string(), None, at(0)).unwrap();
        }
        assert!(limits.tallies().len() <= MOST);
    }
}
