//! The field table of tasks (semantics.md 22). What v2 calls `is_done` and `is_milestone` it writes as `done` and `milestone`.

use penstock_model::{Col, Date, Entity, Field, Kind, Show, Time, UserId, Write, col};

pub static TASK: Entity = Entity {
    name: "task",
    title: "Task",
    table: "tasks",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: true,
    in_directory: false,
    counts: &[],
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "title", "Title", Kind::Text(255)).writable().required().searchable(),
    Field::new(3, "creator_id", "Creator", Kind::User).not_null(),
    Field::new(4, "description", "Description", Kind::Text(65_535)).writable(),
    Field::new(5, "project_id", "Project", Kind::Project).writable().required(),
    Field::new(6, "is_done", "Done", Kind::Bool).show_v1(Show::Never).not_null().logged(),
    Field::new(7, "is_milestone", "Milestone", Kind::Bool).show_v1(Show::Never).not_null().logged(),
    Field::new(8, "due_date", "Due date", Kind::Date).writable(),
    Field::new(9, "start_date", "Start date", Kind::Date).write_v2(Write::Always).show_v1(Show::Never).logged(),
    Field::new(10, "parent_task_id", "Parent task", Kind::Task).writable(),
    Field::new(11, "assignee_ids", "Assignees", Kind::List(&Kind::User)).writable(),
    Field::new(12, "priority", "Priority", Kind::Int).write_v2(Write::Always).show_v1(Show::Never).logged(),
    Field::new(13, "add_time", "Task created", Kind::Moment).not_null(),
    Field::new(14, "update_time", "Update time", Kind::Moment).not_null(),
    Field::new(15, "marked_as_done_time", "Marked as done", Kind::Moment),
    // Ways to write the fields above.
    Field::computed(16, "done", "Done", Kind::Switch, "is_done").writable().show_v1(Show::Never).show_v2(Show::Never),
    Field::computed(17, "milestone", "Milestone", Kind::Switch, "is_milestone").write_v2(Write::Always).hidden(),
    Field::computed(18, "assignee_id", "Assignee", Kind::User, "assignee_ids").writable().show_v1(Show::Never).show_v2(Show::Never),
    Field::new(19, "is_deleted", "Deleted", Kind::Bool).not_null().hidden(),
    Field::new(20, "delete_time", "Deletion time", Kind::Time).hidden(),
];

pub const TITLE: Col<String> = col(&TASK, "title");
pub const CREATOR: Col<UserId> = col(&TASK, "creator_id");
pub const DESCRIPTION: Col<String> = col(&TASK, "description");
pub const PROJECT: Col<i64> = col(&TASK, "project_id");
pub const PARENT: Col<i64> = col(&TASK, "parent_task_id");
pub const IS_DONE: Col<bool> = col(&TASK, "is_done");
pub const IS_MILESTONE: Col<bool> = col(&TASK, "is_milestone");
pub const DUE_DATE: Col<Date> = col(&TASK, "due_date");
pub const START_DATE: Col<Date> = col(&TASK, "start_date");
pub const ASSIGNEES: Col<String> = col(&TASK, "assignee_ids");
pub const PRIORITY: Col<i64> = col(&TASK, "priority");
pub const ADD_TIME: Col<Time> = col(&TASK, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&TASK, "update_time");
pub const MARKED_AS_DONE_TIME: Col<Time> = col(&TASK, "marked_as_done_time");
pub const DONE: Col<bool> = col(&TASK, "done");
pub const MILESTONE: Col<bool> = col(&TASK, "milestone");
pub const ASSIGNEE: Col<i64> = col(&TASK, "assignee_id");
pub const IS_DELETED: Col<bool> = col(&TASK, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&TASK, "delete_time");
