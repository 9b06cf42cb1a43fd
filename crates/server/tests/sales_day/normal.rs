//! Texts without what is different on every day: random ids and codes, and the version of the program.

use std::collections::{BTreeMap, HashMap};

const UUID: usize = 36;
const CODE: usize = 40;

/// A text in which each random id stands as `uuid-N`, each code of a field as `code-N`, and that by which mail finds a lead as
/// `address-N`, numbered as they come.
pub fn normal(text: &str) -> String {
    let mut names: HashMap<&str, String> = HashMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut normal = String::with_capacity(text.len());
    for token in tokens(text) {
        let name = match kind(token) {
            Some(kind) => names.entry(token).or_insert_with(|| {
                let count = counts.entry(kind).or_default();
                *count += 1;
                format!("{kind}-{count}")
            }),
            None => token,
        };
        normal.push_str(name);
    }
    normal.replace(concat!("/", env!("CARGO_PKG_VERSION")), "/VERSION")
}

/// Runs of letters, digits and hyphens, and what lies between.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|letter| is_inner(letter) != is_inner(first)).unwrap_or(rest.len());
        let token;
        (token, rest) = rest.split_at(end);
        Some(token)
    })
}

fn kind(token: &str) -> Option<&'static str> {
    let is_hex = token.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match (token.len(), is_hex, token.matches('-').count()) {
        (UUID, true, 4) => Some("uuid"),
        (CODE, true, 0) => Some("code"),
        // A short form of its id behind the word.
        (20..=26, ..) if token.starts_with("lead") => Some("address"),
        _ => None,
    }
}

#[test]
fn what_is_random_gets_names() {
    let (uuid, other) = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    let code = "0123456789abcdef0123456789abcdef01234567";
    let text = format!("{{\"{code}_until\":\"{uuid}\",\"{code}\":[\"{other}\",\"{uuid}\",\"2026-03-02\"]}}");
    assert_eq!(normal(&text), r#"{"code-1_until":"uuid-1","code-1":["uuid-2","uuid-1","2026-03-02"]}"#);
}
