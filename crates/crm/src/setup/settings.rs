//! The settings that a company begins with: a pipeline, the kinds of activities and leads, a board of projects, and the
//! options of built-in fields.

use super::{ADMIN, SetupError, count_from};
use crate::directory::FieldOption;
use crate::project_templates::{Plan, PlannedActivity, PlannedTask};
use penstock_model::{CompanyId, Time};
use penstock_store::Statement;
use uuid::Uuid;

const PIPELINE: i64 = 1;
/// Field ids up to here are for built-in fields, so that in v1, where filters name fields by id, no custom one has
/// the id of a built-in one.
const LAST_BUILT_IN_FIELD: i64 = 1000;
pub(super) const STAGES: [&str; 5] = ["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"];
/// The types of activities of a new account; each has its key as icon (semantics.md 20).
const ACTIVITY_TYPES: [(&str, &str); 6] =
    [("Call", "call"), ("Meeting", "meeting"), ("Task", "task"), ("Deadline", "deadline"), ("Email", "email"), ("Lunch", "lunch")];

/// The labels of a new account (semantics.md 12).
const LABELS: [(&str, &str); 4] = [("Customer", "green"), ("Hot lead", "red"), ("Warm lead", "yellow"), ("Cold lead", "blue")];
const LEAD_LABELS: [(&str, &str); 3] = [("Hot", "red"), ("Cold", "blue"), ("Warm", "yellow")];
/// Deals begin with the labels of leads (none are documented for them).
const DEAL_LABELS: [(&str, &str); 3] = [("Hot", "red"), ("Warm", "yellow"), ("Cold", "blue")];
const INDUSTRIES: [&str; 20] = [
    "Agriculture",
    "Automotive",
    "Banking and finance",
    "Construction",
    "Consulting",
    "Consumer goods",
    "Education",
    "Energy and utilities",
    "Government",
    "Healthcare",
    "Hospitality and travel",
    "Insurance",
    "IT and software",
    "Legal services",
    "Manufacturing",
    "Marketing and advertising",
    "Media and entertainment",
    "Non-profit",
    "Real estate",
    "Retail",
];
const CHANNELS: [&str; 8] =
    ["Organic search", "Paid search", "Social media", "E-mail campaign", "Event", "Referral", "Partner", "Outbound"];
const BOARD: i64 = 1;
const PHASES: [&str; 4] = ["Planning", "In progress", "Review", "Handover"];
const TEMPLATE: i64 = 1;
/// How much an activity presses.
const PRIORITIES: [&str; 3] = ["Low", "Medium", "High"];

/// What adds all of them.
pub(super) fn all(company: CompanyId, now: Time) -> Result<Vec<Statement>, SetupError> {
    let mut statements = pipeline(company, now);
    statements.extend(lead_labels(company, now));
    statements.extend(activity_types(company, now));
    statements.extend(fields(company, now)?);
    statements.extend(projects(company, now)?);
    Ok(statements)
}

fn pipeline(company: CompanyId, now: Time) -> Vec<Statement> {
    let mut statements = vec![Statement::new(
        "INSERT INTO pipelines (company_id, id, version, name, order_nr, is_deleted, is_deal_probability_enabled, add_time)
         VALUES ($1, $2, 1, 'Pipeline', 1, 0, 1, $3)",
        vec![company.into(), PIPELINE.into(), now.into()],
    )];
    let numbers = 1..=STAGES.len() as i64;
    statements.extend(numbers.zip(STAGES).map(|(number, name)| {
        Statement::new(
            "INSERT INTO stages (company_id, id, version, pipeline_id, name, order_nr, is_deleted, deal_probability,
                 is_deal_rot_enabled, add_time)
             VALUES ($1, $2, 1, $3, $4, $5, 0, 100, 0, $6)",
            vec![company.into(), number.into(), PIPELINE.into(), name.into(), number.into(), now.into()],
        )
    }));
    statements.push(count_from(company, "pipelines", PIPELINE));
    statements.push(count_from(company, "stages", STAGES.len() as i64));
    statements
}

fn lead_labels(company: CompanyId, now: Time) -> Vec<Statement> {
    let mut statements: Vec<_> = (1..)
        .zip(LEAD_LABELS)
        .map(|(id, (name, color)): (i64, _)| {
            Statement::new(
                "INSERT INTO lead_labels (company_id, id, version, uuid, name, color, is_deleted, add_time, update_time)
                 VALUES ($1, $2, 1, $3, $4, $5, 0, $6, $6)",
                vec![company.into(), id.into(), Uuid::new_v4().to_string().into(), name.into(), color.into(), now.into()],
            )
        })
        .collect();
    statements.push(count_from(company, "lead_labels", LEAD_LABELS.len() as i64));
    statements
}

fn activity_types(company: CompanyId, now: Time) -> Vec<Statement> {
    let mut statements: Vec<_> = (1..)
        .zip(ACTIVITY_TYPES)
        .map(|(id, (name, key)): (i64, _)| {
            Statement::new(
                "INSERT INTO activity_types (company_id, id, version, name, key_string, icon_key, order_nr, is_custom_flag, is_deleted,
                     add_time)
                 VALUES ($1, $2, 1, $3, $4, $4, $2, 0, 0, $5)",
                vec![company.into(), id.into(), name.into(), key.into(), now.into()],
            )
        })
        .collect();
    statements.push(count_from(company, "activity_types", ACTIVITY_TYPES.len() as i64));
    statements
}

