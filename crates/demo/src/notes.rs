//! Notes about deals, persons, organizations and leads, and what colleagues say about them.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::deals::Written;
use crate::draft::{Draft, Ids, Life};
use crate::leads::Lead;
use crate::organizations::Organization;
use crate::persons::Person;
use crate::team::Team;
use crate::words::REMARKS;
use penstock_crm::deals::rules::restart_rotting;
use penstock_crm::notes::*;
use penstock_model::{Change, Col, Record, UserId, col};
use penstock_store::Batch;

/// How notes begin.
const OCCASIONS: &[&str] = &[
    "Called this morning.",
    "Had lunch together.",
    "Visited their office.",
    "Long call with the buyer.",
    "Short talk at the fair.",
    "Answered our mail at last.",
    "Demo went well.",
    "Sent the offer.",
    "Tried to call, no answer.",
    "Video call with the whole team.",
];
const COMMENTS: &[&str] = &[
    "Thanks, I'll follow up.",
    "Could you send me the numbers?",
    "Same here, they told me last week.",
    "Good work!",
    "Let us talk about it on Monday.",
    "I know somebody there who can help.",
];

const PINNED_TO_DEAL: Col<bool> = col(&NOTE, "pinned_to_deal_flag");
const PINNED_TO_PERSON: Col<bool> = col(&NOTE, "pinned_to_person_flag");

/// Everything that notes are about, each in the order in which it was added.
pub struct Subjects<'a> {
    pub organizations: &'a [Organization],
    pub persons: &'a [Person],
    pub deals: &'a [Written],
    pub leads: &'a [Lead],
}

/// Writes `count` notes in the order in which they were made.
pub async fn write(draft: &mut Draft<'_>, team: &Team, subjects: &Subjects<'_>, count: usize) -> Result<(), DemoError> {
    let mut chance = draft.chance(Part::Notes);
    let mut comments = Ids::new(COMMENT.table);
    for (index, id) in draft.ids(NOTE.table, count).await?.enumerate() {
        let moment = draft.calendar.spread(index, count, chance.below(1000));
        let mut note = Record::blank(&NOTE, id);
        let owner = subjects.link(&mut chance, &mut note, moment).unwrap_or(team.administrator);
        let author = if chance.percent(80) { owner } else { team.other(&mut chance, owner) };
        complete(draft, &mut chance, &mut note, author, moment);
        let mut batch = Batch::new(draft.actor(author, moment));
        if let Some(deal) = note.get(DEAL) {
            restart_rotting(&mut batch, deal, draft.calendar.time(moment));
        }
        let life = Life::begin(draft, batch, note).await?;
        live(draft, &mut chance, team, &mut comments, life, author, moment).await?;
        (draft.progress)();
    }
    Ok(())
}

/// One of those that are there at a moment.
fn one<'a, T>(
    chance: &mut Chance,
    all: &'a [T],
    moment: Moment,
    added: impl Fn(&T) -> Moment,
    is_live: impl Fn(&T) -> bool,
) -> Option<&'a T> {
    let known = all.partition_point(|item| added(item) <= moment);
    all.get(chance.index(known)).filter(|item| is_live(item))
}

