//! What follows from won deals: projects on boards, with tasks from templates. And goals.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::draft::{Draft, Ids, Life};
use crate::labels::Labels;
use crate::settings::stored;
use crate::team::Team;
use penstock_crm::activities::links::{self, Leads};
use penstock_crm::activities::{self, ACTIVITY, Participant};
use penstock_crm::goals::Goal;
use penstock_crm::project_templates::{self as templates, Plan, PlannedActivity, PlannedTask};
use penstock_crm::projects::{self, plan};
use penstock_crm::tasks::{self, TASK};
use penstock_crm::{boards, phases};
use penstock_model::{Change, Date, Money, Record, Time, UserId};
use penstock_store::{Batch, Sql, Weight};

/// How many of a hundred won deals lead to a project.
const SHARE: i64 = 20;
/// The second board; the first one is there in every company.
const BOARD: &str = "Installations";
const PHASES: [&str; 4] = ["Site survey", "Ordered", "Installing", "Accepted"];
/// The id of pounds in the API.
const POUNDS: i64 = 826;

/// A board with its phases from first to last.
struct Board {
    id: i64,
    phases: Vec<i64>,
}

struct Template {
    id: i64,
    board: usize,
    plan: Plan,
}

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
    let boards = boards(draft, &mut batch).await?;
    let templates = templates(draft, team, &boards, &mut batch).await?;
    for goal in goals(draft, team, &mut chance) {
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

async fn boards(draft: &Draft<'_>, batch: &mut Batch) -> Result<Vec<Board>, DemoError> {
    let time = draft.calendar.time(0);
    let born = stored(&draft.store, draft.company, &phases::PHASE).await?;
    let mut found = Vec::new();
    for board in stored(&draft.store, draft.company, &boards::BOARD).await? {
        let on_board = born.iter().filter(|phase| phase.get(phases::BOARD) == Some(board.id));
        found.push(Board { id: board.id, phases: on_board.map(|phase| phase.id).collect() });
    }
    let id = draft.ids("boards", 1).await?.start;
    let mut board = Record::blank(&boards::BOARD, id);
    board.set(boards::NAME, BOARD);
    board.set(boards::ORDER_NR, found.len() as i64 + 1);
    board.set(boards::IS_DELETED, false);
    board.set(boards::ADD_TIME, time);
    board.set(boards::UPDATE_TIME, time);
    batch.save(Change::insert(board));
    let ids: Vec<i64> = draft.ids("phases", PHASES.len()).await?.collect();
    for ((number, phase), name) in (1_i64..).zip(&ids).zip(PHASES) {
        let mut record = Record::blank(&phases::PHASE, *phase);
        record.set(phases::NAME, name);
        record.set(phases::BOARD, id);
        record.set(phases::ORDER_NR, number);
        record.set(phases::IS_DELETED, false);
        record.set(phases::ADD_TIME, time);
        record.set(phases::UPDATE_TIME, time);
        batch.save(Change::insert(record));
    }
    found.push(Board { id, phases: ids });
    Ok(found)
}

fn task(title: &str, phase: usize, group: usize, due_day: i64) -> PlannedTask {
    PlannedTask {
        title: title.to_owned(),
        phase: Some(phase),
        group: Some(group),
        start_day: Some((due_day - 4).max(0)),
        due_day: Some(due_day),
        ..PlannedTask::default()
    }
}

fn installation() -> Plan {
    Plan {
        groups: vec!["On site".to_owned(), "In the office".to_owned()],
        tasks: vec![
            task("Survey the site", 0, 0, 5),
            PlannedTask { subtasks: vec!["Ask for prices".to_owned(), "Confirm the order".to_owned()], ..task("Order parts", 1, 1, 10) },
            task("Install", 2, 0, 30),
            task("Train the users", 2, 0, 33),
            PlannedTask { is_milestone: true, ..task("Acceptance", 3, 0, 35) },
            task("Send the final invoice", 3, 1, 38),
        ],
        activities: vec![PlannedActivity {
            subject: "Handover on site".to_owned(),
            kind: "meeting".to_owned(),
            phase: Some(3),
            group: Some(0),
            due_day: 35,
        }],
    }
}

fn training() -> Plan {
    Plan {
        groups: vec!["Preparation".to_owned(), "Course".to_owned()],
        tasks: vec![
            task("Ask what is known already", 0, 0, 3),
            task("Print the handouts", 1, 0, 10),
            PlannedTask { is_milestone: true, ..task("Hold the course", 2, 1, 14) },
            task("Send the certificates", 3, 1, 18),
        ],
        activities: Vec::new(),
    }
}

/// The template that every company is born with, and two more.
async fn templates(draft: &Draft<'_>, team: &Team, boards: &[Board], batch: &mut Batch) -> Result<Vec<Template>, DemoError> {
    let mut found = Vec::new();
    for record in stored(&draft.store, draft.company, &templates::TEMPLATE).await? {
        let plan = record.text(templates::PLAN).and_then(|plan| serde_json::from_str(plan).ok()).unwrap_or_default();
        found.push(Template { id: record.id, board: 0, plan });
    }
    let time = draft.calendar.time(0);
    for (title, about, board, plan) in [
        ("Installation", "Parts, installation, acceptance", boards.len() - 1, installation()),
        ("Training", "A course at the customer's", 0, training()),
    ] {
        let id = draft.ids("project_templates", 1).await?.start;
        let mut record = Record::blank(&templates::TEMPLATE, id);
        record.set(templates::TITLE, title);
        record.set(templates::DESCRIPTION, about);
        record.set(templates::BOARD, boards.get(board).map(|board| board.id));
        record.set(templates::OWNER, team.administrator);
        record.set(templates::PLAN, serde_json::to_string(&plan).unwrap_or_default());
        record.set(templates::IS_DELETED, false);
        record.set(templates::ADD_TIME, time);
        record.set(templates::UPDATE_TIME, time);
        batch.save(Change::insert(record));
        found.push(Template { id, board, plan });
    }
    Ok(found)
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

/// Goals of the company and of some users, from the first day on.
fn goals(draft: &Draft<'_>, team: &Team, chance: &mut Chance) -> Vec<Goal> {
    let start = draft.calendar.time(0).date();
    let mut goal = |title: &str, type_name: &str, user: Option<UserId>, interval: &str, target: i64, currency: Option<i64>| Goal {
        id: chance.hex(32),
        version: 1,
        owner: team.administrator,
        title: title.to_owned(),
        type_name: type_name.to_owned(),
        pipelines: None,
        stage: None,
        activity_types: None,
        assignee_type: if user.is_some() { "person" } else { "company" }.to_owned(),
        assignee: user.map_or(draft.company.0, |user| user.0),
        target: Money::from_ten_thousandths(target * 10_000),
        metric: if currency.is_some() { "sum" } else { "quantity" }.to_owned(),
        currency,
        interval: interval.to_owned(),
        start,
        end: None,
        is_deleted: false,
    };
    vec![
        goal("Won in a year", "deals_won", None, "yearly", 1_500_000, Some(POUNDS)),
        goal("Forecast of the quarter", "revenue_forecast", None, "quarterly", 600_000, Some(POUNDS)),
        goal("New deals every month", "deals_started", Some(team.administrator), "monthly", 5, None),
        goal("Done every week", "activities_completed", Some(team.administrator), "weekly", 20, None),
    ]
}
