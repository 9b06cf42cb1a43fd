//! The index of values that no column holds by itself: custom fields, and fields that hold several options at once.
//!
//! A row stands for one value of one record. Its key is a text that sorts like the value, byte by byte, whatever the
//! type of the field: numbers and amounts as sixteen hex digits, texts in small letters. So one index answers equality,
//! ranges and prefixes of all of them, on either engine.

use penstock_model::Money;

/// So many characters of a text are in its key; the rest stands beside it.
pub const KEY_CHARS: usize = 100;

/// The number that stands for a field, or for a part of its value such as `until`, in the index: 64 bits of a hash, where
/// the code alone would make each row twice as long. Codes are random, so among a thousand fields two have the
/// same number once in 10^13 companies.
pub fn field_number(entity: &str, code: &str, part: &str) -> i64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let texts = [entity, "\0", code, "\0", part];
    let hash = texts.iter().flat_map(|text| text.bytes()).fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    hash.cast_signed()
}

/// The key of a number that is no amount.
pub fn number_key(number: f64) -> String {
    // Minus zero is zero.
    let bits = (number + 0.0).to_bits();
    let ordered = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    format!("{ordered:016x}")
}

/// The key of an exact amount, whatever its currency.
pub fn money_key(amount: Money) -> String {
    format!("{:016x}", amount.ten_thousandths().cast_unsigned() ^ 1 << 63)
}

/// The text as conditions compare it.
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The key of a folded text: its beginning.
pub fn text_key(folded: &str) -> &str {
    match folded.char_indices().nth(KEY_CHARS) {
        Some((end, _)) => &folded[..end],
        None => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_like_their_values() {
        let numbers = [f64::MIN, -1e14, -2.5, -2.0, -f64::MIN_POSITIVE, 0.0, 1e-9, 1.0, 1.5, 2.0, 10.0, 1e14, f64::MAX];
        assert!(numbers.windows(2).all(|pair| number_key(pair[0]) < number_key(pair[1])));
        assert_eq!(number_key(-0.0), number_key(0.0));
        let amounts = [i64::MIN, -10_000, -1, 0, 1, 9_999, 10_000, 123_456, i64::MAX].map(Money::from_ten_thousandths);
        assert!(amounts.windows(2).all(|pair| money_key(pair[0]) < money_key(pair[1])));
    }

    #[test]
    fn a_text_is_cut_between_letters() {
        let long = folded(&"É".repeat(150));
        assert_eq!(text_key(&long), "é".repeat(KEY_CHARS));
        assert_eq!(text_key("short"), "short");
    }

    #[test]
    fn fields_have_numbers_of_their_own() {
        let numbers = [("deal", "ab", ""), ("deal", "a", "b"), ("deala", "b", ""), ("lead", "ab", ""), ("deal", "ab", "until")];
        let numbers: std::collections::HashSet<_> = numbers.iter().map(|(entity, code, part)| field_number(entity, code, part)).collect();
        assert_eq!(numbers.len(), 5);
    }
}