impl Subjects<'_> {
    /// Says what the note is about; answers who owns that. Where the dice show nothing that is there, it is about the
    /// oldest organization.
    fn link(&self, chance: &mut Chance, note: &mut Record, moment: Moment) -> Option<UserId> {
        let is_open = |deleted: Option<Moment>| deleted.is_none_or(|deleted| deleted > moment);
        match chance.weighted(&[(0, 60), (1, 20), (2, 12), (3, 8)]) {
            0 => {
                let deal = one(chance, self.deals, moment, |deal| deal.added, |deal| is_open(deal.deleted));
                if let Some(deal) = deal {
                    note.set(DEAL, deal.id);
                    note.set(PERSON, deal.person);
                    note.set(ORGANIZATION, deal.organization);
                    return Some(deal.owner);
                }
            }
            1 => {
                if let Some(person) = one(chance, self.persons, moment, |person| person.added, |person| person.is_live(moment)) {
                    note.set(PERSON, person.id);
                    return Some(person.owner);
                }
            }
            2 => {
                if let Some(lead) = one(chance, self.leads, moment, |lead| lead.added, |lead| is_open(lead.deleted)) {
                    note.set(LEAD, lead.uuid.as_str());
                    return Some(lead.owner);
                }
            }
            _ => {}
        }
        let organization = one(chance, self.organizations, moment, |known| known.added, |known| known.is_live(moment));
        let organization = organization.or(self.organizations.first())?;
        note.set(ORGANIZATION, organization.id);
        Some(organization.owner)
    }
}

fn complete(draft: &Draft<'_>, chance: &mut Chance, note: &mut Record, author: UserId, moment: Moment) {
    let time = draft.calendar.time(moment);
    note.set(CONTENT, format!("<p>{} {}</p>", chance.word(OCCASIONS), chance.word(REMARKS)));
    note.set(USER, author);
    for (_, pin) in LINKS {
        if let Some((index, _)) = NOTE.field(pin) {
            note.values[index] = false.into();
        }
    }
    if chance.percent(6) {
        note.set(PINNED_TO_DEAL, note.get(DEAL).is_some());
        note.set(PINNED_TO_PERSON, note.get(DEAL).is_none() && note.get(PERSON).is_some());
    }
    note.set(ADD_TIME, time);
    note.set(UPDATE_TIME, time);
    note.set(IS_DELETED, false);
}

/// Colleagues comment, the author adds something, a few notes go.
async fn live(
    draft: &mut Draft<'_>,
    chance: &mut Chance,
    team: &Team,
    comments: &mut Ids,
    mut life: Life,
    author: UserId,
    made: Moment,
) -> Result<(), DemoError> {
    let mut at = made;
    while chance.percent(12) {
        at += 600 + chance.below(2 * WORKDAY);
        if at >= draft.calendar.end() {
            return Ok(());
        }
        let user = team.other(chance, author);
        let comment = comment(draft, chance, draft.next_id(comments).await?, life.record.id, user, at);
        let mut batch = Batch::new(draft.actor(user, at));
        batch.save(Change::insert(comment));
        draft.load.add(batch).await?;
    }
    at += 600 + chance.below(5 * WORKDAY);
    if chance.percent(8) && at < draft.calendar.end() {
        let actor = draft.actor(author, at);
        let time = actor.time;
        let more = chance.word(REMARKS);
        let edit = |note: &mut Record| {
            let content = format!("{}<p>{more}</p>", note.text(CONTENT).unwrap_or_default());
            note.set(CONTENT, content);
            note.set(LAST_UPDATE_USER, author);
            note.set(UPDATE_TIME, time);
        };
        life.change(draft, actor, edit, |_, _| {}).await?;
    }
    if let Some(deleted) = draft.deletion(chance, at) {
        let actor = draft.actor(author, deleted);
        let time = actor.time;
        life.change(draft, actor, |note| rules::on_delete(note, time), |_, _| {}).await?;
    }
    Ok(())
}

fn comment(draft: &Draft<'_>, chance: &mut Chance, id: i64, note: i64, user: UserId, at: Moment) -> Record {
    let time = draft.calendar.time(at);
    let mut record = Record::blank(&COMMENT, id);
    record.set(comment::UUID, chance.uuid());
    record.set(comment::NOTE, note);
    record.set(comment::CONTENT, format!("<p>{}</p>", chance.word(COMMENTS)));
    record.set(comment::USER, user);
    record.set(comment::UPDATER, user);
    record.set(comment::ADD_TIME, time);
    record.set(comment::UPDATE_TIME, time);
    record.set(comment::IS_DELETED, false);
    record
}
