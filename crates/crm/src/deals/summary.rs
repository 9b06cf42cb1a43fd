//! The summary of deals: how many there are and what they are worth, by currency (semantics.md 18).

use super::fields::*;
use super::totals::Sums;
use super::view::weighted_value;
use crate::call::{Call, Reply};
use crate::currencies;
use crate::directory::Directory;
use crate::error::ApiResult;
use crate::json::Json;
use crate::narrow;
use crate::op::{Param, ParamKind};
use crate::params::{FILTER_ID, PIPELINE_ID, STAGE_ID, USER_ID};
use crate::select;
use crate::view::write_money;
use penstock_model::{Money, Record};
use penstock_store::{Row, Sql, Weight};
use std::collections::BTreeMap;

const STATUS_WORD: Param =
    Param::new("status", ParamKind::Choice(&["open", "won", "lost"]), "Only deals with this status; without it all that are not deleted.");

/// The parameters of a summary.
pub const QUERY: &[Param] = &[STATUS_WORD, FILTER_ID, USER_ID, PIPELINE_ID, STAGE_ID];

/// A hundred units of any currency. At a whole percent they weigh a whole number of units, so that rounding
/// touches only what a value has beyond them; that much is enough to group deals by.
const BLOCK: i64 = 1_000_000;

/// What a summary counts.
#[derive(Default)]
struct Summary {
    counts: BTreeMap<String, i64>,
    values: Sums,
    weighted: Sums,
}

/// Sums up the deals that are neither deleted nor archived, or the archived ones.
pub async fn show(call: Call, archived: bool) -> ApiResult<Reply> {
    let sql = groups(&call, archived)?;
    let directory = call.directory.clone();
    let add = move |summary: &mut Summary, row: &dyn Row| summary.add(row, &directory);
    let summary = call.store().read(sql, Weight::Heavy, Summary::default(), add).await?;
    Ok(call.data(|json| summary.write(json, &call)))
}

/// One row for all deals that weigh the same share of their value and have the same rest beyond whole blocks.
fn groups(call: &Call, archived: bool) -> ApiResult<Sql> {
    let keys = format!("t.currency, t.status, t.pipeline_id, t.stage_id, t.probability, t.value % {BLOCK}");
    let mut sql = Sql::new(format!("SELECT {keys}, COUNT(*), CAST(SUM(t.value / {BLOCK}) AS BIGINT) FROM deals t"));
    select::scope(&mut sql, call, &DEAL);
    sql.push(" AND t.is_deleted = 0 AND t.is_archived = ").bind(archived);
    if !narrow::filter(call, &mut sql, &DEAL)? {
        narrow::equal(call, &mut sql, "user_id", "owner_id");
    }
    narrow::equal(call, &mut sql, "pipeline_id", "pipeline_id");
    narrow::equal(call, &mut sql, "stage_id", "stage_id");
    if let Some(status) = call.args.text("status") {
        sql.push(" AND t.status = ").bind(status);
    }
    sql.push(" GROUP BY ").push(&keys);
    Ok(sql)
}

impl Summary {
    fn add(&mut self, row: &dyn Row, directory: &Directory) {
        let currency = row.text(0).unwrap_or_default();
        let (rest, deals, blocks) = (row.int(5).unwrap_or(0), row.int(6).unwrap_or(0), row.int(7).unwrap_or(0));
        let mut deal = Record::blank(&DEAL, 0);
        deal.set(CURRENCY, currency);
        deal.set(STATUS, row.cell(1).to_value());
        deal.set(PIPELINE, row.cell(2).to_value());
        deal.set(STAGE, row.cell(3).to_value());
        deal.set(PROBABILITY, row.cell(4).to_value());
        *self.counts.entry(currency.to_owned()).or_default() += deals;
        for (value, times) in [(rest, deals), (BLOCK, blocks)] {
            let value = Money::from_ten_thousandths(value);
            deal.set(VALUE, value);
            self.values.add_many(currency, value, times);
            self.weighted.add_many(currency, weighted_value(&deal, directory), times);
        }
    }

    fn write(&self, json: &mut Json, call: &Call) {
        let locale = call.user().map_or("en_US", |user| user.locale.as_str());
        let own = call.currency();
        json.begin_object();
        json.key("values_total");
        json.begin_object();
        for (currency, value) in self.values.iter() {
            self.begin_currency(json, currency, value, locale);
            let converted = currencies::convert(value, currency, own);
            json.key("value_converted");
            match converted {
                Some(amount) => write_money(json, amount),
                None => json.null(),
            }
            json.key("value_converted_formatted");
            json.string_or_null(converted.map(|amount| currencies::format(amount, own, locale)).as_deref());
            json.end_object();
        }
        json.end_object();
        json.key("weighted_values_total");
        json.begin_object();
        for (currency, value) in self.weighted.iter() {
            self.begin_currency(json, currency, value, locale);
            json.end_object();
        }
        json.end_object();
        json.key("total_count");
        json.int(self.counts.values().sum());
        for (key, sums) in [("total_currency_converted_value", &self.values), ("total_weighted_currency_converted_value", &self.weighted)] {
            let total = sums.converted(own);
            json.key(key);
            write_money(json, total);
            json.key(&format!("{key}_formatted"));
            json.string(&currencies::format(total, own, locale));
        }
        json.end_object();
    }

    /// Begins the object of one currency, with the keys that values and weighted values share.
    fn begin_currency(&self, json: &mut Json, currency: &str, value: Money, locale: &str) {
        json.key(currency);
        json.begin_object();
        json.key("value");
        write_money(json, value);
        json.key("count");
        json.int(self.counts.get(currency).copied().unwrap_or(0));
        json.key("value_formatted");
        json.string(&currencies::format(value, currency, locale));
    }
}
