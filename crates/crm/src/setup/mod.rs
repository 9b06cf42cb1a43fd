//! What a company is born with: its administrator and its settings.

mod settings;

use crate::accounts::{self, AccountError, DEFAULT_GROUP, DEFAULT_ROLE, UserRow};
use crate::credentials;
use crate::currencies;
use jiff::tz::TimeZone;
use penstock_model::{Clock, CompanyId, Time, UserId};
use penstock_store::{Sql, Statement, Store, StoreError, Weight};

pub use crate::credentials::{random_password, random_token};

/// A company and its administrator to be.
#[derive(Clone)]
pub struct NewCompany {
    pub name: String,
    /// The word that stands for the company in addresses: letters, digits and dashes.
    pub domain: String,
    /// An ISO 4217 code.
    pub currency: String,
    /// An IANA name.
    pub timezone: String,
    pub admin_name: String,
    pub admin_email: String,
    pub admin_password: String,
    /// 40 hex digits.
    pub api_token: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{0}")]
    Invalid(String),
    /// Another process was faster.
    #[error("the company was created by somebody else at the same time")]
    Taken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for SetupError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => SetupError::Store(error),
            other => SetupError::Invalid(other.to_string()),
        }
    }
}

const LOCALE: &str = "en_US";
const ADMIN: UserId = UserId(1);
/// Unless a record says otherwise, the whole company may see it.
const ROLE_SETTINGS: &str = r#"{"deal_default_visibility":3,"lead_default_visibility":3,"org_default_visibility":3,"person_default_visibility":3,"product_default_visibility":3}"#;

/// The companies of a store, by id.
pub async fn companies(store: &Store) -> Result<Vec<(CompanyId, String)>, StoreError> {
    store
        .read(Sql::new("SELECT id, name FROM companies ORDER BY id"), Weight::Light, Vec::new(), |companies, row| {
            companies.push((CompanyId(row.int(0).unwrap_or_default()), row.text(1).unwrap_or_default().to_owned()));
        })
        .await
}

/// Creates a company with all it needs to work, in one transaction. Errors: [`SetupError::Invalid`] where a
/// value cannot be what it should, [`SetupError::Taken`] where another process creates one at this moment
/// or the token belongs to somebody.
pub async fn create_company(store: &Store, clock: &dyn Clock, new: NewCompany) -> Result<CompanyId, SetupError> {
    let new = checked(new)?;
    let last = companies(store).await?.last().map_or(0, |(company, _)| company.0);
    let company = CompanyId(last + 1);
    let now = clock.now();

    let mut statements = vec![insert_company(company, &new, now)];
    statements.extend(people(company, &new, now)?);
    statements.extend(settings::all(company, now)?);
    match store.execute(statements).await {
        Ok(()) => Ok(company),
        Err(StoreError::Taken(_)) => Err(SetupError::Taken),
        Err(error) => Err(error.into()),
    }
}

fn checked(new: NewCompany) -> Result<NewCompany, SetupError> {
    let domain = new.domain.trim().to_lowercase();
    if domain.is_empty() || domain.len() > 63 || !domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(SetupError::Invalid(format!("{:?} cannot be the domain of a company", new.domain)));
    }
    let currency = new.currency.trim().to_uppercase();
    if !currencies::is_known(&currency) {
        return Err(SetupError::Invalid(format!("{:?} is not a currency code", new.currency)));
    }
    if TimeZone::get(&new.timezone).is_err() {
        return Err(SetupError::Invalid(format!("{:?} is not a known time zone", new.timezone)));
    }
    Ok(NewCompany {
        name: accounts::checked_name(&new.name)?,
        domain,
        currency,
        admin_name: accounts::checked_name(&new.admin_name)?,
        admin_email: accounts::checked_email(&new.admin_email)?,
        api_token: accounts::checked_token(new.api_token)?,
        ..new
    })
}

fn insert_company(company: CompanyId, new: &NewCompany, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO companies (id, name, domain, currency, timezone, language, locale, revision, add_time)
         VALUES ($1, $2, $3, $4, $5, 'en', $6, 1, $7)",
        vec![
            company.into(),
            new.name.as_str().into(),
            new.domain.as_str().into(),
            new.currency.as_str().into(),
            new.timezone.as_str().into(),
            LOCALE.into(),
            now.into(),
        ],
    )
}

fn people(company: CompanyId, new: &NewCompany, now: Time) -> Result<Vec<Statement>, SetupError> {
    let password_hash = credentials::hash_password(&new.admin_password)?;
    let administrator = UserRow {
        company,
        id: ADMIN,
        name: &new.admin_name,
        email: &new.admin_email,
        password_hash: &password_hash,
        currency: &new.currency,
        timezone: &new.timezone,
        locale: LOCALE,
        is_admin: true,
        has_created_company: true,
        time: now,
    };
    let [row, recent] = administrator.insert();
    Ok(vec![
        Statement::new(
            "INSERT INTO groups (company_id, id, name) VALUES ($1, $2, 'Default group')",
            vec![company.into(), DEFAULT_GROUP.into()],
        ),
        Statement::new(
            "INSERT INTO roles (company_id, id, version, name, active_flag, settings, hidden_pipelines)
             VALUES ($1, $2, 1, '(Unassigned users)', 1, $3, '[]')",
            vec![company.into(), DEFAULT_ROLE.into(), ROLE_SETTINGS.into()],
        ),
        row,
        recent,
        accounts::insert_token(company, ADMIN, &new.api_token, now),
        count_from(company, "groups", DEFAULT_GROUP),
        count_from(company, "roles", DEFAULT_ROLE),
        count_from(company, "users", ADMIN.0),
    ])
}

