//! Query parameters: lenient in v1, strict in v2 (semantics.md 1, 5.4).

use crate::error::{ApiError, ApiResult};
use crate::op::{Op, Param, ParamKind, Version};
use crate::params::{BULK_IDS, SORT};
use penstock_model::{Date, Time};
use std::sync::Arc;

/// At most so many ids in one query (semantics.md 30).
const MAX_IDS: usize = 100;

#[derive(Debug, Clone)]
enum Arg {
    Int(i64),
    Bool(bool),
    Text(String),
    Words(Vec<String>),
    Ids(Vec<i64>),
    Time(Time),
    Date(Date),
}

/// The parameters of one request that its operation knows, each checked.
#[derive(Debug, Clone, Default)]
pub struct Args {
    values: Arc<Vec<(&'static str, Arg)>>,
}

impl Args {
    /// Reads the query. v2 refuses names that the operation does not know; v1 passes over them. `bulk_ids` are those
    /// of the body; they count where the query names none.
    pub fn parse(op: &'static Op, query: &str, bulk_ids: Option<String>) -> ApiResult<Self> {
        let mut texts: Vec<(&'static Param, String)> = Vec::new();
        let mut sort = SortOfV2::default();
        if !query.is_empty() {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_str(query).map_err(|_| ApiError::invalid("the query cannot be read"))?;
            for (name, text) in pairs {
                let Some(param) = op.query.iter().find(|param| param.name == name) else {
                    if op.version == Version::V2 && name != "api_token" {
                        return Err(ApiError::invalid_key(&name, "this query parameter is not allowed"));
                    }
                    sort.take(&name, text);
                    continue;
                };
                if text.contains('\0') {
                    return Err(ApiError::invalid_key(param.name, "must not contain a NUL character"));
                }
                match texts.iter_mut().find(|(known, _)| known.name == param.name) {
                    // A list may come in several pieces; of anything else the last counts.
                    Some((_, known)) if matches!(param.kind, ParamKind::Ids | ParamKind::Choices(_)) => {
                        known.push(',');
                        known.push_str(&text);
                    }
                    Some((_, known)) => *known = text,
                    None => texts.push((param, text)),
                }
            }
        }
        if let Some(ids) = bulk_ids
            && !texts.iter().any(|(known, _)| known.name == BULK_IDS.name)
        {
            texts.push((&BULK_IDS, ids));
        }
        if let Some(param) = op.query.iter().find(|param| param.name == SORT.name && param.kind == ParamKind::Text)
            && !texts.iter().any(|(known, _)| known.name == param.name)
            && let Some(text) = sort.as_v1()
        {
            texts.push((param, text));
        }
        let mut values: Vec<(&'static str, Arg)> = Vec::new();
        for (param, text) in texts {
            if let Some(arg) = read(op.version, param, &text)? {
                values.push((param.name, arg));
            }
        }
        for param in op.query.iter().filter(|param| param.required) {
            if !values.iter().any(|(name, _)| *name == param.name) {
                return Err(ApiError::invalid_key(param.name, "is required"));
            }
        }
        Ok(Args { values: Arc::new(values) })
    }

    fn get(&self, name: &str) -> Option<&Arg> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, arg)| arg)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Arg::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A flag; absent counts as no.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Arg::Bool(true)))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Arg::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The words of a comma list; absent counts as none.
    pub fn words(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Arg::Words(words)) => words,
            _ => &[],
        }
    }

    pub fn ids(&self, name: &str) -> Option<&[i64]> {
        match self.get(name)? {
            Arg::Ids(ids) => Some(ids),
            _ => None,
        }
    }

    pub fn time(&self, name: &str) -> Option<Time> {
        match self.get(name)? {
            Arg::Time(time) => Some(*time),
            _ => None,
        }
    }

    pub fn date(&self, name: &str) -> Option<Date> {
        match self.get(name)? {
            Arg::Date(date) => Some(*date),
            _ => None,
        }
    }
}

/// What v2 calls the order of a list. Lists of v1 take it as well: so do recorded ones, and connectors rely on it.
#[derive(Default)]
struct SortOfV2 {
    by: Option<String>,
    descends: bool,
}

impl SortOfV2 {
    fn take(&mut self, name: &str, text: String) {
        match name {
            "sort_by" => self.by = Some(text),
            "sort_direction" => self.descends = text.eq_ignore_ascii_case("desc"),
            _ => {}
        }
    }

    /// As `sort` says it. Other fields are passed over, like all that v1 does not know.
    fn as_v1(&self) -> Option<String> {
        let by = self.by.as_deref().filter(|by| ["id", "add_time", "update_time"].contains(by))?;
        Some(format!("{by} {}", if self.descends { "DESC" } else { "ASC" }))
    }
}

/// `None` for an empty value, which both versions take as absent.
fn read(version: Version, param: &Param, text: &str) -> ApiResult<Option<Arg>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = |problem: &str| ApiError::invalid_key(param.name, problem);
    let lenient = version == Version::V1;
    let arg = match param.kind {
        ParamKind::Int => Arg::Int(text.parse().map_err(|_| refuse("must be a whole number"))?),
        ParamKind::Bool => Arg::Bool(match text {
            "true" | "1" => true,
            "false" | "0" => false,
            // As Python writes them: its clients of v2, too, send `exact_match=False`.
            _ if text.eq_ignore_ascii_case("true") => true,
            _ if text.eq_ignore_ascii_case("false") => false,
            _ => return Err(refuse("must be true or false")),
        }),
        ParamKind::Text | ParamKind::Json | ParamKind::File => Arg::Text(text.to_owned()),
        ParamKind::Choice(words) => {
            let same = |word: &&&str| **word == text || (lenient && word.eq_ignore_ascii_case(text));
            let word = words.iter().find(same).ok_or_else(|| refuse(&format!("must be one of {}", words.join(", "))))?;
            Arg::Text((*word).to_owned())
        }
        ParamKind::Choices(words) => {
            let chosen: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
            if let Some(unknown) = chosen.iter().find(|word| !words.contains(&word.as_str())) {
                return Err(refuse(&format!("{unknown} is not one of {}", words.join(", "))));
            }
            Arg::Words(chosen)
        }
        ParamKind::Ids => Arg::Ids(ids(text).map_err(|problem| refuse(&problem))?),
        ParamKind::Time => Arg::Time(time(lenient, text).ok_or_else(|| refuse("must be an RFC 3339 time with whole seconds"))?),
        ParamKind::Date => Arg::Date(date(lenient, text).ok_or_else(|| refuse("must be a date in the form YYYY-MM-DD"))?),
    };
    Ok(Some(arg))
}

/// Reads `1,2,3`.
pub fn ids(text: &str) -> Result<Vec<i64>, String> {
    let mut ids = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        ids.push(part.parse().map_err(|_| "must be whole numbers separated by commas".to_owned())?);
    }
    if ids.len() > MAX_IDS {
        return Err(format!("must not name more than {MAX_IDS} ids"));
    }
    Ok(ids)
}

/// v2 refuses fractions of a second (semantics.md 4.1).
fn time(lenient: bool, text: &str) -> Option<Time> {
    // A plus sign in a query arrives as a space: `12:00:00 02:00`.
    let text = if text.contains('T') { text.replace(' ', "+") } else { text.to_owned() };
    if lenient {
        return Time::parse_lenient(&text).ok();
    }
    if text.contains('.') {
        return None;
    }
    Time::parse_rfc3339(&text).ok()
}

fn date(lenient: bool, text: &str) -> Option<Date> {
    let day = if lenient { text.get(..10).unwrap_or(text) } else { text };
    Date::parse(day).ok()
}
