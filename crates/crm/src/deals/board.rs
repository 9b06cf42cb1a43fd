//! The v1 lists of the deals of a stage and of a pipeline, with the sums that a board shows above its stages.

use super::fields::*;
use super::view::weighted_value;
use super::{DEALS, list};
use crate::call::{Call, Reply};
use crate::currencies;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{Offset, write_pagination};
use crate::op::{Param, ParamKind};
use crate::params::{EVERYONE, FILTER_ID, LIMIT, STAGE_ID, START, USER_ID};
use crate::select::{self, Depth};
use crate::view::write_money;
use crate::view_v1::{Form, ViewV1, write_rows};
use penstock_model::Money;
use penstock_store::{Sql, Weight};
use std::collections::BTreeMap;

const GET_SUMMARY: Param = Param::new("get_summary", ParamKind::Bool, "With 1 the sums of all listed deals, page or not.");
const CONVERT: Param = Param::new(
    "totals_convert_currency",
    ParamKind::Text,
    "A currency code, or `default_currency` for that of the caller: adds the sums of each stage in it.",
);

pub const OF_STAGE: &[Param] = &[FILTER_ID, USER_ID, EVERYONE, START, LIMIT];
pub const OF_PIPELINE: &[Param] = &[FILTER_ID, USER_ID, EVERYONE, STAGE_ID, START, LIMIT, GET_SUMMARY, CONVERT];

/// The deals of a stage.
pub async fn of_stage(call: Call) -> ApiResult<Reply> {
    let id = call.id("Stage")?;
    call.directory.stages.get(&id).ok_or_else(|| ApiError::not_found("Stage"))?;
    show(call, "stage_id", id).await
}

/// The deals of a pipeline, with their sums where they are asked for.
pub async fn of_pipeline(call: Call) -> ApiResult<Reply> {
    let id = call.id("Pipeline")?;
    call.directory.pipelines.get(&id).ok_or_else(|| ApiError::not_found("Pipeline"))?;
    show(call, "pipeline_id", id).await
}

async fn show(call: Call, column: &'static str, id: i64) -> ApiResult<Reply> {
    let narrow = |call: &Call, sql: &mut Sql| {
        sql.push(" AND t.").push(column).push(" = ").bind(id);
        list::of_board(call, sql)
    };
    let converted = target_currency(&call)?;
    let offset = Offset::of(&call, &DEAL, &[("id", false)])?;
    let (records, more) = offset.records(&call, &DEAL, narrow).await?;
    let summary = if call.args.flag("get_summary") { Some(Summary::load(&call, narrow).await?) } else { None };
    let view = ViewV1::of(&call, &DEALS, &records, Form::Flat).await?;
    Ok(call.data_and(
        |json| write_rows(json, &view, &records),
        |json| {
            json.key("additional_data");
            json.begin_object();
            write_pagination(json, offset.start, offset.limit, more);
            if let Some(summary) = &summary {
                json.key("deals_summary");
                summary.write(json, &call, converted.as_deref());
            }
            json.end_object();
        },
    ))
}

/// The currency into which the sums shall be converted.
fn target_currency(call: &Call) -> ApiResult<Option<String>> {
    match call.args.text("totals_convert_currency") {
        None => Ok(None),
        Some("default_currency") => Ok(Some(call.currency().to_owned())),
        Some(code) => {
            let code = code.to_ascii_uppercase();
            if !currencies::is_known(&code) {
                return Err(ApiError::invalid_key("totals_convert_currency", "unknown currency"));
            }
            Ok(Some(code))
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    count: i64,
    value: Money,
    weighted: Money,
}

fn plus(one: Money, other: Money) -> Money {
    Money::from_ten_thousandths(one.ten_thousandths().saturating_add(other.ten_thousandths()))
}

/// The sums of some deals, by stage and currency.
#[derive(Debug, Default)]
struct Summary(BTreeMap<i64, BTreeMap<String, Sum>>);

impl Summary {
    async fn load(call: &Call, narrow: impl FnOnce(&Call, &mut Sql) -> ApiResult<()>) -> ApiResult<Self> {
        let mut sql = select::records(&DEAL, Depth::Row);
        select::scope(&mut sql, call, &DEAL);
        narrow(call, &mut sql)?;
        let directory = call.directory.clone();
        let summary = call
            .store()
            .read(sql, Weight::Heavy, Summary::default(), move |summary, row| {
                let deal = select::record(&DEAL, Depth::Row, row);
                let currency = deal.text(CURRENCY).unwrap_or_default().to_owned();
                let sum = summary.0.entry(deal.get(STAGE).unwrap_or_default()).or_default().entry(currency).or_default();
                sum.count += 1;
                sum.value = plus(sum.value, deal.get(VALUE).unwrap_or_default());
                sum.weighted = plus(sum.weighted, weighted_value(&deal, &directory));
            })
            .await?;
        Ok(summary)
    }

    fn write(&self, json: &mut Json, call: &Call, converted: Option<&str>) {
        let mut currencies: BTreeMap<&str, Sum> = BTreeMap::new();
        for (currency, sum) in self.0.values().flatten() {
            let total = currencies.entry(currency).or_default();
            total.count += sum.count;
            total.value = plus(total.value, sum.value);
        }
        json.begin_object();
        self.write_stages(json, call, "per_stages", None);
        if converted.is_some() {
            self.write_stages(json, call, "per_stages_converted", converted);
        }
        json.key("per_currency");
        json.begin_object();
        for (currency, total) in &currencies {
            json.key(currency);
            json.int(total.count);
        }
        json.end_object();
        json.key("total_count");
        json.int(currencies.values().map(|total| total.count).sum());
        json.key("per_currency_full");
        json.begin_object();
        for (currency, total) in &currencies {
            json.key(currency);
            json.begin_object();
            json.key("count");
            json.int(total.count);
            json.key("value");
            write_money(json, total.value);
            json.end_object();
        }
        json.end_object();
        json.end_object();
    }

    /// The sums of each stage: in all currencies, or in one, where amounts in another are left out because there
    /// are no exchange rates.
    fn write_stages(&self, json: &mut Json, call: &Call, key: &str, only: Option<&str>) {
        json.key(key);
        json.begin_object();
        for (stage, currencies) in &self.0 {
            json.key(&stage.to_string());
            json.begin_object();
            for (currency, sum) in currencies.iter().filter(|(currency, _)| only.is_none_or(|only| only == *currency)) {
                json.key(currency);
                write_sum(json, call, currency, *sum);
            }
            json.end_object();
        }
        json.end_object();
    }
}

fn write_sum(json: &mut Json, call: &Call, currency: &str, sum: Sum) {
    let locale = call.user().map_or("en_US", |user| user.locale.as_str());
    json.begin_object();
    json.key("count");
    json.int(sum.count);
    json.key("value");
    write_money(json, sum.value);
    json.key("value_formatted");
    json.string(&currencies::format(sum.value, currency, locale));
    json.key("weighted_value");
    write_money(json, sum.weighted);
    json.key("weighted_value_formatted");
    json.string(&currencies::format(sum.weighted, currency, locale));
    json.end_object();
}
