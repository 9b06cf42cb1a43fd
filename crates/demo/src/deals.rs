//! Deals and their way through the stages.

use crate::DemoError;
use crate::calendar::Moment;
use crate::chance::{Chance, Part};
use crate::custom::{self, Surroundings};
use crate::draft::{Draft, Ids, Life};
use crate::organizations::{Organization, labels, visibility};
use crate::persons::Person;
use crate::plan::{Step, plan};
use crate::products::Product;
use crate::sales::{Basket, Sales};
use crate::settings::{Pipeline, Settings};
use crate::team::{CURRENCY as MAIN_CURRENCY, Team};
use crate::words::{COUNTRIES, LOST_REASONS, OFFERS};
use penstock_crm::deals::participants::{move_total, total_of};
use penstock_crm::deals::*;
use penstock_model::{Change, Money, Record, Time, UserId};
use penstock_store::Batch;

/// Everything that deals are made from.
struct Market<'a> {
    team: &'a Team,
    settings: &'a Settings,
    organizations: &'a [Organization],
    persons: &'a [Person],
    /// The places of the persons of each organization, in the order of both lists.
    colleagues: Vec<Vec<usize>>,
}

/// A new deal before it has happened.
struct NewDeal<'a> {
    id: i64,
    pipeline: &'a Pipeline,
    person: Option<&'a Person>,
    organization: Option<usize>,
    owner: UserId,
    added: Moment,
    deleted: Option<Moment>,
}

/// A deal that was written, as far as other parts of the company go by it.
pub struct Written {
    pub id: i64,
    pub owner: UserId,
    pub person: Option<i64>,
    pub organization: Option<i64>,
    pub added: Moment,
    pub deleted: Option<Moment>,
    /// When it was closed or deleted.
    pub ended: Option<Time>,
    pub is_open: bool,
}

/// Writes `count` deals in the order in which they were added.
pub async fn write(
    draft: &mut Draft<'_>,
    team: &Team,
    settings: &Settings,
    organizations: &[Organization],
    persons: &[Person],
    products: &[Product],
    count: usize,
) -> Result<Vec<Written>, DemoError> {
    let mut colleagues = vec![Vec::new(); organizations.len()];
    for (place, person) in persons.iter().enumerate() {
        if let Some(list) = person.organization.and_then(|organization| colleagues.get_mut(organization)) {
            list.push(place);
        }
    }
    let market = Market { team, settings, organizations, persons, colleagues };
    let mut chance = draft.chance(Part::Deals);
    let sales = Sales::new(draft, products);
    let mut rows = Rows { followers: Ids::new("followers"), participants: Ids::new("participants"), sales };
    let mut deals = Vec::with_capacity(count);
    for (index, id) in draft.ids("deals", count).await?.enumerate() {
        let added = draft.calendar.spread(index, count, chance.below(1000));
        deals.push(market.deal(draft, &mut chance, &mut rows, id, added).await?);
        (draft.progress)();
    }
    let actor = draft.actor(team.administrator, draft.calendar.end());
    rows.sales.write(draft, actor).await?;
    Ok(deals)
}

/// The rows beside the deals.
struct Rows<'a> {
    followers: Ids,
    participants: Ids,
    sales: Sales<'a>,
}

impl<'a> Market<'a> {
    /// Makes a deal and lets it live until now.
    async fn deal(
        &self,
        draft: &mut Draft<'_>,
        chance: &mut Chance,
        rows: &mut Rows<'_>,
        id: i64,
        added: Moment,
    ) -> Result<Written, DemoError> {
        let deal = self.plan(draft, chance, id, added);
        let (first, steps) = plan(chance, deal.pipeline, added);
        let mut record = self.record(draft, chance, &deal, first);
        let actor = draft.actor(deal.owner, added);
        let (value, currency) = (record.get(VALUE).unwrap_or_default(), record.text(CURRENCY).unwrap_or_default().to_owned());
        let basket = rows.sales.basket(draft, &actor, id, value, &currency).await?;
        let mut batch = Batch::new(actor);
        sell(&mut record, &basket);
        batch.add_total(DEAL.name, id, "products_count", basket.pieces());
        if chance.percent(25) {
            let user = self.team.other(chance, deal.owner);
            batch.follow(&DEAL, id, user, draft.next_id(&mut rows.followers).await?);
        }
        let mut participants: Vec<i64> = deal.person.map(|person| person.id).into_iter().collect();
        for _ in 0..chance.weighted(&[(0, 60), (1, 28), (2, 12)]) {
            participants.extend(self.colleague(chance, &deal, &participants, added));
        }
        for person in &participants {
            batch.add_participant(id, *person, draft.next_id(&mut rows.participants).await?);
            move_total(&mut batch, *person, None, total_of(&record, *person));
        }
        let life = Life::begin(draft, batch, record).await?;
        let mut living = Living { market: self, deal, life, participants, basket };
        living.go(draft, chance, rows, steps).await?;
        Ok(living.written())
    }

