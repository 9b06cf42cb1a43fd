//! Organizations and what has happened to them.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::contacts;
use crate::custom::{self, Surroundings};
use crate::draft::{Draft, Ids, Life};
use crate::settings::Settings;
use crate::team::Team;
use crate::words::{Country, TRADES, plain};
use penstock_crm::organizations::*;
use penstock_crm::persons::rules::first_char;
use penstock_model::{Record, UserId};
use penstock_store::Batch;

/// What persons and deals need to know of an organization.
#[derive(Debug)]
pub struct Organization {
    pub id: i64,
    pub name: String,
    pub domain: String,
    pub country: &'static Country,
    pub owner: UserId,
    pub added: Moment,
    pub deleted: Option<Moment>,
}

impl Organization {
    /// Whether it could be linked at this moment.
    pub fn is_live(&self, moment: Moment) -> bool {
        self.added <= moment && self.deleted.is_none_or(|deleted| deleted > moment)
    }
}

/// Writes `count` organizations in the order in which they were added.
pub async fn write(draft: &mut Draft<'_>, team: &Team, settings: &Settings, count: usize) -> Result<Vec<Organization>, DemoError> {
    let mut chance = draft.chance(Part::Organizations);
    let mut followers = Ids::new("followers");
    let ids = draft.ids("organizations", count).await?;
    let mut organizations = Vec::with_capacity(count);
    for (index, id) in ids.clone().enumerate() {
        let added = draft.calendar.spread(index, count, chance.below(1000));
        let organization = plan(draft, team, &mut chance, id, added);
        let around = Surroundings {
            team,
            country: organization.country,
            day: draft.calendar.time(added).date(),
            organizations: ids.start..id,
            persons: 0..0,
        };
        let record = record(draft, settings, &mut chance, &organization, &around);
        let mut batch = Batch::new(draft.actor(organization.owner, added));
        if chance.percent(6) {
            let follower = draft.next_id(&mut followers).await?;
            batch.follow(&ORGANIZATION, id, team.other(&mut chance, organization.owner), follower);
        }
        let mut life = Life::begin(draft, batch, record).await?;
        live(draft, team, settings, &mut chance, &organization, &mut life).await?;
        organizations.push(organization);
        (draft.progress)();
    }
    Ok(organizations)
}

fn plan(draft: &Draft<'_>, team: &Team, chance: &mut Chance, id: i64, added: Moment) -> Organization {
    let country = contacts::country(chance);
    let base = format!("{} {}", contacts::root(chance), chance.word(TRADES));
    let name = if chance.percent(45) { format!("{base} {}", chance.word(country.forms)) } else { base.clone() };
    let owner = team.owner(chance);
    let deleted = draft.deletion(chance, added);
    Organization { id, name, domain: format!("{}.example", plain(&base)), country, owner, added, deleted }
}

fn record(draft: &Draft<'_>, settings: &Settings, chance: &mut Chance, organization: &Organization, around: &Surroundings<'_>) -> Record {
    let time = draft.calendar.time(organization.added);
    let mut record = Record::blank(&ORGANIZATION, organization.id);
    record.set(NAME, organization.name.as_str());
    record.set(FIRST_CHAR, first_char(&organization.name));
    record.set(OWNER, organization.owner);
    record.set(VISIBLE_TO, visibility(chance));
    record.set(LABELS, labels(chance, settings.options("organization", "label_ids"), 40));
    if chance.percent(80) {
        record.set(ADDRESS, contacts::address(chance, organization.country).to_string());
    }
    if chance.percent(70) {
        record.set(WEBSITE, format!("https://www.{}", organization.domain));
    }
    if chance.percent(60) {
        record.set(INDUSTRY, chance.pick(settings.options("organization", "industry")).copied());
    }
    if chance.percent(40) {
        let employees = chance.weighted(&[(8, 40), (40, 35), (250, 20), (3000, 5)]) + chance.below(40);
        record.set(EMPLOYEE_COUNT, employees);
        record.set(ANNUAL_REVENUE, employees * chance.between(60, 180) * 1000);
    }
    record.set(CUSTOM_FIELDS, custom::values(chance, settings.custom("organization"), around));
    record.set(IS_DELETED, false);
    record.set(ADD_TIME, time);
    record.set(UPDATE_TIME, time);
    record
}

/// A few changes by its owner, and the deletion.
async fn live(
    draft: &mut Draft<'_>,
    team: &Team,
    settings: &Settings,
    chance: &mut Chance,
    organization: &Organization,
    life: &mut Life,
) -> Result<(), DemoError> {
    let mut at = organization.added;
    let end = organization.deleted.unwrap_or(draft.calendar.end());
    while chance.percent(25) {
        at += WORKDAY + chance.below(200 * WORKDAY);
        if at >= end {
            break;
        }
        let actor = draft.actor(organization.owner, at);
        let time = actor.time;
        let what = chance.below(4);
        let edit = |record: &mut Record| {
            match what {
                0 => record.set(LABELS, labels(chance, settings.options("organization", "label_ids"), 100)),
                1 => record.set(ADDRESS, contacts::address(chance, organization.country).to_string()),
                2 => record.set(EMPLOYEE_COUNT, chance.between(5, 900)),
                _ => record.set(OWNER, team.other(chance, organization.owner)),
            }
            record.set(UPDATE_TIME, time);
        };
        life.change(draft, actor, edit, |_, _| {}).await?;
    }
    if let Some(deleted) = organization.deleted {
        let actor = draft.actor(team.administrator, deleted);
        let time = actor.time;
        life.change(draft, actor, |record| rules::delete(record, time), |_, _| {}).await?;
    }
    Ok(())
}

/// Who may see a record: mostly everybody, sometimes the group of its owner, with or without the groups below.
pub fn visibility(chance: &mut Chance) -> i64 {
    chance.weighted(&[(7, 50), (3, 30), (5, 10), (1, 10)])
}

/// Labels of so many in a hundred records: one, seldom two.
pub fn labels(chance: &mut Chance, options: &[i64], share: i64) -> String {
    let mut chosen = Vec::new();
    if chance.percent(share) {
        chosen.extend(chance.pick(options));
    }
    if chance.percent(share / 8) {
        chosen.extend(chance.pick(options).filter(|option| !chosen.contains(*option)));
    }
    serde_json::Value::from(chosen).to_string()
}
