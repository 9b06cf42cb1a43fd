//! The tasks and the activities of a project, as v1 lists them.

use super::PROJECT;
use crate::activities::ACTIVITY;
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::json::Json;
use crate::list::Narrow;
use crate::resource::{Resource, Rules, nothing_follows};
use crate::select::Depth;
use crate::tasks::TASKS;
use crate::view_v1::{self, ViewV1};
use crate::write;
use penstock_model::Record;

/// Lists the tasks of the project of the path.
pub async fn tasks(call: Call) -> ApiResult<Reply> {
    of_project(call, &TASKS).await
}

/// Lists the activities of the project of the path.
pub async fn activities(call: Call) -> ApiResult<Reply> {
    of_project(call, &ACTIVITIES).await
}

async fn of_project(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    write::find(&call, &PROJECT, call.id(PROJECT.title)?, Depth::Row).await?;
    view_v1::collection(call, resource, IN_PROJECT).await
}

const IN_PROJECT: Narrow = |call, sql| {
    sql.push(" AND t.is_deleted = 0 AND t.project_id = ").bind(call.id(PROJECT.title)?);
    Ok(())
};

static ACTIVITIES: Resource = Resource {
    entity: &ACTIVITY,
    extra_v1: extra_activity,
    rules: Rules {
        on_create: |_, _, _| Ok(()),
        on_update: |_, _, _| Ok(()),
        may_delete: |_| Ok(()),
        on_delete: |_, _| {},
        follow_up: nothing_follows,
    },
};

fn extra_activity(view: &ViewV1<'_>, _: &Record, json: &mut Json) {
    json.key("company_id");
    json.int(view.call.company().0);
    json.key("active_flag");
    json.bool(true);
    json.key("source_timezone");
    json.string("");
}
