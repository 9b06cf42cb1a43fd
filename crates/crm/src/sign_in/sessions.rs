//! Sessions: a secret in a cookie, of which the store keeps a hash.

use crate::app::App;
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use hmac::{Hmac, Mac};
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, Statement, Store, StoreError, Weight};
use sha2::Sha256;
use std::sync::Arc;

const COOKIE: &str = "penstock_session";
/// The bytes of a secret.
const SECRET: usize = 32;
const HOUR: i64 = 3_600_000;
/// How long a session lives that nobody uses, and at most.
const IDLE_DAYS: i64 = 14;
const LONGEST_DAYS: i64 = 90;
/// More of a user agent is not kept.
const AGENT_LETTERS: usize = 255;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Session {
    /// Names the session to people; nobody gets in with it.
    pub id: i64,
    pub company: CompanyId,
    pub user: UserId,
    /// What forms and calls carry to show that they belong to the session.
    pub csrf: String,
    /// When it ends unless it is used.
    pub end: Time,
    hash: String,
}

/// A session as it is shown to those who may end it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: i64,
    pub user: UserId,
    pub added: Time,
    pub seen: Time,
    pub end: Time,
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

/// A session in the making: its row, and the cookie that opens it.
pub struct Started {
    pub session: Session,
    pub insert: Statement,
    pub cookie: String,
}

/// Makes a session for whoever has shown who they are.
pub async fn start(app: &App, request: &Request, company: CompanyId, user: UserId) -> ApiResult<Started> {
    let mut secret = [0; SECRET];
    getrandom::fill(&mut secret).map_err(|error| ApiError::Internal(format!("the system gives no random numbers: {error}")))?;
    let secret = credentials::hex(&secret);
    let now = app.clock.now();
    let id = app.store.next_id(company, "sessions").await?;
    let session = Session { id, company, user, csrf: csrf_token(&secret)?, end: now.plus_days(IDLE_DAYS), hash: hash(&secret) };
    let insert = Statement::new(
        "INSERT INTO sessions (hash, company_id, id, user_id, add_time, seen_time, end_time, address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            session.hash.as_str().into(),
            company.into(),
            id.into(),
            user.into(),
            now.into(),
            now.into(),
            session.end.into(),
            request.peer.map(|peer| peer.to_canonical().to_string()).into(),
            request.user_agent.as_deref().map(kept_agent).into(),
        ],
    );
    Ok(Started { session, insert, cookie: cookie(app, &secret, LONGEST_DAYS * 24 * 3_600) })
}

/// The session that the cookie of a request opens, if it still runs and its user is active. Uses it: it lives on.
pub async fn of_request(app: &Arc<App>, request: &Request) -> ApiResult<Option<Session>> {
    let Some(secret) = request.cookie.as_deref().and_then(secret_of) else { return Ok(None) };
    let now = app.clock.now();
    let hash = hash(secret);
    let mut sql = Sql::new("SELECT company_id, id, user_id, add_time, seen_time, end_time FROM sessions WHERE hash = ");
    sql.bind(hash.as_str());
    let found = app.store.read(sql, Weight::Light, None, |found, row| *found = number_cells(row)).await?;
    let Some([company, id, user, added, seen, end]) = found else { return Ok(None) };
    if end <= now.millis() {
        return Ok(None);
    }
    let (company, user) = (CompanyId(company), UserId(user));
    let directory = app.directory(company).await?;
    if !directory.user(user).is_some_and(|user| user.is_active && !user.is_deleted) {
        return Ok(None);
    }
    let mut session = Session { id, company, user, csrf: csrf_token(secret)?, end: Time::from_millis(end), hash };
    if now.millis() - seen >= HOUR {
        session.end = Time::from_millis(added).plus_days(LONGEST_DAYS).min(now.plus_days(IDLE_DAYS));
        touch(app, &session, now).await;
    }
    Ok(Some(session))
}

/// Whether a session that was found before still runs. That does not count as a use of it.
pub async fn runs(app: &App, session: &Session) -> ApiResult<bool> {
    let mut sql = Sql::new("SELECT 1 FROM sessions WHERE company_id = ");
    sql.bind(session.company).push(" AND hash = ").bind(session.hash.as_str()).push(" AND end_time > ").bind(app.clock.now());
    Ok(!app.store.rows(sql, Weight::Light, 1).await?.is_empty())
}

fn number_cells(row: &dyn Row) -> Option<[i64; 6]> {
    Some([row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?, row.int(5)?])
}

