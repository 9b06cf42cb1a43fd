//! Texts as search compares them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without case, accents, and spaces that say nothing. Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return join_words(&text.to_ascii_lowercase());
    }
    let letters = text.nfkd().filter(|letter| !is_accent(*letter)).flat_map(char::to_lowercase);
    let plain: String = letters.flat_map(|letter| plain_letters(letter).chars().chain(other_letter(letter))).nfc().collect();
    join_words(&plain)
}

fn join_words(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

/// Marks of the scripts that can do without them; those of others are letters of their own.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// What people type for letters that are not a plain letter with an accent; empty for all others.
fn plain_letters(letter: char) -> &'static str {
    match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        _ => "",
    }
}

fn other_letter(letter: char) -> Option<char> {
    plain_letters(letter).is_empty().then_some(letter)
}

/// Whether the letter is part of a word, rather than what stands between words.
pub fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// The words of a folded text: its runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_word_letter(letter)).filter(|word| !word.is_empty())
}

/// The digits of what may be a phone number, without the `+` or `00` before it; `None` for anything else.
pub fn phone_digits(text: &str) -> Option<String> {
    let is_phone = text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '(' | ')' | '.' | '/' | ' '));
    if !is_phone {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = if text.trim_start().starts_with('+') { &digits } else { digits.strip_prefix("00").unwrap_or(&digits) };
    (digits.len() >= 3).then(|| digits.to_owned())
}

/// The text of a piece of HTML, as people read it.
pub fn plain_text(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (piece, length) = if rest.starts_with('<') { tag(rest) } else { entity(rest) };
        plain.push_str(piece);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands for a tag, and its length. A `<` that opens no tag stands for itself.
fn tag(rest: &str) -> (&'static str, usize) {
    let opens = rest[1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!'));
    match rest.find('>') {
        Some(end) if opens => {
            let name = rest[1..end].trim_start_matches('/');
            let name = name.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
            let within_words = ["b", "i", "u", "s", "a", "em", "strong", "span", "font", "mark"];
            (if within_words.iter().any(|known| known.eq_ignore_ascii_case(name)) { "" } else { " " }, end + 1)
        }
        _ => ("<", 1),
    }
}

/// What an entity stands for, and its length. An `&` that begins none stands for itself.
fn entity(rest: &str) -> (&'static str, usize) {
    const ENTITIES: &[(&str, &str)] =
        &[("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&nbsp;", " ")];
    let known = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
    known.map_or(("&", 1), |(name, letter)| (letter, name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_accents_and_spaces() {
        let cases = [
            ("  Ann  LEE\n", "ann lee"),
            ("Žofie Öztürk", "zofie ozturk"),
            ("STRASSE straße", "strasse strasse"),
            ("Łódź Ærø Đà", "lodz aero da"),
            ("İSTANBUL ısı", "istanbul isi"),
            ("ΟΔΥΣΣΕΥΣ Οδυσσεύς", "οδυσσευσ οδυσσευσ"),
            ("Ёлка йод", "елка иод"),
            ("ﬁne Ａｂｃ", "fine abc"),
            ("が か 한글", "が か 한글"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn reads_html_as_people_do() {
        let cases = [
            ("<p>Hello <b>wor</b>ld</p><p>a &amp; b&nbsp;c</p>", "Hello world a & b c"),
            ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
            ("a<br/>b<", "a b<"),
        ];
        for (html, plain) in cases {
            assert_eq!(plain_text(html), plain);
        }
    }

    #[test]
    fn knows_phone_numbers() {
        let cases = [
            ("+372 (55) 12-34", Some("372551234")),
            ("00372 551234", Some("372551234")),
            ("0551234", Some("0551234")),
            ("12", None),
            ("12 a", None),
        ];
        for (text, digits) in cases {
            assert_eq!(phone_digits(text).as_deref(), digits);
        }
    }
}
