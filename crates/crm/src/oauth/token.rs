//! Tokens for apps: for a code, for a refresh token, for an API token (semantics.md 3).

use super::apps::RegisteredApp;
use super::codes::{self, Code};
use super::error::Refusal;
use super::grants::{self, ACCESS_SECONDS, Granting, Tokens};
use super::{client, redirect, uninstall};
use crate::app::{App, token_caller};
use crate::audit::{self, Origin};
use crate::call::Reply;
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::pages::Form;
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Statement, StoreError};
use serde_json::json;
use std::sync::Arc;

/// `POST /oauth/token`
pub async fn answer(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let reply = match tokens(&app, &request).await {
        Ok(tokens) => given(&app, &request, &tokens),
        Err(refusal) => refusal.reply()?,
    };
    Ok(unkept(reply))
}

/// Answers with secrets in them are for nobody's cache (RFC 6749 5.1).
pub fn unkept(mut reply: Reply) -> Reply {
    reply.headers.extend([("cache-control", "no-store".to_owned()), ("pragma", "no-cache".to_owned())]);
    reply
}

/// The body of a request, which must be a form.
pub fn form(request: &Request) -> Result<Form, Refusal> {
    Form::of_body(request).map_err(|error| match error {
        ApiError::UnsupportedMediaType(_) => Refusal::NotAForm,
        _ => Refusal::Unreadable,
    })
}

fn given(app: &App, request: &Request, tokens: &Tokens) -> Reply {
    let body = json!({
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": tokens.refresh,
        "scope": tokens.scope(),
        "api_domain": app.base_url(request.host.as_deref()),
    });
    Reply::new(200, body.to_string().into_bytes())
}

async fn tokens(app: &Arc<App>, request: &Request) -> Result<Tokens, Refusal> {
    let form = form(request)?;
    let grant_type = form.text("grant_type").ok_or(Refusal::NoGrantType)?;
    if !["authorization_code", "refresh_token", "exchange_api_token"].contains(&grant_type) {
        return Err(Refusal::UnsupportedGrantType);
    }
    let client = client::authenticate(app, request, &form).await?;
    let base = app.base_url(request.host.as_deref());
    if form.text("resource").is_some_and(|resource| !redirect::is_within(&base, resource)) {
        return Err(Refusal::WrongResource);
    }
    match grant_type {
        "authorization_code" => by_code(app, request, &client, &form).await,
        "refresh_token" => by_refresh_token(app, &client, &form).await,
        _ => by_api_token(app, request, &client, &form).await,
    }
}

async fn by_code(app: &Arc<App>, request: &Request, client: &RegisteredApp, form: &Form) -> Result<Tokens, Refusal> {
    let text = form.text("code").ok_or(Refusal::WrongCode)?;
    let code = codes::find(app.store(), text).await?.ok_or(Refusal::WrongCode)?;
    if code.app != client.id || code.is_used {
        return Err(stolen(app, request, client, &code).await?);
    }
    let now = app.clock.now();
    if code.expires <= now {
        return Err(Refusal::ExpiredCode);
    }
    let redirect_uri = form.text("redirect_uri").filter(|uri| redirect::is_uri(uri)).ok_or(Refusal::NotAUri)?;
    if redirect_uri != code.redirect_uri {
        return Err(Refusal::WrongRedirectUri);
    }
    let verifier = form.text("code_verifier");
    let is_proven = match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        (None, None) => true,
        // A verifier for a code without a challenge: somebody has taken the challenge out of the request (RFC 9700 4.8.2).
        _ => false,
    };
    if !is_proven {
        return Err(Refusal::WrongCode);
    }
    require_active(app, code.company, code.user).await?.ok_or(Refusal::WrongCode)?;
    let granting = Granting { app: client, company: code.company, user: code.user, scopes: code.scopes, code: Some(&code.hash) };
    let (tokens, mut statements) = grants::make(app.store(), &granting, now).await?;
    statements.insert(0, code.used(now));
    match app.store().execute(statements).await {
        Ok(()) => known(app, tokens).await,
        Err(StoreError::Conflict) => Err(stolen(app, request, client, &code).await?),
        Err(error) => Err(error.into()),
    }
}

