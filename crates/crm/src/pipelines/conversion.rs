//! The conversion of a pipeline: how many of the deals that came into a stage went on (semantics.md 18).

use super::progress::{Asked, Deal, each_deal};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use penstock_model::Time;

/// Two neighbouring stages, and the deals that came into the first one.
#[derive(Debug, Default)]
struct Step {
    from: i64,
    to: i64,
    entered: i64,
    went_on: i64,
}

#[derive(Debug, Default)]
struct Conversion {
    steps: Vec<Step>,
    /// Deals that came into the pipeline, and how they ended.
    entered: i64,
    won: i64,
    lost: i64,
}

/// `GET /pipelines/{id}/conversion_statistics`
pub async fn show(call: Call) -> ApiResult<Reply> {
    let asked = Asked::of(&call)?;
    let stages = call.directory.stages_of(asked.pipeline);
    let steps = stages.windows(2).map(|pair| Step { from: pair[0].id, to: pair[1].id, ..Step::default() }).collect();
    let conversion = Conversion { steps, ..Conversion::default() };
    let period = asked.clone();
    let conversion = each_deal(&call, &asked, conversion, move |conversion, deal| conversion.add(deal, &period)).await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("stage_conversions");
        json.begin_array();
        for step in &conversion.steps {
            json.begin_object();
            json.key("from_stage_id");
            json.int(step.from);
            json.key("to_stage_id");
            json.int(step.to);
            json.key("conversion_rate");
            json.int(percent(step.went_on, step.entered));
            json.end_object();
        }
        json.end_array();
        json.key("won_conversion");
        json.int(percent(conversion.won, conversion.entered));
        json.key("lost_conversion");
        json.int(percent(conversion.lost, conversion.entered));
        json.end_object();
    }))
}

impl Conversion {
    fn add(&mut self, deal: &Deal, asked: &Asked) {
        let now_at = asked.place(deal.stage);
        let entries = standing_entries(deal, asked);
        for step in &mut self.steps {
            let place = asked.place(step.from);
            if entries.iter().any(|(entered, time)| Some(*entered) == place && asked.includes(*time)) {
                step.entered += 1;
                let is_past = now_at.is_some() && now_at >= asked.place(step.to);
                step.went_on += i64::from(is_past || deal.status == "won");
            }
        }
        if came_in(deal, asked).is_some_and(|time| asked.includes(time)) {
            self.entered += 1;
            self.won += i64::from(deal.status == "won");
            self.lost += i64::from(deal.status == "lost");
        }
    }
}

/// The places that a deal has come into, with the time of the latest entry. A deal that went back has lost its
/// entries into later stages.
fn standing_entries(deal: &Deal, asked: &Asked) -> Vec<(usize, Time)> {
    let mut standing: Vec<(usize, Time)> = Vec::new();
    for entry in &deal.entries {
        if let Some(place) = asked.place(entry.stage) {
            standing.retain(|(earlier, _)| *earlier < place);
            standing.push((place, entry.time));
        }
    }
    standing
}

/// When a deal last came into the pipeline: it was made in it, or moved to it from another.
fn came_in(deal: &Deal, asked: &Asked) -> Option<Time> {
    let is_inside = |at: usize| deal.entries.get(at).is_some_and(|entry| asked.place(entry.stage).is_some());
    let last = (0..deal.entries.len()).rev().find(|at| is_inside(*at) && (*at == 0 || !is_inside(at - 1)))?;
    Some(deal.entries[last].time)
}

/// A share in whole percent, rounded half up; 0 of nothing.
fn percent(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (200 * part + whole) / (2 * whole) }
}
