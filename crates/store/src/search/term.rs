//! What somebody looks for, and how well a text matches it.

use super::frequencies::Frequencies;
use super::grams::{Grams, Lookups, Space, first};
use super::text::{fold, is_word_letter, phone_digits, words};
use penstock_model::CompanyId;

/// How a text matches a term, best first. Each sort holds those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The text is the term.
    Exact,
    /// The text begins with the term.
    Beginning,
    /// Every word of the term begins a word of the text.
    Words,
    /// Every word of the term is somewhere in the text.
    Inside,
}

/// Words that stand in most addresses of people and pages. They are looked up only where a term has no others.
const IN_MOST_ADDRESSES: &[&str] = &[
    "com",
    "example",
    "gmail",
    "googlemail",
    "hotmail",
    "http",
    "https",
    "icloud",
    "live",
    "mail",
    "net",
    "org",
    "outlook",
    "www",
    "yahoo",
];

/// A term, ready to be compared.
#[derive(Debug, Clone)]
pub struct Term {
    text: String,
    pieces: Vec<Piece>,
    /// The term as the digits of a phone number, where that is another text.
    digits: Option<Box<Term>>,
}

/// What stands between two spaces of a term.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    /// Whether it may stand inside a word: only three letters in a row are enough for that. Shorter ones must begin a word.
    anywhere: bool,
}

impl Term {
    pub fn new(term: &str) -> Self {
        let text = fold(term);
        let digits = phone_digits(&text).filter(|digits| *digits != text).map(|digits| Box::new(Term::of_folded(digits)));
        Term { digits, ..Term::of_folded(text) }
    }

    fn of_folded(text: String) -> Self {
        let is_long = |piece: &str| words(piece).any(|word| word.chars().nth(2).is_some());
        let pieces = text.split(' ').map(|piece| Piece { text: piece.to_owned(), anywhere: is_long(piece) }).collect();
        Term { text, pieces, digits: None }
    }

    /// The number of letters.
    pub fn len(&self) -> usize {
        self.text.chars().count()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How a folded text matches.
    pub fn match_of(&self, space: Space, text: &str) -> Option<Match> {
        let own = self.compare(text);
        match &self.digits {
            Some(digits) if space == Space::Other => own.into_iter().chain(digits.compare(text)).min(),
            _ => own,
        }
    }

    fn compare(&self, text: &str) -> Option<Match> {
        if self.text.is_empty() {
            return None;
        }
        if let Some(rest) = text.strip_prefix(self.text.as_str()) {
            return Some(if rest.is_empty() { Match::Exact } else { Match::Beginning });
        }
        // Signs alone are compared with whole texts only: the index knows them nowhere else.
        words(&self.text).next()?;
        let mut all_begin = true;
        for piece in &self.pieces {
            let begins = piece.begins_word_of(text);
            let inside = begins || (piece.anywhere && text.contains(&piece.text));
            if !inside {
                return None;
            }
            all_begin &= begins;
        }
        Some(if all_begin { Match::Words } else { Match::Inside })
    }

    /// The sets of grams one of which a text has wholly, if it matches at least so well.
    pub fn grams(&self, company: CompanyId, space: Space, at_least: Match, frequencies: &Frequencies) -> Vec<Vec<u32>> {
        let digits = self.digits.as_deref().filter(|_| space == Space::Other);
        let makes = Grams::new(company, space);
        std::iter::once(self).chain(digits).filter_map(|term| term.own_grams(makes, at_least, frequencies)).collect()
    }

    fn own_grams(&self, makes: Grams, at_least: Match, frequencies: &Frequencies) -> Option<Vec<u32>> {
        if self.text.is_empty() {
            return None;
        }
        let beginning = first(&self.text, 3).or(first(&self.text, 2)).filter(|_| at_least != Match::Exact);
        let Some(beginning) = beginning else { return Some(vec![makes.gram('=', &self.text)]) };
        let mut lookups = Lookups::default();
        if at_least == Match::Beginning || words(&self.text).next().is_none() {
            lookups.add_beginning(makes, beginning);
        }
        let inside = at_least == Match::Inside;
        self.pieces.iter().for_each(|piece| piece.add_lookups(makes, inside, |word| !IN_MOST_ADDRESSES.contains(&word), &mut lookups));
        if lookups.is_empty() {
            self.pieces.iter().for_each(|piece| piece.add_lookups(makes, inside, |_| true, &mut lookups));
        }
        Some(lookups.rarest(words(&self.text).count(), frequencies))
    }
}

impl Piece {
    fn begins_word_of(&self, text: &str) -> bool {
        let begins_with_sign = !self.text.starts_with(is_word_letter);
        text.match_indices(&self.text).any(|(at, _)| begins_with_sign || !text[..at].ends_with(is_word_letter))
    }

