//! `penstock doctor`

mod files;

use crate::console;
use crate::failure::Failure;
use crate::options::{FilesOptions, StoreOptions};
use penstock_crm::{accounts, setup};
use penstock_files::Place;
use penstock_model::CompanyId;
use penstock_store::{Dialect, Sql, Store, StoreError, Target, Weight};
use std::fmt::Display;
use std::path::Path;

/// Tables whose ids come from the counter of the same name.
const COUNTED: [&str; 13] = [
    "users",
    "groups",
    "roles",
    "pipelines",
    "stages",
    "fields",
    "organizations",
    "persons",
    "deals",
    "files",
    "pictures",
    "product_images",
    "call_logs",
];

/// What was found so far; every finding is a line of its own.
#[derive(Default)]
struct Report {
    problems: usize,
}

impl Report {
    fn fine(&self, text: impl Display) {
        console::line(format_args!("ok       {text}"));
    }

    fn problem(&mut self, text: impl Display) {
        self.problems += 1;
        console::line(format_args!("PROBLEM  {text}"));
    }
}

/// Changes no data. Errors: [`Failure::Refused`] where there are problems.
pub async fn run(options: &StoreOptions, files: &FilesOptions) -> Result<(), Failure> {
    let mut report = Report::default();
    match files.place(&options.data_dir) {
        Err(failure) => report.problem(failure),
        Ok(place) => {
            if let Err(error) = examine(options, &place, &mut report).await {
                report.problem(error);
            }
        }
    }
    match report.problems {
        0 => Ok(()),
        1 => Err(Failure::Refused("there is a problem".to_owned())),
        problems => Err(Failure::Refused(format!("there are {problems} problems"))),
    }
}

/// An error means that looking further makes no sense.
async fn examine(options: &StoreOptions, files: &Place, report: &mut Report) -> Result<(), StoreError> {
    let target = options.target();
    if let Target::Directory(directory) = &target
        && !examine_directory(directory, report)
    {
        return Ok(());
    }
    let store = Store::open(&target).await?;
    let outcome = examine_store(&store, files, report).await;
    store.close().await;
    outcome
}

fn examine_directory(directory: &Path, report: &mut Report) -> bool {
    match directory.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            report.fine(format_args!("data directory {}", directory.display()));
            true
        }
        Ok(_) => {
            report.problem(format_args!("{} is not a directory", directory.display()));
            false
        }
        Err(error) => {
            report.problem(format_args!("data directory {}: {error}", directory.display()));
            false
        }
    }
}

async fn examine_store(store: &Store, files: &Place, report: &mut Report) -> Result<(), StoreError> {
    match store.pending_migrations().await? {
        0 => report.fine("schema up to date"),
        steps => {
            report.problem(format_args!("the store lacks {steps} schema steps: run penstock migrate"));
            return Ok(());
        }
    }
    if store.dialect() == Dialect::Sqlite {
        examine_pages(store, report).await?;
    }
    let companies = setup::companies(store).await?;
    if companies.is_empty() {
        report.problem("there is no company: penstock serve creates one");
    }
    for (company, name) in &companies {
        examine_company(store, *company, name, report).await?;
    }
    files::examine(store, files, &companies, report).await
}

async fn examine_pages(store: &Store, report: &mut Report) -> Result<(), StoreError> {
    let found = store
        .read(Sql::new("PRAGMA quick_check"), Weight::Heavy, Vec::new(), |found, row| {
            found.extend(row.text(0).map(str::to_owned));
        })
        .await?;
    if found == ["ok"] {
        report.fine("database file intact");
    }
    for text in found.iter().filter(|text| *text != "ok") {
        report.problem(format_args!("database file: {text}"));
    }
    Ok(())
}

async fn examine_company(store: &Store, company: CompanyId, name: &str, report: &mut Report) -> Result<(), StoreError> {
    let mut counts = Vec::new();
    for table in ["users", "tokens", "persons", "organizations", "deals"] {
        let number = number(store, format!("SELECT COUNT(*) FROM {table} WHERE company_id = "), company).await?;
        counts.push(format!("{} {table}", number.unwrap_or_default()));
    }
    report.fine(format_args!("company {company} {name:?}: {}", counts.join(", ")));
    if !accounts::list(store, company).await?.iter().any(|account| account.is_active && account.is_admin) {
        report.problem(format_args!("company {company} has no active administrator: run penstock user make-admin"));
    }
    for table in COUNTED {
        let last = number(store, format!("SELECT MAX(id) FROM {table} WHERE company_id = "), company).await?;
        let next = number(store, format!("SELECT next FROM id_blocks WHERE sort = '{table}' AND company_id = "), company).await?;
        if last.unwrap_or(0) >= next.unwrap_or(1) {
            report.problem(format_args!("company {company}: the counter of {table} is behind"));
        }
    }
    Ok(())
}

/// The number that a query about a company answers.
async fn number(store: &Store, text: String, company: CompanyId) -> Result<Option<i64>, StoreError> {
    let mut sql = Sql::new(text);
    sql.bind(company);
    store.read(sql, Weight::Heavy, None, |number, row| *number = row.int(0)).await
}
