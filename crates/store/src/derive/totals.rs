//! What a write adds to the totals of records.

use crate::batch::{Batch, Delta, LinkKind};
use crate::sql::Insert;
use penstock_model::{Change, CompanyId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The sums of everything a write adds to the totals of records, and the totals that it holds. All writes take the rows
/// in the same order, so that none waits for another that waits for it.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    sums: BTreeMap<(&'static str, i64), BTreeMap<&'static str, i64>>,
    held: BTreeSet<(&'static str, i64)>,
}

impl Totals {
    /// Adds what a write adds.
    pub(crate) fn follow(&mut self, batch: &Batch) {
        for (change, _) in &batch.changes {
            self.follow_change(change);
        }
        for link in &batch.links {
            self.add(link.entity, link.record, link_total(link.kind), if link.added.is_some() { 1 } else { -1 });
        }
        for Delta { entity, record, total, by } in &batch.deltas {
            self.add(entity, *record, total, *by);
        }
        for (entity, record) in &batch.held_totals {
            self.sums.entry((entity, *record)).or_default();
            self.held.insert((entity, *record));
        }
    }

    fn add(&mut self, entity: &'static str, record: i64, total: &'static str, by: i64) {
        *self.sums.entry((entity, record)).or_default().entry(total).or_default() += by;
    }

    fn follow_change(&mut self, change: &Change) {
        for count in change.entity().counts {
            for (record, by) in [(change.before.as_ref(), -1), (Some(&change.after), 1)] {
                let Some(record) = record.filter(|record| (count.when)(record)) else { continue };
                let link = change.entity().field(count.link).and_then(|(index, _)| record.values[index].as_int());
                if let Some(linked) = link {
                    self.add(count.of, linked, count.total, by);
                }
            }
        }
    }

    /// The number of records whose totals change.
    pub(crate) fn len(&self) -> usize {
        self.sums.len()
    }

    pub(crate) fn rows(self, company: CompanyId) -> impl Iterator<Item = Insert> {
        let held = self.held;
        self.sums.into_iter().filter_map(move |((entity, record), deltas)| {
            let deltas: Vec<_> = deltas.into_iter().filter(|(_, by)| *by != 0).collect();
            if deltas.is_empty() {
                return held.contains(&(entity, record)).then(|| hold(company, entity, record));
            }
            let names: Vec<_> = deltas.iter().map(|(total, _)| *total).collect();
            let sums: Vec<_> = names.iter().map(|total| format!("{total} = totals.{total} + excluded.{total}")).collect();
            let mut values = vec![company.into(), entity.into(), record.into()];
            values.extend(deltas.iter().map(|(_, by)| Value::from(*by)));
            let row = Insert::new(format!("INSERT INTO totals (company_id, entity, record_id, {}) VALUES ", names.join(", ")), values);
            Some(row.or(format!(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET {}", sums.join(", "))))
        })
    }
}

/// Writes the row of totals as it is.
fn hold(company: CompanyId, entity: &'static str, record: i64) -> Insert {
    let values = vec![company.into(), entity.into(), record.into()];
    Insert::new("INSERT INTO totals (company_id, entity, record_id) VALUES ", values)
        .or(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET record_id = excluded.record_id")
}

fn link_total(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Follower => "followers_count",
        LinkKind::Participant => "participants_count",
    }
}
