//! Which tasks are meant.

use super::TASK;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::narrow;
use crate::select::{self, Depth};
use penstock_model::Record;
use penstock_store::{Sql, Weight};

/// The tasks of a project that are not deleted, for whoever may see them or not: they go with it.
pub async fn of_project(call: &Call, project: i64) -> ApiResult<Vec<Record>> {
    live_where(call, "project_id", project).await
}

/// The subtasks of a task that are not deleted.
pub async fn of_parent(call: &Call, parent: i64) -> ApiResult<Vec<Record>> {
    live_where(call, "parent_task_id", parent).await
}

async fn live_where(call: &Call, column: &str, id: i64) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(&TASK, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    sql.push(" AND t.").push(column).push(" = ").bind(id).push(" AND t.is_deleted = 0 ORDER BY t.id");
    list::read_records(call, &TASK, Depth::Row, sql, Weight::Heavy).await
}

/// What the lists of both versions are narrowed to.
pub fn narrow(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::equal(call, sql, "project_id", "project_id");
    narrow::holding(call, sql, "assignee_id", &TASK, "assignee_ids");
    for (parameter, column) in [("is_done", "is_done"), ("done", "is_done"), ("is_milestone", "is_milestone")] {
        if call.args.has(parameter) {
            sql.push(" AND t.").push(column).push(" = ").bind(call.args.flag(parameter));
        }
    }
    // The word `null` stands for tasks without a parent.
    match call.args.text("parent_task_id") {
        None => {}
        Some("null") => {
            sql.push(" AND t.parent_task_id IS NULL");
        }
        Some(text) => {
            let id: i64 = text.parse().map_err(|_| ApiError::invalid_key("parent_task_id", "must be a whole number or null"))?;
            sql.push(" AND t.parent_task_id = ").bind(id);
        }
    }
    Ok(())
}
