//! The people of a company and their API tokens, as the operator manages them.

use crate::audit::{self, Origin};
use crate::credentials::{TOKEN_DIGITS, hash_password, hex, random_token, token_hash};
use crate::permission_sets::PermissionSets;
use crate::sign_in::sessions;
use crate::users::{USER, access};
use penstock_model::{Clock, CompanyId, Time, UserId};
use penstock_store::{Sql, Statement, Store, StoreError, Weight, next_revision};
use serde_json::{Value, json};

/// A seat as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub is_active: bool,
    pub is_admin: bool,
}

/// Who is to get a seat.
#[derive(Clone)]
pub struct NewAccount {
    pub name: String,
    pub email: String,
    pub password: String,
    pub is_admin: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A name, address, password or token that cannot be one.
    #[error("{0}")]
    Invalid(String),
    #[error("there is no user {0}")]
    Unknown(String),
    #[error("a user with the e-mail address {0} exists already")]
    EmailTaken(String),
    #[error("the API token belongs to somebody already")]
    TokenTaken,
    #[error("{0} is the last active administrator")]
    LastAdministrator(String),
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The visibility group and the role of everybody who was not given another one; a new company starts with both.
pub(crate) const DEFAULT_GROUP: i64 = 1;
pub(crate) const DEFAULT_ROLE: i64 = 1;
/// The language id of English.
pub(crate) const ENGLISH: i64 = 1;

/// All users of a company that are not deleted, by id.
pub async fn list(store: &Store, company: CompanyId) -> Result<Vec<Account>, StoreError> {
    let mut sql = Sql::new("SELECT id, name, email, active_flag, is_admin FROM users WHERE company_id = ");
    sql.bind(company).push(" AND is_deleted = 0 ORDER BY id");
    store
        .read(sql, Weight::Light, Vec::new(), |accounts, row| {
            accounts.push(Account {
                id: UserId(row.int(0).unwrap_or_default()),
                name: row.text(1).unwrap_or_default().to_owned(),
                email: row.text(2).unwrap_or_default().to_owned(),
                is_active: row.int(3) == Some(1),
                is_admin: row.int(4) == Some(1),
            });
        })
        .await
}

/// The user with this id or e-mail address. Errors: [`AccountError::Unknown`].
pub async fn find(store: &Store, company: CompanyId, who: &str) -> Result<Account, AccountError> {
    let id = who.parse().ok().map(UserId);
    list(store, company)
        .await?
        .into_iter()
        .find(|account| Some(account.id) == id || account.email.eq_ignore_ascii_case(who))
        .ok_or_else(|| AccountError::Unknown(who.to_owned()))
}

/// Gives somebody a seat. Errors: [`AccountError::Invalid`], [`AccountError::EmailTaken`].
pub async fn create(store: &Store, clock: &dyn Clock, company: CompanyId, new: NewAccount) -> Result<Account, AccountError> {
    let name = checked_name(&new.name)?;
    let email = checked_email(&new.email)?;
    let password_hash = hash_password(&new.password)?;
    let (currency, timezone, locale) = company_defaults(store, company).await?;
    let id = UserId(store.next_id(company, "users").await?);
    let row = UserRow {
        company,
        id,
        name: &name,
        email: &email,
        password_hash: &password_hash,
        currency: &currency,
        timezone: &timezone,
        locale: &locale,
        is_admin: new.is_admin,
        has_created_company: false,
        time: clock.now(),
    };
    let details = json!({ "email": { "to": email }, "is_admin": { "to": new.is_admin } });
    let told = told(company, id, clock.now(), audit::USER_ADDED, &details)?;
    let [row, recent] = row.insert();
    match store.execute(vec![row, recent, next_revision(company), told]).await {
        Ok(()) => Ok(Account { id, name, email, is_active: true, is_admin: new.is_admin }),
        Err(StoreError::Taken(_)) => Err(AccountError::EmailTaken(email)),
        Err(error) => Err(error.into()),
    }
}

/// Opens or closes a seat. Whoever is not active can neither log in nor use the API.
/// Errors: [`AccountError::LastAdministrator`].
pub async fn set_active(store: &Store, clock: &dyn Clock, company: CompanyId, user: &Account, active: bool) -> Result<(), AccountError> {
    let mut sql = update(clock.now());
    sql.push(", active_flag = ").bind(active);
    let details = json!({ "active_flag": { "from": user.is_active, "to": active } });
    let mut rest = vec![told(company, user.id, clock.now(), audit::USER_CHANGED, &details)?];
    rest.extend((!active).then(|| sessions::end_of_user(company, user.id, None)));
    update_unless_last_admin(store, sql, company, user, active, rest).await
}

/// Makes a user an administrator, or a regular user again. Errors: [`AccountError::LastAdministrator`].
pub async fn set_admin(store: &Store, clock: &dyn Clock, company: CompanyId, user: &Account, admin: bool) -> Result<(), AccountError> {
    let mut sql = update(clock.now());
    sql.push(", is_admin = ").bind(admin).push(", access = ").bind(access_to_everything(admin));
    let details = json!({ "is_admin": { "from": user.is_admin, "to": admin } });
    let rest = vec![told(company, user.id, clock.now(), audit::USER_CHANGED, &details)?];
    update_unless_last_admin(store, sql, company, user, admin, rest).await
}

/// Replaces the password of a user, or gives an invited one the first. Errors: [`AccountError::Invalid`].
pub async fn set_password(
    store: &Store,
    clock: &dyn Clock,
    company: CompanyId,
    user: &Account,
    password: &str,
) -> Result<(), AccountError> {
    let mut sql = update(clock.now());
    sql.push(", activated = 1, password_hash = ").bind(hash_password(password)?);
    of_user(&mut sql, company, user.id);
    let statements = vec![
        Statement::one_row(sql.text, sql.values),
        next_revision(company),
        sessions::end_of_user(company, user.id, None),
        told(company, user.id, clock.now(), audit::PASSWORD_CHANGED, &json!({}))?,
    ];
    match store.execute(statements).await {
        Err(StoreError::Conflict) => Err(AccountError::Unknown(user.email.clone())),
        outcome => Ok(outcome?),
    }
}

/// Gives a user an API token, a new one where none is named, and ends the one there was (semantics.md 2).
/// Answers the token, which cannot be read again. Errors: [`AccountError::Invalid`], [`AccountError::TokenTaken`].
pub async fn issue_token(
    store: &Store,
    clock: &dyn Clock,
    company: CompanyId,
    user: UserId,
    token: Option<String>,
) -> Result<String, AccountError> {
    let token = match token {
        Some(token) => checked_token(token)?,
        None => random_token()?,
    };
    let told = told(company, user, clock.now(), audit::TOKEN_ISSUED, &json!({}))?;
    let statements = vec![delete_tokens(company, user), insert_token(company, user, &token, clock.now()), next_revision(company), told];
    match store.execute(statements).await {
        Ok(()) => Ok(token),
        Err(StoreError::Taken(_)) => Err(AccountError::TokenTaken),
        Err(error) => Err(error.into()),
    }
}

/// Ends the API token of a user, if there is one.
pub async fn revoke_token(store: &Store, clock: &dyn Clock, company: CompanyId, user: UserId) -> Result<(), AccountError> {
    let told = told(company, user, clock.now(), audit::TOKEN_REVOKED, &json!({}))?;
    Ok(store.execute(vec![delete_tokens(company, user), next_revision(company), told]).await?)
}

/// The sessions of a user that run.
pub async fn sessions(store: &Store, clock: &dyn Clock, company: CompanyId, user: UserId) -> Result<Vec<sessions::Shown>, StoreError> {
    sessions::list(store, company, Some(user), clock.now()).await
}

/// Signs a user out everywhere.
pub async fn end_sessions(store: &Store, clock: &dyn Clock, company: CompanyId, user: UserId) -> Result<(), AccountError> {
    let told = told(company, user, clock.now(), audit::SESSION_ENDED, &json!({}))?;
    Ok(store.execute(vec![sessions::end_of_user(company, user, None), told]).await?)
}

/// A row of the audit log about what the operator does to a user.
fn told(company: CompanyId, user: UserId, time: Time, action: &str, details: &Value) -> Result<Statement, AccountError> {
    audit::entry(company, time, &Origin::command_line(), action, Some(("user", user.0)), details)
        .map_err(|error| AccountError::NoRandomness(error.to_string()))
}

pub(crate) fn checked_name(name: &str) -> Result<String, AccountError> {
    match name.trim() {
        "" => Err(AccountError::Invalid("the name is empty".to_owned())),
        name if name.chars().count() > 255 => Err(AccountError::Invalid("the name has more than 255 characters".to_owned())),
        name => Ok(name.to_owned()),
    }
}

/// Addresses are kept in lower case, so that one person cannot get two seats by accident.
pub(crate) fn checked_email(email: &str) -> Result<String, AccountError> {
    let email = email.trim().to_lowercase();
    let whole = |part: &str| !part.is_empty() && !part.contains(|letter: char| letter == '@' || letter.is_whitespace());
    match email.split_once('@') {
        Some((local, domain)) if whole(local) && whole(domain) && email.len() <= 255 => Ok(email),
        _ => Err(AccountError::Invalid(format!("{email:?} is not an e-mail address"))),
    }
}

pub(crate) fn checked_token(token: String) -> Result<String, AccountError> {
    if token.len() == TOKEN_DIGITS && token.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(token)
    } else {
        Err(AccountError::Invalid(format!("an API token has {TOKEN_DIGITS} hex digits")))
    }
}

