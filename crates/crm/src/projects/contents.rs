//! The tasks and the activities of a project, as v1 lists them.

use super::PROJECT;
use crate::activities;
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list::Narrow;
use crate::select::Depth;
use crate::tasks::TASKS;
use crate::view_v1;
use crate::write;

const IN_PROJECT: Narrow = |call, sql| {
    sql.push(" AND t.is_deleted = 0 AND t.project_id = ").bind(call.id(PROJECT.title)?);
    Ok(())
};

/// Lists the tasks of the project of the path.
pub async fn tasks(call: Call) -> ApiResult<Reply> {
    require_project(&call).await?;
    view_v1::collection(call, &TASKS, IN_PROJECT).await
}

/// Lists the activities of the project of the path.
pub async fn activities(call: Call) -> ApiResult<Reply> {
    require_project(&call).await?;
    activities::collection(call, IN_PROJECT).await
}

async fn require_project(call: &Call) -> ApiResult<()> {
    write::find(call, &PROJECT, call.id(PROJECT.title)?, Depth::Row).await.map(drop)
}
