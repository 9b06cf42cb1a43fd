//! Projects, their boards, phases, templates and tasks.

use super::rows::CUSTOM;
use crate::tool::{Kind, Param, Rows, Tool, adds, changes, p, reads, removes};

const PROJECT: Rows = Rows {
    of: "project",
    keys: &[
        "id",
        "title",
        "description",
        "status",
        "board_id",
        "phase_id",
        "owner_id",
        "start_date",
        "end_date",
        "deal_ids",
        "org_ids",
        "person_ids",
        "label_ids",
        "health_status",
    ],
};
const TASK: Rows = Rows {
    of: "",
    keys: &["id", "title", "project_id", "parent_task_id", "assignee_ids", "is_done", "due_date", "description", "priority"],
};

const WRITTEN: &[Param] = &[
    p("title"),
    p("board_id"),
    p("phase_id"),
    p("description"),
    p("status"),
    p("owner_id"),
    p("start_date"),
    p("end_date"),
    p("deal_ids"),
    p("org_id").to("org_ids"),
    p("person_id").to("person_ids"),
    p("labels").to("label_ids"),
    CUSTOM,
];
const PLACE: &[Param] = &[p("activity_id").to("activityId"), p("phase_id"), p("group_id")];
const TASK_PLACE: &[Param] = &[p("task_id").to("taskId"), p("phase_id"), p("group_id")];

pub const TOOLS: &[Tool] = &[
    reads("projects_list", "List projects", "", "v2.getProjects").params(&[p("filter_id"), p("status"), p("phase_id")]).shows(&PROJECT),
    reads("projects_list_archived", "List archived projects", "", "v2.getArchivedProjects").shows(&PROJECT),
    reads("projects_search", "Search projects", "", "v2.searchProjects")
        .params(&[p("term"), p("fields"), p("exact_match"), p("person_id"), p("organization_id")])
        .shows(&PROJECT),
    reads("projects_get", "Show project", "", "v2.getProject").shows(&PROJECT),
    adds("projects_create", "Create project", "", "v2.addProject")
        .params(WRITTEN)
        .more(&[p("template_id")])
        .needs(&["board_id", "phase_id"])
        .shows(&PROJECT),
    changes("projects_update", "Change project", "", "v2.updateProject").params(WRITTEN).shows(&PROJECT),
    removes("projects_delete", "Delete project", "With its tasks.", "v2.deleteProject"),
    changes("projects_archive", "Archive project", "", "v2.archiveProject").shows(&PROJECT),
    reads("projects_phases_list", "List phases of board", "", "v2.getProjectsPhases").params(&[p("board_id")]),
    reads("projects_phases_get", "Show phase", "", "v2.getProjectsPhase"),
    adds("projects_phases_create", "Create phase", "", "v2.addProjectPhase").params(&[p("name"), p("board_id"), p("order_nr")]),
    changes("projects_phases_update", "Change phase", "", "v2.updateProjectPhase").params(&[p("name"), p("order_nr")]),
    removes("projects_phases_delete", "Delete phase", "", "v2.deleteProjectPhase"),
    reads("projects_tasks_list", "List tasks of project", "", "v1.getProjectTasks").shows(&TASK),
    reads("projects_activities_list", "List activities of project", "", "v1.getProjectActivities").shows(&super::rows::ACTIVITY),
    reads("projects_plan_get", "Show plan of project", "", "v1.getProjectPlan"),
    changes("projects_plan_activities_update", "Place activity in plan", "", "v1.putProjectPlanActivity").params(PLACE),
    changes("projects_plan_tasks_update", "Place task in plan", "", "v1.putProjectPlanTask").params(TASK_PLACE),
    reads("projects_groups_list", "List groups of project", "", "v1.getProjectGroups"),
    reads("projects_boards_list", "List boards", "", "v2.getProjectsBoards"),
    reads("projects_boards_get", "Show board", "", "v2.getProjectsBoard"),
    adds("projects_boards_create", "Create board", "", "v2.addProjectBoard").params(&[p("name"), p("order_nr")]),
    changes("projects_boards_update", "Change board", "", "v2.updateProjectBoard").params(&[p("name"), p("order_nr")]),
    removes("projects_boards_delete", "Delete board", "", "v2.deleteProjectBoard"),
    reads("projects_list_updates", "List changes of project", "", "v2.getProjectChangelog").shows(&super::rows::CHANGE),
    reads("projects_list_permitted_users", "Who sees project", "User ids.", "v2.getProjectUsers"),
];

pub const TEMPLATES: &[Tool] = &[
    reads("project_templates_list", "List project templates", "", "v2.getProjectTemplates"),
    reads("project_templates_get", "Show project template", "", "v2.getProjectTemplate"),
];

const TASK_KEYS: &[Param] = &[
    p("subject").to("title"),
    p("project_id"),
    p("assignee_id").to("assignee_ids"),
    p("parent_task_id"),
    p("done"),
    p("due_date"),
    p("description"),
];

pub const TASKS: &[Tool] = &[
    reads("tasks_list", "List tasks", "", "v2.getTasks")
        .params(&[p("assignee_id"), p("project_id"), p("parent_task_id").is(Kind::Id), p("done").to("is_done")])
        .shows(&TASK),
    reads("tasks_get", "Show task", "", "v2.getTask").shows(&TASK),
    adds("tasks_create", "Create task", "Of a project. assignee_id: one id or several.", "v2.addTask")
        .params(&[
            p("subject").to("title"),
            p("project_id").required(),
            p("assignee_id").to("assignee_ids"),
            p("parent_task_id"),
            p("done"),
            p("due_date"),
            p("description"),
        ])
        .shows(&TASK),
    changes("tasks_update", "Change task", "", "v2.updateTask").params(TASK_KEYS).shows(&TASK),
    removes("tasks_delete", "Delete task", "With its subtasks.", "v2.deleteTask"),
];