/// Tokens that were written; this process forgets at once those that have ended with that.
async fn known(app: &App, tokens: Tokens) -> Result<Tokens, Refusal> {
    app.reload_directory(tokens.company).await?;
    Ok(tokens)
}

/// A code that comes twice, or from another app, is in hands that it is not meant for: nothing that came of it may be of
/// use any longer (RFC 6749 4.1.2 and 10.5).
async fn stolen(app: &Arc<App>, request: &Request, client: &RegisteredApp, code: &Code) -> Result<Refusal, Refusal> {
    tracing::warn!(app = code.app, user = code.user.0, company = code.company.0, "an authorization code came twice or from another app");
    if let Some(grant) = grants::by_code(app.store(), code.company, &code.hash).await? {
        uninstall::uninstall(app, &grant, &Origin::of_app(request, grant.user, &client.client_id)).await?;
    }
    if !code.is_used {
        app.store().execute(vec![codes::remove(code)]).await?;
    }
    Ok(Refusal::WrongCode)
}

async fn by_refresh_token(app: &Arc<App>, client: &RegisteredApp, form: &Form) -> Result<Tokens, Refusal> {
    let text = form.text("refresh_token").ok_or(Refusal::WrongRefreshToken)?;
    let now = app.clock.now();
    let grant = grants::by_refresh_token(app.store(), text).await?;
    let grant = grant.filter(|grant| grant.app == client.id && grant.expires > now).ok_or(Refusal::WrongRefreshToken)?;
    require_active(app, grant.company, grant.user).await?.ok_or(Refusal::WrongRefreshToken)?;
    let (tokens, statements) = grants::refresh(client, &grant, text, now)?;
    match app.store().execute(statements).await {
        Ok(()) => Ok(tokens),
        Err(StoreError::Conflict) => Err(Refusal::WrongRefreshToken),
        Err(error) => Err(error.into()),
    }
}

async fn by_api_token(app: &Arc<App>, request: &Request, client: &RegisteredApp, form: &Form) -> Result<Tokens, Refusal> {
    let hash = credentials::token_hash(form.text("api_token").ok_or(Refusal::WrongApiToken)?);
    let (company, user) = app.find_token(&hash).await?.ok_or(Refusal::WrongApiToken)?;
    require_active(app, company, user).await?.ok_or(Refusal::WrongApiToken)?;
    let now = app.clock.now();
    let granting = Granting { app: client, company, user, scopes: client.settings.scopes, code: None };
    let (tokens, mut statements) = grants::make(app.store(), &granting, now).await?;
    statements.insert(0, exchanged(company, &credentials::hex(&hash), client.id, now));
    let (origin, object) = (Origin::of_app(request, user, &client.client_id), Some(("app", client.id)));
    let details = json!({"scopes": tokens.scopes.words(), "exchanged": "api_token"});
    statements.push(audit::entry(company, now, &origin, audit::APP_ALLOWED, object, &details)?);
    match app.store().execute(statements).await {
        Ok(()) => known(app, tokens).await,
        // Each API token can be exchanged once.
        Err(StoreError::Taken(_)) => Err(Refusal::WrongApiToken),
        Err(error) => Err(error.into()),
    }
}

fn exchanged(company: CompanyId, hash: &str, app: i64, now: Time) -> Statement {
    Statement::new(
        "INSERT INTO oauth_exchanges (company_id, token_hash, app_id, add_time) VALUES ($1, $2, $3, $4)",
        vec![company.into(), hash.into(), app.into(), now.into()],
    )
}

/// Whether a user can use the API at all; `None` where not.
async fn require_active(app: &App, company: CompanyId, user: UserId) -> Result<Option<()>, Refusal> {
    match app.directory(company).await.and_then(|directory| token_caller(directory, user)) {
        Ok(_) => Ok(Some(())),
        Err(ApiError::Unauthorized) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