    fn plan(&self, draft: &Draft<'_>, chance: &mut Chance, id: i64, added: Moment) -> NewDeal<'a> {
        let pipelines = &self.settings.pipelines;
        let pipeline = &pipelines[chance.weighted(&[(0, 65), (1, 25), (2, 10)]).min(pipelines.len() - 1)];
        let person = if chance.percent(88) { self.person(chance, added) } else { None };
        let organization = match person {
            Some(person) => person.organization,
            None => chance.percent(60).then(|| self.recent(chance, self.organizations.partition_point(|known| known.added <= added))),
        };
        let organization = organization.filter(|place| self.organizations.get(*place).is_some_and(|known| known.is_live(added)));
        let owner = match person {
            Some(person) if chance.percent(75) => person.owner,
            _ => self.team.owner(chance),
        };
        NewDeal { id, pipeline, person, organization, owner, added, deleted: draft.deletion(chance, added) }
    }

    fn person(&self, chance: &mut Chance, moment: Moment) -> Option<&'a Person> {
        let known = self.persons.partition_point(|person| person.added <= moment);
        self.persons.get(self.recent(chance, known)).filter(|person| person.is_live(moment))
    }

    /// A place in a list of which `known` are there already: as often one of the newest as any other.
    fn recent(&self, chance: &mut Chance, known: usize) -> usize {
        if chance.percent(50) { chance.index(known) } else { known.saturating_sub(1 + chance.index(known / 5 + 1)) }
    }

    /// Somebody else of the organization of the deal.
    fn colleague(&self, chance: &mut Chance, deal: &NewDeal<'_>, taken: &[i64], moment: Moment) -> Option<i64> {
        let colleagues = self.colleagues.get(deal.organization?)?;
        let known = colleagues.partition_point(|place| self.persons[*place].added <= moment);
        let person = &self.persons[*chance.pick(&colleagues[..known])?];
        (person.is_live(moment) && !taken.contains(&person.id)).then_some(person.id)
    }

    fn record(&self, draft: &Draft<'_>, chance: &mut Chance, deal: &NewDeal<'_>, stage: i64) -> Record {
        let time = draft.calendar.time(deal.added);
        let organization = deal.organization.map(|place| &self.organizations[place]);
        let mut record = Record::blank(&DEAL, deal.id);
        record.set(TITLE, title(chance, deal, organization));
        record.set(CREATOR, if chance.percent(90) { deal.owner } else { self.team.other(chance, deal.owner) });
        record.set(OWNER, deal.owner);
        record.set(VALUE, value(chance));
        record.set(CURRENCY, chance.weighted(&[(MAIN_CURRENCY, 70), ("EUR", 15), ("USD", 10), ("SEK", 3), ("CHF", 2)]));
        record.set(PERSON, deal.person.map(|person| person.id));
        record.set(ORGANIZATION, organization.map(|organization| organization.id));
        record.set(PIPELINE, deal.pipeline.id);
        record.set(STAGE, stage);
        record.set(STATUS, "open");
        record.set(VISIBLE_TO, visibility(chance));
        record.set(LABELS, labels(chance, self.settings.options("deal", "label_ids"), 30));
        if deal.pipeline.has_probability && chance.percent(15) {
            record.set(PROBABILITY, chance.between(1, 19) * 5);
        }
        if chance.percent(70) {
            record.set(EXPECTED_CLOSE_DATE, time.date().plus_days(chance.between(20, 120)));
        }
        let by_hand = chance.percent(80);
        record.set(ORIGIN, if by_hand { "ManuallyCreated" } else { "API" });
        if chance.percent(25) {
            record.set(CHANNEL, chance.pick(self.settings.options("deal", "channel")).copied());
        }
        record.set(CUSTOM_FIELDS, self.custom(draft, chance, deal, organization));
        record.set(IS_ARCHIVED, false);
        record.set(IS_DELETED, false);
        record.set(ADD_TIME, time);
        record.set(UPDATE_TIME, time);
        record.set(ROT_TIME, time);
        record
    }

