use super::document::grams_of;
use penstock_model::CompanyId;

/// Counters. Grams that share one by chance look more frequent than they are.
const COUNTERS: usize = 1 << 17;

/// More than anything is likely.
const LIKELY: u64 = 1 << 30;

/// How many of some documents of a company have each gram. By this a term is looked up by the rarest of its grams; without it, by
/// those that are likely to be rare in any language, which may be part of the name of every second customer.
#[derive(Debug, Default)]
pub struct Frequencies(Vec<u8>);

impl Frequencies {
    /// Counts a document of the company, as it is kept.
    pub fn count(&mut self, company: CompanyId, text: &str) {
        self.0.resize(COUNTERS, 0);
        for gram in grams_of(company, text) {
            let counter = &mut self.0[gram as usize % COUNTERS];
            *counter = counter.saturating_add(1);
        }
    }

    /// A number that is higher the more frequent a gram is: by what was counted, or else as `likely` says.
    pub(super) fn rank(&self, gram: u32, likely: u64) -> u64 {
        match self.0.get(gram as usize % COUNTERS) {
            Some(count) => (u64::from(*count) + 1) * LIKELY + likely.min(LIKELY - 1),
            None => likely,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Match, Space, Term};
    use super::*;

    #[test]
    fn a_term_is_looked_up_by_what_is_rare_in_the_company() {
        let company = CompanyId(7);
        let sets = |frequencies: &Frequencies| Term::new("quartz pump 88").grams(company, Space::Name, Match::Words, frequencies);
        let likely = sets(&Frequencies::default());
        let mut frequencies = Frequencies::default();
        for number in 0..300 {
            frequencies.count(company, &format!("name\tquartz {number}"));
        }
        let known = sets(&frequencies);
        let quartz = grams_of(company, "name\tquartz");
        let of_quartz = |sets: &[Vec<u32>]| sets.iter().flatten().filter(|gram| quartz.contains(gram)).count();
        assert!(of_quartz(&likely) > 0, "its letters are rare");
        assert_eq!(of_quartz(&known), 0, "but it is in every name");
    }

    #[test]
    fn each_word_gives_one_gram_before_any_gives_two() {
        let company = CompanyId(7);
        let mut frequencies = Frequencies::default();
        frequencies.count(company, "name\tpump");
        let sets = Term::new("exequatur sanders teresa").grams(company, Space::Name, Match::Words, &frequencies);
        for word in ["exequatur", "sanders", "teresa"] {
            let of_word = grams_of(company, &format!("name\t{word}"));
            assert_eq!(sets[0].iter().filter(|gram| of_word.contains(gram)).count(), 1, "{word}");
        }
    }
}
