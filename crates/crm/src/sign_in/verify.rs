//! Who somebody is who gives an e-mail address and a password.
//!
//! Several companies of a store may know the same address. Every attempt compares the password as often as the address
//! with most seats in the store needs, so that neither time nor work tells whether an address is known.

use super::passwords::is_current;
use crate::app::App;
use crate::audit::{self, Origin};
use crate::call::Reply;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::sign_in::sessions::{self, Started};
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, Statement, StoreError, Weight, next_revision};
use serde_json::json;
use std::sync::Arc;

/// At most so many seats of one address are tried; whoever has more names the company.
const MOST_SEATS: usize = 8;

/// What somebody has typed.
pub struct Attempt {
    email: String,
    password: Arc<str>,
    company: Option<String>,
}

/// A seat with the address of an attempt.
struct Seat {
    company: CompanyId,
    user: UserId,
    hash: Option<String>,
    is_active: bool,
    domain: String,
}

impl Attempt {
    /// `company` is the domain of a company, for addresses that several companies know.
    pub fn new(email: &str, password: &str, company: Option<&str>) -> Self {
        let company = company.map(|company| company.trim().to_lowercase()).filter(|company| !company.is_empty());
        Attempt { email: email.trim().to_lowercase(), password: password.into(), company }
    }
}

/// Signs somebody in: the session that was begun. One that the browser had before ends.
/// Errors: [`ApiError::WrongPassword`], [`ApiError::TooManyAttempts`], [`ApiError::Invalid`] where the company must be named.
pub async fn sign_in(app: &Arc<App>, request: &Request, attempt: &Attempt) -> ApiResult<Started> {
    super::refuse_foreign(app, request)?;
    let now = app.clock.now();
    app.limits.attempt(&attempt.email, request.peer, now).map_err(ApiError::TooManyAttempts)?;
    let seats = seats(app, attempt).await?;
    let fitting = fitting(app, attempt, &seats).await?;
    if fitting.is_empty() {
        tell_of_failure(app, request, &seats)?;
    }
    let seat = the_one(fitting)?;
    app.limits.succeeded(&attempt.email, request.peer, now);

    let former = sessions::of_request(app, request).await?;
    let started = sessions::start(app, request, seat.company, seat.user).await?;
    let origin = Origin { session: Some(started.session.id), ..Origin::of_request(request, Some(seat.user)) };
    let told = audit::entry(seat.company, now, &origin, audit::SIGNED_IN, Some(("user", seat.user.0)), &json!({}))?;
    let mut statements = vec![note_sign_in(seat, now), started.insert.clone(), next_revision(seat.company), told];
    statements.extend(former.as_ref().map(sessions::end));
    statements.extend(renewed_hash(app, attempt, seat).await?);
    match app.store.execute(statements).await {
        Err(StoreError::Conflict) => return Err(ApiError::WrongPassword),
        outcome => outcome?,
    }
    app.reload_directory(seat.company).await?;
    Ok(started)
}

/// Fails where the password was changed or the user switched off since it was compared.
fn note_sign_in(seat: &Seat, now: Time) -> Statement {
    Statement::one_row(
        "UPDATE users SET last_login = $1, version = version + 1
         WHERE company_id = $2 AND id = $3 AND password_hash = $4 AND active_flag = 1 AND is_deleted = 0",
        vec![now.into(), seat.company.into(), seat.user.into(), seat.hash.as_deref().into()],
    )
}

/// An answer that carries the cookie of a new session.
pub fn with_cookie(mut reply: Reply, cookie: String) -> Reply {
    reply.headers.push(("set-cookie", cookie));
    reply
}

