//! A single v1 deal: what the list rows lack (semantics.md 9).

use super::DEALS;
use super::average_won;
use super::fields::*;
use super::stages_passed::{self, Passage};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::select::Depth;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::Record;

pub async fn show(call: &Call, id: i64, form: Form) -> ApiResult<Reply> {
    let records = [write::find(call, &DEAL, id, Depth::Everything).await?];
    let deal = &records[0];
    let passage = stages_passed::of_deal(call, deal).await?;
    let average_won = average_won::seconds(call, deal.get(PIPELINE).unwrap_or_default()).await?;
    let view = ViewV1::of(call, &DEALS, &records, form).await?.in_detail(deal).await?;
    Ok(call.data_and(
        |json| {
            json.begin_object();
            view.write_members(json, deal);
            write_detail(json, call, deal, &passage, average_won);
            view.write_activities(json, deal.get(LAST_ACTIVITY), deal.get(NEXT_ACTIVITY));
            json.end_object();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            json.key("dropbox_email");
            call.directory.write_smart_bcc(json, "deal", id);
            json.end_object();
            view.related.write_objects(json, call, &records);
        },
    ))
}

fn write_detail(json: &mut Json, call: &Call, deal: &Record, passage: &Passage, average_won: i64) {
    let end = deal.get(CLOSE_TIME).unwrap_or(call.now);
    json.key("average_time_to_won");
    write_duration(json, average_won);
    json.key("average_stage_progress");
    json.real(passage.progress());
    json.key("age");
    write_duration(json, deal.get(ADD_TIME).map_or(0, |added| (end.millis() - added.millis()) / 1000));
    json.key("stay_in_pipeline_stages");
    json.begin_object();
    json.key("times_in_stages");
    json.begin_object();
    for (stage, seconds) in &passage.seconds {
        json.key(&stage.to_string());
        json.int(*seconds);
    }
    json.end_object();
    json.key("order_of_stages");
    json.begin_array();
    passage.order.iter().for_each(|stage| json.int(*stage));
    json.end_array();
    json.end_object();
}

/// A length of time in years of 365 and months of 30 days, as the old PHP clients print it.
fn write_duration(json: &mut Json, seconds: i64) {
    let seconds = seconds.max(0);
    let days = seconds / 86_400;
    json.begin_object();
    for (key, part) in [
        ("y", days / 365),
        ("m", days % 365 / 30),
        ("d", days % 365 % 30),
        ("h", seconds / 3600 % 24),
        ("i", seconds / 60 % 60),
        ("s", seconds % 60),
        ("total_seconds", seconds),
    ] {
        json.key(key);
        json.int(part);
    }
    json.end_object();
}
