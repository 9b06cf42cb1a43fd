//! The list of currencies.

use super::{exponent, symbol};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::op::Method::Get;
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind};
use crate::run;
use iso_currency::{Currency, IntoEnumIterator};

const TERM: Param = Param::new("term", ParamKind::Text, "Only currencies with this in their code or name.");

pub const OPS: &[Op] = &[Op::new(V1, Get, "/currencies", "getCurrencies", run!(list))
    .tag("Currencies")
    .scopes("base")
    .cost(20)
    .query(&[TERM])
    .about("Lists the currencies that amounts can be in")];

async fn list(call: Call) -> ApiResult<Reply> {
    let found = matching(call.args.text("term").unwrap_or_default());
    Ok(call.data(|json| {
        if found.is_empty() {
            return json.null();
        }
        json.begin_array();
        found.iter().for_each(|currency| write(json, *currency));
        json.end_array();
    }))
}

/// The currencies whose code or name holds the term in any case, by code.
fn matching(term: &str) -> Vec<Currency> {
    let term = term.to_lowercase();
    let fits = |currency: &Currency| currency.code().to_lowercase().contains(&term) || name(currency).to_lowercase().contains(&term);
    let mut found: Vec<_> = Currency::iter().filter(|currency| !currency.is_special()).filter(fits).collect();
    found.sort_by(|one, other| one.code().cmp(other.code()));
    found
}

/// The name in English, with what the data lacks put right.
fn name(currency: &Currency) -> &str {
    match *currency {
        // As the published list names it.
        Currency::USD => "US Dollar",
        Currency::XCG => "Caribbean guilder",
        _ => currency.name(),
    }
}

/// Whether the currency is in use. ISO 4217 keeps both codes of the bolívar.
fn is_current(currency: Currency) -> bool {
    currency.is_superseded().is_none() || currency == Currency::VES
}

/// Writes a row. The id is the number that ISO 4217 gives the currency, which never changes.
fn write(json: &mut Json, currency: Currency) {
    json.begin_object();
    json.key("id");
    json.int(i64::from(currency.numeric()));
    json.key("code");
    json.string(currency.code());
    json.key("name");
    json.string(name(&currency));
    json.key("decimal_points");
    json.int(i64::from(exponent(currency)));
    json.key("symbol");
    json.string(&symbol(currency));
    json.key("active_flag");
    json.bool(is_current(currency));
    json.key("is_custom_flag");
    json.bool(false);
    json.end_object();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn finds_by_code_and_name() {
        let codes = |term| matching(term).iter().map(|currency| currency.code().to_owned()).collect::<Vec<_>>();
        assert_eq!(codes("jpy"), ["JPY"]);
        assert_eq!(codes("yen"), ["JPY"]);
        assert_eq!(codes("Złoty"), ["PLN"]);
        assert_eq!(codes("us dollar"), ["USD"]);
        assert!(codes("no such money").is_empty());
        assert!(!codes("").contains(&"XAU".to_owned()));
    }

    #[test]
    fn gives_every_currency_an_id_of_its_own() {
        let all = matching("");
        assert!(all.len() > 150);
        assert_eq!(all.iter().map(|currency| currency.numeric()).collect::<HashSet<_>>().len(), all.len());
    }
}
