//! The company in the making.

use crate::DemoError;
use crate::calendar::{Calendar, Moment, WORKDAY};
use crate::chance::{Chance, Part};
use penstock_model::{Actor, Change, ChangeSource, CompanyId, Record, UserId};
use penstock_store::{Batch, Load, Store};
use std::ops::Range;
use std::sync::Arc;

/// Where all parts of the company are written to.
pub struct Draft<'p> {
    pub store: Arc<Store>,
    pub company: CompanyId,
    pub seed: u64,
    pub calendar: Calendar,
    pub load: Load,
    pub progress: Box<dyn FnMut() + Send + 'p>,
}

/// Ids that a sort of rows takes one by one, reserved in blocks.
pub struct Ids {
    sort: &'static str,
    rest: Range<i64>,
}

const ID_BLOCK: i64 = 1000;
/// How many of a hundred records were deleted. Deleted ones are kept for 30 days only, so that it was not long ago.
const DELETED: i64 = 1;
const DELETED_WITHIN: Moment = 19 * WORKDAY;

impl Draft<'_> {
    pub fn chance(&self, part: Part) -> Chance {
        Chance::new(self.seed, part)
    }

    /// Somebody who changes something by hand.
    pub fn actor(&self, user: UserId, moment: Moment) -> Actor {
        Actor { company: self.company, user, source: ChangeSource::App, user_agent: None, time: self.calendar.time(moment) }
    }

    /// `count` ids in a row.
    pub async fn ids(&self, sort: &'static str, count: usize) -> Result<Range<i64>, DemoError> {
        Ok(self.store.next_ids(self.company, sort, i64::try_from(count).unwrap_or(i64::MAX)).await?)
    }

    pub async fn next_id(&self, ids: &mut Ids) -> Result<i64, DemoError> {
        if let Some(id) = ids.rest.next() {
            return Ok(id);
        }
        let block = self.store.next_ids(self.company, ids.sort, ID_BLOCK).await?;
        ids.rest = block.start + 1..block.end;
        Ok(block.start)
    }

    /// Writes what is held back, so that it can be read.
    pub async fn settle(&mut self) -> Result<(), DemoError> {
        let load = std::mem::replace(&mut self.load, Load::new(&self.store, self.company));
        Ok(load.finish().await?)
    }

    /// When a record was deleted, if at all.
    pub fn deletion(&self, chance: &mut Chance, added: Moment) -> Option<Moment> {
        let moment = self.calendar.end() - 1 - chance.below(DELETED_WITHIN);
        (chance.percent(DELETED) && moment > added + WORKDAY).then_some(moment)
    }
}

impl Ids {
    pub fn new(sort: &'static str) -> Self {
        Ids { sort, rest: 0..0 }
    }
}

/// A record on its way from its creation through its changes.
pub struct Life {
    pub record: Record,
}

impl Life {
    pub async fn begin(draft: &mut Draft<'_>, mut batch: Batch, record: Record) -> Result<Self, DemoError> {
        batch.save(Change::insert(record.clone()));
        draft.load.add(batch).await?;
        Ok(Life { record })
    }

    /// Changes the record; `also` adds what else the change brings with it.
    pub async fn change(
        &mut self,
        draft: &mut Draft<'_>,
        actor: Actor,
        edit: impl FnOnce(&mut Record),
        also: impl FnOnce(&Change, &mut Batch),
    ) -> Result<(), DemoError> {
        let mut change = Change::update(self.record.clone());
        edit(&mut change.after);
        let mut batch = Batch::new(actor);
        also(&change, &mut batch);
        if change.differences().next().is_some() {
            self.record = change.after.clone();
            self.record.version += 1;
        }
        batch.save(change);
        Ok(draft.load.add(batch).await?)
    }
}
