//! The way of a deal through the stages, read from its history.

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Record, Time};
use penstock_store::{Row, Sql, Weight};
use std::collections::BTreeMap;

/// One entry of a deal into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub stage: i64,
    pub time: Time,
}

/// One change of the stage of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub time: Time,
    pub from: i64,
    pub to: i64,
}

impl Move {
    /// Reads `time, old_value, new_value` of a row of the history, from the cell `at` on; `None` where they are null.
    pub fn read(row: &dyn Row, at: usize) -> Option<Self> {
        let stage = |index| row.text(index).and_then(|text| text.parse().ok());
        Some(Move { time: Time::from_millis(row.int(at)?), from: stage(at + 1)?, to: stage(at + 2)? })
    }
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
    let pipeline = deal.get(PIPELINE).unwrap_or_default();
    let order = call.directory.stages_of(pipeline).iter().map(|stage| stage.id).collect();
    Ok(Passage { seconds: seconds(&entries, end), order, entries: entries.len() })
}

/// Whole seconds in each stage; the last one is left at `end`.
pub fn seconds(entries: &[Entry], end: Time) -> BTreeMap<i64, i64> {
    let mut seconds = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let until = entries.get(at + 1).map_or(end, |next| next.time);
        *seconds.entry(entry.stage).or_default() += ((until.millis() - entry.time.millis()) / 1000).max(0);
    }
    seconds
}

/// The entries in order: the stage it was made in, then one for each change.
pub async fn entries(call: &Call, deal: &Record) -> ApiResult<Vec<Entry>> {
    let mut sql = Sql::new("SELECT time, old_value, new_value FROM history WHERE company_id = ");
    sql.bind(call.company()).push(" AND entity = 'deal' AND record_id = ").bind(deal.id);
    sql.push(" AND object = 'change' AND field_key = 'stage_id' ORDER BY time, id");
    let changes = call.store().read(sql, Weight::Light, Vec::new(), |changes, row| changes.extend(Move::read(row, 0))).await?;
    Ok(way(deal.get(ADD_TIME), deal.get(STAGE), &changes))
}

/// The entries of a deal that was made at `added` and stands in `stage` now, from its moves in order.
pub fn way(added: Option<Time>, stage: Option<i64>, moves: &[Move]) -> Vec<Entry> {
    let first = moves.first().map(|first| first.from).or(stage);
    let made = first.zip(added).map(|(stage, time)| Entry { stage, time });
    made.into_iter().chain(moves.iter().map(|change| Entry { stage: change.to, time: change.time })).collect()
}