/// Lets the ids of a sort go on after `last`.
fn count_from(company: CompanyId, sort: &'static str, last: i64) -> Statement {
    Statement::new(
        "INSERT INTO id_blocks (company_id, sort, next) VALUES ($1, $2, $3)",
        vec![company.into(), sort.into(), (last + 1).into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory;
    use penstock_cluster::Cluster;
    use penstock_model::{Areas, FixedClock};
    use penstock_store::Target;
    use std::collections::HashSet;
    use tempfile::TempDir;

    const CLOCK: FixedClock = FixedClock(Time::from_millis(1_700_000_000_000));

    fn acme() -> NewCompany {
        NewCompany {
            name: "Acme".to_owned(),
            domain: "acme".to_owned(),
            currency: "eur".to_owned(),
            timezone: "Europe/Tallinn".to_owned(),
            admin_name: "Ann".to_owned(),
            admin_email: "Ann@example.com".to_owned(),
            admin_password: "open sesame".to_owned(),
            api_token: random_token().unwrap(),
        }
    }

    /// An empty store of each engine.
    async fn each_store(directory: &TempDir) -> [Store; 2] {
        let mut stores = Vec::new();
        let database = Cluster::shared().unwrap().database().unwrap();
        for target in [Target::Directory(directory.path().to_owned()), Target::Postgres(database)] {
            let store = Store::open(&target).await.unwrap();
            store.migrate().await.unwrap();
            stores.push(store);
        }
        stores.try_into().ok().unwrap()
    }

    #[tokio::test]
    async fn a_company_has_all_it_needs() {
        let directory = TempDir::new().unwrap();
        for store in each_store(&directory).await {
            let company = create_company(&store, &CLOCK, acme()).await.unwrap();
            let known = Directory::load(&store, company).await.unwrap().unwrap();
            assert_eq!((known.company.name.as_str(), known.company.currency.as_str()), ("Acme", "EUR"));
            let admin = known.user(ADMIN).unwrap();
            assert_eq!((admin.email.as_str(), admin.administers, admin.is_active), ("ann@example.com", Areas::ALL, true));
            let pipeline = known.default_pipeline().unwrap();
            let stages: Vec<_> = known.stages_of(pipeline.id).iter().map(|stage| stage.name.as_str()).collect();
            assert_eq!(stages, settings::STAGES);

            let options = |entity, code| known.field(entity, code).unwrap().options.clone();
            let person: Vec<_> = options("person", "label_ids").into_iter().map(|option| option.id).collect();
            let organization: Vec<_> = options("organization", "label_ids").into_iter().map(|option| option.id).collect();
            assert_eq!((person, organization), (vec![1, 2, 3, 4], vec![5, 6, 7, 8]));
            let deal: Vec<_> = options("deal", "label_ids").into_iter().map(|option| option.label).collect();
            assert_eq!(deal, ["Hot", "Warm", "Cold"]);
            let all: Vec<_> = known.fields.values().flatten().flat_map(|field| field.options.clone()).map(|option| option.id).collect();
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "an option id is used twice");
        }
    }

    #[tokio::test]
    async fn ids_go_on_after_those_that_are_used() {
        let directory = TempDir::new().unwrap();
        for store in each_store(&directory).await {
            let company = create_company(&store, &CLOCK, acme()).await.unwrap();
            for (sort, next) in [
                ("users", 2),
                ("groups", 2),
                ("roles", 2),
                ("pipelines", 2),
                ("stages", 6),
                ("activity_types", 7),
                ("fields", 1001),
                ("options", 43),
                ("boards", 2),
            ] {
                assert_eq!(store.next_id(company, sort).await.unwrap(), next, "{sort}");
            }
        }
    }

    #[tokio::test]
    async fn a_company_is_made_whole_or_not_at_all() {
        let directory = TempDir::new().unwrap();
        for store in each_store(&directory).await {
            for wrong in [
                NewCompany { currency: "XYZ".to_owned(), ..acme() },
                NewCompany { timezone: "Mars/Olympus".to_owned(), ..acme() },
                NewCompany { admin_email: "ann".to_owned(), ..acme() },
                NewCompany { admin_password: String::new(), ..acme() },
                NewCompany { api_token: "short".to_owned(), ..acme() },
                NewCompany { domain: "a.b".to_owned(), ..acme() },
                NewCompany { name: " ".to_owned(), ..acme() },
            ] {
                assert!(matches!(create_company(&store, &CLOCK, wrong).await, Err(SetupError::Invalid(_))));
            }
            let first = acme();
            create_company(&store, &CLOCK, first.clone()).await.unwrap();
            // The token is the last thing in the way: all that came before it must be undone.
            assert!(matches!(create_company(&store, &CLOCK, first).await, Err(SetupError::Taken)));
            assert_eq!(companies(&store).await.unwrap(), [(CompanyId(1), "Acme".to_owned())]);
            assert_eq!(accounts::list(&store, CompanyId(2)).await.unwrap(), []);
            assert_eq!(create_company(&store, &CLOCK, acme()).await.unwrap(), CompanyId(2));
        }
    }
}
