//! The grams of a text: what the index knows of it.
//!
//! - `=` and the whole text;
//! - `^` and its first two, and its first three letters;
//! - of each word a space and its first one, two, three letters, and every three letters in a row.
//!
//! A gram also says in whose company, and whether in a name or elsewhere. It is kept as a hash of 31 bits: what two
//! grams share by chance is sorted out when the texts are looked at.

use super::frequencies::Frequencies;
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
}

/// The grams by which a term is looked up: few, since each has a list of documents to go through, and rare ones. They are kept word
/// by word, each with how frequent it is likely to be.
#[derive(Default)]
pub(super) struct Lookups(Vec<Vec<(u64, u32)>>);

/// At most so many: what more of them would sort out is sorted out as fast by a look at the texts. With three of them, a word of a
/// company's name had five times as many candidates as hits; with five hardly more than hits.
const OF_ONE_WORD: usize = 5;
/// Those of several words sort out more, and each costs the reading of a list.
const OF_SEVERAL_WORDS: usize = 3;
/// To read the list of a gram that is so much more frequent than the rarest takes longer than to look at what it would sort out.
const TOO_FREQUENT: u64 = 16;

impl Lookups {
    /// The beginning of a text.
    pub fn add_beginning(&mut self, makes: Grams, letters: &str) {
        self.0.push(vec![(frequency(letters) / 32, makes.gram('^', letters))]);
    }

    /// A word that begins a word of the text.
    pub fn add_word(&mut self, makes: Grams, word: &str) {
        let beginning = (1..=3).rev().find_map(|count| first(word, count));
        let beginning = beginning.map(|letters| (frequency(letters) / 8, makes.gram(' ', letters)));
        // The first three letters in a row say nothing more.
        let rest = triples(word).skip(1).map(|letters| (frequency(letters), makes.gram('*', letters)));
        self.0.push(beginning.into_iter().chain(rest).collect());
    }

    /// A word that may be inside one of the text.
    pub fn add_inside(&mut self, makes: Grams, word: &str) {
        self.0.push(triples(word).map(|letters| (frequency(letters), makes.gram('*', letters))).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The rarest of those of so many words: of each word the rarest, then of each the next. Those of one word stand in the same
    /// documents, so that a second one sorts out less than one of another word.
    pub fn rarest(self, words: usize, frequencies: &Frequencies) -> Vec<u32> {
        let turns_of = |mut of_word: Vec<(u64, u32)>| {
            of_word.iter_mut().for_each(|(likely, gram)| *likely = frequencies.rank(*gram, *likely));
            of_word.sort_unstable();
            of_word.into_iter().enumerate().map(|(turn, (rank, gram))| (turn, rank, gram))
        };
        let mut turns: Vec<_> = self.0.into_iter().flat_map(turns_of).collect();
        turns.sort_unstable();
        let bound = turns.iter().map(|(_, rank, _)| *rank).min().unwrap_or_default().saturating_mul(TOO_FREQUENT);
        let most = if words > 1 { OF_SEVERAL_WORDS } else { OF_ONE_WORD };
        let mut rarest = Vec::with_capacity(most);
        for (_, rank, gram) in turns {
            if rarest.len() < most && rank <= bound && !rarest.contains(&gram) {
                rarest.push(gram);
            }
        }
        rarest
    }
}

/// How frequent up to three letters are likely to be, by how frequent each is in European languages: of a thousand.
fn frequency(letters: &str) -> u64 {
    let of = |letter: char| match letter {
        'e' => 120,
        'a' => 90,
        'i' | 'n' | 'r' => 75,
        'o' | 's' | 't' => 65,
        'l' => 50,
        'c' | 'd' | 'h' | 'm' | 'u' => 35,
        'b' | 'g' | 'p' => 20,
        '0'..='9' | 'f' | 'k' | 'v' | 'w' | 'y' => 13,
        'j' | 'q' | 'x' | 'z' => 4,
        _ => 8,
    };
    let known: u64 = letters.chars().map(of).product();
    // What is not said may be anything.
    (letters.chars().count()..3).fold(known, |product, _| product * 1_000)
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