    /// Adds what the words that are `wanted` are looked up by.
    fn add_lookups(&self, makes: Grams, inside: bool, wanted: impl Fn(&str) -> bool, lookups: &mut Lookups) {
        for (place, word) in words(&self.text).enumerate().filter(|(_, word)| wanted(word)) {
            // What follows a sign begins a word wherever the piece is found.
            if inside && self.anywhere && place == 0 && self.text.starts_with(word) {
                lookups.add_inside(makes, word);
            } else {
                lookups.add_word(makes, word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_match_counts() {
        let cases = [
            ("Ann Lee", "ann lee", Some(Match::Exact)),
            ("ANN", "Ann Lee", Some(Match::Beginning)),
            ("lee ann", "Ann-Lee", Some(Match::Words)),
            ("lee", "Ann Lee", Some(Match::Words)),
            ("nn ee", "Ann Lee", None),
            ("ree", "Freedom", Some(Match::Inside)),
            ("dom free", "Freedom", Some(Match::Inside)),
            ("re", "Freedom", None),
            ("fr", "To be free", Some(Match::Words)),
            ("e@ex", "joe@example.com", None),
            ("joe@ex", "mail joe@example.com", Some(Match::Words)),
            ("oe.lee", "joe.lee", Some(Match::Inside)),
            ("c++", "c++ course", Some(Match::Beginning)),
            ("++", "c++", None),
            ("$$", "$$", Some(Match::Exact)),
            ("öz", "OZTURK", Some(Match::Beginning)),
        ];
        for (term, text, expected) in cases {
            assert_eq!(Term::new(term).match_of(Space::Name, &fold(text)), expected, "{term} in {text}");
        }
    }

    #[test]
    fn phones_match_by_their_digits() {
        let matches = |term: &str, space| Term::new(term).match_of(space, "37255123456");
        assert_eq!(matches("+372 55-123 456", Space::Other), Some(Match::Exact));
        assert_eq!(matches("00372 55", Space::Other), Some(Match::Beginning));
        assert_eq!(matches("123-45", Space::Other), Some(Match::Inside));
        assert_eq!(matches("123-45", Space::Name), None);
    }

    #[test]
    fn a_text_has_the_grams_of_every_term_that_matches_it() {
        let texts = ["ann lee-marie o'neill", "joe.lee@example.com", "a b c", "at&t 5g", "x", "学校 名前", "c++ for ml"];
        for space in [Space::Name, Space::Other] {
            let makes = Grams::new(CompanyId(7), space);
            for text in texts {
                let mut known = Vec::new();
                makes.of_text(text, &mut known);
                let letters: Vec<char> = text.chars().collect();
                for (from, to) in (0..letters.len()).flat_map(|from| (from + 1..=letters.len()).map(move |to| (from, to))) {
                    let term = Term::new(&letters[from..to].iter().collect::<String>());
                    let Some(found) = term.match_of(space, text) else { continue };
                    for at_least in [Match::Exact, Match::Beginning, Match::Words, Match::Inside] {
                        let sets = term.grams(CompanyId(7), space, at_least, &Frequencies::default());
                        let has = sets.iter().any(|set| set.iter().all(|gram| known.contains(gram)));
                        let one_letter = found != Match::Exact && term.len() < 2;
                        assert!(has || found > at_least || one_letter, "{:?} in {text}: {found:?}, {at_least:?}", term.text);
                    }
                }
            }
        }
    }
}
