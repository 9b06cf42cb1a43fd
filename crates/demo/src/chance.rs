//! Chance that repeats itself. ChaCha promises the same numbers in every version, and what is made of them here is whole
//! numbers only, so that a seed means one company on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A source of numbers for one part of the company.
#[derive(Debug)]
pub struct Chance(ChaCha8Rng);

/// The parts, each with numbers of its own: a change in how one is made leaves the others as they are.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    Team,
    Settings,
    Organizations,
    Persons,
    Deals,
    Mail,
    Activities,
    Leads,
    Notes,
    Projects,
    Products,
    Sales,
    Files,
    Labels,
}

impl Chance {
    pub fn new(seed: u64, part: Part) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut numbers = ChaCha8Rng::from_seed(key);
        numbers.set_stream(part as u64);
        Chance(numbers)
    }

    /// A number below `bound`, or 0 where there is none.
    pub fn below(&mut self, bound: i64) -> i64 {
        let bound = u128::try_from(bound).unwrap_or(0);
        i64::try_from((u128::from(self.0.next_u64()) * bound) >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both of them possible.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// A number from 0 to `high`, the smaller the likelier; a quarter of `high` on average.
    pub fn small(&mut self, high: i64) -> i64 {
        let bound = self.below(high + 1) + 1;
        self.below(bound)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: i64) -> bool {
        self.below(100) < share
    }

    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(i64::try_from(length).unwrap_or(0))).unwrap_or(0)
    }

    /// One of the items. Of an empty list there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    /// One of the words; the empty one of an empty list.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// One of the items, by their weights.
    pub fn weighted<T: Copy + Default>(&mut self, items: &[(T, i64)]) -> T {
        let mut at = self.below(items.iter().map(|(_, weight)| weight).sum());
        for (item, weight) in items {
            if at < *weight {
                return *item;
            }
            at -= weight;
        }
        T::default()
    }

    /// A UUID of the random sort.
    pub fn uuid(&mut self) -> String {
        let digits = self.hex(30);
        format!("{}-{}-4{}-a{}-{}", &digits[..8], &digits[8..12], &digits[12..15], &digits[15..18], &digits[18..])
    }

    /// So many hex digits.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).filter_map(|_| char::from_digit(u32::try_from(self.below(16)).unwrap_or(0), 16)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_these_numbers_forever() {
        let mut chance = Chance::new(7, Part::Deals);
        let numbers: Vec<_> = (0..6).map(|_| chance.below(1000)).collect();
        assert_eq!(numbers, [241, 168, 105, 648, 26, 146]);
    }

    #[test]
    fn stays_within_bounds() {
        let mut chance = Chance::new(1, Part::Team);
        for _ in 0..1000 {
            assert!((3..=5).contains(&chance.between(3, 5)));
            assert!((0..=9).contains(&chance.small(9)));
            assert_eq!(chance.weighted(&[(1, 0), (2, 5)]), 2);
        }
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.pick::<i64>(&[]), None);
        assert_eq!(chance.hex(40).len(), 40);
    }
}
