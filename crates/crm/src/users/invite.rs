//! Inviting users, and switching them off and on.

use super::{USER, access, fields::*};
use crate::accounts::{self, AccountError, DEFAULT_GROUP, DEFAULT_ROLE, ENGLISH};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::select::Depth;
use crate::sign_in::sessions;
use crate::write;
use penstock_model::{Change, Record, UserId};
use penstock_store::{Sql, Statement, StoreError, Weight};

/// Adds the user that the body describes and answers the id. Whoever is invited has no password yet, so nobody
/// can log in as them before the operator or a link gives them one.
pub async fn invite(call: &Call) -> ApiResult<UserId> {
    let email = email(call)?;
    let access = match call.body.get("access") {
        None => access::of_invited(&call.directory.permission_sets),
        Some(value) => access::parse(value, &call.directory.permission_sets)?,
    };
    let company = &call.directory.company;
    let id = call.store().next_id(company.id, "users").await?;

    let mut change = Change::insert(Record::blank(&USER, id));
    let user = &mut change.after;
    user.set(NAME, email.split('@').next().unwrap_or_default());
    user.set(EMAIL, email.as_str());
    user.set(DEFAULT_CURRENCY, company.currency.as_str());
    user.set(LOCALE, company.locale.as_str());
    user.set(LANG, ENGLISH);
    user.set(TIMEZONE_NAME, company.timezone.iana_name().unwrap_or("UTC"));
    user.set(ACCESS, access::to_json(&access));
    user.set(IS_ADMIN, access::is_of_everything(&access));
    user.set(IS_ACTIVE, call.body.flag("active_flag").unwrap_or(true));
    user.set(IS_ACTIVATED, false);
    user.set(IS_DELETED, false);
    user.set(HAS_CREATED_COMPANY, false);
    user.set(ROLE, DEFAULT_ROLE);
    user.set(GROUP, DEFAULT_GROUP);
    user.set(ADD_TIME, call.now);
    user.set(UPDATE_TIME, call.now);

    let mut batch = call.batch();
    batch.save(change);
    match write::save(call, batch).await {
        Ok(()) => Ok(UserId(id)),
        // Somebody else has invited the same person since the directory was read.
        Err(StoreError::Taken(_)) => Err(taken(&email)),
        Err(error) => Err(error.into()),
    }
}

fn email(call: &Call) -> ApiResult<String> {
    let email = accounts::checked_email(call.body.text("email").unwrap_or_default());
    let email = email.map_err(|error| match error {
        AccountError::Invalid(problem) => ApiError::invalid_key("email", &problem),
        other => ApiError::Internal(other.to_string()),
    })?;
    if call.directory.users.values().any(|user| user.email == email) {
        return Err(taken(&email));
    }
    Ok(email)
}

fn taken(email: &str) -> ApiError {
    ApiError::invalid_key("email", &format!("a user with the address {email} exists already"))
}

/// Switches a user off or on. Nobody can switch themselves off, and one administrator always stays.
pub async fn set_active(call: &Call, id: UserId, active: bool) -> ApiResult<()> {
    if !active && id == call.principal.user {
        return Err(ApiError::invalid_key("active_flag", "you cannot deactivate yourself"));
    }
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find(call, &USER, id.0, Depth::Row).await?);
            change.after.set(IS_ACTIVE, active);
            let mut batch = call.batch();
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
                if !active {
                    keep_an_administrator(call, id, "active_flag").await?;
                    batch.run(administrator_stays(call, id));
                    batch.run(sessions::end_of_user(call.company(), id, None));
                }
            }
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await
}

/// Gives a user this access instead of the one there was. One administrator of everything always stays.
pub async fn set_access(call: &Call, id: UserId) -> ApiResult<()> {
    let sent = call.body.get("access").ok_or_else(|| ApiError::invalid_key("access", "is required"))?;
    let access = access::parse(sent, &call.directory.permission_sets)?;
    write::commit(call, || {
        let access = &access;
        Box::pin(async move {
            let mut change = Change::update(write::find(call, &USER, id.0, Depth::Row).await?);
            let was_admin = change.after.is(IS_ADMIN);
            change.after.set(ACCESS, access::to_json(access));
            change.after.set(IS_ADMIN, access::is_of_everything(access));
            let mut batch = call.batch();
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
                if was_admin && !change.after.is(IS_ADMIN) {
                    keep_an_administrator(call, id, "access").await?;
                    batch.run(administrator_stays(call, id));
                }
            }
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await
}

async fn keep_an_administrator(call: &Call, leaving: UserId, key: &str) -> ApiResult<()> {
    let mut sql = Sql::new("SELECT 1 WHERE ");
    accounts::another_administrator(&mut sql, call.company(), leaving);
    if call.store().rows(sql, Weight::Light, 1).await?.is_empty() {
        return Err(ApiError::invalid_key(key, "the last active administrator stays what they are"));
    }
    Ok(())
}

/// Makes the write fail where all other administrators were switched off at the same time. It comes after the
/// new revision, which lets writes of one company's settings happen one after the other.
fn administrator_stays(call: &Call, leaving: UserId) -> Statement {
    let mut sql = Sql::new("UPDATE companies SET revision = revision WHERE id = ");
    sql.bind(call.company()).push(" AND ");
    accounts::another_administrator(&mut sql, call.company(), leaving);
    Statement::one_row(sql.text, sql.values)
}
