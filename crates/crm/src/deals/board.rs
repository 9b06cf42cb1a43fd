//! The v1 lists of the deals of a stage and of a pipeline, with the sums that a board shows above its stages.

use super::fields::*;
use super::totals::{Sums, convert_to};
use super::view::weighted_value;
use super::{DEALS, list};
use crate::call::{Call, Reply};
use crate::currencies;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{Offset, write_pagination};
use crate::op::{Param, ParamKind};
use crate::params::{EVERYONE, FILTER_ID, LIMIT, STAGE_ID, START, USER_ID};
use crate::select::{self, Depth};
use crate::view::write_money;
use crate::view_v1::{Form, ViewV1, write_rows};
use penstock_model::{Money, Record};
use penstock_store::{Row, Sql, Weight};
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
    call.stage(id).ok_or_else(|| ApiError::not_found("Stage"))?;
    show(call, "stage_id", id).await
}

/// The deals of a pipeline, with their sums where they are asked for.
pub async fn of_pipeline(call: Call) -> ApiResult<Reply> {
    let id = call.id("Pipeline")?;
    call.pipeline(id).ok_or_else(|| ApiError::not_found("Pipeline"))?;
    show(call, "pipeline_id", id).await
}

async fn show(call: Call, column: &'static str, id: i64) -> ApiResult<Reply> {
    let narrow = |call: &Call, sql: &mut Sql| {
        sql.push(" AND t.").push(column).push(" = ").bind(id);
        list::of_board(call, sql)
    };
    let converted = convert_to(&call)?;
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

/// What stands in one stage.
#[derive(Debug, Default)]
struct Stage {
    counts: BTreeMap<String, i64>,
    values: Sums,
    weighted: Sums,
}

/// The sums of some deals by stage, and of all of them.
#[derive(Debug, Default)]
struct Summary {
    stages: BTreeMap<i64, Stage>,
    counts: BTreeMap<String, i64>,
    values: Sums,
}

impl Summary {
    async fn load(call: &Call, narrow: impl FnOnce(&Call, &mut Sql) -> ApiResult<()>) -> ApiResult<Self> {
        let mut sql = select::records(&DEAL, Depth::Row);
        select::scope(&mut sql, call, &DEAL);
        narrow(call, &mut sql)?;
        let directory = call.directory.clone();
        let add = move |summary: &mut Summary, row: &dyn Row| summary.add(&select::record(&DEAL, Depth::Row, row), &directory);
        Ok(call.store().read(sql, Weight::Heavy, Summary::default(), add).await?)
    }

    fn add(&mut self, deal: &Record, directory: &Directory) {
        let currency = deal.text(CURRENCY).unwrap_or_default();
        let value = deal.get(VALUE).unwrap_or_default();
        *self.counts.entry(currency.to_owned()).or_default() += 1;
        self.values.add(currency, value);
        let stage = self.stages.entry(deal.get(STAGE).unwrap_or_default()).or_default();
        *stage.counts.entry(currency.to_owned()).or_default() += 1;
        stage.values.add(currency, value);
        stage.weighted.add(currency, weighted_value(deal, directory));
    }

    fn write(&self, json: &mut Json, call: &Call, converted: Option<&str>) {
        json.begin_object();
        json.key("per_stages");
        json.begin_object();
        for (id, stage) in &self.stages {
            json.key(&id.to_string());
            stage.write(json, call);
        }
        json.end_object();
        if let Some(currency) = converted {
            json.key("per_stages_converted");
            json.begin_object();
            for (id, stage) in &self.stages {
                json.key(&id.to_string());
                stage.write_converted(json, call, currency);
            }
            json.end_object();
        }
        json.key("per_currency");
        json.begin_object();
        for (currency, count) in &self.counts {
            json.key(currency);
            json.int(*count);
        }
        json.end_object();
        json.key("total_count");
        json.int(self.counts.values().sum());
        json.key("per_currency_full");
        json.begin_object();
        for (currency, value) in self.values.iter() {
            json.key(currency);
            json.begin_object();
            json.key("count");
            json.int(self.counts.get(currency).copied().unwrap_or(0));
            json.key("value");
            write_money(json, value);
            json.end_object();
        }
        json.end_object();
        json.end_object();
    }
}

impl Stage {
    fn write(&self, json: &mut Json, call: &Call) {
        json.begin_object();
        for ((currency, value), (_, weighted)) in self.values.iter().zip(self.weighted.iter()) {
            json.key(currency);
            write_sums(json, call, currency, self.counts.get(currency).copied().unwrap_or(0), value, weighted);
        }
        json.end_object();
    }

    /// All currencies in one; amounts that cannot be converted are left out, their deals are counted.
    fn write_converted(&self, json: &mut Json, call: &Call, currency: &str) {
        json.begin_object();
        json.key(currency);
        write_sums(json, call, currency, self.counts.values().sum(), self.values.converted(currency), self.weighted.converted(currency));
        json.end_object();
    }
}

fn write_sums(json: &mut Json, call: &Call, currency: &str, count: i64, value: Money, weighted: Money) {
    let locale = call.user().map_or("en_US", |user| user.locale.as_str());
    json.begin_object();
    json.key("count");
    json.int(count);
    json.key("value");
    write_money(json, value);
    json.key("value_formatted");
    json.string(&currencies::format(value, currency, locale));
    json.key("weighted_value");
    write_money(json, weighted);
    json.key("weighted_value_formatted");
    json.string(&currencies::format(weighted, currency, locale));
    json.end_object();
}