/// Notes that a session was used. The request goes on where that fails.
async fn touch(app: &App, session: &Session, now: Time) {
    let text = "UPDATE sessions SET seen_time = $1, end_time = $2 WHERE company_id = $3 AND hash = $4";
    let values = vec![now.into(), session.end.into(), session.company.into(), session.hash.as_str().into()];
    if let Err(error) = app.store.execute(vec![Statement::new(text, values)]).await {
        tracing::warn!(%error, "the use of a session could not be noted");
    }
}

/// Ends a session.
pub fn end(session: &Session) -> Statement {
    end_one(session.company, session.id)
}

/// Ends the session with this id.
pub fn end_one(company: CompanyId, id: i64) -> Statement {
    Statement::new("DELETE FROM sessions WHERE company_id = $1 AND id = $2", vec![company.into(), id.into()])
}

/// Ends all sessions of a user but one; all where `kept` is `None`.
pub fn end_of_user(company: CompanyId, user: UserId, kept: Option<i64>) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND id <> $3",
        vec![company.into(), user.into(), kept.unwrap_or_default().into()],
    )
}

/// Removes what has ended by itself.
pub fn forget(company: CompanyId, now: Time) -> Statement {
    Statement::new("DELETE FROM sessions WHERE company_id = $1 AND end_time <= $2", vec![company.into(), now.into()])
}

/// The sessions of a company that run, of one user where one is named, the last used first.
pub async fn list(store: &Store, company: CompanyId, user: Option<UserId>, now: Time) -> Result<Vec<Shown>, StoreError> {
    let mut sql = Sql::new("SELECT id, user_id, add_time, seen_time, end_time, address, user_agent FROM sessions WHERE company_id = ");
    sql.bind(company).push(" AND end_time > ").bind(now);
    if let Some(user) = user {
        sql.push(" AND user_id = ").bind(user);
    }
    sql.push(" ORDER BY seen_time DESC, id DESC");
    let add = |list: &mut Vec<Shown>, row: &dyn Row| {
        let int = |index| row.int(index).unwrap_or_default();
        let text = |index| row.text(index).map(str::to_owned);
        let time = |index| Time::from_millis(int(index));
        let user = UserId(int(1));
        list.push(Shown { id: int(0), user, added: time(2), seen: time(3), end: time(4), address: text(5), user_agent: text(6) });
    };
    store.read(sql, Weight::Light, Vec::new(), add).await
}

/// The header that opens a session in a browser; with no seconds it takes the cookie away.
fn cookie(app: &App, secret: &str, seconds: i64) -> String {
    let secure = if app.settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://")) { "; Secure" } else { "" };
    format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// The header that takes the cookie away.
pub fn no_cookie(app: &App) -> String {
    cookie(app, "", 0)
}

/// Our cookie among all that a browser sends.
fn secret_of(cookies: &str) -> Option<&str> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let secret = pairs.into_iter().find(|(name, _)| *name == COOKIE)?.1;
    (secret.len() == SECRET * 2 && secret.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(secret)
}

fn hash(secret: &str) -> String {
    credentials::hex(&credentials::token_hash(secret))
}

/// Follows from the secret, so that nothing more must be kept; the secret does not follow from it.
fn csrf_token(secret: &str) -> ApiResult<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| ApiError::Internal(error.to_string()))?;
    mac.update(b"csrf");
    Ok(credentials::hex(&mac.finalize().into_bytes()))
}

/// A user agent as it is kept: no control characters, not too long.
pub fn kept_agent(agent: &str) -> String {
    agent.chars().filter(|letter| !letter.is_control()).take(AGENT_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_its_cookie_among_others() {
        let secret = "0123456789abcdef".repeat(4);
        assert_eq!(secret_of(&format!("a=b; {COOKIE}={secret}; c=d")), Some(secret.as_str()));
        assert_eq!(secret_of(&format!("{COOKIE}={secret}")), Some(secret.as_str()));
        for cookies in
            [String::new(), COOKIE.to_owned(), format!("{COOKIE}="), format!("x{COOKIE}={secret}"), format!("{COOKIE}={secret}0")]
        {
            assert_eq!(secret_of(&cookies), None, "{cookies}");
        }
    }

    #[test]
    fn the_token_of_forms_is_not_the_secret() {
        let secret = "0123456789abcdef".repeat(4);
        let token = csrf_token(&secret).unwrap();
        assert_eq!(token, csrf_token(&secret).unwrap());
        assert!(token != secret && token != hash(&secret) && token.len() == 64);
    }
}
