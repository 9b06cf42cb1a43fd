//! What a template brings into a new project: groups, tasks with subtasks, activities.

use super::{BOARD, PLAN, Plan, PlannedActivity, PlannedTask, TEMPLATE};
use crate::activities::{self, ACTIVITIES, ACTIVITY};
use crate::call::Call;
use crate::error::ApiResult;
use crate::phases;
use crate::projects::{self, plan};
use crate::tasks::{self, TASK};
use crate::write::{self, Given};
use penstock_model::{Change, Date, Entity, Record};
use penstock_store::Batch;

/// A template that is about to be used.
pub struct Template {
    pub board: Option<i64>,
    plan: Plan,
}

/// The template of a new project, where it has one. That it is there was checked before.
pub async fn of(call: &Call, id: Option<i64>) -> ApiResult<Option<Template>> {
    let Some(id) = id else { return Ok(None) };
    let record = write::find_live(call, &TEMPLATE, id).await?;
    let plan = record.text(PLAN).and_then(|plan| serde_json::from_str(plan).ok()).unwrap_or_default();
    // A board that was deleted since is none.
    let board = match record.get(BOARD) {
        Some(board) if write::is_live(call, &crate::boards::BOARD, board).await? => Some(board),
        _ => None,
    };
    Ok(Some(Template { board, plan }))
}

/// A project that takes over a plan.
struct Site<'a> {
    call: &'a Call,
    project: &'a Record,
    first_day: Date,
    phases: Vec<i64>,
    groups: Vec<i64>,
}

impl Template {
    /// Plans everything that the template brings into a project.
    pub async fn apply(&self, call: &Call, project: &Record, batch: &mut Batch) -> ApiResult<()> {
        let board = project.get(projects::BOARD).unwrap_or_default();
        let site = Site {
            call,
            project,
            first_day: project.get(projects::START_DATE).unwrap_or_else(|| call.now.date_in(call.timezone())),
            phases: phases::of_board(call, board).await?.iter().map(|phase| phase.id).collect(),
            groups: add_groups(call, project.id, &self.plan.groups, batch).await?,
        };
        for task in &self.plan.tasks {
            site.add_task(task, batch).await?;
        }
        for activity in &self.plan.activities {
            site.add_activity(activity, batch).await?;
        }
        Ok(())
    }
}

async fn add_groups(call: &Call, project: i64, names: &[String], batch: &mut Batch) -> ApiResult<Vec<i64>> {
    let ids: Vec<i64> = call.store().next_ids(call.company(), "project_groups", names.len() as i64).await?.collect();
    for (number, (id, name)) in (1_i64..).zip(ids.iter().zip(names)) {
        batch.run(plan::new_group(call.company(), project, *id, name, number));
    }
    Ok(ids)
}

impl Site<'_> {
    fn day(&self, day: i64) -> Date {
        self.first_day.plus_days(day)
    }

    fn place(&self, batch: &mut Batch, entity: &Entity, id: i64, phase: Option<usize>, group: Option<usize>) {
        let named = |list: &[i64], place: Option<usize>| place.and_then(|place| list.get(place).copied());
        let (phase, group) = (named(&self.phases, phase), named(&self.groups, group));
        if phase.is_some() || group.is_some() {
            batch.run(plan::placing(self.call.company(), self.project.id, entity, id, phase, group));
        }
    }

    async fn add_task(&self, planned: &PlannedTask, batch: &mut Batch) -> ApiResult<()> {
        let count = 1 + planned.subtasks.len() as i64;
        let mut ids = self.call.store().next_ids(self.call.company(), "tasks", count).await?;
        let Some(id) = ids.next() else { return Ok(()) };
        let mut task = self.task(id, &planned.title);
        task.set(tasks::DESCRIPTION, planned.description.as_deref());
        task.set(tasks::START_DATE, planned.start_day.map(|day| self.day(day)));
        task.set(tasks::DUE_DATE, planned.due_day.map(|day| self.day(day)));
        task.set(tasks::IS_MILESTONE, planned.is_milestone);
        batch.save(Change::insert(task));
        self.place(batch, &TASK, id, planned.phase, planned.group);
        for (subtask, title) in ids.zip(&planned.subtasks) {
            let mut task = self.task(subtask, title);
            task.set(tasks::PARENT, id);
            batch.save(Change::insert(task));
        }
        Ok(())
    }

    fn task(&self, id: i64, title: &str) -> Record {
        let mut task = Record::blank(&TASK, id);
        task.set(tasks::TITLE, title);
        task.set(tasks::CREATOR, self.call.principal.user);
        task.set(tasks::PROJECT, self.project.id);
        task.set(tasks::ASSIGNEES, "[]");
        task.set(tasks::IS_DONE, false);
        task.set(tasks::IS_MILESTONE, false);
        task.set(tasks::IS_DELETED, false);
        task.set(tasks::ADD_TIME, self.call.now);
        task.set(tasks::UPDATE_TIME, self.call.now);
        task
    }

    /// An activity of the owner of the project, with its first person and organization.
    async fn add_activity(&self, planned: &PlannedActivity, batch: &mut Batch) -> ApiResult<()> {
        let id = self.call.store().next_id(self.call.company(), "activities").await?;
        let mut change = Change::insert(Record::blank(&ACTIVITY, id));
        let activity = &mut change.after;
        activity.set(activities::SUBJECT, planned.subject.as_str());
        // A type that the company has done away with since is the usual one.
        if self.call.directory.activity_type(&planned.kind).is_some_and(|known| !known.is_deleted) {
            activity.set(activities::TYPE, planned.kind.as_str());
        }
        activity.set(activities::OWNER, self.project.get(projects::OWNER));
        activity.set(activities::PROJECT, self.project.id);
        activity.set(activities::PERSON, projects::first(self.project, projects::PERSONS));
        activity.set(activities::ORGANIZATION, projects::first(self.project, projects::ORGANIZATIONS));
        activity.set(activities::DUE_DATE, self.day(planned.due_day));
        (ACTIVITIES.rules.on_create)(self.call, &mut change, &Given::default())?;
        batch.save(change);
        self.place(batch, &ACTIVITY, id, planned.phase, planned.group);
        Ok(())
    }
}
