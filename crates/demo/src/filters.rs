//! Saved filters: those that everybody shares, and one that is somebody's own.

use crate::DemoError;
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::activities::ACTIVITY;
use penstock_crm::deals::DEAL;
use penstock_crm::filters::{self, FILTER};
use penstock_crm::organizations::ORGANIZATION;
use penstock_crm::persons::PERSON;
use penstock_model::{Change, Entity, Record};
use penstock_store::Batch;
use serde_json::{Value, json};

/// A condition: the key of the field, operator, and value.
type Condition = (&'static str, &'static str, String);

struct Plan {
    name: &'static str,
    /// What the API calls filters of this entity.
    sort: &'static str,
    entity: &'static Entity,
    all: Vec<Condition>,
    any: Vec<Condition>,
    is_shared: bool,
}

fn plans(team: &Team, teams: &[i64]) -> Vec<Plan> {
    let plan = |name, sort, entity, all| Plan { name, sort, entity, all, any: Vec::new(), is_shared: true };
    let is = |key: &'static str, value: &str| (key, "=", value.to_owned());
    let mut plans = vec![
        plan("Large open deals", "deals", &DEAL, vec![is("status", "open"), ("value", ">", "20000".to_owned())]),
        plan("Should have been closed", "deals", &DEAL, vec![is("status", "open"), ("expected_close_date", "<", "today".to_owned())]),
        plan("People without an organization", "people", &PERSON, vec![("org_id", "IS NULL", String::new())]),
        plan("New organizations", "org", &ORGANIZATION, vec![("add_time", ">=", "3_months_ago".to_owned())]),
        plan("Overdue", "activity", &ACTIVITY, vec![is("done", "0"), ("due_date", "<", "today".to_owned())]),
        Plan {
            any: vec![is("type", "call"), is("type", "meeting")],
            ..plan("Talks to come", "activity", &ACTIVITY, vec![is("done", "0"), ("due_date", ">=", "today".to_owned())])
        },
    ];
    if let Some(first) = teams.first() {
        let of_team = ("owner_id", "belongs_to_team", first.to_string());
        plans.push(plan("Open deals of new business", "deals", &DEAL, vec![is("status", "open"), of_team]));
    }
    if let Some(member) = team.members_of(&["Sales North"]).next() {
        let own = vec![is("status", "open"), is("owner_id", &member.to_string())];
        plans.push(Plan { is_shared: false, ..plan("My open deals", "deals", &DEAL, own) });
    }
    plans
}

/// Writes the filters. The first of `teams` is the one that wins new customers.
pub async fn write(draft: &mut Draft<'_>, team: &Team, teams: &[i64]) -> Result<(), DemoError> {
    let plans = plans(team, teams);
    let ids = draft.ids("filters", plans.len()).await?;
    let step = draft.calendar.end() / (2 * plans.len() as i64);
    for ((number, id), plan) in (1_i64..).zip(ids).zip(plans) {
        let own = team.members_of(&["Sales North"]).next().filter(|_| !plan.is_shared);
        let actor = draft.actor(own.unwrap_or(team.administrator), number * step);
        let mut filter = Record::blank(&FILTER, id);
        filter.set(filters::NAME, plan.name);
        filter.set(filters::TYPE, plan.sort);
        filter.set(filters::USER, actor.user);
        filter.set(filters::VISIBLE_TO, if plan.is_shared { filters::SHARED } else { filters::PRIVATE });
        filter.set(filters::IS_TEMPORARY, false);
        filter.set(filters::CONDITIONS, conditions(&plan).to_string());
        filter.set(filters::IS_DELETED, false);
        filter.set(filters::ADD_TIME, actor.time);
        filter.set(filters::UPDATE_TIME, actor.time);
        let mut batch = Batch::new(actor);
        batch.save(Change::insert(filter));
        draft.load.add(batch).await?;
    }
    Ok(())
}

/// In the form in which the API takes and shows them.
fn conditions(plan: &Plan) -> Value {
    let one = |(key, operator, value): &Condition| {
        let number = plan.entity.field(key).map(|(_, field)| field.number.to_string());
        let value = Some(value).filter(|value| !value.is_empty());
        json!({"object": plan.entity.name, "field_id": number, "operator": operator, "value": value, "extra_value": null, "json_value_flag": false})
    };
    let group = |glue: &str, all: &[Condition]| json!({"glue": glue, "conditions": all.iter().map(one).collect::<Vec<_>>()});
    json!({"glue": "and", "conditions": [group("and", &plan.all), group("or", &plan.any)]})
}
