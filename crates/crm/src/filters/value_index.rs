//! Conditions on what stands in the value index: values of custom fields, and chosen options.

use super::compile::like;
use super::question::{Asks, Pattern, Question, Test};
use super::subject::Source;
use penstock_model::CompanyId;
use penstock_store::Sql;
use penstock_store::field_values::text_key;

/// How a condition goes about the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Collects the records that have such a value.
    ByValue,
    /// Asks of one record after the other whether it has such a value.
    ByRecord,
    /// Asks of one record after the other whether it has no such value.
    NotThere,
}

impl Way {
    /// Begins a condition on the rows called `rows`, to which follow conditions on the index row `v`, and `)`.
    pub fn begin(self, sql: &mut Sql, company: CompanyId, number: i64, rows: &str) {
        match self {
            Way::ByValue => {
                sql.push(rows).push(".id IN (SELECT v.record_id FROM field_values v WHERE v.company_id = ").bind(company);
            }
            Way::ByRecord | Way::NotThere => {
                sql.push(if self == Way::ByRecord { "EXISTS" } else { "NOT EXISTS" });
                sql.push(" (SELECT 1 FROM field_values v WHERE v.company_id = ").bind(company);
                sql.push(" AND v.record_id = ").push(rows).push(".id");
            }
        }
        sql.push(" AND v.field = ").bind(number);
    }
}

/// How much of the index a question is likely to find, the least first; nothing where it is not about values that are there.
/// Nobody knows the values: a text or the beginning of one tells records apart better than a number or a day, and these
/// better than an option of a few.
pub fn breadth(question: &Question) -> Option<u8> {
    match &question.asks {
        Asks::Value { subject, test, negated: false } if matches!(subject.source, Source::Index(_)) => Some(match test {
            Test::Text(Pattern::Whole, _) => 0,
            Test::Text(Pattern::Beginning, _) => 1,
            Test::Within(within, _) if within.from.is_some() && within.to.is_some() => 2,
            Test::IsOneOf(_) => 3,
            Test::EndsWithin(_) | Test::Overlaps { .. } | Test::Within(..) => 5,
            Test::Text(Pattern::Middle | Pattern::End, _) => 6,
            Test::IsSet => 7,
        }),
        Asks::SameSet { negated: false, .. } | Asks::HasAll { .. } => Some(4),
        _ => None,
    }
}

/// Keys are folded already. Of a text that is longer than a key the key is the beginning, and the whole is `v.extra`.
pub fn push_text(sql: &mut Sql, pattern: Pattern, text: &str) {
    let key = text_key(text);
    let fits = key.len() == text.len();
    match pattern {
        Pattern::Whole if fits => {
            sql.push("v.value = ").bind(text).push(" AND v.extra IS NULL");
        }
        Pattern::Whole => {
            sql.push("v.value = ").bind(key).push(" AND v.extra = ").bind(text);
        }
        Pattern::Beginning if fits => {
            sql.push("v.value >= ").bind(text);
            if let Some(end) = after_all_that_begin_with(text) {
                sql.push(" AND v.value < ").bind(end);
            }
        }
        Pattern::Beginning => {
            sql.push("v.value = ").bind(key).push(" AND v.extra LIKE ").bind(like(pattern, text)).push(r" ESCAPE '\'");
        }
        Pattern::Middle | Pattern::End => {
            sql.push("COALESCE(v.extra, v.value) LIKE ").bind(like(pattern, text)).push(r" ESCAPE '\'");
        }
    }
}

/// The first text that sorts behind all that begin so.
fn after_all_that_begin_with(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        // Surrogates are no letters; the range passes over them.
        if let Some(next) = (last..=char::MAX).nth(1) {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_begin_alike_stand_together() {
        assert_eq!(after_all_that_begin_with("ab").as_deref(), Some("ac"));
        assert_eq!(after_all_that_begin_with("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(after_all_that_begin_with("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_all_that_begin_with("\u{10ffff}"), None);
    }
}
