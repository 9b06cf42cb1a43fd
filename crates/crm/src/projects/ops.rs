//! The operations of projects.

use super::{PROJECT, PROJECTS, STATUSES, changelog, contents, list, plan, write};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list as pages;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::permitted_users;
use crate::records;
use crate::run;
use crate::view_v1;

const READ: &str = "projects:read,projects:full";

const STATUS: Param = Param::new(
    "status",
    ParamKind::Choices(STATUSES),
    "Only projects with one of these statuses, comma separated; without it all that are not deleted.",
);
const PHASE_ID: Param = Param::new("phase_id", ParamKind::Int, "Only projects in this phase.");
const OF_DEAL: Param = Param::new("deal_id", ParamKind::Int, "Only projects of this deal.");
const INCLUDE_ARCHIVED: Param = Param::new("include_archived", ParamKind::Bool, "With 1 archived projects, too.");

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Projects").scopes("projects:full")
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/projects", "getProjects", run!(pages::page(&PROJECT, list::live)))
        .scopes(READ)
        .cost(10)
        .query(&[FILTER_ID, STATUS, PHASE_ID, OF_DEAL, PERSON_ID, ORG_ID, LIMIT, CURSOR])
        .about("Lists projects that are neither archived nor deleted"),
    op(V2, Post, "/projects", "addProject", run!(write::add)).cost(5).takes(Takes::Record(&PROJECT)).created().about("Creates a project"),
    op(V2, Get, "/projects/archived", "getArchivedProjects", run!(pages::page(&PROJECT, list::archived)))
        .scopes(READ)
        .cost(10)
        .query(&[FILTER_ID, STATUS, PHASE_ID, LIMIT, CURSOR])
        .about("Lists archived projects"),
    op(V2, Get, "/projects/{id}", "getProject", run!(records::one_v2(&PROJECTS))).scopes(READ).cost(1).about("Shows one project"),
    op(V2, Patch, "/projects/{id}", "updateProject", run!(write::update))
        .cost(5)
        .takes(Takes::Record(&PROJECT))
        .about("Changes the sent fields of a project"),
    op(V2, Delete, "/projects/{id}", "deleteProject", run!(write::delete)).cost(3).about("Marks a project and its tasks as deleted"),
    op(V2, Post, "/projects/{id}/archive", "archiveProject", run!(write::archive)).cost(3).about("Puts a project away"),
    op(V2, Get, "/projects/{id}/changelog", "getProjectChangelog", run!(changelog::show))
        .scopes(READ)
        .cost(10)
        .query(&[LIMIT, CURSOR])
        .about("Lists the changes of a project, one row for each save"),
    op(V2, Get, "/projects/{id}/permittedUsers", "getProjectUsers", run!(permitted_users::list(&PROJECTS)))
        .scopes(READ)
        .cost(5)
        .about("Lists the users who may see a project"),
    op(V1, Get, "/projects", "getProjects", run!(view_v1::collection(&PROJECTS, list::live_v1)))
        .scopes(READ)
        .cost(20)
        .query(&[CURSOR, LIMIT, FILTER_ID, STATUS, PHASE_ID, INCLUDE_ARCHIVED])
        .about("Lists projects"),
    op(V1, Post, "/projects", "addProject", run!(write::add)).cost(10).takes(Takes::Record(&PROJECT)).created().about("Creates a project"),
    op(V1, Get, "/projects/{id}", "getProject", run!(one_v1)).scopes(READ).cost(2).about("Shows one project"),
    op(V1, Put, "/projects/{id}", "updateProject", run!(write::update))
        .cost(10)
        .takes(Takes::Record(&PROJECT))
        .about("Changes the sent fields of a project"),
    op(V1, Delete, "/projects/{id}", "deleteProject", run!(write::delete)).cost(6).about("Marks a project and its tasks as deleted"),
    op(V1, Post, "/projects/{id}/archive", "archiveProject", run!(write::archive)).cost(10).about("Puts a project away"),
    op(V1, Get, "/projects/{id}/activities", "getProjectActivities", run!(contents::activities))
        .scopes(READ)
        .cost(20)
        .query(&[CURSOR, LIMIT])
        .about("Lists the activities of a project"),
    op(V1, Get, "/projects/{id}/tasks", "getProjectTasks", run!(contents::tasks))
        .scopes(READ)
        .cost(20)
        .query(&[CURSOR, LIMIT])
        .about("Lists the tasks of a project"),
    op(V1, Get, "/projects/{id}/groups", "getProjectGroups", run!(plan::groups))
        .scopes(READ)
        .cost(20)
        .about("Lists the groups of a project's plan"),
    op(V1, Get, "/projects/{id}/plan", "getProjectPlan", run!(plan::show))
        .scopes(READ)
        .cost(20)
        .about("Lists the tasks and activities of a project with their phases and groups"),
    op(V1, Put, "/projects/{id}/plan/activities/{activityId}", "putProjectPlanActivity", run!(plan::put_activity))
        .cost(10)
        .takes(Takes::Keys(plan::KEYS))
        .about("Moves an activity in the plan of a project"),
    op(V1, Put, "/projects/{id}/plan/tasks/{taskId}", "putProjectPlanTask", run!(plan::put_task))
        .cost(10)
        .takes(Takes::Keys(plan::KEYS))
        .about("Moves a task in the plan of a project"),
];

async fn one_v1(call: Call) -> ApiResult<Reply> {
    let id = call.id(PROJECT.title)?;
    records::show_flat_v1(&call, &PROJECTS, id).await
}