/// A board for projects and, because templates cannot be made through the API, a template for a project that follows a
/// won deal.
fn projects(company: CompanyId, now: Time) -> Result<Vec<Statement>, SetupError> {
    let mut statements = vec![Statement::new(
        "INSERT INTO boards (company_id, id, version, name, order_nr, is_deleted, add_time, update_time)
         VALUES ($1, $2, 1, 'Projects', 1, 0, $3, $3)",
        vec![company.into(), BOARD.into(), now.into()],
    )];
    let numbers = 1..=PHASES.len() as i64;
    statements.extend(numbers.zip(PHASES).map(|(number, name)| {
        Statement::new(
            "INSERT INTO phases (company_id, id, version, board_id, name, order_nr, is_deleted, add_time, update_time)
             VALUES ($1, $2, 1, $3, $4, $5, 0, $6, $6)",
            vec![company.into(), number.into(), BOARD.into(), name.into(), number.into(), now.into()],
        )
    }));
    let plan = serde_json::to_string(&customer_onboarding()).map_err(|error| SetupError::Invalid(error.to_string()))?;
    statements.push(Statement::new(
        "INSERT INTO project_templates (company_id, id, version, title, description, projects_board_id, owner_id, plan, is_deleted,
             add_time, update_time)
         VALUES ($1, $2, 1, 'Customer onboarding', 'From the won deal to the first delivery', $3, $4, $5, 0, $6, $6)",
        vec![company.into(), TEMPLATE.into(), BOARD.into(), ADMIN.into(), plan.into(), now.into()],
    ));
    statements.push(count_from(company, "boards", BOARD));
    statements.push(count_from(company, "phases", PHASES.len() as i64));
    statements.push(count_from(company, "project_templates", TEMPLATE));
    Ok(statements)
}

fn customer_onboarding() -> Plan {
    let task = |title: &str, phase, due_day, subtasks: &[&str]| PlannedTask {
        title: title.to_owned(),
        phase: Some(phase),
        due_day: Some(due_day),
        subtasks: subtasks.iter().map(|title| (*title).to_owned()).collect(),
        ..PlannedTask::default()
    };
    let meeting = |subject: &str, phase, due_day| PlannedActivity {
        subject: subject.to_owned(),
        kind: "meeting".to_owned(),
        phase: Some(phase),
        due_day,
        ..PlannedActivity::default()
    };
    Plan {
        groups: Vec::new(),
        tasks: vec![
            task("Hand over from sales", 0, 2, &["Read the deal", "Name a contact on each side"]),
            task("Agree on the plan", 0, 7, &[]),
            task("Set everything up", 1, 21, &[]),
            PlannedTask { is_milestone: true, ..task("First delivery", 2, 28, &[]) },
            task("Ask how it went", 3, 35, &[]),
        ],
        activities: vec![meeting("Kick-off", 0, 5), meeting("Review with the customer", 2, 30)],
    }
}

/// The built-in fields that have options of the company. All options share one counter (semantics.md 19).
fn fields(company: CompanyId, now: Time) -> Result<Vec<Statement>, SetupError> {
    let mut last_option = 0;
    let mut options = |labels: &[(&str, Option<&str>)]| {
        let numbered: Vec<_> = labels
            .iter()
            .map(|(label, color)| {
                last_option += 1;
                FieldOption {
                    id: last_option,
                    label: (*label).to_owned(),
                    color: color.map(str::to_owned),
                    add_time: None,
                    update_time: None,
                }
            })
            .collect();
        serde_json::to_string(&numbered).map_err(|error| SetupError::Invalid(error.to_string()))
    };
    let labels = LABELS.map(|(label, color)| (label, Some(color)));
    let rows = [
        ("person", "label_ids", "Label", "set", options(&labels)?),
        ("organization", "label_ids", "Label", "set", options(&labels)?),
        ("deal", "label_ids", "Label", "set", options(&DEAL_LABELS.map(|(label, color)| (label, Some(color))))?),
        ("organization", "industry", "Industry", "enum", options(&INDUSTRIES.map(|label| (label, None)))?),
        ("deal", "channel", "Source channel", "enum", options(&CHANNELS.map(|label| (label, None)))?),
        ("product", "category", "Category", "enum", options(&[])?),
        ("activity", "priority", "Priority", "enum", options(&PRIORITIES.map(|label| (label, None)))?),
        ("project", "label_ids", "Labels", "set", options(&[])?),
    ];
    let mut statements: Vec<_> = (1..)
        .zip(rows)
        .map(|(id, (entity, code, name, field_type, options)): (i64, _)| {
            Statement::new(
                "INSERT INTO fields (company_id, id, version, entity, code, name, field_type, options, settings,
                     is_custom_field, order_nr, is_deleted, add_time)
                 VALUES ($1, $2, 1, $3, $4, $5, $6, $7, '{}', 0, $8, 0, $9)",
                vec![
                    company.into(),
                    id.into(),
                    entity.into(),
                    code.into(),
                    name.into(),
                    field_type.into(),
                    options.into(),
                    id.into(),
                    now.into(),
                ],
            )
        })
        .collect();
    statements.push(count_from(company, "fields", LAST_BUILT_IN_FIELD));
    statements.push(count_from(company, "options", last_option));
    Ok(statements)
}
