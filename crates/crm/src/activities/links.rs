//! Where activities stand: on the deal, the lead, the organization and the persons that they are about. From there those
//! know how many activities they have, which one is next and which one was last (semantics.md 20).
//!
//! Counts follow by what a write adds. The next and the last activity are looked up by the write itself, after its own rows,
//! while it holds the totals of the records: two writes on one deal come one after the other, and the second sees the first.

use super::fields::{self, *};
use super::guests;
use crate::leads::{LEAD, UUID};
use penstock_model::{Change, CompanyId, Record, Value};
use penstock_store::{Batch, Sql, Statement, Store, StoreError, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// To be done, done, or deleted.
const OPEN: i64 = 0;
const DONE_STATE: i64 = 1;
const DELETED: i64 = 2;

const INSERT: &str = "INSERT INTO activity_links (company_id, record_id, entity, state, place, activity_id) VALUES ";
const DELETE: &str = "DELETE FROM activity_links WHERE company_id = $1 AND record_id = $2 AND entity = $3 AND state = $4 \
     AND place = $5 AND activity_id = $6";

/// A record: its sort and id.
pub type About = (&'static str, i64);

/// How an activity stands on each of its records: in which state, and where among the others of this state, by when it
/// is due or was marked as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    state: i64,
    place: i64,
}

impl Standing {
    fn of(activity: &Record) -> Self {
        let due = due(activity).millis();
        if activity.is(IS_DELETED) {
            Standing { state: DELETED, place: due }
        } else if activity.is(DONE) {
            Standing { state: DONE_STATE, place: activity.get(MARKED_AS_DONE_TIME).map_or(0, |time| time.millis()) }
        } else {
            Standing { state: OPEN, place: due }
        }
    }

    fn count_of(self) -> Option<&'static str> {
        match self.state {
            OPEN => Some("undone_activities_count"),
            DONE_STATE => Some("done_activities_count"),
            _ => None,
        }
    }
}

/// The ids of leads by their UUIDs, by which activities know them.
pub type Leads = BTreeMap<String, i64>;

/// The records that an activity is about.
fn about(activity: &Record, leads: &Leads) -> BTreeSet<About> {
    let mut about: BTreeSet<About> = guests::persons(activity).into_iter().map(|person| ("person", person)).collect();
    about.extend(activity.get(DEAL).map(|deal| ("deal", deal)));
    about.extend(activity.get(ORGANIZATION).map(|organization| ("organization", organization)));
    about.extend(activity.text(fields::LEAD).and_then(|uuid| leads.get(uuid)).map(|lead| ("lead", *lead)));
    about
}

/// Adds to a write of activities what follows for the records that they are about. Every write of the product comes by here.
pub async fn follow(store: &Store, batch: &mut Batch) -> Result<(), StoreError> {
    let changes: Vec<Change> = batch.changes().filter(|change| change.entity().name == ACTIVITY.name).cloned().collect();
    if changes.is_empty() {
        return Ok(());
    }
    let company = batch.company();
    let mut leads = leads(store, company, &changes).await?;
    leads.extend(new_leads(batch));
    let mut touched = BTreeSet::new();
    for change in &changes {
        touched.extend(place(batch, change, &leads));
        restart_rotting(batch, change);
    }
    for (entity, record) in touched {
        batch.hold_totals(entity, record);
        batch.run(Statement::new(NEXT_AND_LAST, vec![company.into(), entity.into(), record.into()]));
    }
    Ok(())
}

async fn leads(store: &Store, company: CompanyId, changes: &[Change]) -> Result<Leads, StoreError> {
    let records = changes.iter().flat_map(|change| change.before.iter().chain([&change.after]));
    let uuids: BTreeSet<String> = records.filter_map(|activity| activity.text(fields::LEAD)).map(str::to_owned).collect();
    if uuids.is_empty() {
        return Ok(Leads::new());
    }
    let mut sql = Sql::new("SELECT uuid, id FROM leads WHERE company_id = ");
    sql.bind(company).push(" AND uuid IN ").bind_list(uuids);
    let found = store.rows(sql, Weight::Light, 2).await?;
    Ok(found.iter().filter_map(|row| Some((row[0].as_text()?.to_owned(), row[1].as_int()?))).collect())
}

/// Leads that are made by the same write, as by a conversion.
fn new_leads(batch: &Batch) -> Leads {
    let made = batch.changes().filter(|change| change.entity().name == LEAD.name && change.is_insert());
    made.filter_map(|change| Some((change.after.text(UUID)?.to_owned(), change.after.id))).collect()
}

/// Adds the links and counts of one change. Answers the records whose next or last activity may be another one now.
pub fn place(batch: &mut Batch, change: &Change, leads: &Leads) -> BTreeSet<About> {
    let stand = |activity: &Record| (about(activity, leads), Standing::of(activity));
    let before = change.before.as_ref().map(stand);
    let (records, standing) = stand(&change.after);
    let mut touched = BTreeSet::new();
    let (company, activity) = (batch.company(), change.after.id);
    let row = |(entity, record): About, standing: Standing| {
        vec![company.into(), record.into(), entity.into(), standing.state.into(), standing.place.into(), activity.into()]
    };
    if let Some((former, was)) = &before {
        for about in former.iter().filter(|about| *was != standing || !records.contains(about)) {
            batch.run(Statement::new(DELETE, row(*about, *was)));
            count(batch, *about, *was, -1);
            touched.insert(*about);
        }
    }
    let stood = |about: &About| before.as_ref().is_some_and(|(former, was)| *was == standing && former.contains(about));
    for about in records.iter().filter(|about| !stood(about)) {
        batch.add_row(INSERT, row(*about, standing));
        count(batch, *about, standing, 1);
        touched.insert(*about);
    }
    // The day and the time of the next activity are shown beside its id.
    if change.touches(DUE_DATE) || change.touches(DUE_TIME) {
        touched.extend(records);
    }
    touched
}