    fn custom(&self, draft: &Draft<'_>, chance: &mut Chance, deal: &NewDeal<'_>, organization: Option<&Organization>) -> String {
        let organizations = &self.organizations[..self.organizations.partition_point(|known| known.added <= deal.added)];
        let persons = &self.persons[..self.persons.partition_point(|known| known.added <= deal.added)];
        let around = Surroundings {
            team: self.team,
            country: organization.map_or(&COUNTRIES[0], |organization| organization.country),
            day: draft.calendar.time(deal.added).date(),
            organizations: organizations.first().map_or(0..0, |first| first.id..first.id + organizations.len() as i64),
            persons: persons.first().map_or(0..0, |first| first.id..first.id + persons.len() as i64),
        };
        custom::values(chance, self.settings.custom("deal"), &around)
    }
}

fn title(chance: &mut Chance, deal: &NewDeal<'_>, organization: Option<&Organization>) -> String {
    let offer = chance.word(OFFERS);
    match (organization, deal.person) {
        (Some(organization), _) => format!("{} {offer}", organization.name),
        (None, Some(person)) => format!("{} {offer}", person.last_name),
        (None, None) => format!("Enquiry: {offer}"),
    }
}

/// A round amount mostly, and rather a small one.
fn value(chance: &mut Chance) -> Money {
    let (low, high) = chance.weighted(&[((4, 60), 45), ((60, 300), 33), ((300, 1600), 17), ((1600, 8000), 4), ((0, 0), 1)]);
    let pennies = if chance.percent(12) { chance.below(50_00) } else { 0 };
    Money::from_ten_thousandths(chance.between(low, high) * 50 * 10_000 + pennies * 100)
}

/// A deal in the course of its life.
struct Living<'m, 'a> {
    market: &'m Market<'a>,
    deal: NewDeal<'a>,
    life: Life,
    participants: Vec<i64>,
    basket: Basket,
}

impl Living<'_, '_> {
    /// Lets everything happen that lies before the present.
    async fn go(
        &mut self,
        draft: &mut Draft<'_>,
        chance: &mut Chance,
        rows: &mut Rows<'_>,
        steps: Vec<(Moment, Step)>,
    ) -> Result<(), DemoError> {
        let end = self.deal.deleted.unwrap_or(draft.calendar.end());
        for (at, step) in steps.into_iter().filter(|(at, _)| *at < end) {
            match step {
                Step::Join => self.join(draft, chance, rows, at).await?,
                step => self.take(draft, chance, at, step).await?,
            }
        }
        if let Some(at) = self.deal.deleted.filter(|_| !self.life.record.is(IS_ARCHIVED)) {
            self.delete(draft, at).await?;
        }
        let actor = draft.actor(self.owner(), self.deal.added);
        rows.sales.close(draft, actor, std::mem::take(&mut self.basket)).await
    }

    async fn join(&mut self, draft: &mut Draft<'_>, chance: &mut Chance, rows: &mut Rows<'_>, at: Moment) -> Result<(), DemoError> {
        let Some(person) = self.market.colleague(chance, &self.deal, &self.participants, at) else { return Ok(()) };
        let mut batch = Batch::new(draft.actor(self.owner(), at));
        batch.add_participant(self.deal.id, person, draft.next_id(&mut rows.participants).await?);
        move_total(&mut batch, person, None, total_of(&self.life.record, person));
        self.participants.push(person);
        Ok(draft.load.add(batch).await?)
    }

