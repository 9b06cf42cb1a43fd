//! The way of a deal through the stages, read from its history.

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Record, Time};
use penstock_store::{Sql, Weight};
use std::collections::BTreeMap;

/// One entry of a deal into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub stage: i64,
    pub time: Time,
}

/// How long a deal stood in each stage.
#[derive(Debug, Default)]
pub struct Passage {
    /// Whole seconds by stage.
    pub seconds: BTreeMap<i64, i64>,
    /// The stages of the deal's pipeline from first to last.
    pub order: Vec<i64>,
    entries: usize,
}

impl Passage {
    /// Stages entered, as a share of the stages of the pipeline, in percent of one hundred.
    pub fn progress(&self) -> f64 {
        if self.order.is_empty() {
            return 0.0;
        }
        let share = self.entries as f64 / self.order.len() as f64;
        (share * 100.0).round() / 100.0
    }
}

pub async fn of_deal(call: &Call, deal: &Record) -> ApiResult<Passage> {
    let entries = entries(call, deal).await?;
    let end = deal.get(CLOSE_TIME).unwrap_or(call.now);
    let mut passage = Passage { entries: entries.len(), ..Passage::default() };
    for (at, entry) in entries.iter().enumerate() {
        let until = entries.get(at + 1).map_or(end, |next| next.time);
        *passage.seconds.entry(entry.stage).or_default() += ((until.millis() - entry.time.millis()) / 1000).max(0);
    }
    let pipeline = deal.get(PIPELINE).unwrap_or_default();
    passage.order = call.directory.stages_of(pipeline).iter().map(|stage| stage.id).collect();
    Ok(passage)
}

/// The entries in order: the stage it was made in, then one for each change.
pub async fn entries(call: &Call, deal: &Record) -> ApiResult<Vec<Entry>> {
    let mut sql = Sql::new("SELECT time, old_value, new_value FROM history WHERE company_id = ");
    sql.bind(call.company()).push(" AND entity = 'deal' AND record_id = ").bind(deal.id);
    sql.push(" AND object = 'change' AND field_key = 'stage_id' ORDER BY time, id");
    let rows = call.store().rows(sql, Weight::Light, 3).await?;
    let stage = |value: &penstock_model::Value| value.as_text().and_then(|text| text.parse().ok());
    let first = rows.first().and_then(|row| stage(&row[1])).or_else(|| deal.get(STAGE));
    let mut entries = Vec::with_capacity(rows.len() + 1);
    if let (Some(stage), Some(time)) = (first, deal.get(ADD_TIME)) {
        entries.push(Entry { stage, time });
    }
    for row in rows {
        if let (Some(stage), Some(time)) = (stage(&row[2]), row[0].as_int()) {
            entries.push(Entry { stage, time: Time::from_millis(time) });
        }
    }
    Ok(entries)
}
