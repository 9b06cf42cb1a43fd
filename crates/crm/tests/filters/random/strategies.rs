//! Which persons, deals and filters are tried. Values come from small sets, so that conditions often meet them.

use super::model::{Amount, Asked, Deal, Filter, Person, Place, WORDS};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

const NUMBERS: [f64; 8] = [-2.5, -1.0, 0.0, 0.25, 1.0, 2.0, 2.5, 1e6];
const CURRENCIES: [&str; 2] = ["EUR", "USD"];

pub fn case() -> impl Strategy<Value = (Vec<Person>, Vec<Deal>, Vec<Filter>)> {
    (vec(person(), 3), vec(deal(), 1..30), vec(filter(), 1..40))
}

fn text() -> BoxedStrategy<String> {
    let letters = vec(select(vec!["a", "A", "b", "É", "é", "%", "_", "\\", "x "]), 1..4).prop_map(|letters| letters.concat());
    // No text ends in a space, which names lose.
    let plain = letters.prop_map(|text| text.trim().to_owned()).prop_filter("empty", |text| !text.is_empty());
    // Longer than the key of the index.
    prop_oneof![9 => plain.clone(), 1 => plain.prop_map(|end| format!("{}{end}", "Long ".repeat(25)))].boxed()
}

fn amount() -> impl Strategy<Value = Amount> {
    (select(NUMBERS.to_vec()), select(CURRENCIES.to_vec()))
}

/// A day within some weeks of the present one, more often within one.
fn day() -> impl Strategy<Value = String> {
    let near = prop_oneof![2 => -8..9_i64, 1 => -120..121_i64];
    near.prop_map(|days| jiff::civil::date(2026, 3, 25).saturating_add(jiff::Span::new().days(days)).to_string())
}

fn options() -> impl Strategy<Value = BTreeSet<usize>> {
    btree_set(0..3_usize, 0..4)
}

fn person() -> impl Strategy<Value = Person> {
    (text(), option::of(select(NUMBERS.to_vec()))).prop_map(|(name, number)| Person { name, number })
}

fn deal() -> impl Strategy<Value = Deal> {
    let built_in = (text(), amount(), select(vec!["open", "won", "lost"]), option::of(day()), options(), option::of(0..3_usize));
    let custom = (option::of(text()), option::of(select(NUMBERS.to_vec())), option::of(amount()), option::of(day()), range(), options());
    (built_in, custom, option::of(0..3_usize)).prop_map(
        |((title, value, status, closing, labels, person), (text, number, amount, date, range, set), choice)| Deal {
            title,
            value,
            status,
            closing,
            labels,
            text,
            number,
            amount,
            date,
            range,
            choice,
            set,
            person,
        },
    )
}

fn range() -> impl Strategy<Value = Option<(String, Option<String>)>> {
    option::of((day(), option::of(day())).prop_map(|(one, other)| match other {
        Some(other) if other < one => (other, Some(one)),
        other => (one, other),
    }))
}

fn filter() -> impl Strategy<Value = Filter> {
    (vec(asked(), 0..4), vec(asked(), 0..3)).prop_map(|(all, any)| Filter { all, any })
}

fn asked() -> impl Strategy<Value = Asked> {
    select(Place::ALL.to_vec()).prop_flat_map(|place| match place {
        Place::Title => with(place, &[TEXTS, &["="]], text().prop_map(Some)),
        Place::Text | Place::PersonName => with(place, &[TEXTS, SAME, NULLS], text().prop_map(Some)),
        Place::Value | Place::Amount | Place::Number | Place::PersonNumber => {
            with(place, &[ORDER, SAME, NULLS], select(NUMBERS.to_vec()).prop_map(|number| Some(number.to_string())))
        }
        Place::Status => with(place, &[SAME], select(vec!["open", "won", "lost"]).prop_map(|word| Some(word.to_owned()))),
        Place::Closing | Place::Date => with(place, &[ORDER, SAME, NULLS], when()),
        Place::Range => with(place, &[ORDER, SAME, NULLS, RANGES], when()),
        Place::Choice => with(place, &[SAME, NULLS], Just(None)),
        Place::Set | Place::Labels => with(place, &[SAME, NULLS, &["contains", "not_contains"]], Just(None)),
    })
}

const SAME: &[&str] = &["=", "!="];
const NULLS: &[&str] = &["IS NULL", "IS NOT NULL"];
const ORDER: &[&str] = &["<", "<=", ">", ">="];
const TEXTS: &[&str] = &["LIKE '$%'", "NOT LIKE '$%'", "LIKE '%$%'", "NOT LIKE '%$%'", "LIKE '%$'", "NOT LIKE '%$'"];
const RANGES: &[&str] = &["ends_at", "does_not_end_at", "ends_before", "ends_e_before", "ends_after", "ends_e_after", "includes"];

fn when() -> impl Strategy<Value = Option<String>> {
    prop_oneof![day(), select(WORDS.to_vec()).prop_map(str::to_owned)].prop_map(Some)
}

/// A condition with one of these operators. Choices take one option, sets one to three, amounts often a currency.
fn with(place: Place, operators: &[&[&'static str]], value: impl Strategy<Value = Option<String>> + 'static) -> BoxedStrategy<Asked> {
    let most = match place {
        Place::Choice => 1,
        Place::Set | Place::Labels => 3,
        _ => 0,
    };
    let options = btree_set(0..3_usize, most.min(1)..=most);
    let currency = option::of(select(CURRENCIES.to_vec()));
    (select(operators.concat()), value, options, currency)
        .prop_map(move |(operator, value, options, currency)| {
            let currency = currency.filter(|_| matches!(place, Place::Value | Place::Amount));
            Asked { place, operator, value, currency, options }
        })
        .boxed()
}
