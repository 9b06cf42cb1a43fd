//! Query parameters that several operations share.

use crate::op::{Param, ParamKind};

pub const FILTER_ID: Param = Param::new("filter_id", ParamKind::Int, "A saved filter; it wins over the other conditions.");
pub const IDS: Param = Param::new("ids", ParamKind::Ids, "Only records with these ids, comma separated, at most 100.");
pub const BULK_IDS: Param = Param::new("ids", ParamKind::Ids, "The ids, comma separated, at most 100.").required();
pub const OWNER_ID: Param = Param::new("owner_id", ParamKind::Int, "Only records of this owner.");
pub const USER_ID: Param = Param::new("user_id", ParamKind::Int, "Only records of this owner.");
pub const PERSON_ID: Param = Param::new("person_id", ParamKind::Int, "Only records of this person.");
pub const ORG_ID: Param = Param::new("org_id", ParamKind::Int, "Only records of this organization.");
pub const DEAL_ID: Param = Param::new("deal_id", ParamKind::Int, "Only records that take part in this deal.");
pub const PRODUCT_ID: Param = Param::new("product_id", ParamKind::Int, "Only records with this product.");
pub const PIPELINE_ID: Param = Param::new("pipeline_id", ParamKind::Int, "Only records in this pipeline.");
pub const STAGE_ID: Param = Param::new("stage_id", ParamKind::Int, "Only records in this stage.");
pub const UPDATED_SINCE: Param = Param::new("updated_since", ParamKind::Time, "Only records updated at this time or later.");
pub const UPDATED_UNTIL: Param = Param::new("updated_until", ParamKind::Time, "Only records updated before this time.");
pub const SINCE: Param = Param::new("since", ParamKind::Time, "Only records updated at this time or later.");
pub const UNTIL: Param = Param::new("until", ParamKind::Time, "Only records updated before this time.");
pub const SORT_BY: Param =
    Param::new("sort_by", ParamKind::Choice(&["id", "update_time", "add_time"]), "The field that orders the list; `id` where absent.");
pub const SORT_DIRECTION: Param = Param::new("sort_direction", ParamKind::Choice(&["asc", "desc"]), "Ascending where absent.");
pub const CUSTOM_FIELDS: Param =
    Param::new("custom_fields", ParamKind::Text, "Codes of the custom fields to show, comma separated, at most 15.");
pub const INCLUDE_OPTION_LABELS: Param =
    Param::new("include_option_labels", ParamKind::Bool, "Shows options of custom fields with id and label instead of the id alone.");
pub const INCLUDE_LABELS: Param = Param::new("include_labels", ParamKind::Bool, "Adds the labels with id and label beside their ids.");
pub const LIMIT: Param = Param::new("limit", ParamKind::Int, "Rows of a page: 100 where absent, at most 500.");
pub const CURSOR: Param = Param::new("cursor", ParamKind::Text, "Where the page begins: the `next_cursor` of the page before.");
pub const START: Param = Param::new("start", ParamKind::Int, "How many rows to pass over.");
pub const SORT: Param = Param::new("sort", ParamKind::Text, "Fields and directions, such as `title ASC, id DESC`.");
pub const OWNED_BY_YOU: Param = Param::new("owned_by_you", ParamKind::Bool, "With 1 only records of the caller; wins over `user_id`.");
pub const FIRST_CHAR: Param = Param::new("first_char", ParamKind::Text, "Only records whose name begins with this letter.");
pub const EVERYONE: Param = Param::new("everyone", ParamKind::Bool, "With 1 the deals of all owners; wins over the other conditions.");