    async fn take(&mut self, draft: &mut Draft<'_>, chance: &mut Chance, at: Moment, step: Step) -> Result<(), DemoError> {
        let actor = draft.actor(self.owner(), at);
        let time = actor.time;
        let market = self.market;
        let participants = &self.participants;
        let before = self.basket.pieces();
        if let Step::Revalue(percent) = step {
            self.basket.revalue(percent, time);
        }
        let basket = &self.basket;
        let edit = |record: &mut Record| {
            match step {
                Step::Enter(stage) => {
                    record.set(STAGE, stage);
                    record.set(STAGE_CHANGE_TIME, time);
                }
                Step::Revalue(percent) if basket.worth().is_none() => record.set(VALUE, revalued(record, percent)),
                Step::Revalue(_) => sell(record, basket),
                Step::Expect(days) => record.set(EXPECTED_CLOSE_DATE, time.date().plus_days(days)),
                Step::Label => record.set(LABELS, labels(chance, market.settings.options("deal", "label_ids"), 100)),
                Step::HandOver => {
                    let owner = record.get(OWNER).unwrap_or(market.team.administrator);
                    record.set(OWNER, market.team.other(chance, owner));
                }
                Step::Win => win(record, time),
                Step::Lose => lose(record, time, chance.word(LOST_REASONS)),
                Step::Reopen => reopen(record),
                Step::Archive => {
                    record.set(IS_ARCHIVED, true);
                    record.set(ARCHIVE_TIME, time);
                }
                Step::Join => {}
            }
            record.set(UPDATE_TIME, time);
            record.set(ROT_TIME, time);
        };
        let also = |change: &Change, batch: &mut Batch| {
            follow_status(participants, change, batch);
            batch.add_total(DEAL.name, change.after.id, "products_count", basket.pieces() - before);
        };
        self.life.change(draft, actor, edit, also).await
    }

    async fn delete(&mut self, draft: &mut Draft<'_>, at: Moment) -> Result<(), DemoError> {
        let actor = draft.actor(self.market.team.administrator, at);
        let time = actor.time;
        let participants = &self.participants;
        let also = |change: &Change, batch: &mut Batch| follow_status(participants, change, batch);
        self.life.change(draft, actor, |record| rules::on_delete(record, time), also).await
    }

    fn written(&self) -> Written {
        let record = &self.life.record;
        Written {
            id: record.id,
            owner: self.owner(),
            person: record.get(PERSON),
            organization: record.get(ORGANIZATION),
            added: self.deal.added,
            deleted: self.deal.deleted,
            ended: record.get(CLOSE_TIME).or_else(|| record.get(DELETE_TIME)),
            is_open: is_open(record),
        }
    }

    fn owner(&self) -> UserId {
        self.life.record.get(OWNER).unwrap_or(self.deal.owner)
    }
}

/// Keeps the totals of those who take part in step with the status of the deal.
fn follow_status(participants: &[i64], change: &Change, batch: &mut Batch) {
    for person in participants {
        let was = change.before.as_ref().and_then(|before| total_of(before, *person));
        move_total(batch, *person, was, total_of(&change.after, *person));
    }
}

/// Lets a deal be worth what it sells, where it sells something.
fn sell(record: &mut Record, basket: &Basket) {
    let Some(worth) = basket.worth() else { return };
    record.set(VALUE, worth.value);
    record.set(ACV, worth.acv);
    record.set(ARR, worth.arr);
    record.set(MRR, worth.mrr);
}

fn revalued(record: &Record, percent: i64) -> Money {
    let whole = record.get(VALUE).unwrap_or(Money::ZERO).ten_thousandths() / 10_000;
    Money::from_ten_thousandths(whole * percent / 100 * 10_000)
}

fn win(record: &mut Record, time: Time) {
    record.set(STATUS, "won");
    record.set(WON_TIME, time);
    record.set(CLOSE_TIME, time);
    if record.get(FIRST_WON_TIME).is_none() {
        record.set(FIRST_WON_TIME, time);
    }
}

fn lose(record: &mut Record, time: Time, reason: &str) {
    record.set(STATUS, "lost");
    record.set(LOST_TIME, time);
    record.set(CLOSE_TIME, time);
    record.set(LOST_REASON, reason);
}

fn reopen(record: &mut Record) {
    record.set(STATUS, "open");
    for col in [CLOSE_TIME, WON_TIME, LOST_TIME] {
        record.clear(col);
    }
    record.clear(LOST_REASON);
}
