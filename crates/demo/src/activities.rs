//! Activities: what was done about the deals, and what is planned for those that are open.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::deals::Written;
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::activities::links::{self, Leads};
use penstock_crm::activities::*;
use penstock_model::{Change, CompanyId, Date, Record, Time, UserId};
use penstock_store::{Batch, Statement};
use serde_json::json;

/// How many of a hundred were planned lately, for deals that are open now.
const PLANNED: usize = 15;
/// How long ago these were planned, at most.
const LATELY: Moment = 15 * WORKDAY;

/// A type by its key, how often it comes, the share that has a time of day, and what it is about.
type Sort = (&'static str, i64, i64, &'static [&'static str]);

const SORTS: &[Sort] = &[
    ("call", 34, 60, &["Introductory call", "Follow-up call", "Call about the quote", "Check in on progress", "Return their call"]),
    ("email", 22, 5, &["Send the quote", "Send references", "Answer their questions", "Send the revised terms", "Thank-you note"]),
    ("meeting", 20, 95, &["Kick-off meeting", "Site visit", "Demonstration", "Review of the proposal", "Meeting with their board"]),
    ("task", 14, 10, &["Prepare the quote", "Check delivery dates", "Update the forecast", "Ask the workshop for drawings"]),
    ("deadline", 6, 5, &["Tender closes", "Quote expires", "Decision expected"]),
    ("lunch", 4, 100, &["Lunch with the buyer", "Lunch with the new contact"]),
];
const NOTES: &[&str] = &[
    "Asked for a discount on larger orders.",
    "Wants to see references from the same trade.",
    "Budget is approved for this quarter.",
    "Delivery date matters more than the price.",
    "Bring the samples.",
    "Prefers to be called in the morning.",
];

/// Writes `count` activities in the order in which they were added.
pub async fn write(draft: &mut Draft<'_>, team: &Team, deals: &[Written], today: Date, count: usize) -> Result<(), DemoError> {
    let mut chance = draft.chance(Part::Activities);
    let open: Vec<&Written> = deals.iter().filter(|deal| deal.is_open).collect();
    let mut plans = moments(draft, &mut chance, count);
    plans.sort_by_key(|(added, _)| *added);
    for (id, (added, is_planned)) in draft.ids("activities", count).await?.zip(plans) {
        let known = if is_planned { open.partition_point(|deal| deal.added < added) } else { 0 };
        let deal = match chance.pick(&open[..known]) {
            Some(deal) => Some(*deal),
            None => worked_on(draft, &mut chance, deals, added),
        };
        let planned = Plan { id, deal, added, is_planned };
        let (record, last) = planned.record(draft, &mut chance, team, today);
        let mut batch = Batch::new(draft.actor(record.get(OWNER).unwrap_or(team.administrator), last));
        let change = Change::insert(record);
        links::place(&mut batch, &change, &Leads::new());
        batch.save(change);
        draft.load.add(batch).await?;
        (draft.progress)();
    }
    Ok(())
}

/// What completes the totals once everything is written.
pub fn totals(company: CompanyId) -> Vec<Statement> {
    links::next_and_last_of_all(company)
}

/// When each is added, and whether it is one of the last, which are planned for open deals.
fn moments(draft: &Draft<'_>, chance: &mut Chance, count: usize) -> Vec<(Moment, bool)> {
    let planned = count * PLANNED / 100;
    let past = count - planned;
    let mut moments: Vec<_> = (0..past).map(|index| (draft.calendar.spread(index, past, chance.below(1000)), false)).collect();
    moments.extend((0..planned).map(|_| (draft.calendar.end() - 1 - chance.below(LATELY), true)));
    moments
}

/// A deal that is there and not over at a moment: as often one of the newest as any other. Now and then none is found,
/// and the activity is about nothing in particular.
fn worked_on<'a>(draft: &Draft<'_>, chance: &mut Chance, deals: &'a [Written], moment: Moment) -> Option<&'a Written> {
    let known = deals.partition_point(|deal| deal.added <= moment);
    let time = draft.calendar.time(moment);
    for _ in 0..6 {
        let newest = chance.percent(60);
        let place = if newest { known.saturating_sub(1 + chance.index(known / 8 + 1)) } else { chance.index(known) };
        let deal = deals[..known].get(place)?;
        if deal.ended.is_none_or(|ended| ended > time) {
            return Some(deal);
        }
    }
    None
}

/// An activity before it has happened.
struct Plan<'a> {
    id: i64,
    deal: Option<&'a Written>,
    added: Moment,
    is_planned: bool,
}

impl Plan<'_> {
    /// The activity as it stands now, and when somebody last touched it.
    fn record(&self, draft: &Draft<'_>, chance: &mut Chance, team: &Team, today: Date) -> (Record, Moment) {
        let (key, _, timed, subjects) = sort(chance);
        let owner = self.deal.map_or_else(|| team.owner(chance), |deal| deal.owner);
        let owner = if chance.percent(92) { owner } else { team.other(chance, owner) };
        let clock = chance.percent(timed).then(|| format!("{:02}:{:02}:00", chance.between(7, 16), chance.below(4) * 15));
        let due = self.added + chance.small(if self.is_planned { 60 } else { 24 } * WORKDAY);
        let added = draft.calendar.time(self.added);

        let mut record = Record::blank(&ACTIVITY, self.id);
        record.set(SUBJECT, chance.word(subjects));
        record.set(TYPE, key);
        record.set(OWNER, owner);
        record.set(CREATOR, if chance.percent(90) { owner } else { team.other(chance, owner) });
        record.set(DEAL, self.deal.map(|deal| deal.id));
        record.set(ORGANIZATION, self.deal.and_then(|deal| deal.organization));
        let person = self.deal.and_then(|deal| deal.person);
        record.set(PERSON, person);
        let participants: Vec<_> = person.map(|person_id| Participant { person_id, primary: true }).into_iter().collect();
        record.set(PARTICIPANTS, json!(participants).to_string());
        record.set(ATTENDEES, "[]");
        record.set(DUE_DATE, due_date(draft, due, today));
        record.set(BUSY, clock.is_some());
        record.set(BUSY_BY_TIME, true);
        record.set(DURATION, clock.as_ref().map(|_| chance.weighted(&[("00:30:00", 50), ("01:00:00", 35), ("02:00:00", 15)])));
        record.set(DUE_TIME, clock);
        if chance.percent(25) {
            record.set(NOTE, chance.word(NOTES));
        }
        record.set(DONE, false);
        record.set(IS_DELETED, false);
        record.set(ADD_TIME, added);
        record.set(UPDATE_TIME, added);
        let mut last = self.added;
        if let Some(at) = self.done(draft, chance, due) {
            finish(&mut record, owner, draft.calendar.time(at));
            last = at;
        }
        if let Some(at) = draft.deletion(chance, last) {
            let time = draft.calendar.time(at);
            record.set(IS_DELETED, true);
            record.set(DELETE_TIME, time);
            record.set(UPDATE_TIME, time);
            last = at;
        }
        (record, last)
    }

    /// When it was done, if it was. Few old ones never are, and of those that were due lately some are late.
    fn done(&self, draft: &Draft<'_>, chance: &mut Chance, due: Moment) -> Option<Moment> {
        let at = due + chance.small(WORKDAY) + 60;
        let is_late = chance.percent(if due + 10 * WORKDAY > draft.calendar.end() { 30 } else { 2 });
        (at < draft.calendar.end() && !is_late && !self.is_planned).then_some(at)
    }
}

fn sort(chance: &mut Chance) -> Sort {
    let mut at = chance.below(SORTS.iter().map(|(_, weight, _, _)| weight).sum());
    for sort in SORTS {
        if at < sort.1 {
            return *sort;
        }
        at -= sort.1;
    }
    SORTS[0]
}

fn finish(record: &mut Record, owner: UserId, time: Time) {
    record.set(DONE, true);
    record.set(MARKED_AS_DONE_TIME, time);
    record.set(UPDATE_TIME, time);
    record.set(UPDATER, owner);
}

/// The day of a moment, which may lie in the future: five days of work are a week.
fn due_date(draft: &Draft<'_>, due: Moment, today: Date) -> Date {
    let ahead = due - draft.calendar.end();
    if ahead < 0 { draft.calendar.time(due).date() } else { today.plus_days(ahead / WORKDAY * 7 / 5) }
}
