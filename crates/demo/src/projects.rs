//! What follows from won deals: projects on boards, with tasks from templates.

mod boards;

use self::boards::{Board, Template};
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::draft::{Draft, Ids, Life};
use crate::labels::Labels;
use crate::team::Team;
use crate::{DemoError, goals};
use penstock_crm::activities::links::{self, Leads};
use penstock_crm::activities::{self, ACTIVITY, Participant};
use penstock_crm::project_templates::{PlannedActivity, PlannedTask};
use penstock_crm::projects::{self, plan};
use penstock_crm::tasks::{self, TASK};
use penstock_model::{Change, Date, Record, Time, UserId};
use penstock_store::{Batch, Sql, Weight};

/// How many of a hundred won deals lead to a project.
const SHARE: i64 = 20;

/// A deal that was won.
struct Won {
    id: i64,
    title: String,
    person: Option<i64>,
    organization: Option<i64>,
    owner: UserId,
    time: Time,
}

/// Writes boards, templates, projects with tasks, and goals.
pub async fn write(draft: &mut Draft<'_>, team: &Team) -> Result<(), DemoError> {
    draft.settle().await?;
    let mut chance = draft.chance(Part::Projects);
    let mut batch = Batch::new(draft.actor(team.administrator, 0));
    let boards = boards::write(draft, &mut batch).await?;
    let templates = boards::write_templates(draft, team, &boards, &mut batch).await?;
    for goal in goals::all(draft, team, &mut chance) {
        batch.run(goal.insert(draft.company, draft.calendar.time(0)));
    }
    let mut labels = Labels::define(draft, &mut batch).await?;
    draft.load.add(batch).await?;
    let site = Site { team, boards, templates };
    let mut ids = Rows { tasks: Ids::new("tasks"), groups: Ids::new("project_groups"), activities: Ids::new("activities") };
    let won: Vec<Won> = won_deals(draft).await?.into_iter().filter(|_| chance.percent(SHARE)).collect();
    for (deal, id) in won.iter().zip(draft.ids("projects", won.len()).await?) {
        site.project(draft, &mut chance, &mut ids, id, deal, labels.next()).await?;
    }
    Ok(())
}

async fn won_deals(draft: &Draft<'_>) -> Result<Vec<Won>, DemoError> {
    let mut sql = Sql::new("SELECT id, title, person_id, org_id, owner_id, won_time FROM deals WHERE company_id = ");
    sql.bind(draft.company).push(" AND status = 'won' ORDER BY won_time, id");
    let won = draft.store.read(sql, Weight::Heavy, Vec::new(), |won, row| {
        won.push(Won {
            id: row.int(0).unwrap_or_default(),
            title: row.text(1).unwrap_or_default().to_owned(),
            person: row.int(2),
            organization: row.int(3),
            owner: UserId(row.int(4).unwrap_or_default()),
            time: Time::from_millis(row.int(5).unwrap_or_default()),
        });
    });
    Ok(won.await?)
}

/// The ids of rows beside the projects.
struct Rows {
    tasks: Ids,
    groups: Ids,
    activities: Ids,
}

/// Where projects are done.
struct Site<'a> {
    team: &'a Team,
    boards: Vec<Board>,
    templates: Vec<Template>,
}

/// A project that has begun.
struct Work<'a> {
    id: i64,
    owner: UserId,
    added: Moment,
    first_day: Date,
    board: &'a Board,
    groups: Vec<i64>,
    /// As records keep them.
    labels: String,
}

