use crate::sql::{Insert, Statement};
use penstock_model::{Actor, Change, CompanyId, Entity, Record, UserId, Value};
use std::collections::BTreeSet;

/// What a record is tied to beside its own columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// A user who follows a record.
    Follower,
    /// A person who takes part in a deal.
    Participant,
}

#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub kind: LinkKind,
    pub entity: &'static str,
    pub record: i64,
    pub member: i64,
    /// The id of the new row; `None` where the row goes.
    pub added: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Delta {
    pub entity: &'static str,
    pub record: i64,
    pub total: &'static str,
    pub by: i64,
}

/// A planned write: everything one request changes, committed together or not at all.
#[derive(Debug)]
pub struct Batch {
    pub(crate) actor: Actor,
    pub(crate) bulk: bool,
    pub(crate) changes: Vec<(Change, Option<i64>)>,
    pub(crate) told: Vec<(Change, bool)>,
    pub(crate) links: Vec<Link>,
    pub(crate) deltas: Vec<Delta>,
    pub(crate) held_totals: BTreeSet<(&'static str, i64)>,
    pub(crate) rows: Vec<Insert>,
    pub(crate) statements: Vec<Statement>,
}

impl Batch {
    pub fn new(actor: Actor) -> Self {
        Batch {
            actor,
            bulk: false,
            changes: Vec::new(),
            told: Vec::new(),
            links: Vec::new(),
            deltas: Vec::new(),
            held_totals: BTreeSet::new(),
            rows: Vec::new(),
            statements: Vec::new(),
        }
    }

    /// Marks the history and events of this write as part of a bulk edit.
    pub fn bulk(mut self) -> Self {
        self.bulk = true;
        self
    }

    pub fn company(&self) -> CompanyId {
        self.actor.company
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The rows that are written.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    /// Writes a new or changed row. An update that changes nothing writes nothing.
    pub fn save(&mut self, change: Change) {
        if change.is_insert() || change.differences().next().is_some() {
            self.changes.push((change, None));
        }
    }

    /// Writes a row that a merge changed; `other` is the id of the record it was merged with.
    pub fn save_merged(&mut self, change: Change, other: i64) {
        self.changes.push((change, Some(other)));
    }

    /// Tells whoever listens of a row that a statement of this write makes or changes: one without history.
    pub fn tell(&mut self, change: Change) {
        self.told.push((change, false));
    }

    /// The same of a row that a statement removes.
    pub fn tell_removed(&mut self, row: Record) {
        self.told.push((Change::update(row), true));
    }

    /// Makes a user a follower of a record; `id` is the id of the new row.
    pub fn follow(&mut self, entity: &'static Entity, record: i64, user: UserId, id: i64) {
        self.link(LinkKind::Follower, entity.name, record, user.0, Some(id));
    }

    pub fn unfollow(&mut self, entity: &'static Entity, record: i64, user: UserId) {
        self.link(LinkKind::Follower, entity.name, record, user.0, None);
    }

    /// Lets a person take part in a deal; `id` is the id of the new row.
    pub fn add_participant(&mut self, deal: i64, person: i64, id: i64) {
        self.link(LinkKind::Participant, "deal", deal, person, Some(id));
    }

    pub fn remove_participant(&mut self, deal: i64, person: i64) {
        self.link(LinkKind::Participant, "deal", deal, person, None);
    }

    fn link(&mut self, kind: LinkKind, entity: &'static str, record: i64, member: i64, added: Option<i64>) {
        self.links.push(Link { kind, entity, record, member, added });
    }

    /// Adds to a total that does not follow from one changed row alone.
    pub fn add_total(&mut self, entity: &'static str, record: i64, total: &'static str, by: i64) {
        self.deltas.push(Delta { entity, record, total, by });
    }

    /// Keeps other writes from the totals of a record until this one is done. A statement of this write can then set them
    /// from rows that nobody else changes meanwhile. Makes the row of totals where there is none.
    pub fn hold_totals(&mut self, entity: &'static str, record: i64) {
        self.held_totals.insert((entity, record));
    }

    /// Adds a row to a table without history; `into` ends in `VALUES `. A load writes rows of one shape together.
    pub fn add_row(&mut self, into: &'static str, values: Vec<Value>) {
        self.rows.push(Insert::new(into, values));
    }

    /// Adds a statement on a table without history. It runs after everything else.
    pub fn run(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Whether somebody may be told of the write.
    pub fn has_events(&self) -> bool {
        !self.changes.is_empty() || !self.told.is_empty()
    }

    /// Whether the write changes what is known of the company as a whole.
    pub fn touches_directory(&self) -> bool {
        self.changes.iter().any(|(change, _)| change.entity().in_directory)
    }

    pub fn is_empty(&self) -> bool {
        let has_totals = !self.deltas.is_empty() || !self.held_totals.is_empty();
        let has_rows = !self.rows.is_empty() || !self.statements.is_empty();
        self.changes.is_empty() && self.links.is_empty() && !has_totals && !has_rows
    }
}
