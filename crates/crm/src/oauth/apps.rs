//! Registered apps. An app belongs to the company that has registered it; users of every company on this server may let it in.

use super::scopes::Scopes;
use super::secrets::{self, SecretKey};
use super::{documents, redirect};
use crate::accounts::AccountError;
use crate::audit::{self, Origin};
use crate::error::{ApiError, ApiResult};
use penstock_model::{CompanyId, Time, Value};
use penstock_store::{Row, Sql, Statement, Store, StoreError, Weight};
use serde_json::json;

/// The counters of what is no company's stand under this one, and apps that have registered themselves.
pub(super) const NO_COMPANY: CompanyId = CompanyId(0);
const MAX_NAME: usize = 255;
const MAX_REDIRECT_URIS: usize = 20;

/// A registered app.
#[derive(Debug, Clone)]
pub struct RegisteredApp {
    /// Unique on this server.
    pub id: i64,
    /// Who has registered it.
    pub company: CompanyId,
    pub client_id: String,
    pub settings: AppSettings,
    /// Absent for an app that runs where no secret can be kept.
    pub(super) secret_hash: Option<String>,
    /// How often a secret was made.
    pub(super) secret_nr: i64,
    pub add_time: Time,
    pub rotate_time: Option<Time>,
}

/// What a registration says of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSettings {
    pub name: String,
    pub redirect_uris: Vec<String>,
    pub scopes: Scopes,
    /// Who is told when a user removes the app.
    pub uninstall_url: Option<String>,
}

impl AppSettings {
    /// Checks what somebody wants to register. Errors name the key.
    pub fn checked(mut self) -> ApiResult<Self> {
        self.name = self.name.trim().to_owned();
        if self.name.is_empty() || self.name.chars().count() > MAX_NAME || self.name.contains(char::is_control) {
            return Err(ApiError::invalid_key("name", &format!("must have 1 to {MAX_NAME} characters in one line")));
        }
        if self.redirect_uris.is_empty() || self.redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err(ApiError::invalid_key("redirect_uris", &format!("must be 1 to {MAX_REDIRECT_URIS} addresses")));
        }
        self.redirect_uris.iter().try_for_each(|uri| redirect::checked(uri))?;
        let can_be_called = |url: &String| ["http://", "https://"].iter().any(|start| url.starts_with(start)) && redirect::is_uri(url);
        if self.uninstall_url.as_ref().is_some_and(|url| !can_be_called(url)) {
            return Err(ApiError::invalid_key("uninstall_url", "must be an http or https address"));
        }
        Ok(self)
    }
}

/// Registers an app. Answers it and its secret, which is not shown again; `is_public` ones have none.
pub async fn create(
    store: &Store,
    key: &SecretKey,
    company: CompanyId,
    settings: AppSettings,
    is_public: bool,
    now: Time,
) -> ApiResult<(RegisteredApp, Option<String>, Statement)> {
    let settings = settings.checked()?;
    let client_id = secrets::client_id().map_err(internal)?;
    let secret = if is_public { None } else { Some(key.client_secret(&client_id, 1).map_err(internal)?) };
    let (app, statement) = add(store, company, client_id, settings, secret.as_deref(), now).await?;
    Ok((app, secret, statement))
}

/// Keeps an app under a client id that nobody has.
pub(super) async fn add(
    store: &Store,
    company: CompanyId,
    client_id: String,
    settings: AppSettings,
    secret: Option<&str>,
    now: Time,
) -> ApiResult<(RegisteredApp, Statement)> {
    let id = store.next_id(NO_COMPANY, "apps").await?;
    let secret_hash = secret.map(secrets::hash);
    let app = RegisteredApp { id, company, client_id, settings, secret_hash, secret_nr: 1, add_time: now, rotate_time: None };
    let statement = Statement::new(
        "INSERT INTO apps (id, company_id, client_id, secret_hash, secret_nr, name, redirect_uris, scopes, uninstall_url, add_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vec![
            app.id.into(),
            company.into(),
            app.client_id.as_str().into(),
            app.secret_hash.as_deref().into(),
            app.secret_nr.into(),
            app.settings.name.as_str().into(),
            list(&app.settings.redirect_uris),
            app.settings.scopes.words().into(),
            app.settings.uninstall_url.as_deref().into(),
            now.into(),
        ],
    );
    Ok((app, statement))
}

pub(super) fn internal(error: AccountError) -> ApiError {
    ApiError::Internal(error.to_string())
}

fn list(uris: &[String]) -> Value {
    serde_json::Value::from(uris).to_string().into()
}

