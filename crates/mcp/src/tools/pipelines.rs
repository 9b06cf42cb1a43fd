//! Pipelines and stages.

use super::rows::{DEAL, START};
use crate::tool::{Param, Rows, Tool, adds, changes, p, reads, removes};

const PIPELINE: Rows = Rows { of: "", keys: &["id", "name", "order_nr", "is_deal_probability_enabled", "is_selected"] };
const STAGE: Rows =
    Rows { of: "", keys: &["id", "name", "pipeline_id", "order_nr", "deal_probability", "is_deal_rot_enabled", "days_to_rotten"] };

const PIPELINE_KEYS: &[Param] = &[p("name"), p("deal_probability").to("is_deal_probability_enabled")];
const STATISTICS: &[Param] = &[p("start_date"), p("end_date"), p("user_id")];

pub const TOOLS: &[Tool] = &[
    reads("pipelines_list", "List pipelines", "", "v2.getPipelines").shows(&PIPELINE),
    reads("pipelines_get", "Show pipeline", "", "v2.getPipeline").shows(&PIPELINE),
    adds("pipelines_create", "Create pipeline", "", "v2.addPipeline").params(PIPELINE_KEYS).shows(&PIPELINE),
    changes("pipelines_update", "Change pipeline", "", "v2.updatePipeline").params(PIPELINE_KEYS).shows(&PIPELINE),
    removes("pipelines_delete", "Delete pipeline", "With its stages; deals keep their ids.", "v2.deletePipeline"),
    reads("pipelines_get_stages", "List stages of pipeline", "", "v2.getStages")
        .params(&[p("id").to("pipeline_id").required()])
        .shows(&STAGE),
    reads(
        "pipelines_conversion_statistics",
        "Conversion of pipeline",
        "From stage to stage, and to won and lost, in percent.",
        "v1.getPipelineConversionStatistics",
    )
    .params(STATISTICS)
    .one(),
    reads(
        "pipelines_movement_statistics",
        "Movement in pipeline",
        "New, moved, won and lost deals of a period.",
        "v1.getPipelineMovementStatistics",
    )
    .params(STATISTICS)
    .one(),
    reads("pipelines_deals", "List deals of pipeline", "", "v1.getPipelineDeals")
        .params(&[p("filter_id"), p("user_id"), p("everyone"), p("stage_id"), START, p("get_summary"), p("totals_convert_currency")])
        .shows(&DEAL),
];

const STAGE_KEYS: &[Param] = &[
    p("name"),
    p("pipeline_id"),
    p("deal_probability"),
    p("rotten_flag").to("is_deal_rot_enabled"),
    p("rotten_days").to("days_to_rotten"),
];

pub const STAGES: &[Tool] = &[
    adds("stages_create", "Create stage", "At the end of its pipeline. rotten_days: after so many a deal rots.", "v2.addStage")
        .params(STAGE_KEYS)
        .shows(&STAGE),
    changes("stages_update", "Change stage", "", "v2.updateStage").params(STAGE_KEYS).shows(&STAGE),
    reads("stages_get_all", "List stages", "", "v2.getStages").params(&[p("pipeline_id")]).shows(&STAGE),
    reads("stages_get", "Show stage", "", "v2.getStage").shows(&STAGE),
    removes("stages_delete", "Delete stage", "Deals keep its id.", "v2.deleteStage"),
    removes("stages_delete_multiple", "Delete stages", "", "v1.deleteStages").params(&[p("ids")]),
];
