//! Who takes part in a deal. The deal's own person is a participant too (semantics.md 18).

use super::fields::*;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Change, Record};
use penstock_store::{Batch, Sql, Statement, Weight};
use std::collections::BTreeSet;

/// Keeps the participants in step with a change of the deal: its person takes part, and the totals of the other
/// participants follow its status.
pub async fn follow_person(call: &Call, change: &Change, batch: &mut Batch) -> ApiResult<()> {
    if !change.touches(PERSON) && !change.touches(STATUS) {
        return Ok(());
    }
    let before = match &change.before {
        Some(deal) => of_deal(call, deal.id).await?,
        None => BTreeSet::new(),
    };
    let mut after = before.clone();
    if change.touches(PERSON) {
        if let Some(former) = change.before.as_ref().and_then(|deal| deal.get(PERSON)) {
            after.remove(&former);
        }
        after.extend(change.after.get(PERSON));
    }
    exchange(call, change, &before, &after, batch).await
}

/// Plans that `after` take part in the deal instead of `before`. The totals of all of them follow, from how the
/// deal was to how it will be.
pub async fn exchange(call: &Call, change: &Change, before: &BTreeSet<i64>, after: &BTreeSet<i64>, batch: &mut Batch) -> ApiResult<()> {
    let deal = change.after.id;
    for person in before.difference(after) {
        batch.remove_participant(deal, *person);
    }
    for person in after.difference(before) {
        let id = call.store().next_id(call.company(), "participants").await?;
        batch.add_participant(deal, *person, id);
    }
    for person in before.union(after) {
        let was = change.before.as_ref().filter(|_| before.contains(person)).and_then(|deal| total_of(deal, *person));
        let is = Some(&change.after).filter(|_| after.contains(person)).and_then(|deal| total_of(deal, *person));
        move_total(batch, *person, was, is);
    }
    Ok(())
}

/// Lets the write fail where the deal has changed since it was read, although its own row stays as it is: what the
/// participants add to their totals hangs on its status.
pub fn hold(batch: &mut Batch, deal: &Record) {
    let values = vec![batch.company().into(), deal.id.into(), deal.version.into()];
    batch.run(Statement::one_row("UPDATE deals SET version = version + 1 WHERE company_id = $1 AND id = $2 AND version = $3", values));
}

/// The total of a person that a deal adds to in which the person takes part without being its own person.
pub fn total_of(deal: &Record, person: i64) -> Option<&'static str> {
    if deal.get(PERSON) == Some(person) {
        None
    } else if is_open(deal) {
        Some("participant_open_deals_count")
    } else if is_closed(deal) {
        Some("participant_closed_deals_count")
    } else {
        None
    }
}

/// Takes one off the first total and adds one to the second.
pub fn move_total(batch: &mut Batch, person: i64, was: Option<&'static str>, is: Option<&'static str>) {
    if was == is {
        return;
    }
    if let Some(total) = was {
        batch.add_total("person", person, total, -1);
    }
    if let Some(total) = is {
        batch.add_total("person", person, total, 1);
    }
}

/// The ids of the persons who take part in a deal.
pub async fn of_deal(call: &Call, deal: i64) -> ApiResult<BTreeSet<i64>> {
    let mut sql = Sql::new("SELECT person_id FROM participants WHERE company_id = ");
    sql.bind(call.company()).push(" AND deal_id = ").bind(deal);
    Ok(call.store().read(sql, Weight::Light, BTreeSet::new(), |persons, row| persons.extend(row.int(0))).await?)
}
