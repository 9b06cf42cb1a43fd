//! Apps that register themselves (RFC 7591): the way of clients that are installed by many people and know no server beforehand.

use super::apps::{self, AppSettings, NO_COMPANY};
use super::redirect;
use super::scopes::Scopes;
use super::token::unkept;
use crate::app::App;
use crate::call::Reply;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use penstock_model::Time;
use penstock_store::Statement;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What registrations are counted as, beside the wrong credentials of apps.
const COUNTED: &str = "register";
/// Apps that nobody lets in are forgotten after so many days.
const UNUSED_DAYS: i64 = 30;
const BASIC: &str = "client_secret_basic";
const METHODS: &[&str] = &["none", BASIC, "client_secret_post"];

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
    scope: Option<String>,
}

/// Why an app is not registered: the word of the standard, and what is wrong.
struct Unfit(&'static str, String);

/// `POST /oauth/register`
pub async fn answer(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let now = app.clock.now();
    if let Some(seconds) = app.attempts.wait(request.peer, COUNTED, now) {
        return Err(ApiError::RateLimited { seconds });
    }
    app.attempts.failed(request.peer, COUNTED, now);
    let reply = match read(&request.body) {
        Ok((settings, method)) => Reply::new(201, register(&app, settings, method, now).await?.to_string().into_bytes()),
        Err(Unfit(error, why)) => {
            Reply::new(400, json!({"success": false, "error": error, "error_description": why}).to_string().into_bytes())
        }
    };
    Ok(unkept(reply))
}

fn read(body: &[u8]) -> Result<(AppSettings, &'static str), Unfit> {
    let unfit = |why: String| Unfit("invalid_client_metadata", why);
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| unfit(error.to_string()))?;
    let method = wanted.token_endpoint_auth_method.unwrap_or_else(|| BASIC.to_owned());
    let method = METHODS.iter().copied().find(|known| *known == method).ok_or_else(|| unfit(format!("{method:?} is not supported")))?;
    let scopes = Scopes::asked(wanted.scope.as_deref()).map_err(|word| unfit(format!("{word:?} is no scope")))?;
    if let Some(uri) = wanted.redirect_uris.iter().find(|uri| redirect::checked(uri).is_err() || !redirect::is_safe(uri)) {
        return Err(Unfit("invalid_redirect_uri", format!("{uri:?} is neither on the machine of the user nor behind https")));
    }
    let name = wanted.client_name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "An app without a name".to_owned());
    let settings = AppSettings { name, redirect_uris: wanted.redirect_uris, scopes, uninstall_url: None };
    match settings.checked() {
        Ok(settings) => Ok((settings, method)),
        Err(error) => Err(unfit(error.to_string())),
    }
}

async fn register(app: &App, settings: AppSettings, method: &str, now: Time) -> ApiResult<Value> {
    let key = app.settings.secret_key.as_ref().ok_or_else(|| ApiError::Internal("the server has no secret key".to_owned()))?;
    let (registered, secret, statement) = apps::create(app.store(), key, NO_COMPANY, settings, method == "none", now).await?;
    app.store().execute(vec![forget(now), statement]).await?;
    let mut answer = json!({
        "client_id": registered.client_id,
        "client_id_issued_at": now.millis().div_euclid(1000),
        "client_name": registered.settings.name,
        "redirect_uris": registered.settings.redirect_uris,
        "token_endpoint_auth_method": method,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": registered.settings.scopes.words().replace(',', " "),
    });
    if let Some(secret) = secret {
        answer["client_secret"] = secret.into();
        answer["client_secret_expires_at"] = 0.into();
    }
    Ok(answer)
}

/// Forgets apps that have registered themselves and are let in by nobody, in no company.
fn forget(now: Time) -> Statement {
    Statement::new(
        "DELETE FROM apps WHERE company_id = $1 AND add_time < $2
         AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.company_id > $1 AND g.app_id = apps.id)",
        vec![NO_COMPANY.into(), now.plus_days(-UNUSED_DAYS).into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: Value) -> Option<&'static str> {
        read(body.to_string().as_bytes()).err().map(|Unfit(error, _)| error)
    }

    #[test]
    fn what_can_be_registered() {
        let (settings, method) =
            read(br#"{"redirect_uris":["http://localhost:3000/done"],"software_id":"x"}"#).unwrap_or_else(|_| panic!());
        assert_eq!((settings.scopes, method), (Scopes::all(), BASIC));
        assert_eq!(refused(json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "none"})), None);
        for uri in ["http://a.example/", "javascript:alert(1)", "https://a.example/#x", "app:/x"] {
            assert_eq!(refused(json!({"redirect_uris": [uri]})), Some("invalid_redirect_uri"), "{uri}");
        }
        for (key, value) in [
            ("redirect_uris", json!([])),
            ("redirect_uris", json!("https://a.example/")),
            ("scope", json!("everything")),
            ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("client_name", json!("a\nb")),
        ] {
            let mut body = json!({"redirect_uris": ["https://a.example/"]});
            body[key] = value.clone();
            assert_eq!(refused(body), Some("invalid_client_metadata"), "{key}: {value}");
        }
        assert_eq!(read(b"no").err().map(|Unfit(error, _)| error), Some("invalid_client_metadata"));
    }
}
