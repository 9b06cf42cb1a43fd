//! What follows from a write. The only place that turns changed rows into history, outbox rows, recents,
//! search documents, links, the index of values and the totals of linked records, so that no slice of the product can forget one.

mod field_values;
mod history;
mod links;
mod outbox;
mod rows;
mod search;
mod totals;

pub(crate) use field_values::FieldValues;
pub(crate) use history::{Event, history_row};
pub(crate) use links::{link_changes, new_links};
pub(crate) use rows::{delete_link, insert_link, insert_row, recent, update_row};
pub(crate) use search::{FLUSH_AT, SearchWrites, search_writes};
pub(crate) use totals::Totals;

use crate::batch::Batch;
use crate::error::StoreError;
use crate::sql::Statement;
use crate::store::Store;
use history::history_statements;
use outbox::outbox_statements;
use penstock_model::CompanyId;
use rows::{link_statement, row_statement};

/// All statements of a planned write: the rows themselves, then what derives from them.
pub(crate) async fn statements(store: &Store, batch: Batch) -> Result<Vec<Statement>, StoreError> {
    let actor = &batch.actor;
    let company = actor.company;
    let mut out = Vec::with_capacity(batch.changes.len() * 5 + batch.links.len() * 2 + batch.rows.len() + batch.statements.len() + 2);
    let touches_directory = batch.touches_directory();
    let mut totals = Totals::default();
    totals.follow(&batch);
    let mut documents = 0;

    for (change, _) in &batch.changes {
        out.push(row_statement(company, change));
        out.push(recent(company, change.entity().name, change.after.id, actor.time).into());
        out.extend(link_changes(company, change));
        out.extend(FieldValues::of_change(change).statements(company, change.after.id));
        let search = search_writes(store.dialect(), company, change);
        documents += usize::from(!search.rows.is_empty());
        out.extend(search.into_statements());
    }
    if store.many_documents_wait(company, documents) {
        out.extend(crate::search::flush(store.dialect(), company));
    }
    out.extend(batch.links.iter().map(|link| link_statement(actor, link)));
    out.extend(totals.rows(company).map(Statement::from));
    out.extend(history_statements(store, actor, batch.bulk, Event::of_batch(&batch)).await?);
    out.extend(outbox_statements(store, actor, &batch).await?);
    if touches_directory {
        out.push(next_revision(company));
    }
    out.extend(batch.rows.into_iter().map(Statement::from));
    out.extend(batch.statements);
    Ok(out)
}

/// Tells every process that what it knows of the company's settings and people is old.
pub fn next_revision(company: CompanyId) -> Statement {
    Statement::new("UPDATE companies SET revision = revision + 1 WHERE id = $1", vec![company.into()])
}
