//! Sample companies: people, organizations, deals and what happens around them, with believable pasts, the same ones for the
//! same seed and day.
//!
//! [`generate`] founds a company in an empty store and fills it by way of [`penstock_store::Load`], so that totals,
//! history, recents and search documents are those that the same writes through the API would have left.

mod activities;
mod calendar;
mod chance;
mod contacts;
mod custom;
mod deals;
mod draft;
mod files;
mod filters;
mod goals;
mod labels;
mod leads;
mod mail;
mod notes;
mod organizations;
mod persons;
mod plan;
mod products;
mod projects;
mod roles;
mod sales;
mod scale;
mod settings;
mod team;
mod teams;
mod words;

pub use scale::Scale;

use calendar::Calendar;
use draft::Draft;
use notes::Subjects;
use penstock_crm::accounts::AccountError;
use penstock_crm::mail::MailError;
use penstock_crm::setup::SetupError;
use penstock_files::{FilesError, Objects};
use penstock_model::{CompanyId, Date};
use penstock_store::{Load, Store, StoreError};
use std::sync::Arc;

/// Which company to generate.
#[derive(Clone)]
pub struct Sample {
    pub seed: u64,
    pub scale: Scale,
    /// The day before which everything has happened.
    pub today: Date,
    pub admin_password: String,
    /// The token of the administrator, 40 hex digits.
    pub api_token: String,
    /// Where the bytes of its files go.
    pub files: Objects,
}

/// A company that was generated.
#[derive(Debug, Clone)]
pub struct Company {
    pub id: CompanyId,
    pub name: &'static str,
    /// The e-mail address of the administrator.
    pub administrator: String,
    /// Regular users with tokens, each of another visibility group.
    pub members: Vec<Member>,
}

/// A regular user, to see the company with other eyes.
#[derive(Debug, Clone)]
pub struct Member {
    pub email: String,
    /// The name of the visibility group.
    pub group: &'static str,
    pub api_token: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] FilesError),
}

/// Generates a company in a store whose schema is up to date and which has no company yet. Calls `progress` for each
/// record; there are [`Scale::records`] of them. Passwords and tokens apart, the same sample leaves the same rows.
pub async fn generate(store: &Arc<Store>, sample: &Sample, progress: impl FnMut() + Send) -> Result<Company, DemoError> {
    let calendar = Calendar::before(sample.today);
    let (id, team) = team::found(store, sample, &calendar).await?;
    let members = team.issue_tokens(store, id, &calendar).await?;
    let mut draft = Draft {
        store: Arc::clone(store),
        company: id,
        seed: sample.seed,
        calendar,
        load: Load::new(store, id),
        progress: Box::new(progress),
    };
    roles::write(&mut draft, &team).await?;
    let settings = settings::write(&mut draft, &team).await?;
    let teams = teams::write(&mut draft, &team).await?;
    filters::write(&mut draft, &team, &teams).await?;
    let organizations = organizations::write(&mut draft, &team, &settings, sample.scale.organizations()).await?;
    let persons = persons::write(&mut draft, &team, &settings, &organizations, sample.scale.persons()).await?;
    let products = products::write(&mut draft, &team, &settings).await?;
    let deals = deals::write(&mut draft, &team, &settings, &organizations, &persons, &products, sample.scale.deals()).await?;
    activities::write(&mut draft, &team, &deals, sample.today, sample.scale.activities()).await?;
    let leads = leads::write(&mut draft, &team, &settings, &organizations, &persons, sample.scale.leads()).await?;
    let subjects = Subjects { organizations: &organizations, persons: &persons, deals: &deals, leads: &leads };
    notes::write(&mut draft, &team, &subjects, sample.scale.notes()).await?;
    projects::write(&mut draft, &team).await?;
    files::write(&mut draft, &sample.files, &organizations, &persons).await?;
    draft.load.finish().await?;
    store.execute(activities::totals(id)).await?;
    mail::write(store, id, sample, &draft.calendar, team::ADMIN_EMAIL).await?;
    store.analyze().await?;
    Ok(Company { id, name: team::COMPANY_NAME, administrator: team::ADMIN_EMAIL.to_owned(), members })
}