pub(crate) fn insert_token(company: CompanyId, user: UserId, token: &str, time: Time) -> Statement {
    Statement::new(
        "INSERT INTO tokens (hash, company_id, user_id, add_time) VALUES ($1, $2, $3, $4)",
        vec![hex(&token_hash(token)).into(), company.into(), user.into(), time.into()],
    )
}

fn delete_tokens(company: CompanyId, user: UserId) -> Statement {
    Statement::new("DELETE FROM tokens WHERE company_id = $1 AND user_id = $2", vec![company.into(), user.into()])
}

/// A row of `users` in the making.
pub(crate) struct UserRow<'a> {
    pub company: CompanyId,
    pub id: UserId,
    pub name: &'a str,
    pub email: &'a str,
    pub password_hash: &'a str,
    pub currency: &'a str,
    pub timezone: &'a str,
    pub locale: &'a str,
    pub is_admin: bool,
    pub has_created_company: bool,
    pub time: Time,
}

impl UserRow<'_> {
    /// The row, and that there is something new.
    pub(crate) fn insert(&self) -> [Statement; 2] {
        let recent = Statement::new(
            "INSERT INTO recents (company_id, entity, record_id, time) VALUES ($1, $2, $3, $4)",
            vec![self.company.into(), USER.name.into(), self.id.into(), self.time.into()],
        );
        let row = Statement::new(
            "INSERT INTO users (company_id, id, version, name, email, password_hash, default_currency, locale, lang,
                 timezone_name, active_flag, activated, is_deleted, is_admin, access, role_id, group_id,
                 has_created_company, add_time, update_time)
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 1, 1, 0, $10, $11, $12, $13, $14, $15, $16)",
            vec![
                self.company.into(),
                self.id.into(),
                self.name.into(),
                self.email.into(),
                self.password_hash.into(),
                self.currency.into(),
                self.locale.into(),
                ENGLISH.into(),
                self.timezone.into(),
                self.is_admin.into(),
                access_to_everything(self.is_admin).into(),
                DEFAULT_ROLE.into(),
                DEFAULT_GROUP.into(),
                self.has_created_company.into(),
                self.time.into(),
                self.time.into(),
            ],
        );
        [row, recent]
    }
}

