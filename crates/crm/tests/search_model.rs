//! What search finds, against a search without an index: random records come, change and go, and random terms are looked
//! for among all of them. `PROPTEST_CASES` says how many rounds.

#![allow(clippy::unwrap_used, clippy::panic)]

mod company;

use company::Company;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ROUNDS: u32 = 40;
/// How many persons come in each round: in the last ones, more are found by many terms than are ranked at once.
const NEW: usize = 36;

/// Pieces that meet often, with letters that fold.
const PIECES: &[&str] = &["ann", "Anna", "Öland", "oland", "be", "Lee", "lee-", "o'", "a", "B", "ße", "12", "345", "é", "+", "& co", "学"];

fn text() -> impl Strategy<Value = String> {
    let piece = (prop::sample::select(PIECES), prop::bool::weighted(0.6))
        .prop_map(|(piece, space)| format!("{piece}{}", if space { " " } else { "" }));
    prop::collection::vec(piece, 1..5)
        .prop_map(|pieces| pieces.concat().trim().to_owned())
        .prop_filter("not empty", |text| !text.is_empty())
}

#[derive(Debug, Clone)]
struct Person {
    name: String,
    email: Option<String>,
    phone: Option<String>,
}

fn person() -> impl Strategy<Value = Person> {
    let phone = prop::option::of("(\\+372 ?|00372 |)5[0-9]{2}[ -]?[12]{3}");
    (text(), prop::option::of("(ann|lee|oland)[.]?(a|be)@(lee|ann-12)[.]test"), phone).prop_map(|(name, email, phone)| Person {
        name,
        email,
        phone,
    })
}

#[derive(Debug, Clone)]
struct Round {
    new: Vec<Person>,
    changed: (prop::sample::Index, String),
    gone: prop::sample::Index,
    terms: Vec<String>,
}

fn round() -> impl Strategy<Value = Round> {
    let term = prop_oneof![
        4 => text(),
        1 => "(ann|lee|345|be|nn|land|\\.te)",
        1 => "(\\+372 5|00372|5[0-9]{2}[- ][12]{1,3}|[12]{3})",
        1 => "[.a-b]{0,2}(lee|be)@[a-l]{0,2}",
    ];
    let terms = prop::collection::vec(term.prop_filter("long enough", |term| term.trim().chars().count() >= 2), 6);
    (prop::collection::vec(person(), NEW), (any::<prop::sample::Index>(), text()), any::<prop::sample::Index>(), terms)
        .prop_map(|(new, changed, gone, terms)| Round { new, changed, gone, terms })
}

