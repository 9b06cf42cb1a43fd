//! The movement in a pipeline: which deals are new, left open, won and lost, and how old they are
//! (semantics.md 18).

use super::progress::{Asked, Deal, each_deal};
use crate::call::{Call, Reply};
use crate::deals::stages_passed;
use crate::deals::totals::Sums;
use crate::error::ApiResult;
use crate::json::Json;
use penstock_model::Time;
use std::collections::BTreeMap;

const DAY_SECONDS: i64 = 86_400;

/// Deals of one sort.
#[derive(Debug, Default)]
struct Group {
    ids: Vec<i64>,
    values: Sums,
}

/// Ages of deals in whole days.
#[derive(Debug, Default)]
struct Ages {
    days: i64,
    deals: i64,
}

#[derive(Debug, Default)]
struct Movement {
    moves: i64,
    new: Group,
    left_open: Group,
    won: Group,
    lost: Group,
    /// Of all deals of these groups, each counted once.
    ages: Ages,
    ages_in_stages: BTreeMap<i64, Ages>,
}

/// `GET /pipelines/{id}/movement_statistics`
pub async fn show(call: Call) -> ApiResult<Reply> {
    let asked = Asked::of(&call)?;
    let (period, now) = (asked.clone(), call.now);
    let movement = each_deal(&call, &asked, Movement::default(), move |movement, deal| movement.add(deal, &period, now)).await?;
    let locale = call.user().map_or("en_US", |user| user.locale.as_str());
    Ok(call.data(|json| {
        json.begin_object();
        json.key("movements_between_stages");
        json.begin_object();
        json.key("count");
        json.int(movement.moves);
        json.end_object();
        for (key, group) in [
            ("new_deals", &movement.new),
            ("deals_left_open", &movement.left_open),
            ("won_deals", &movement.won),
            ("lost_deals", &movement.lost),
        ] {
            json.key(key);
            group.write(json, locale);
        }
        json.key("average_age_in_days");
        json.begin_object();
        json.key("across_all_stages");
        json.int(movement.ages.average());
        json.key("by_stages");
        json.begin_array();
        for stage in call.directory.stages_of(asked.pipeline) {
            json.begin_object();
            json.key("stage_id");
            json.int(stage.id);
            json.key("value");
            json.int(movement.ages_in_stages.get(&stage.id).map_or(0, Ages::average));
            json.end_object();
        }
        json.end_array();
        json.end_object();
        json.end_object();
    }))
}

impl Movement {
    fn add(&mut self, deal: &Deal, asked: &Asked, now: Time) {
        let is_inside = |stage| asked.place(stage).is_some();
        let moves = deal.entries.windows(2).filter(|pair| is_inside(pair[0].stage) && is_inside(pair[1].stage));
        self.moves += moves.filter(|pair| asked.includes(pair[1].time)).count() as i64;
        if deal.pipeline != asked.pipeline {
            return;
        }
        let within = |time: Option<Time>| time.is_some_and(|time| asked.includes(time));
        let mut counted = false;
        for (group, belongs) in [
            (&mut self.new, within(Some(deal.add_time))),
            (&mut self.left_open, deal.status == "open" && asked.has_seen(deal.add_time)),
            (&mut self.won, deal.status == "won" && within(deal.won_time)),
            (&mut self.lost, deal.status == "lost" && within(deal.lost_time)),
        ] {
            if belongs {
                group.ids.push(deal.id);
                group.values.add(&deal.currency, deal.value);
                counted = true;
            }
        }
        if counted {
            self.add_ages(deal, deal.close_time.unwrap_or(now));
        }
    }

    fn add_ages(&mut self, deal: &Deal, end: Time) {
        self.ages.add((end.millis() - deal.add_time.millis()) / 1000);
        for (stage, seconds) in stages_passed::seconds(&deal.entries, end) {
            self.ages_in_stages.entry(stage).or_default().add(seconds);
        }
    }
}

impl Ages {
    fn add(&mut self, seconds: i64) {
        self.days += seconds.max(0) / DAY_SECONDS;
        self.deals += 1;
    }

    /// In whole days, rounded half up.
    fn average(&self) -> i64 {
        if self.deals == 0 { 0 } else { (2 * self.days + self.deals) / (2 * self.deals) }
    }
}

impl Group {
    fn write(&self, json: &mut Json, locale: &str) {
        json.begin_object();
        json.key("count");
        json.int(self.ids.len() as i64);
        json.key("deals_ids");
        json.begin_array();
        self.ids.iter().for_each(|id| json.int(*id));
        json.end_array();
        json.key("values");
        self.values.write(json);
        json.key("formatted_values");
        self.values.write_formatted(json, locale);
        json.end_object();
    }
}