/// Currency, time zone and locale that a new user starts with.
async fn company_defaults(store: &Store, company: CompanyId) -> Result<(String, String, String), AccountError> {
    let mut sql = Sql::new("SELECT currency, timezone, locale FROM companies WHERE id = ");
    sql.bind(company);
    store
        .read(sql, Weight::Light, None, |defaults, row| {
            let text = |index| row.text(index).unwrap_or_default().to_owned();
            *defaults = Some((text(0), text(1), text(2)));
        })
        .await?
        .ok_or_else(|| AccountError::Invalid(format!("there is no company {company}")))
}

/// The beginning of an update of a user; the version moves on, so that no write planned before it succeeds.
fn update(time: Time) -> Sql {
    let mut sql = Sql::new("UPDATE users SET version = version + 1, update_time = ");
    sql.bind(time);
    sql
}

fn of_user(sql: &mut Sql, company: CompanyId, user: UserId) {
    sql.push(" WHERE company_id = ").bind(company).push(" AND id = ").bind(user).push(" AND is_deleted = 0");
}

/// Runs an update of a user. One that takes rights away does nothing where nobody else could give them back.
async fn update_unless_last_admin(
    store: &Store,
    mut sql: Sql,
    company: CompanyId,
    user: &Account,
    gives: bool,
    rest: Vec<Statement>,
) -> Result<(), AccountError> {
    of_user(&mut sql, company, user.id);
    if !gives {
        sql.push(" AND (is_admin = 0 OR active_flag = 0 OR ");
        another_administrator(&mut sql, company, user.id);
        sql.push(")");
    }
    let update = Statement::one_row(sql.text, sql.values);
    match store.execute([update, next_revision(company)].into_iter().chain(rest).collect()).await {
        Ok(()) => Ok(()),
        Err(StoreError::Conflict) if gives => Err(AccountError::Unknown(user.email.clone())),
        Err(StoreError::Conflict) => Err(AccountError::LastAdministrator(user.email.clone())),
        Err(error) => Err(error.into()),
    }
}

/// The access, as the store keeps it, of an administrator or a regular user of everything.
fn access_to_everything(admin: bool) -> String {
    access::to_json(&access::of_everything(&PermissionSets::with(Vec::new()), admin))
}

/// Appends the condition that the company has an active administrator beside this user.
pub(crate) fn another_administrator(sql: &mut Sql, company: CompanyId, user: UserId) {
    sql.push(
        "EXISTS (SELECT 1 FROM users other
           WHERE other.is_admin = 1 AND other.active_flag = 1 AND other.is_deleted = 0 AND other.company_id = ",
    );
    sql.bind(company).push(" AND other.id <> ").bind(user).push(")");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_address_or_token() {
        for email in ["", "a", "@b", "a@", "a@b@c", "a b@c"] {
            assert!(checked_email(email).is_err(), "{email}");
        }
        assert_eq!(checked_email(" Ann@Example.com ").unwrap(), "ann@example.com");
        let token = random_token().unwrap();
        assert_eq!(checked_token(token.clone()).unwrap(), token);
        assert!(checked_token("x".repeat(TOKEN_DIGITS)).is_err());
        assert!(checked_token("a".repeat(TOKEN_DIGITS - 1)).is_err());
    }
}