fn count(batch: &mut Batch, (entity, record): About, standing: Standing, by: i64) {
    if let Some(total) = standing.count_of() {
        batch.add_total(entity, record, total, by);
        batch.add_total(entity, record, "activities_count", by);
    }
}

/// An activity that is marked as done is a sign of life of its deal (semantics.md 9.1).
fn restart_rotting(batch: &mut Batch, change: &Change) {
    let was_done = change.before.as_ref().is_some_and(|before| before.is(DONE));
    if let Some(deal) = change.after.get(DEAL).filter(|_| change.after.is(DONE) && !was_done) {
        let values = vec![batch.actor().time.into(), batch.company().into(), deal.into()];
        let text = "UPDATE deals SET rot_time = $1 WHERE company_id = $2 AND id = $3";
        batch.run(Statement::new(text, values));
    }
}

/// A column of the first of the activities of a record in a state, in an order that the key of the links gives.
macro_rules! first {
    ($column:literal, $state:literal, $direction:literal) => {
        concat!(
            "(SELECT a.",
            $column,
            " FROM activity_links l JOIN activities a ON a.company_id = l.company_id AND a.id = l.activity_id \
             WHERE l.company_id = $1 AND l.record_id = $3 AND l.entity = $2 AND l.state = ",
            $state,
            " ORDER BY l.place",
            $direction,
            ", l.activity_id",
            $direction,
            " LIMIT 1)"
        )
    };
}

/// Writes the next and the last activity of the record of sort `$2` and id `$3` to its totals.
const NEXT_AND_LAST: &str = concat!(
    "INSERT INTO totals (company_id, entity, record_id, next_activity_id, next_activity_date, next_activity_time, \
         last_activity_id, last_activity_date) VALUES ($1, $2, $3, ",
    first!("id", "0", ""),
    ", ",
    first!("due_date", "0", ""),
    ", ",
    first!("due_time", "0", ""),
    ", ",
    first!("id", "1", " DESC"),
    ", ",
    first!("due_date", "1", " DESC"),
    ") ON CONFLICT (company_id, entity, record_id) DO UPDATE SET next_activity_id = excluded.next_activity_id, \
         next_activity_date = excluded.next_activity_date, next_activity_time = excluded.next_activity_time, \
         last_activity_id = excluded.last_activity_id, last_activity_date = excluded.last_activity_date"
);

/// The same for all records of a company at once, for after a load, which only [`place`]s activities.
pub fn next_and_last_of_all(company: CompanyId) -> Vec<Statement> {
    let [next, last] = [
        (OPEN, "", "next_activity_id, next_activity_date, next_activity_time", "a.id AS one, a.due_date AS two, a.due_time AS three"),
        (DONE_STATE, " DESC", "last_activity_id, last_activity_date", "a.id AS one, a.due_date AS two"),
    ]
    .map(|(state, direction, totals, columns)| {
        let shown = if state == OPEN { "one, two, three" } else { "one, two" };
        let set: Vec<_> = totals.split(", ").map(|total| format!("{total} = excluded.{total}")).collect();
        let text = format!(
            "INSERT INTO totals (company_id, entity, record_id, {totals})
             SELECT company_id, entity, record_id, {shown} FROM (
                 SELECT l.company_id, l.entity, l.record_id, {columns}, ROW_NUMBER() OVER (
                     PARTITION BY l.record_id, l.entity ORDER BY l.place{direction}, l.activity_id{direction}) AS place
                 FROM activity_links l JOIN activities a ON a.company_id = l.company_id AND a.id = l.activity_id
                 WHERE l.company_id = $1 AND l.state = {state}) AS ranked
             WHERE place = 1 ON CONFLICT (company_id, entity, record_id) DO UPDATE SET {}",
            set.join(", ")
        );
        Statement::new(text, vec![Value::from(company)])
    });
    vec![next, last]
}

/// Takes activities that go for good off all their records, where as deleted ones they count for nothing.
pub async fn remove(store: &Store, company: CompanyId, activities: Vec<Record>) -> Result<Vec<Statement>, StoreError> {
    let changes: Vec<Change> = activities.into_iter().map(Change::insert).collect();
    let leads = leads(store, company, &changes).await?;
    let mut statements = Vec::new();
    for Change { after: activity, .. } in &changes {
        let Standing { state, place } = Standing::of(activity);
        statements.extend(about(activity, &leads).into_iter().map(|(entity, record)| {
            let key = vec![company.into(), record.into(), entity.into(), state.into(), place.into(), activity.id.into()];
            Statement::new(DELETE, key)
        }));
    }
    Ok(statements)
}

/// The activities of a record, deleted ones included, as a condition on `column`.
pub fn of_record(sql: &mut Sql, company: CompanyId, column: &str, (entity, record): About) {
    sql.push(column).push(" IN (SELECT l.activity_id FROM activity_links l WHERE l.company_id = ").bind(company);
    sql.push(" AND l.record_id = ").bind(record).push(" AND l.entity = ").bind(entity).push(")");
}
