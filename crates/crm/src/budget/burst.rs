//! Requests in the last two seconds.

const SLICE_MILLIS: i64 = 100;
const SLICES: usize = 20;
/// The length of the rolling window (semantics.md 6).
const WINDOW_MILLIS: i64 = SLICE_MILLIS * SLICES as i64;

/// The requests of one token in a window that rolls on by tenths of a second.
#[derive(Debug, Clone, Default)]
pub struct Burst {
    /// The number of the newest slice since 1970.
    newest: i64,
    counts: [u32; SLICES],
    total: u32,
}

impl Burst {
    /// Counts a request at a time in milliseconds unless that makes more than `limit`; answers whether it was counted.
    pub fn take(&mut self, millis: i64, limit: u32) -> bool {
        self.roll_to(millis.div_euclid(SLICE_MILLIS));
        if self.total >= limit {
            return false;
        }
        self.counts[place(self.newest)] += 1;
        self.total += 1;
        true
    }

    /// The requests in the window that ended when the last one was counted.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Milliseconds from a time until the oldest request falls out of the window.
    pub fn wait(&self, millis: i64) -> i64 {
        let oldest = (0..SLICES as i64).rev().map(|age| self.newest - age).find(|slice| self.counts[place(*slice)] > 0);
        oldest.map_or(0, |slice| (slice * SLICE_MILLIS + WINDOW_MILLIS - millis).max(0))
    }

    /// Whether nothing was counted in the window that ends at a time.
    pub fn is_idle(&self, millis: i64) -> bool {
        millis.div_euclid(SLICE_MILLIS) - self.newest >= SLICES as i64
    }

    /// Lets go of what is older than the window. A clock that was set back does not bring anything back.
    fn roll_to(&mut self, slice: i64) {
        if slice - self.newest >= SLICES as i64 {
            *self = Burst { newest: slice, ..Burst::default() };
        }
        while self.newest < slice {
            self.newest += 1;
            self.total -= std::mem::take(&mut self.counts[place(self.newest)]);
        }
    }
}

fn place(slice: i64) -> usize {
    slice.rem_euclid(SLICES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_come_back_one_by_one_as_the_window_rolls_on() {
        let mut burst = Burst::default();
        assert!(burst.take(10_000, 2) && burst.take(11_050, 2));
        assert!(!burst.take(11_900, 2), "two in two seconds are enough");
        assert_eq!(burst.wait(11_900), 100);
        assert!(burst.take(12_000, 2), "the first one is two seconds old");
        assert!(!burst.take(12_000, 2));
        assert_eq!((burst.total(), burst.wait(12_000)), (2, 1_000));
        assert!(!burst.is_idle(13_900) && burst.is_idle(14_000));
    }

    proptest! {
        /// The counts agree with a list of all requests.
        #[test]
        fn never_more_than_the_limit_in_a_window(steps in prop::collection::vec(0_i64..700, 1..200), limit in 1_u32..30) {
            let (mut burst, mut now, mut counted) = (Burst::default(), 1_000_000, Vec::new());
            for step in steps {
                now += step;
                let slice = now.div_euclid(SLICE_MILLIS);
                let there = counted.iter().filter(|then| slice - **then < SLICES as i64).count();
                let taken = burst.take(now, limit);
                prop_assert_eq!(taken, there < limit as usize);
                if taken {
                    counted.push(slice);
                }
                prop_assert_eq!(burst.total() as usize, there + usize::from(taken));
            }
        }
    }
}
