//! What a change of a record means for its search document.

use crate::dialect::Dialect;
use crate::search::{self, Document};
use crate::sql::{Insert, Statement};
use penstock_model::{Change, CompanyId, Field, Kind, Record};

/// New documents wait for the index until there are so many of a company.
pub(crate) const FLUSH_AT: usize = 128;

/// What a change writes.
#[derive(Default)]
pub(crate) struct SearchWrites {
    /// Rows of a new or changed document.
    pub rows: Vec<Insert>,
    pub statements: Vec<Statement>,
}

impl SearchWrites {
    /// Takes the writes of a later change of the same record.
    pub fn extend(&mut self, later: SearchWrites) {
        if !later.rows.is_empty() {
            *self = later;
        } else {
            self.statements.extend(later.statements);
        }
    }

    pub fn into_statements(self) -> impl Iterator<Item = Statement> {
        self.rows.into_iter().map(Statement::from).chain(self.statements)
    }
}

/// Writes the document of the record as it is now, but only what differs from before.
pub(crate) fn search_writes(dialect: Dialect, company: CompanyId, change: &Change) -> SearchWrites {
    let Some(id) = Document::id_of(&change.after) else { return SearchWrites::default() };
    let before = change.before.as_ref();
    if before.is_some_and(|before| same(before, &change.after, |field| field.key == "is_deleted" || is_part(field))) {
        return SearchWrites::default();
    }
    match Document::of(company, &change.after) {
        None if before.is_none_or(is_deleted) => SearchWrites::default(),
        None => SearchWrites { rows: Vec::new(), statements: search::forget(dialect, company, id) },
        Some(document) => {
            let same_text = before.is_some_and(|before| !is_deleted(before) && same(before, &change.after, is_text));
            if same_text {
                SearchWrites { rows: Vec::new(), statements: vec![search::move_document(document)] }
            } else {
                SearchWrites { rows: search::write(dialect, document), statements: Vec::new() }
            }
        }
    }
}

fn is_text(field: &Field) -> bool {
    field.searchable || field.kind == Kind::Custom
}

fn is_part(field: &Field) -> bool {
    is_text(field) || matches!(field.key, "owner_id" | "visible_to")
}

fn is_deleted(record: &Record) -> bool {
    record.entity.field("is_deleted").is_some_and(|(index, _)| record.values[index].as_int() == Some(1))
}

fn same(before: &Record, after: &Record, which: impl Fn(&Field) -> bool) -> bool {
    let fields = before.entity.fields.iter().enumerate();
    fields.filter(|(_, field)| which(field)).all(|(index, _)| before.values[index] == after.values[index])
}