/// Adds a failed attempt to the logs of the companies that know the address. Nobody waits for it: that would tell
/// whether there are any. The pauses between attempts keep such rows few.
fn tell_of_failure(app: &Arc<App>, request: &Request, seats: &[Seat]) -> ApiResult<()> {
    let (now, origin) = (app.clock.now(), Origin::of_request(request, None));
    let told = |seat: &Seat| audit::entry(seat.company, now, &origin, audit::SIGN_IN_FAILED, Some(("user", seat.user.0)), &json!({}));
    let statements = seats.iter().map(told).collect::<ApiResult<Vec<_>>>()?;
    let store = app.store.clone();
    tokio::spawn(async move {
        if let Err(error) = store.execute(statements).await {
            tracing::warn!(%error, "a failed sign-in could not be kept");
        }
    });
    Ok(())
}

/// The seats whose password it is. Compares as often whatever there is.
async fn fitting<'a>(app: &App, attempt: &Attempt, seats: &'a [Seat]) -> ApiResult<Vec<&'a Seat>> {
    let mut fitting = Vec::new();
    for place in 0..most_seats(app).await?.max(seats.len()) {
        let seat = seats.get(place);
        let fits = app.passwords.fits(&attempt.password, seat.and_then(|seat| seat.hash.as_deref())).await?;
        fitting.extend(seat.filter(|seat| fits && seat.is_active));
    }
    Ok(fitting)
}

/// Only those who know the password learn that it opens more than one company.
fn the_one(seats: Vec<&Seat>) -> ApiResult<&Seat> {
    match seats.as_slice() {
        [] => Err(ApiError::WrongPassword),
        [seat] => Ok(seat),
        seats => {
            let domains: Vec<_> = seats.iter().map(|seat| seat.domain.as_str()).collect();
            Err(ApiError::invalid_key("company", &format!("must be one of {}", domains.join(", "))))
        }
    }
}

/// The seats of an address, in the company that was named if one was.
async fn seats(app: &App, attempt: &Attempt) -> ApiResult<Vec<Seat>> {
    // PostgreSQL takes no NUL; no address has one.
    if attempt.email.contains('\0') {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT companies.id, users.id, users.password_hash, users.active_flag, companies.domain
         FROM companies JOIN users ON users.company_id = companies.id WHERE users.is_deleted = 0 AND users.email = ",
    );
    sql.bind(attempt.email.as_str()).push(" ORDER BY companies.id");
    let add = |seats: &mut Vec<Seat>, row: &dyn Row| {
        seats.push(Seat {
            company: CompanyId(row.int(0).unwrap_or_default()),
            user: UserId(row.int(1).unwrap_or_default()),
            hash: row.text(2).map(str::to_owned),
            is_active: row.int(3) == Some(1),
            domain: row.text(4).unwrap_or_default().to_owned(),
        });
    };
    let mut seats = app.store.read(sql, Weight::Light, Vec::new(), add).await?;
    if let Some(company) = &attempt.company {
        seats.retain(|seat| seat.domain.eq_ignore_ascii_case(company));
    }
    seats.truncate(MOST_SEATS);
    Ok(seats)
}

/// How many seats the address with most of them has.
async fn most_seats(app: &App) -> ApiResult<usize> {
    let sql = Sql::new(
        "SELECT MAX(seats) FROM (SELECT COUNT(users.company_id) AS seats FROM companies
             JOIN users ON users.company_id = companies.id WHERE users.is_deleted = 0 GROUP BY users.email) AS addresses",
    );
    let row = app.store.rows(sql, Weight::Light, 1).await?.pop();
    let most = row.and_then(|row| usize::try_from(row[0].as_int()?).ok()).unwrap_or(1);
    Ok(most.clamp(1, MOST_SEATS))
}

/// Hashes a password anew that was hashed in a way of former days. Not where it has changed meanwhile.
async fn renewed_hash(app: &App, attempt: &Attempt, seat: &Seat) -> ApiResult<Option<Statement>> {
    let Some(old) = seat.hash.as_deref().filter(|hash| !is_current(hash)) else { return Ok(None) };
    let new = app.passwords.hash(&attempt.password).await?;
    let text = "UPDATE users SET password_hash = $1 WHERE company_id = $2 AND id = $3 AND password_hash = $4";
    Ok(Some(Statement::new(text, vec![new.into(), seat.company.into(), seat.user.into(), old.into()])))
}
