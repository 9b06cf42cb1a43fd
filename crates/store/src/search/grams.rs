//! The grams of a text: what the index knows of it.
//!
//! - `=` and the whole text;
//! - `^` and its first two, and its first three letters;
//! - of each word a space and its first one, two, three letters, and every three letters in a row.
//!
//! A gram also says in whose company, and whether in a name or elsewhere. It is kept as a hash of 31 bits: what two
//! grams share by chance is sorted out when the texts are looked at.

use super::text::words;
use penstock_model::CompanyId;

/// Whether a text is the name of its record or something else. Names are looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    Name,
    Other,
}

impl Space {
    /// The space of a field of a document.
    pub fn of(field: &str) -> Self {
        if matches!(field, "name" | "title") { Space::Name } else { Space::Other }
    }
}

/// Makes grams of one company and space.
#[derive(Clone, Copy)]
pub(super) struct Grams {
    seed: u64,
}

impl Grams {
    pub fn new(company: CompanyId, space: Space) -> Self {
        let mut seed = FNV_OFFSET;
        company.0.to_le_bytes().iter().for_each(|byte| mix(&mut seed, *byte));
        mix(&mut seed, if space == Space::Name { b'n' } else { b'o' });
        Grams { seed }
    }

    /// The gram of a sign and the letters after it.
    pub fn gram(self, sign: char, letters: &str) -> u32 {
        let mut hash = self.seed;
        mix(&mut hash, sign as u8);
        letters.bytes().for_each(|byte| mix(&mut hash, byte));
        ((hash ^ (hash >> 32)) & 0x7fff_ffff) as u32
    }

    /// Adds all grams of a folded text.
    pub fn of_text(self, text: &str, out: &mut Vec<u32>) {
        out.push(self.gram('=', text));
        out.extend((2..=3).filter_map(|count| first(text, count)).map(|letters| self.gram('^', letters)));
        for word in words(text) {
            out.extend((1..=3).filter_map(|count| first(word, count)).map(|letters| self.gram(' ', letters)));
            out.extend(triples(word).map(|letters| self.gram('*', letters)));
        }
    }

    /// Adds few grams that together cover all letters of a word: every third triple, and the last one.
    pub fn of_word(self, word: &str, out: &mut Vec<u32>) {
        let triples: Vec<&str> = triples(word).collect();
        out.extend(triples.iter().step_by(3).chain(triples.last()).map(|letters| self.gram('*', letters)));
    }
}

/// The first `count` letters; `None` where there are not so many.
pub(super) fn first(text: &str, count: usize) -> Option<&str> {
    let mut ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.nth(count - 1).map(|end| &text[..end])
}

/// Every three letters in a row.
fn triples(word: &str) -> impl Iterator<Item = &str> {
    word.char_indices().map_while(|(at, _)| first(&word[at..], 3))
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// One step of FNV-1a. It must never change: the hashes are kept.
fn mix(hash: &mut u64, byte: u8) {
    *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
}
