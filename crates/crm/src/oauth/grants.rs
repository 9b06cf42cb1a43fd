//! What users have allowed: one grant per app, company and user, with one refresh token; and the access tokens that came of it.

use super::apps::RegisteredApp;
use super::scopes::Scopes;
use super::secrets;
use crate::error::ApiResult;
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, Statement, Store, StoreError, Weight, next_revision};

/// How long an access token lives, in seconds (semantics.md 3).
pub const ACCESS_SECONDS: i64 = 3600;
/// How long a refresh token lives after it was used last.
pub const REFRESH_DAYS: i64 = 60;

/// What one user has allowed one app.
#[derive(Debug, Clone)]
pub struct Grant {
    pub company: CompanyId,
    pub id: i64,
    pub app: i64,
    pub user: UserId,
    pub scopes: Scopes,
    pub expires: Time,
    pub add_time: Time,
    pub update_time: Time,
}

/// What an app is given.
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub scopes: Scopes,
    pub company: CompanyId,
    /// Whether they are for an app that knows the protocol and nothing of the hosted service.
    is_by_protocol: bool,
}

impl Tokens {
    /// What the tokens are for: with commas, as the hosted service writes it, or with spaces (RFC 6749 3.3).
    pub fn scope(&self) -> String {
        let words = self.scopes.words();
        if self.is_by_protocol { words.replace(',', " ") } else { words }
    }
}

/// Whose grant is made.
pub struct Granting<'a> {
    pub app: &'a RegisteredApp,
    pub company: CompanyId,
    pub user: UserId,
    pub scopes: Scopes,
    /// The hash of the code that it came of.
    pub code: Option<&'a str>,
}

/// Makes a grant with its first tokens. One that there was is replaced, and its tokens end with it.
pub async fn make(store: &Store, granting: &Granting<'_>, now: Time) -> ApiResult<(Tokens, Vec<Statement>)> {
    let Granting { app, company, user, scopes, code } = *granting;
    let id = store.next_id(company, "oauth_grants").await?;
    let refresh = secrets::refresh_token(company, user).map_err(super::apps::internal)?;
    let access = secrets::access_token(company).map_err(super::apps::internal)?;
    let grant = Statement::new(
        "INSERT INTO oauth_grants (company_id, id, app_id, user_id, scopes, refresh_hash, code_hash, expire_time, add_time, update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (company_id, app_id, user_id) DO UPDATE SET scopes = excluded.scopes, refresh_hash = excluded.refresh_hash,
             code_hash = excluded.code_hash, expire_time = excluded.expire_time, update_time = excluded.update_time",
        vec![
            company.into(),
            id.into(),
            app.id.into(),
            user.into(),
            scopes.words().into(),
            secrets::hash(&refresh).into(),
            code.into(),
            now.plus_days(REFRESH_DAYS).into(),
            now.into(),
        ],
    );
    let statements = vec![
        grant,
        end_access(company, app.id, user),
        keep_access(&access, company, app.id, user, scopes, now),
        // Other processes may know the tokens that have just ended.
        next_revision(company),
    ];
    Ok((Tokens { access, refresh, scopes, company, is_by_protocol: app.has_registered_itself() }, statements))
}

/// A new access token beside those there are; the refresh token lives on, sixty days from now.
/// The statements conflict where the grant has ended meanwhile.
pub fn refresh(app: &RegisteredApp, grant: &Grant, refresh: &str, now: Time) -> ApiResult<(Tokens, Vec<Statement>)> {
    let access = secrets::access_token(grant.company).map_err(super::apps::internal)?;
    // What the app no longer asks for, it no longer gets.
    let scopes = grant.scopes.within(app.settings.scopes);
    let statements = vec![
        Statement::one_row(
            "UPDATE oauth_grants SET expire_time = $1, update_time = $2 WHERE company_id = $3 AND id = $4 AND refresh_hash = $5",
            vec![now.plus_days(REFRESH_DAYS).into(), now.into(), grant.company.into(), grant.id.into(), secrets::hash(refresh).into()],
        ),
        keep_access(&access, grant.company, grant.app, grant.user, scopes, now),
    ];
    let is_by_protocol = app.has_registered_itself();
    Ok((Tokens { access, refresh: refresh.to_owned(), scopes, company: grant.company, is_by_protocol }, statements))
}

fn keep_access(token: &str, company: CompanyId, app: i64, user: UserId, scopes: Scopes, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO oauth_access_tokens (company_id, hash, app_id, user_id, scopes, expire_time) VALUES ($1, $2, $3, $4, $5, $6)",
        vec![
            company.into(),
            secrets::hash(token).into(),
            app.into(),
            user.into(),
            scopes.words().into(),
            now.plus_millis(ACCESS_SECONDS * 1000).into(),
        ],
    )
}

