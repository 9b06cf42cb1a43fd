//! The operations of subscriptions. They have a service of their own behind them, which words its refusals in its own way
//! (semantics.md 4.1, 28.1).

use super::hook::{self, Hook};
use super::{request, view};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Post};
use crate::op::Version::V1;
use crate::op::{Answer, Method, Op, Param, ParamKind, Takes};
use crate::run;
use crate::write;
use penstock_model::{Area, Time, UserId};
use penstock_store::{Sql, Statement, StoreError};

/// So many subscriptions a user may have, and as many again through each app (semantics.md 28.1).
const MOST: usize = 40;

const SUBSCRIPTION: &[Param] = &[
    Param::new("subscription_url", ParamKind::Text, "Where events are sent: an address with http or https.").required(),
    Param::new("event_action", ParamKind::Text, "An action of the version, or `*` for all.").required(),
    Param::new("event_object", ParamKind::Text, "An object of the version, or `*` for all.").required(),
    Param::new("name", ParamKind::Text, "What people read."),
    Param::new("user_id", ParamKind::Int, "Whose rights decide which events are sent; the caller where absent."),
    Param::new("http_auth_user", ParamKind::Text, "The name that receivers are given."),
    Param::new("http_auth_password", ParamKind::Text, "The password that receivers are given."),
    Param::new(
        "version",
        ParamKind::Choice(&["1.0", "2.0"]),
        "The shape of what is sent; where absent 2.0, or 1.0 for words that only it has.",
    ),
];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Webhooks").scopes("admin").refusals(in_own_words)
}

pub const OPS: &[Op] = &[
    op(Get, "/webhooks", "getWebhooks", run!(list)).cost(10).about("Lists the subscriptions to events"),
    op(Post, "/webhooks", "addWebhook", run!(add)).cost(10).takes(Takes::Keys(SUBSCRIPTION)).created().about("Subscribes to events"),
    op(Delete, "/webhooks/{id}", "deleteWebhook", run!(delete)).cost(6).about("Ends a subscription"),
];

/// What the generic reading of a request refuses, as this service says it.
fn in_own_words(error: ApiError) -> ApiError {
    match error {
        ApiError::Invalid(text) => {
            let (key, problem) = text.split_once(": ").unwrap_or(("body", &text));
            refusal(400, key, problem)
        }
        other => other,
    }
}

/// A refusal of one key.
pub(super) fn refusal(status: u16, key: &str, problem: &str) -> ApiError {
    ApiError::Webhook { status, errors: vec![(key.to_owned(), problem.to_owned())] }
}

/// Who asks for subscriptions.
struct Asking {
    user: UserId,
    is_admin: bool,
    app: Option<i64>,
}

impl Asking {
    fn of(call: &Call) -> Self {
        Asking { user: call.principal.user, is_admin: call.principal.administers(Area::Account), app: call.app_id() }
    }

    /// Apps see only what they have made themselves.
    fn sees(&self, hook: &Hook) -> bool {
        (self.app.is_none() || hook.app == self.app) && (self.is_admin || hook.owner == self.user)
    }

    /// What an app has made only that app removes.
    fn removes(&self, hook: &Hook) -> bool {
        hook.app == self.app && self.sees(hook)
    }
}

async fn list(call: Call) -> ApiResult<Reply> {
    let asking = Asking::of(&call);
    let hooks = hook::active(call.store(), call.company()).await?;
    Ok(view::reply(&call, |json| {
        json.key("data");
        json.begin_array();
        hooks.iter().filter(|hook| asking.sees(hook)).for_each(|hook| view::write(json, hook));
        json.end_array();
    }))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let asking = Asking::of(&call);
    let mut hook = request::read(&call, asking.app)?;
    let others = hook::active(call.store(), call.company()).await?;
    let too_many = || refusal(422, "user_id", &format!("there can be at most {MOST} webhooks of a user"));
    if others.iter().filter(|other| other.owner == hook.owner && other.app == hook.app).count() >= MOST {
        return Err(too_many());
    }
    hook.id = call.store().next_id(call.company(), "webhooks").await?;
    let mut batch = call.batch();
    batch.run(insert(&hook));
    batch.run(within_limit(&hook));
    match write::save(&call, batch).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Err(too_many()),
        Err(error) => return Err(error.into()),
    }
    Ok(view::reply(&call, |json| {
        json.key("data");
        view::write(json, &hook);
    }))
}