impl Site<'_> {
    /// Makes a project and lets it live until now.
    async fn project(
        &self,
        draft: &mut Draft<'_>,
        chance: &mut Chance,
        ids: &mut Rows,
        id: i64,
        deal: &Won,
        labels: String,
    ) -> Result<(), DemoError> {
        let template = &self.templates[chance.index(self.templates.len())];
        let board = &self.boards[template.board];
        let added = draft.calendar.moment(deal.time) + 60 + chance.below(WORKDAY);
        if added >= draft.calendar.end() {
            return Ok(());
        }
        let first_day = draft.calendar.time(added).date().plus_days(chance.between(2, 12));
        let owner = if chance.percent(70) { deal.owner } else { self.team.other(chance, deal.owner) };
        let mut work = Work { id, owner, added, first_day, board, groups: Vec::new(), labels };
        let mut batch = Batch::new(draft.actor(owner, added));
        for (number, name) in (1_i64..).zip(&template.plan.groups) {
            let group = draft.next_id(&mut ids.groups).await?;
            batch.run(plan::new_group(draft.company, id, group, name, number));
            work.groups.push(group);
        }
        let days = template.plan.tasks.iter().filter_map(|task| task.due_day).max().unwrap_or(30) + chance.between(0, 14);
        let record = self.record(draft, chance, &work, template, deal, days);
        let life = Life::begin(draft, batch, record).await?;
        for task in &template.plan.tasks {
            self.task(draft, chance, ids, &work, task).await?;
        }
        for activity in &template.plan.activities {
            self.activity(draft, chance, ids, &work, activity, deal).await?;
        }
        self.live(draft, chance, life, &work, days).await
    }

    fn record(&self, draft: &Draft<'_>, chance: &mut Chance, work: &Work<'_>, template: &Template, deal: &Won, days: i64) -> Record {
        let time = draft.calendar.time(work.added);
        let list = |id: Option<i64>| serde_json::json!(id.into_iter().collect::<Vec<_>>()).to_string();
        let mut project = Record::blank(&projects::PROJECT, work.id);
        project.set(projects::TITLE, deal.title.as_str());
        project.set(projects::STATUS, "open");
        project.set(projects::BOARD, work.board.id);
        project.set(projects::PHASE, work.board.phases.first().copied());
        project.set(projects::OWNER, work.owner);
        project.set(projects::VISIBLE_TO, if chance.percent(80) { 7 } else { 3 });
        project.set(projects::START_DATE, work.first_day);
        project.set(projects::END_DATE, work.first_day.plus_days(days));
        project.set(projects::DEALS, list(Some(deal.id)));
        project.set(projects::PERSONS, list(deal.person));
        project.set(projects::ORGANIZATIONS, list(deal.organization));
        project.set(projects::LABELS, work.labels.as_str());
        project.set(projects::TEMPLATE, template.id);
        project.set(projects::IS_DELETED, false);
        project.set(projects::CUSTOM_FIELDS, "{}");
        for col in [projects::ADD_TIME, projects::UPDATE_TIME, projects::STATUS_CHANGE_TIME] {
            project.set(col, time);
        }
        project
    }

    /// A task of the plan with its subtasks. Most are done about when they are due.
    async fn task(
        &self,
        draft: &mut Draft<'_>,
        chance: &mut Chance,
        ids: &mut Rows,
        work: &Work<'_>,
        planned: &PlannedTask,
    ) -> Result<(), DemoError> {
        let id = draft.next_id(&mut ids.tasks).await?;
        let day = |day: Option<i64>| day.map(|day| work.first_day.plus_days(day));
        let assignee = if chance.percent(60) { work.owner } else { self.team.other(chance, work.owner) };
        let mut task = self.blank_task(draft, work, id, &planned.title, assignee);
        task.set(tasks::DESCRIPTION, planned.description.as_deref());
        task.set(tasks::START_DATE, day(planned.start_day));
        task.set(tasks::DUE_DATE, day(planned.due_day));
        task.set(tasks::IS_MILESTONE, planned.is_milestone);
        let mut batch = Batch::new(draft.actor(work.owner, work.added));
        let named = |list: &[i64], place: Option<usize>| place.and_then(|place| list.get(place).copied());
        let (phase, group) = (named(&work.board.phases, planned.phase), named(&work.groups, planned.group));
        batch.run(plan::placing(draft.company, work.id, &TASK, id, phase, group));
        let life = Life::begin(draft, batch, task).await?;
        let due = day(planned.due_day).map_or(work.added, |day| draft.calendar.moment(day.start()));
        let done = (due + chance.between(-2, 2) * WORKDAY + chance.below(WORKDAY)).max(work.added + 600);
        finish(draft, chance, life, assignee, done).await?;
        for title in &planned.subtasks {
            let subtask = draft.next_id(&mut ids.tasks).await?;
            let mut record = self.blank_task(draft, work, subtask, title, assignee);
            record.set(tasks::PARENT, id);
            let life = Life::begin(draft, Batch::new(draft.actor(work.owner, work.added)), record).await?;
            let earlier = (done - chance.below(WORKDAY)).max(work.added + 600);
            finish(draft, chance, life, assignee, earlier).await?;
        }
        Ok(())
    }

    /// An activity of the plan, done when it was due.
    async fn activity(
        &self,
        draft: &mut Draft<'_>,
        chance: &mut Chance,
        ids: &mut Rows,
        work: &Work<'_>,
        planned: &PlannedActivity,
        deal: &Won,
    ) -> Result<(), DemoError> {
        let id = draft.next_id(&mut ids.activities).await?;
        let day = work.first_day.plus_days(planned.due_day);
        let done = draft.calendar.moment(day.start()).max(work.added) + chance.between(3600, WORKDAY - 1);
        let done = Some(done).filter(|done| *done < draft.calendar.end());
        let participants: Vec<_> = deal.person.map(|person_id| Participant { person_id, primary: true }).into_iter().collect();
        let mut record = Record::blank(&ACTIVITY, id);
        record.set(activities::SUBJECT, planned.subject.as_str());
        record.set(activities::TYPE, planned.kind.as_str());
        record.set(activities::OWNER, work.owner);
        record.set(activities::CREATOR, work.owner);
        record.set(activities::PROJECT, work.id);
        record.set(activities::PERSON, deal.person);
        record.set(activities::ORGANIZATION, deal.organization);
        record.set(activities::PARTICIPANTS, serde_json::json!(participants).to_string());
        record.set(activities::ATTENDEES, "[]");
        record.set(activities::DUE_DATE, day);
        record.set(activities::BUSY, false);
        record.set(activities::BUSY_BY_TIME, true);
        record.set(activities::DONE, done.is_some());
        record.set(activities::MARKED_AS_DONE_TIME, done.map(|done| draft.calendar.time(done)));
        record.set(activities::IS_DELETED, false);
        record.set(activities::ADD_TIME, draft.calendar.time(work.added));
        record.set(activities::UPDATE_TIME, draft.calendar.time(done.unwrap_or(work.added)));
        let mut batch = Batch::new(draft.actor(work.owner, done.unwrap_or(work.added)));
        let change = Change::insert(record);
        links::place(&mut batch, &change, &Leads::new());
        batch.save(change);
        let named = |list: &[i64], place: Option<usize>| place.and_then(|place| list.get(place).copied());
        let (phase, group) = (named(&work.board.phases, planned.phase), named(&work.groups, planned.group));
        batch.run(plan::placing(draft.company, work.id, &ACTIVITY, id, phase, group));
        Ok(draft.load.add(batch).await?)
    }

    fn blank_task(&self, draft: &Draft<'_>, work: &Work<'_>, id: i64, title: &str, assignee: UserId) -> Record {
        let time = draft.calendar.time(work.added);
        let mut task = Record::blank(&TASK, id);
        task.set(tasks::TITLE, title);
        task.set(tasks::CREATOR, work.owner);
        task.set(tasks::PROJECT, work.id);
        task.set(tasks::ASSIGNEES, serde_json::json!([assignee.0]).to_string());
        task.set(tasks::IS_DONE, false);
        task.set(tasks::IS_MILESTONE, false);
        task.set(tasks::IS_DELETED, false);
        task.set(tasks::ADD_TIME, time);
        task.set(tasks::UPDATE_TIME, time);
        task
    }

    /// Moves a project from phase to phase to its end, as far as that lies before the present.
    async fn live(&self, draft: &mut Draft<'_>, chance: &mut Chance, mut life: Life, work: &Work<'_>, days: i64) -> Result<(), DemoError> {
        let start = draft.calendar.moment(work.first_day.start()).max(work.added + 3600);
        // Five days of work in a week of seven.
        let step = (days * 5 / 7).max(4) * WORKDAY / work.board.phases.len() as i64;
        let mut at = start + chance.below(WORKDAY);
        let mut happens = Vec::new();
        for phase in work.board.phases.iter().skip(1) {
            at += step + chance.below(WORKDAY);
            happens.push((at, Happening::Enter(*phase)));
        }
        at += step;
        happens.push((at, if chance.percent(94) { Happening::End("completed") } else { Happening::End("canceled") }));
        if chance.percent(50) {
            happens.push((at + chance.between(10, 60) * WORKDAY, Happening::Archive));
        }
        let end = draft.calendar.end();
        for (at, happening) in happens.into_iter().filter(|(at, _)| *at < end) {
            let actor = draft.actor(work.owner, at);
            let time = actor.time;
            let edit = |project: &mut Record| {
                match happening {
                    Happening::Enter(phase) => project.set(projects::PHASE, phase),
                    Happening::End(status) => {
                        project.set(projects::STATUS, status);
                        project.set(projects::STATUS_CHANGE_TIME, time);
                    }
                    Happening::Archive => project.set(projects::ARCHIVE_TIME, time),
                }
                project.set(projects::UPDATE_TIME, time);
            };
            life.change(draft, actor, edit, |_, _| {}).await?;
        }
        Ok(())
    }
}

/// What happens to a project.
enum Happening {
    Enter(i64),
    End(&'static str),
    Archive,
}

async fn finish(draft: &mut Draft<'_>, chance: &mut Chance, mut life: Life, user: UserId, at: Moment) -> Result<(), DemoError> {
    if at >= draft.calendar.end() || chance.percent(7) {
        return Ok(());
    }
    let actor = draft.actor(user, at);
    let time = actor.time;
    let edit = |task: &mut Record| {
        task.set(tasks::IS_DONE, true);
        task.set(tasks::MARKED_AS_DONE_TIME, time);
        task.set(tasks::UPDATE_TIME, time);
    };
    life.change(draft, actor, edit, |_, _| {}).await
}
