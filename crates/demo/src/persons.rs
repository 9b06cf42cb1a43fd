//! Persons and what has happened to them.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::contacts;
use crate::custom::{self, Surroundings};
use crate::draft::{Draft, Ids, Life};
use crate::organizations::{Organization, labels, visibility};
use crate::settings::Settings;
use crate::team::Team;
use crate::words::{Country, FIRST_NAMES, LAST_NAMES};
use penstock_crm::persons::*;
use penstock_model::{Record, UserId};
use penstock_store::Batch;

/// What deals need to know of a person.
#[derive(Debug)]
pub struct Person {
    pub id: i64,
    pub last_name: &'static str,
    /// The place of its organization in the list of all.
    pub organization: Option<usize>,
    pub country: &'static Country,
    pub owner: UserId,
    pub added: Moment,
    pub deleted: Option<Moment>,
}

impl Person {
    /// Whether it could be linked at this moment.
    pub fn is_live(&self, moment: Moment) -> bool {
        self.added <= moment && self.deleted.is_none_or(|deleted| deleted > moment)
    }
}

/// Writes `count` persons in the order in which they were added.
pub async fn write(
    draft: &mut Draft<'_>,
    team: &Team,
    settings: &Settings,
    organizations: &[Organization],
    count: usize,
) -> Result<Vec<Person>, DemoError> {
    let mut chance = draft.chance(Part::Persons);
    let mut followers = Ids::new("followers");
    let ids = draft.ids("persons", count).await?;
    let mut persons = Vec::with_capacity(count);
    for (index, id) in ids.enumerate() {
        let added = draft.calendar.spread(index, count, chance.below(1000));
        let person = plan(draft, team, organizations, &mut chance, id, added);
        let record = record(draft, team, settings, organizations, &mut chance, &person);
        let mut batch = Batch::new(draft.actor(person.owner, added));
        if chance.percent(5) {
            let follower = draft.next_id(&mut followers).await?;
            batch.follow(&PERSON, id, team.other(&mut chance, person.owner), follower);
        }
        let mut life = Life::begin(draft, batch, record).await?;
        live(draft, team, settings, &mut chance, &person, &mut life).await?;
        persons.push(person);
        (draft.progress)();
    }
    Ok(persons)
}

fn plan(draft: &Draft<'_>, team: &Team, organizations: &[Organization], chance: &mut Chance, id: i64, added: Moment) -> Person {
    let organization = employer(organizations, chance, added);
    let employer = organization.and_then(|place| organizations.get(place));
    let country = employer.map_or_else(|| contacts::country(chance), |employer| employer.country);
    let owner = match employer {
        Some(organization) if chance.percent(75) => organization.owner,
        _ => team.owner(chance),
    };
    let deleted = draft.deletion(chance, added);
    Person { id, last_name: chance.word(LAST_NAMES), organization, country, owner, added, deleted }
}

/// One of the organizations that are there already. Older ones have more people.
fn employer(organizations: &[Organization], chance: &mut Chance, moment: Moment) -> Option<usize> {
    let known = organizations.partition_point(|organization| organization.added <= moment);
    let place = if chance.percent(40) {
        let bound = chance.index(known) + 1;
        chance.index(bound)
    } else {
        chance.index(known)
    };
    let is_live = organizations.get(place).is_some_and(|organization| organization.is_live(moment));
    (is_live && chance.percent(85)).then_some(place)
}

fn record(
    draft: &Draft<'_>,
    team: &Team,
    settings: &Settings,
    organizations: &[Organization],
    chance: &mut Chance,
    person: &Person,
) -> Record {
    let time = draft.calendar.time(person.added);
    let organization = person.organization.and_then(|place| organizations.get(place));
    let first_name = chance.word(FIRST_NAMES);
    let name = format!("{first_name} {}", person.last_name);
    let mut record = Record::blank(&PERSON, person.id);
    record.set(FIRST_CHAR, rules::first_char(&name));
    record.set(NAME, name);
    record.set(FIRST_NAME, first_name);
    record.set(LAST_NAME, person.last_name);
    record.set(OWNER, person.owner);
    record.set(ORGANIZATION, organization.map(|organization| organization.id));
    record.set(VISIBLE_TO, visibility(chance));
    let has_email = chance.percent(92);
    let domain = organization.map(|organization| organization.domain.as_str());
    record.set(EMAILS, if has_email { contacts::emails(chance, first_name, person.last_name, domain) } else { "[]".to_owned() });
    record.set(PHONES, if chance.percent(85) { contacts::phones(chance, person.country) } else { "[]".to_owned() });
    record.set(LABELS, labels(chance, settings.options("person", "label_ids"), 45));
    let consent = chance.weighted(&[("no_consent", 60), ("subscribed", 32), ("unsubscribed", 8)]);
    record.set(MARKETING_STATUS, if has_email { consent } else { "no_consent" });
    record.set(MARKETING_STATUS_CHANGED, false);
    let around = Surroundings { team, country: person.country, day: time.date(), organizations: 0..0, persons: 0..0 };
    record.set(CUSTOM_FIELDS, custom::values(chance, settings.custom("person"), &around));
    record.set(IS_DELETED, false);
    record.set(ADD_TIME, time);
    record.set(UPDATE_TIME, time);
    record
}

/// A few changes by the owner, and the deletion.
async fn live(
    draft: &mut Draft<'_>,
    team: &Team,
    settings: &Settings,
    chance: &mut Chance,
    person: &Person,
    life: &mut Life,
) -> Result<(), DemoError> {
    let mut at = person.added;
    let end = person.deleted.unwrap_or(draft.calendar.end());
    while chance.percent(25) {
        at += WORKDAY + chance.below(200 * WORKDAY);
        if at >= end {
            break;
        }
        let actor = draft.actor(person.owner, at);
        let time = actor.time;
        let what = chance.below(3);
        let edit = |record: &mut Record| {
            match what {
                0 => record.set(LABELS, labels(chance, settings.options("person", "label_ids"), 100)),
                1 => record.set(PHONES, contacts::phones(chance, person.country)),
                _ => record.set(OWNER, team.other(chance, person.owner)),
            }
            record.set(UPDATE_TIME, time);
        };
        life.change(draft, actor, edit, |_, _| {}).await?;
    }
    if let Some(deleted) = person.deleted {
        let actor = draft.actor(team.administrator, deleted);
        let time = actor.time;
        life.change(draft, actor, |record| rules::delete(record, time), |_, _| {}).await?;
    }
    Ok(())
}
