//! How many streams a user has.

use penstock_model::{CompanyId, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Streams that one user may have in one process.
const MOST: usize = 20;

type Key = (CompanyId, UserId);

#[derive(Default)]
pub struct Seats(Mutex<HashMap<Key, usize>>);

impl Seats {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for as long as the value lives; `None` where the user has all of theirs.
    pub fn take(self: &Arc<Self>, company: CompanyId, user: UserId) -> Option<Seat> {
        let key = (company, user);
        let mut taken = self.lock();
        let count = taken.entry(key).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(self), key })
    }
}

/// The right to one stream.
pub struct Seat {
    seats: Arc<Seats>,
    key: Key,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_so_many_and_no_more() {
        let seats = Arc::new(Seats::default());
        let take = |user| seats.take(CompanyId(1), UserId(user));
        let mut taken: Vec<_> = (0..MOST).map_while(|_| take(1)).collect();
        assert_eq!(taken.len(), MOST);
        assert!(take(1).is_none());
        assert!(take(2).is_some(), "those of others are not touched");
        taken.pop();
        assert!(take(1).is_some());
        taken.clear();
        assert!(seats.lock().is_empty());
    }
}