fn insert(hook: &Hook) -> Statement {
    Statement::new(
        "INSERT INTO webhooks (company_id, id, name, version, event_action, event_object, subscription_url, user_id, owner_id, app_id,
             http_auth_user, http_auth_password, is_active, add_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13)",
        vec![
            hook.company.into(),
            hook.id.into(),
            hook.name.as_deref().into(),
            hook.shape.word().into(),
            hook.event_action.as_str().into(),
            hook.event_object.as_str().into(),
            hook.subscription_url.as_str().into(),
            hook.user.into(),
            hook.owner.into(),
            hook.app.into(),
            hook.http_auth_user.as_deref().into(),
            hook.http_auth_password.as_deref().into(),
            hook.add_time.into(),
        ],
    )
}

/// Makes the write fail where others were added meanwhile, and the user has too many with the new one. It locks the row of the company, so that
/// of two writes at once the second counts what the first has added.
fn within_limit(hook: &Hook) -> Statement {
    let mut sql = Sql::new("UPDATE companies SET revision = revision WHERE id = ");
    sql.bind(hook.company).push(" AND (SELECT COUNT(*) FROM webhooks WHERE company_id = ").bind(hook.company);
    sql.push(" AND is_active = 1 AND owner_id = ").bind(hook.owner);
    match hook.app {
        Some(app) => sql.push(" AND app_id = ").bind(app),
        None => sql.push(" AND app_id IS NULL"),
    };
    sql.push(") <= ").bind(MOST as i64);
    Statement::one_row(sql.text, sql.values)
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let unknown = || refusal(404, "id", "not found");
    let id = call.id("Webhook").map_err(|_| unknown())?;
    let hook = hook::find(call.store(), call.company(), id).await?.filter(|hook| hook.is_active).ok_or_else(unknown)?;
    if !Asking::of(&call).removes(&hook) {
        return Err(ApiError::WebhookForbidden);
    }
    let mut batch = call.batch();
    batch.run(remove(&hook, call.now, "removed by request"));
    match write::save(&call, batch).await {
        Ok(()) => Ok(view::reply(&call, |_| {})),
        // Somebody else was faster.
        Err(StoreError::Conflict) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// Ends a subscription that has not ended yet; what it was stays readable.
pub fn remove(hook: &Hook, now: Time, reason: &str) -> Statement {
    Statement::one_row(
        "UPDATE webhooks SET is_active = 0, remove_time = $3, remove_reason = $4 WHERE company_id = $1 AND id = $2 AND is_active = 1",
        vec![hook.company.into(), hook.id.into(), now.into(), reason.into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(owner: i64, app: Option<i64>) -> Hook {
        Hook { user: UserId(owner), owner: UserId(owner), app, ..Hook::sample() }
    }

    #[test]
    fn apps_see_and_remove_only_their_own_and_nobody_else_removes_those() {
        let asking = |user: i64, is_admin: bool, app: Option<i64>| Asking { user: UserId(user), is_admin, app };
        for (who, hook, sees, removes) in [
            (asking(1, true, None), hook(2, None), true, true),
            (asking(1, true, None), hook(2, Some(7)), true, false),
            (asking(2, false, None), hook(2, None), true, true),
            (asking(2, false, None), hook(2, Some(7)), true, false),
            (asking(2, false, None), hook(1, None), false, false),
            (asking(1, true, Some(7)), hook(2, Some(7)), true, true),
            (asking(1, true, Some(7)), hook(1, None), false, false),
            (asking(1, true, Some(7)), hook(1, Some(8)), false, false),
            (asking(2, false, Some(7)), hook(1, Some(7)), false, false),
        ] {
            assert_eq!((who.sees(&hook), who.removes(&hook)), (sees, removes), "{:?} {} {:?} {hook:?}", who.user, who.is_admin, who.app);
        }
    }
}