/// The text as it is compared, by the letters that occur here.
fn plain(text: &str) -> Vec<char> {
    let folded = text.to_lowercase().replace('ö', "o").replace('é', "e").replace('ß', "ss");
    folded.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// The digits of a phone number.
fn digits(text: &str) -> Option<Vec<char>> {
    if text.chars().any(|letter| !letter.is_ascii_digit() && !"+-(). /".contains(letter)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let bare = if text.trim().starts_with('+') { digits.as_str() } else { digits.strip_prefix("00").unwrap_or(&digits) };
    (bare.len() >= 3).then(|| bare.chars().collect())
}

/// 0 the text is the term, 1 it begins with it, 2 words begin with its words, 3 it holds them.
fn compare(term: &[char], text: &[char]) -> Option<u8> {
    if term == text {
        return Some(0);
    }
    if text.starts_with(term) {
        return Some(1);
    }
    if !term.iter().any(|letter| letter.is_alphanumeric()) {
        return None;
    }
    let mut worst = 2;
    for piece in term.split(|letter| *letter == ' ') {
        let places: Vec<usize> = (0..text.len()).filter(|at| text[*at..].starts_with(piece)).collect();
        let begins = |at: &usize| *at == 0 || !text[at - 1].is_alphanumeric() || !piece[0].is_alphanumeric();
        if places.iter().any(begins) {
            continue;
        }
        let longest = piece.split(|letter| !letter.is_alphanumeric()).map(<[char]>::len).max().unwrap_or(0);
        if places.is_empty() || longest < 3 {
            return None;
        }
        worst = 3;
    }
    Some(worst)
}

/// The rank of a person: how well it matches, and then whether in the name or elsewhere.
fn rank(term: &str, person: &Person) -> Option<(u8, u8)> {
    let term_text = plain(term);
    let name = compare(&term_text, &plain(&person.name)).map(|matches| (matches, 0));
    let mut others: Vec<Vec<char>> = person.email.iter().chain(&person.phone).map(|text| plain(text)).collect();
    others.extend(person.phone.iter().filter_map(|phone| digits(phone)));
    others.extend(person.email.iter().filter_map(|email| digits(email)));
    let terms = std::iter::once(term_text.clone()).chain(digits(&term_text.iter().collect::<String>()));
    let elsewhere = terms.flat_map(|term| others.iter().filter_map(move |text| compare(&term, text)).collect::<Vec<_>>()).min();
    name.into_iter().chain(elsewhere.map(|matches| (matches, 1))).min()
}

fn expected(term: &str, persons: &BTreeMap<i64, Person>) -> Vec<i64> {
    let mut found: Vec<_> = persons.iter().filter_map(|(id, person)| Some((rank(term, person)?, std::cmp::Reverse(*id)))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id.0).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn contacts(value: Option<&String>) -> Value {
    value.map_or(json!([]), |value| json!([{"value": value}]))
}

struct System {
    company: Company,
    persons: BTreeMap<i64, Person>,
}

impl System {
    async fn follow(&mut self, round: &Round) {
        for person in &round.new {
            let body = json!({"name": person.name, "emails": contacts(person.email.as_ref()), "phones": contacts(person.phone.as_ref())});
            let made = self.company.data("POST", "/api/v2/persons", body).await.unwrap();
            self.persons.insert(made["id"].as_i64().unwrap(), person.clone());
        }
        let ids: Vec<i64> = self.persons.keys().copied().collect();
        let (which, name) = &round.changed;
        let changed = *which.get(&ids);
        self.company.data("PATCH", &format!("/api/v2/persons/{changed}"), json!({"name": name})).await.unwrap();
        self.persons.get_mut(&changed).unwrap().name = name.clone();
        let gone = *round.gone.get(&ids);
        self.company.data("DELETE", &format!("/api/v2/persons/{gone}"), Value::Null).await.unwrap();
        self.persons.remove(&gone);
    }

    async fn found(&self, term: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut cursor = String::new();
        loop {
            let target = format!("/api/v2/persons/search?term={}&limit=50{cursor}", encoded(term));
            let (status, answer) = self.company.send("GET", &target, &Value::Null).await.unwrap();
            assert_eq!(status, 200, "{term:?}: {answer}");
            ids.extend(answer["data"]["items"].as_array().unwrap().iter().map(|row| row["item"]["id"].as_i64().unwrap()));
            match answer["additional_data"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }
}

#[test]
fn search_finds_what_a_search_without_an_index_finds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for company in runtime.block_on(Company::each()).unwrap() {
        company.at("2026-03-01").unwrap();
        let system = std::cell::RefCell::new(System { company, persons: BTreeMap::new() });
        let hits = std::cell::Cell::new(0);
        let default = Config { failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        let config = if std::env::var_os("PROPTEST_CASES").is_some() { default } else { Config { cases: ROUNDS, ..default } };
        let result = TestRunner::new(config).run(&round(), |round| {
            let mut system = system.borrow_mut();
            runtime.block_on(async {
                system.follow(&round).await;
                for term in &round.terms {
                    let (found, expected) = (system.found(term).await, expected(term.trim(), &system.persons));
                    let told: Vec<_> = found.iter().chain(&expected).map(|id| (id, system.persons.get(id))).collect();
                    prop_assert_eq!(&found, &expected, "{:?} among {:?}", term, told);
                    hits.set(hits.get() + found.len());
                }
                Ok(())
            })
        });
        result.unwrap_or_else(|failure| panic!("{failure}"));
        assert!(hits.get() > 1_000, "only {} hits", hits.get());
    }
}