/// Ends all access tokens of a grant.
fn end_access(company: CompanyId, app: i64, user: UserId) -> Statement {
    Statement::new(
        "DELETE FROM oauth_access_tokens WHERE company_id = $1 AND app_id = $2 AND user_id = $3",
        vec![company.into(), app.into(), user.into()],
    )
}

/// Ends one access token of an app.
pub fn end_one_access(company: CompanyId, app: i64, token: &str) -> Vec<Statement> {
    let delete = Statement::new(
        "DELETE FROM oauth_access_tokens WHERE company_id = $1 AND hash = $2 AND app_id = $3",
        vec![company.into(), secrets::hash(token).into(), app.into()],
    );
    vec![delete, next_revision(company)]
}

/// Ends a grant, its tokens and the codes that could make it anew. The first statement conflicts where somebody was faster.
pub fn end(grant: &Grant) -> Vec<Statement> {
    let delete =
        Statement::one_row("DELETE FROM oauth_grants WHERE company_id = $1 AND id = $2", vec![grant.company.into(), grant.id.into()]);
    let codes = Statement::new(
        "DELETE FROM oauth_codes WHERE company_id = $1 AND app_id = $2 AND user_id = $3 AND used_time IS NULL",
        vec![grant.company.into(), grant.app.into(), grant.user.into()],
    );
    vec![delete, end_access(grant.company, grant.app, grant.user), codes, next_revision(grant.company)]
}

/// Forgets tokens that have ended by themselves.
pub fn forget(company: CompanyId, now: Time) -> Vec<Statement> {
    let values = || vec![company.into(), now.into()];
    vec![
        Statement::new("DELETE FROM oauth_access_tokens WHERE company_id = $1 AND expire_time <= $2", values()),
        Statement::new("DELETE FROM oauth_grants WHERE company_id = $1 AND expire_time <= $2", values()),
    ]
}

const COLUMNS: &str = "id, app_id, user_id, scopes, expire_time, add_time, update_time";

/// The grant of a refresh token, ended or not by time.
pub async fn by_refresh_token(store: &Store, token: &str) -> Result<Option<Grant>, StoreError> {
    let Some(company) = secrets::company_of_refresh_token(token) else { return Ok(None) };
    let mut sql = of_company(company);
    sql.push(" AND refresh_hash = ").bind(secrets::hash(token));
    Ok(read(store, company, sql).await?.pop())
}

/// The grant whose tokens came of a code.
pub async fn by_code(store: &Store, company: CompanyId, code_hash: &str) -> Result<Option<Grant>, StoreError> {
    let mut sql = of_company(company);
    sql.push(" AND code_hash = ").bind(code_hash);
    Ok(read(store, company, sql).await?.pop())
}

/// The grants of a company that have not ended, of one user where one is named, by id.
pub async fn list(store: &Store, company: CompanyId, user: Option<UserId>, now: Time) -> Result<Vec<Grant>, StoreError> {
    let mut sql = of_company(company);
    sql.push(" AND expire_time > ").bind(now);
    if let Some(user) = user {
        sql.push(" AND user_id = ").bind(user);
    }
    sql.push(" ORDER BY id");
    read(store, company, sql).await
}

/// The grants of an app in a company.
pub async fn of_app(store: &Store, company: CompanyId, app: i64) -> Result<Vec<Grant>, StoreError> {
    let mut sql = of_company(company);
    sql.push(" AND app_id = ").bind(app).push(" ORDER BY id");
    read(store, company, sql).await
}

fn of_company(company: CompanyId) -> Sql {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM oauth_grants WHERE company_id = "));
    sql.bind(company);
    sql
}

async fn read(store: &Store, company: CompanyId, sql: Sql) -> Result<Vec<Grant>, StoreError> {
    store.read(sql, Weight::Light, Vec::new(), move |grants, row| grants.extend(grant(company, row))).await
}

fn grant(company: CompanyId, row: &dyn Row) -> Option<Grant> {
    let time = |index| row.int(index).map(Time::from_millis);
    Some(Grant {
        company,
        id: row.int(0)?,
        app: row.int(1)?,
        user: UserId(row.int(2)?),
        scopes: Scopes::parse(row.text(3)?).ok()?,
        expires: time(4)?,
        add_time: time(5)?,
        update_time: time(6)?,
    })
}

/// Whether an app has an access token.
pub async fn has_access(store: &Store, company: CompanyId, app: i64, token: &str) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT 1 FROM oauth_access_tokens WHERE company_id = ");
    sql.bind(company).push(" AND hash = ").bind(secrets::hash(token)).push(" AND app_id = ").bind(app);
    Ok(!store.rows(sql, Weight::Light, 1).await?.is_empty())
}
