//! Boards with their phases, and what projects are made from.

use crate::DemoError;
use crate::draft::Draft;
use crate::settings::stored;
use crate::team::Team;
use penstock_crm::project_templates::{self as templates, Plan, PlannedActivity, PlannedTask};
use penstock_crm::{boards, phases};
use penstock_model::{Change, Record};
use penstock_store::Batch;

/// The second board; the first one is there in every company.
const BOARD: &str = "Installations";
const PHASES: [&str; 4] = ["Site survey", "Ordered", "Installing", "Accepted"];

/// A board with its phases from first to last.
pub struct Board {
    pub id: i64,
    pub phases: Vec<i64>,
}

pub struct Template {
    pub id: i64,
    pub board: usize,
    pub plan: Plan,
}

/// The board that every company is born with, and one more.
pub async fn write(draft: &Draft<'_>, batch: &mut Batch) -> Result<Vec<Board>, DemoError> {
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
pub async fn write_templates(draft: &Draft<'_>, team: &Team, boards: &[Board], batch: &mut Batch) -> Result<Vec<Template>, DemoError> {
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
