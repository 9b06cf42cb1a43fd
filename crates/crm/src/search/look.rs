//! What a request looks for.

use super::kinds::{CUSTOM_FIELDS, KINDS, Kind, NOTES, is_searched, kind};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::rights;
use penstock_store::Sql;
use penstock_store::search::{Match, Space, Term, fold, lines};
use std::collections::HashSet;

/// How well a text matches and where it stands: names before other fields, better matches before all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    pub matches: Match,
    pub space: Space,
}

impl Rank {
    /// All ranks, best first.
    pub fn all() -> impl Iterator<Item = Rank> {
        let matches = [Match::Exact, Match::Beginning, Match::Words, Match::Inside];
        matches.into_iter().flat_map(|matches| [Space::Name, Space::Other].map(|space| Rank { matches, space }))
    }

    /// The score that the answer shows. Only the order of scores means anything (semantics.md 14).
    pub fn score(self) -> f64 {
        let score = match self.matches {
            Match::Exact => 10,
            Match::Beginning => 7,
            Match::Words => 5,
            Match::Inside => 3,
        };
        f64::from(score - i32::from(self.space == Space::Other)) / 10.0
    }

    /// Its place among all ranks, as cursors keep it.
    pub fn number(self) -> i64 {
        Rank::all().position(|rank| rank == self).map_or(0, |place| place as i64)
    }
}

/// One kind among those that a request looks for.
pub struct Among {
    pub kind: &'static Kind,
    fields: Vec<&'static str>,
    /// The codes of the custom fields that are looked at.
    custom: HashSet<String>,
}

/// What a request looks for.
pub struct Look {
    pub term: Term,
    /// How well a text must match.
    pub at_least: Match,
    pub among: Vec<Among>,
    /// Deals must have this status.
    status: Option<String>,
}

impl Look {
    /// Reads `term`, `exact_match`, `fields` and `status`; the kinds are those of the operation or of the request.
    pub fn of(call: &Call, kinds: impl Iterator<Item = &'static Kind>) -> ApiResult<Self> {
        let exact = call.args.flag("exact_match");
        let asked = call.args.words("fields");
        let wanted = |field: &&'static str| asked.is_empty() || asked.iter().any(|word| word == field);
        let among = kinds
            .map(|kind| {
                let fields: Vec<_> = kind.fields.iter().copied().filter(wanted).collect();
                let custom = if fields.contains(&CUSTOM_FIELDS) { searched_codes(call, kind) } else { HashSet::new() };
                Among { kind, fields, custom }
            })
            .filter(|among| !among.fields.is_empty())
            .collect();
        let status = call.args.text("status").map(str::to_owned);
        let at_least = if exact { Match::Exact } else { Match::Inside };
        Ok(Look { term: term(call, exact)?, at_least, among, status })
    }

    /// The kinds that the request names; all without it.
    pub fn asked_kinds(call: &Call) -> impl Iterator<Item = &'static Kind> {
        let words = call.args.words("item_types");
        KINDS.iter().filter(move |kind| words.is_empty() || words.iter().any(|word| word == kind.word))
    }

    /// How the document of a record matches.
    pub fn rank_of(&self, among: &Among, text: &str) -> Option<Rank> {
        lines(text).filter(|(field, _)| among.looks_at(field)).filter_map(|(field, text)| self.rank(Space::of(field), text)).min()
    }

    /// How the document of a note matches.
    pub fn rank_of_note(&self, text: &str) -> Option<Rank> {
        lines(text).filter_map(|(_, text)| self.rank(Space::Other, text)).min()
    }

    fn rank(&self, space: Space, text: &str) -> Option<Rank> {
        let matches = self.term.match_of(space, text).filter(|matches| *matches <= self.at_least)?;
        Some(Rank { matches, space })
    }

    /// Whether a text that is shown as it was written matches.
    pub fn matches(&self, text: &str) -> bool {
        self.rank(Space::Other, &fold(text)).is_some()
    }

    pub fn looks_at_notes(&self) -> bool {
        self.among.iter().any(Among::looks_at_notes)
    }

    /// The spaces in which something can be found.
    pub fn spaces(&self) -> impl Iterator<Item = Space> + '_ {
        let looks = |space| self.among.iter().any(|among| among.fields.iter().any(|field| Space::of(field) == space));
        [Space::Name, Space::Other].into_iter().filter(move |space| looks(*space))
    }

    pub fn among(&self, word: &str) -> Option<&Among> {
        self.among.iter().find(|among| among.kind.word == word)
    }

    /// Appends what must be true of every document `d` that counts, be it of a record or, with `notes`, of a note.
    pub fn narrow(&self, call: &Call, sql: &mut Sql, notes: bool) {
        let kinds = self.among.iter().map(|among| among.kind.word);
        sql.push(" AND d.entity IN ").bind_list(kinds.chain((notes && self.looks_at_notes()).then_some("note")));
        if let Some(status) = &self.status {
            sql.push(" AND (d.entity <> 'deal' OR EXISTS (SELECT 1 FROM deals r WHERE r.company_id = d.company_id AND r.id = d.record_id");
            sql.push(" AND r.status = ").bind(status.as_str()).push("))");
        }
        rights::visible_documents(sql, call);
    }
}

impl Among {
    /// Whether a line of the document counts.
    fn looks_at(&self, field: &str) -> bool {
        self.fields.contains(&field) || self.custom.contains(field)
    }

    pub fn looks_at_notes(&self) -> bool {
        self.fields.contains(&NOTES)
    }

    pub fn looks_at_custom(&self, code: &str) -> bool {
        self.custom.contains(code)
    }
}

fn searched_codes(call: &Call, kind: &Kind) -> HashSet<String> {
    let fields = call.directory.custom_fields(kind.entity.name);
    fields.filter(|field| is_searched(field.field_type)).map(|field| field.code.clone()).collect()
}

/// The term: two letters at least, one where whole values are compared (semantics.md 14).
pub fn term(call: &Call, exact: bool) -> ApiResult<Term> {
    let text = call.args.text("term").unwrap_or_default();
    if text.chars().count() < 2 && !exact {
        return Err(ApiError::invalid_key("term", "must have at least 2 characters"));
    }
    Ok(Term::new(text))
}

/// The kind that an operation is about.
pub fn only(word: &'static str) -> impl Iterator<Item = &'static Kind> {
    kind(word).into_iter()
}