/// The row of the audit log that tells what was done to an app.
pub fn told(app: &RegisteredApp, origin: &Origin, action: &str, now: Time) -> ApiResult<Statement> {
    let details = json!({"client_id": app.client_id, "name": app.settings.name, "scopes": app.settings.scopes.words()});
    audit::entry(app.company, now, origin, action, Some(("app", app.id)), &details)
}

/// Replaces what is registered, but for the secret.
pub fn update(app: &RegisteredApp, settings: &AppSettings) -> Statement {
    Statement::one_row(
        "UPDATE apps SET name = $1, redirect_uris = $2, scopes = $3, uninstall_url = $4 WHERE company_id = $5 AND id = $6",
        vec![
            settings.name.as_str().into(),
            list(&settings.redirect_uris),
            settings.scopes.words().into(),
            settings.uninstall_url.as_deref().into(),
            app.company.into(),
            app.id.into(),
        ],
    )
}

/// Ends the secret of an app and gives it another one. Errors: [`ApiError::Invalid`] for an app that has none.
pub fn rotate(app: &RegisteredApp, key: &SecretKey, now: Time) -> ApiResult<(String, Statement)> {
    if app.secret_hash.is_none() {
        return Err(ApiError::invalid("this app has no secret"));
    }
    let secret = key.client_secret(&app.client_id, app.secret_nr + 1).map_err(internal)?;
    let statement = Statement::one_row(
        "UPDATE apps SET secret_hash = $1, secret_nr = $2, rotate_time = $3 WHERE company_id = $4 AND id = $5 AND secret_nr = $6",
        vec![
            secrets::hash(&secret).into(),
            (app.secret_nr + 1).into(),
            now.into(),
            app.company.into(),
            app.id.into(),
            app.secret_nr.into(),
        ],
    );
    Ok((secret, statement))
}

impl RegisteredApp {
    /// The secret, where the key of the server is still the one that it was made with.
    pub(super) fn secret(&self, key: &SecretKey) -> Option<String> {
        let secret = key.client_secret(&self.client_id, self.secret_nr).ok()?;
        self.has_secret(&secret).then_some(secret)
    }

    pub(super) fn has_secret(&self, secret: &str) -> bool {
        self.secret_hash.as_deref() == Some(secrets::hash(secret).as_str())
    }

    /// Whether nobody on this server vouches for it.
    pub fn has_registered_itself(&self) -> bool {
        self.company == NO_COMPANY
    }

    pub fn is_public(&self) -> bool {
        self.secret_hash.is_none()
    }
}

const COLUMNS: &str =
    "id, company_id, client_id, secret_hash, secret_nr, name, redirect_uris, scopes, uninstall_url, add_time, rotate_time";

/// The apps that a company has registered, in order of registration.
pub async fn of_company(store: &Store, company: CompanyId) -> Result<Vec<RegisteredApp>, StoreError> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM apps WHERE company_id = "));
    sql.bind(company).push(" ORDER BY id");
    read(store, sql).await
}

/// The app with this id, if the company has registered it.
pub async fn find(store: &Store, company: CompanyId, id: i64) -> Result<Option<RegisteredApp>, StoreError> {
    Ok(of_company(store, company).await?.into_iter().find(|app| app.id == id))
}

/// The app with this id, of whatever company: the table is a global one.
pub(super) async fn by_id(store: &Store, id: i64) -> Result<Option<RegisteredApp>, StoreError> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM apps WHERE id = "));
    sql.bind(id);
    Ok(read(store, sql).await?.pop())
}

/// The app that a client id names, of whatever company.
pub(super) async fn by_client_id(store: &Store, client_id: &str) -> Result<Option<RegisteredApp>, StoreError> {
    if !secrets::is_client_id(client_id) && !documents::is_address(client_id) {
        return Ok(None);
    }
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM apps WHERE client_id = "));
    sql.bind(client_id);
    Ok(read(store, sql).await?.pop())
}

async fn read(store: &Store, sql: Sql) -> Result<Vec<RegisteredApp>, StoreError> {
    store.read(sql, Weight::Light, Vec::new(), |apps, row| apps.extend(registered(row))).await
}

fn registered(row: &dyn Row) -> Option<RegisteredApp> {
    let text = |index| row.text(index).map(str::to_owned);
    Some(RegisteredApp {
        id: row.int(0)?,
        company: CompanyId(row.int(1)?),
        client_id: text(2)?,
        secret_hash: text(3),
        secret_nr: row.int(4)?,
        settings: AppSettings {
            name: text(5)?,
            redirect_uris: serde_json::from_str(row.text(6)?).ok()?,
            scopes: Scopes::parse(row.text(7)?).ok()?,
            uninstall_url: text(8),
        },
        add_time: Time::from_millis(row.int(9)?),
        rotate_time: row.int(10).map(Time::from_millis),
    })
}
