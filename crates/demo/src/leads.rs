//! Leads: what may become deals.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::custom::{self, Surroundings};
use crate::draft::{Draft, Life};
use crate::organizations::{Organization, visibility};
use crate::persons::Person;
use crate::settings::Settings;
use crate::team::{CURRENCY as MAIN_CURRENCY, Team};
use crate::words::OFFERS;
use penstock_crm::leads::*;
use penstock_model::{Money, Record, UserId};
use penstock_store::Batch;

/// Where leads come from: the source that people read, and its origin.
const SOURCES: &[((&str, &str), i64)] = &[
    (("Manually created", "ManuallyCreated"), 40),
    (("Web forms", "WebForm"), 25),
    (("Import", "Import"), 15),
    (("API", "API"), 15),
    (("Live chat", "LiveChat"), 5),
];

/// What notes need to know of a lead.
#[derive(Debug)]
pub struct Lead {
    pub uuid: String,
    pub owner: UserId,
    pub added: Moment,
    pub deleted: Option<Moment>,
}

/// Writes `count` leads in the order in which they were added.
pub async fn write(
    draft: &mut Draft<'_>,
    team: &Team,
    settings: &Settings,
    organizations: &[Organization],
    persons: &[Person],
    count: usize,
) -> Result<Vec<Lead>, DemoError> {
    let mut chance = draft.chance(Part::Leads);
    let mut leads = Vec::with_capacity(count);
    for (index, id) in draft.ids("leads", count).await?.enumerate() {
        let added = draft.calendar.spread(index, count, chance.below(1000));
        let known = persons.partition_point(|person| person.added <= added);
        let person = persons[..known].get(chance.index(known)).filter(|person| person.is_live(added));
        let organization = person.and_then(|person| organizations.get(person.organization?)).filter(|known| known.is_live(added));
        // There is a first day, on which nobody is known yet: then it is about the first one to come.
        let contact = person.or(persons.first());
        let Some(contact) = contact else { break };
        let lead = Lead {
            uuid: chance.uuid(),
            owner: if chance.percent(70) { contact.owner } else { team.owner(&mut chance) },
            added: added.max(contact.added),
            deleted: draft.deletion(&mut chance, added),
        };
        let around = Surroundings {
            team,
            country: contact.country,
            day: draft.calendar.time(lead.added).date(),
            organizations: 0..0,
            persons: 0..0,
        };
        let record = record(draft, settings, &mut chance, id, &lead, contact, organization, &around);
        let life = Life::begin(draft, Batch::new(draft.actor(lead.owner, lead.added)), record).await?;
        live(draft, &mut chance, team, &lead, life).await?;
        leads.push(lead);
        (draft.progress)();
    }
    Ok(leads)
}

#[allow(clippy::too_many_arguments, reason = "a lead is made from all of them")]
fn record(
    draft: &Draft<'_>,
    settings: &Settings,
    chance: &mut Chance,
    id: i64,
    lead: &Lead,
    person: &Person,
    organization: Option<&Organization>,
    around: &Surroundings<'_>,
) -> Record {
    let time = draft.calendar.time(lead.added);
    let (source, origin) = chance.weighted(SOURCES);
    let mut record = Record::blank(&LEAD, id);
    record.set(UUID, lead.uuid.as_str());
    let about = organization.map_or(person.last_name, |organization| organization.name.as_str());
    record.set(TITLE, format!("{about}: {}", chance.word(OFFERS)));
    record.set(OWNER, lead.owner);
    record.set(CREATOR, lead.owner);
    record.set(PERSON, person.id);
    record.set(ORGANIZATION, organization.map(|organization| organization.id));
    record.set(LABELS, serde_json::Value::from(label(chance, &settings.lead_labels)).to_string());
    record.set(SOURCE_NAME, source);
    record.set(ORIGIN, origin);
    if chance.percent(20) {
        record.set(CHANNEL, chance.pick(settings.options("deal", "channel")).copied());
    }
    if chance.percent(55) {
        record.set(VALUE, Money::from_ten_thousandths(chance.between(5, 400) * 1_000_000));
        record.set(CURRENCY, chance.weighted(&[(MAIN_CURRENCY, 80), ("EUR", 15), ("USD", 5)]));
    }
    if chance.percent(30) {
        record.set(EXPECTED_CLOSE_DATE, time.date().plus_days(chance.between(20, 150)));
    }
    record.set(VISIBLE_TO, visibility(chance));
    record.set(WAS_SEEN, chance.percent(85));
    record.set(CUSTOM_FIELDS, if chance.percent(20) { custom::values(chance, settings.custom("deal"), around) } else { "{}".to_owned() });
    record.set(IS_ARCHIVED, false);
    record.set(IS_DELETED, false);
    record.set(ADD_TIME, time);
    record.set(UPDATE_TIME, time);
    record
}

fn label(chance: &mut Chance, labels: &[String]) -> Vec<String> {
    if chance.percent(60) { chance.pick(labels).cloned().into_iter().collect() } else { Vec::new() }
}

/// Some are looked at again, some are put aside, a few go.
async fn live(draft: &mut Draft<'_>, chance: &mut Chance, team: &Team, lead: &Lead, mut life: Life) -> Result<(), DemoError> {
    let end = lead.deleted.unwrap_or(draft.calendar.end());
    let seen = lead.added + chance.below(3 * WORKDAY);
    if !life.record.is(WAS_SEEN) && seen < end {
        let actor = draft.actor(lead.owner, seen);
        let time = actor.time;
        let look = |record: &mut Record| {
            record.set(WAS_SEEN, true);
            record.set(UPDATE_TIME, time);
        };
        life.change(draft, actor, look, |_, _| {}).await?;
    }
    let put_aside = seen + WORKDAY + chance.below(120 * WORKDAY);
    if chance.percent(35) && put_aside < end {
        let actor = draft.actor(lead.owner, put_aside);
        let time = actor.time;
        let archive = |record: &mut Record| {
            record.set(IS_ARCHIVED, true);
            record.set(ARCHIVE_TIME, time);
            record.set(UPDATE_TIME, time);
        };
        life.change(draft, actor, archive, |_, _| {}).await?;
    }
    if let Some(deleted) = lead.deleted {
        let actor = draft.actor(team.administrator, deleted);
        let time = actor.time;
        life.change(draft, actor, |record| rules::on_delete(record, time), |_, _| {}).await?;
    }
    Ok(())
}
