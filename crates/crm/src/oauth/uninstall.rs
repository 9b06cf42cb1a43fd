//! The end of a grant: tokens and webhooks go, and the app is told (semantics.md 3).

use super::apps::{self, RegisteredApp};
use super::grants::{self, Grant};
use crate::app::App;
use crate::audit::{self, Origin};
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::jobs::{self, Job, Outcome};
use crate::setup;
use penstock_model::Time;
use penstock_store::{Statement, Store, StoreError};
use serde_json::json;
use std::sync::Arc;

/// The job that tells an app.
pub const UNINSTALL: &str = "app_uninstall";

/// Removes an app for a user. Ends well where somebody was faster.
pub async fn uninstall(app: &Arc<App>, grant: &Grant, origin: &Origin) -> ApiResult<()> {
    let mut statements = end(grant, origin, app.clock.now())?;
    let registered = apps::by_id(app.store(), grant.app).await?;
    if registered.is_some_and(|registered| registered.settings.uninstall_url.is_some()) {
        let call = Call::on_behalf(app, app.directory(grant.company).await?, grant.user)?;
        let payload = json!({"app_id": grant.app, "time": call.now.millis()});
        statements.push(jobs::new(&call, UNINSTALL, &payload).1);
    }
    match app.store().execute(statements).await {
        Ok(()) => {
            app.reload_directory(grant.company).await?;
            app.wake_jobs();
            Ok(())
        }
        Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn end(grant: &Grant, origin: &Origin, now: Time) -> ApiResult<Vec<Statement>> {
    let mut statements = grants::end(grant);
    statements.push(Statement::new(
        "UPDATE webhooks SET is_active = 0, remove_time = $1, remove_reason = 'The app was uninstalled'
         WHERE company_id = $2 AND app_id = $3 AND owner_id = $4 AND is_active = 1",
        vec![now.into(), grant.company.into(), grant.app.into(), grant.user.into()],
    ));
    let details = json!({"grant_id": grant.id, "user_id": grant.user.0});
    statements.push(audit::entry(grant.company, now, origin, audit::APP_REMOVED, Some(("app", grant.app)), &details)?);
    Ok(statements)
}

/// Ends the registration of an app, and with it all its grants in every company. Nobody is told: those who have registered
/// the app have done it. A running server notices within a second.
pub async fn delete_app(store: &Store, registered: &RegisteredApp, origin: &Origin, now: Time) -> ApiResult<()> {
    // No new grants first, so that none is left behind.
    let values = vec![registered.company.into(), registered.id.into()];
    let told = apps::told(registered, origin, audit::APP_DELETED, now)?;
    store.execute(vec![Statement::new("DELETE FROM apps WHERE company_id = $1 AND id = $2", values), told]).await?;
    // Who has done it is nobody whom another company knows.
    let by_app = Origin { user: None, via: "app", client: Some(registered.client_id.clone()), ..Origin::command_line() };
    for (company, _) in setup::companies(store).await? {
        for grant in grants::of_app(store, company, registered.id).await? {
            match store.execute(end(&grant, &by_app, now)?).await {
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// The job: `DELETE` to the address that the app has named. Whatever it answers, it was told.
pub async fn call_back(call: &Call, job: &Job) -> ApiResult<Outcome> {
    let gone = || ApiError::not_found("App");
    let registered = apps::by_id(call.store(), job.payload["app_id"].as_i64().unwrap_or_default()).await?.ok_or_else(gone)?;
    let url = registered.settings.uninstall_url.as_deref().ok_or_else(gone)?;
    let secret = call.app.settings.secret_key.as_ref().and_then(|key| registered.secret(key));
    if secret.is_none() && !registered.is_public() {
        tracing::warn!(client_id = registered.client_id, "the secret key is not the one that the app was registered with");
        return Err(ApiError::invalid("the secret of the app is not known"));
    }
    let time = Time::from_millis(job.payload["time"].as_i64().unwrap_or_default());
    let mut timestamp = Vec::new();
    time.write_millis(&mut timestamp);
    let body = json!({
        "client_id": registered.client_id,
        "company_id": job.company.0,
        "user_id": job.user.0,
        "timestamp": String::from_utf8_lossy(&timestamp),
    });
    let answer = call.app.webhooks.delete(url, &registered.client_id, secret.as_deref(), body.to_string().into_bytes()).await;
    let Some(status) = answer.status else {
        tracing::info!(client_id = registered.client_id, error = answer.error, "an app could not be told that it was removed");
        return Err(ApiError::Unavailable);
    };
    Ok((call.batch(), json!({"status": status})))
}
