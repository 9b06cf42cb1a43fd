//! The words that names are made of. All are made up or common; no company or person is meant.

mod names;
mod places;
mod trade;

pub use names::{FIRST_NAMES, LAST_NAMES};
pub use places::{COUNTRIES, City, Country};
pub use trade::*;

/// A name in lower-case letters without accents, digits and dashes: a part of an address.
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => plain.push(letter),
            'á' | 'à' | 'â' | 'å' | 'ã' => plain.push('a'),
            'ä' | 'æ' => plain.push_str("ae"),
            'ç' | 'č' | 'ć' => plain.push('c'),
            'é' | 'è' | 'ê' | 'ë' | 'ě' => plain.push('e'),
            'í' | 'î' | 'ï' => plain.push('i'),
            'ł' => plain.push('l'),
            'ñ' | 'ń' => plain.push('n'),
            'ó' | 'ô' | 'õ' | 'ő' => plain.push('o'),
            'ö' | 'ø' => plain.push_str("oe"),
            'š' | 'ş' => plain.push('s'),
            'ß' => plain.push_str("ss"),
            'ú' | 'ù' | 'ů' => plain.push('u'),
            'ü' => plain.push_str("ue"),
            'ž' | 'ź' => plain.push('z'),
            ' ' | '-' if !plain.ends_with('-') => plain.push('-'),
            _ => {}
        }
    }
    plain.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn addresses_have_plain_letters() {
        assert_eq!(plain("Zoë Müller-Løkke & Sons"), "zoe-mueller-loekke-sons");
        for name in FIRST_NAMES.iter().chain(LAST_NAMES) {
            let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
            let kept = plain(name).chars().filter(|letter| letter.is_alphabetic()).count();
            assert!(kept >= letters, "{name}: a letter has no plain form");
        }
    }

    #[test]
    fn no_name_stands_twice() {
        for list in [FIRST_NAMES, LAST_NAMES, FIRST_SYLLABLES, LAST_SYLLABLES, TRADES] {
            assert_eq!(list.iter().collect::<HashSet<_>>().len(), list.len());
        }
    }
}
