//! Authorization codes: what a user has just allowed, until the app fetches it.

use super::asked::{Asked, Challenge};
use super::scopes::Scopes;
use super::secrets;
use crate::accounts::AccountError;
use penstock_model::{CompanyId, Principal, Time, UserId};
use penstock_store::{Row, Sql, Statement, Store, StoreError, Weight};

/// How long a code can be used (semantics.md 3).
const LIFETIME_MILLIS: i64 = 5 * 60_000;
/// How long a used code is remembered, in days: who uses it again within that time ends what it has led to.
const REMEMBERED_DAYS: i64 = 1;

#[derive(Debug)]
pub struct Code {
    pub company: CompanyId,
    pub hash: String,
    pub app: i64,
    pub user: UserId,
    pub scopes: Scopes,
    pub redirect_uri: String,
    pub challenge: Option<Challenge>,
    pub expires: Time,
    pub is_used: bool,
}

/// A new code for what the user allows, and the statement that keeps it.
pub fn issue(asked: &Asked, user: &Principal, now: Time) -> Result<(String, Statement), AccountError> {
    let code = secrets::code(user.company, user.user)?;
    let (method, challenge) = asked.challenge.as_ref().map(Challenge::parts).unzip();
    let statement = Statement::new(
        "INSERT INTO oauth_codes (company_id, hash, app_id, user_id, scopes, redirect_uri, challenge_method, challenge, expire_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            user.company.into(),
            secrets::hash(&code).into(),
            asked.app.id.into(),
            user.user.into(),
            asked.scopes.words().into(),
            asked.redirect_uri.as_str().into(),
            method.into(),
            challenge.into(),
            now.plus_millis(LIFETIME_MILLIS).into(),
        ],
    );
    Ok((code, statement))
}

/// The code, if there is such a one, used or not.
pub async fn find(store: &Store, code: &str) -> Result<Option<Code>, StoreError> {
    let Some(company) = secrets::company_of_code(code) else { return Ok(None) };
    let hash = secrets::hash(code);
    let mut sql = Sql::new(
        "SELECT app_id, user_id, scopes, redirect_uri, challenge_method, challenge, expire_time, used_time
         FROM oauth_codes WHERE company_id = ",
    );
    sql.bind(company).push(" AND hash = ").bind(hash.as_str());
    let read = move |found: &mut Option<Code>, row: &dyn Row| *found = of_row(company, hash.clone(), row);
    store.read(sql, Weight::Light, None, read).await
}

fn of_row(company: CompanyId, hash: String, row: &dyn Row) -> Option<Code> {
    let challenge = match (row.text(4), row.text(5)) {
        (Some(method), Some(text)) => Some(Challenge::of_parts(method, text)?),
        _ => None,
    };
    Some(Code {
        company,
        hash,
        app: row.int(0)?,
        user: UserId(row.int(1)?),
        scopes: Scopes::parse(row.text(2)?).ok()?,
        redirect_uri: row.text(3)?.to_owned(),
        challenge,
        expires: Time::from_millis(row.int(6)?),
        is_used: row.int(7).is_some(),
    })
}

impl Code {
    /// Uses the code up. Conflicts where somebody was faster.
    pub fn used(&self, now: Time) -> Statement {
        Statement::one_row(
            "UPDATE oauth_codes SET used_time = $1 WHERE company_id = $2 AND hash = $3 AND used_time IS NULL",
            vec![now.into(), self.company.into(), self.hash.as_str().into()],
        )
    }
}

/// Ends a code that came into the wrong hands.
pub fn remove(code: &Code) -> Statement {
    Statement::new("DELETE FROM oauth_codes WHERE company_id = $1 AND hash = $2", vec![code.company.into(), code.hash.as_str().into()])
}

/// Forgets what can no longer be used.
pub fn forget(company: CompanyId, now: Time) -> Statement {
    Statement::new(
        "DELETE FROM oauth_codes WHERE company_id = $1 AND expire_time < $2",
        vec![company.into(), now.plus_days(-REMEMBERED_DAYS).into()],
    )
}
