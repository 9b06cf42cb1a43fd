//! Which pipelines the users of a role see. Administrators see all of them.

use super::{HIDDEN_PIPELINES, change, named};
use crate::call::{Call, Reply};
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::op::{Param, ParamKind};
use serde_json::Value;
use std::collections::BTreeSet;

const VISIBLE: Param = Param::new("visible", ParamKind::Bool, "With false the hidden pipelines; otherwise the visible ones.");
pub const QUERY: &[Param] = &[VISIBLE];
pub const KEYS: &[Param] = &[Param::new(
    "visible_pipeline_ids",
    ParamKind::Json,
    "Lists of ids as JSON inside texts: `add` makes pipelines visible, `remove` hides them.",
)
.required()];

/// The ids of the pipelines that are not deleted.
fn live(directory: &Directory) -> impl Iterator<Item = i64> + '_ {
    directory.pipelines.values().filter(|pipeline| !pipeline.is_deleted).map(|pipeline| pipeline.id)
}

pub async fn list(call: Call) -> ApiResult<Reply> {
    let visible = !call.args.has(VISIBLE.name) || call.args.flag(VISIBLE.name);
    let hidden = &named(&call)?.hidden_pipelines;
    Ok(show(&call, hidden, visible))
}

fn show(call: &Call, hidden: &BTreeSet<i64>, visible: bool) -> Reply {
    call.data(|json| {
        json.begin_object();
        json.key("pipeline_ids");
        json.begin_array();
        live(&call.directory).filter(|id| hidden.contains(id) != visible).for_each(|id| json.int(id));
        json.end_array();
        json.key("visible");
        json.bool(visible);
        json.end_object();
    })
}

/// Answers what is visible then. One pipeline always is.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let role = named(&call)?;
    let (shown, hidden) = (given(&call, "add")?, given(&call, "remove")?);
    let all = change(&call, role.id, |record| {
        let former: Vec<i64> = record.text(HIDDEN_PIPELINES).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let all: BTreeSet<i64> = former.iter().chain(&hidden).copied().filter(|id| !shown.contains(id)).collect();
        if live(&call.directory).all(|id| all.contains(&id)) {
            return Err(ApiError::invalid_key("visible_pipeline_ids", "a role sees one pipeline at least"));
        }
        let ids: Vec<Value> = all.iter().map(|id| (*id).into()).collect();
        record.set(HIDDEN_PIPELINES, Value::Array(ids).to_string());
        Ok(all)
    })
    .await?;
    Ok(show(&call, &all, true))
}

/// The ids under a key of the body, which are JSON inside a text (semantics.md 27); a plain list is taken, too.
fn given(call: &Call, key: &str) -> ApiResult<BTreeSet<i64>> {
    let refuse = |problem: &str| ApiError::invalid_key("visible_pipeline_ids", &format!("{key} {problem}"));
    let lists = call.body.get("visible_pipeline_ids");
    let inner = lists.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let lists = inner.as_ref().or(lists).and_then(Value::as_object).ok_or_else(|| refuse("must be a member of an object"))?;
    let list = match lists.get(key) {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| refuse("must be a list of ids"))?,
        Some(list) => list.clone(),
    };
    let ids = list.as_array().and_then(|ids| ids.iter().map(crate::body::int).collect::<Option<BTreeSet<i64>>>());
    let ids = ids.ok_or_else(|| refuse("must be a list of ids"))?;
    if let Some(unknown) = ids.iter().find(|id| call.directory.live_pipeline(**id).is_none()) {
        return Err(refuse(&format!("names {unknown}, which is no pipeline")));
    }
    Ok(ids)
}
