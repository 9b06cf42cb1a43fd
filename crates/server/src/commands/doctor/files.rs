//! Whether the bytes are there that rows name.

use super::Report;
use futures::StreamExt;
use penstock_crm::{KEPT, Kept};
use penstock_files::{FilesError, Objects, Place};
use penstock_model::CompanyId;
use penstock_store::{Sql, Store, StoreError, Weight};
use std::collections::HashSet;

/// Looks at every row that names an object, and at the name of every object.
pub async fn examine(store: &Store, place: &Place, companies: &[(CompanyId, String)], report: &mut Report) -> Result<(), StoreError> {
    match count(store, place, companies, report).await? {
        Ok(objects) => report.fine(format_args!("files at {place}: {objects}")),
        Err(error) => report.problem(format_args!("files at {place}: {error}")),
    }
    Ok(())
}

/// The number of objects. Says which rows lack theirs.
async fn count(
    store: &Store,
    place: &Place,
    companies: &[(CompanyId, String)],
    report: &mut Report,
) -> Result<Result<usize, FilesError>, StoreError> {
    let files = match open(place) {
        Ok(files) => files,
        Err(error) => return Ok(Err(error)),
    };
    let mut objects = 0;
    for (company, _) in companies {
        for kept in KEPT {
            let found = match found(files.as_ref(), *company, kept).await {
                Ok(found) => found,
                Err(error) => return Ok(Err(error)),
            };
            let missing = named(store, *company, kept).await?.into_iter().filter(|name| !found.contains(name)).count();
            if missing > 0 {
                report.problem(format_args!("company {company}: {missing} of the {} lack their bytes", kept.folder));
            }
            objects += found.len();
        }
    }
    Ok(Ok(objects))
}

/// A directory that is not there yet holds nothing, and looking at it must not make it.
fn open(place: &Place) -> Result<Option<Objects>, FilesError> {
    match place {
        Place::Directory(directory) if !directory.exists() => Ok(None),
        place => Objects::open(place).map(Some),
    }
}

/// The objects of a folder, as rows call them.
async fn found(files: Option<&Objects>, company: CompanyId, kept: &Kept) -> Result<HashSet<String>, FilesError> {
    let mut names = HashSet::new();
    let Some(files) = files else { return Ok(names) };
    let mut listed = files.list(&format!("{company}/{}", kept.folder));
    while let Some(object) = listed.next().await {
        names.insert(kept.name_in_row(&object?.key).to_owned());
    }
    Ok(names)
}

async fn named(store: &Store, company: CompanyId, kept: &Kept) -> Result<Vec<String>, StoreError> {
    let mut sql = Sql::new(format!("SELECT {0} FROM {1} WHERE company_id = ", kept.column, kept.table));
    sql.bind(company).push(" AND ").push(kept.column).push(" <> ''");
    store.read(sql, Weight::Heavy, Vec::new(), |names, row| names.extend(row.text(0).map(str::to_owned))).await
}
