//! The operations on apps and grants, and the endpoints of OAuth.

use super::apps::{self, AppSettings, RegisteredApp};
use super::grants::{self, Grant};
use super::scopes::Scopes;
use super::secrets::SecretKey;
use super::{asked, authorize, metadata, register, revoke, token, uninstall};
use crate::audit::{self, Origin};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Get, Patch, Post};
use crate::op::{Answers, Op, Param, ParamKind, Takes};
use crate::pages::Page;
use crate::run;
use penstock_model::{Area, Time};
use penstock_store::Statement;
use serde_json::Value;
use std::collections::HashMap;

/// The pages of OAuth.
pub const PAGES: &[Page] = &[consent_at("/oauth/authorize"), consent_at(asked::DISCOVERED)];

const fn consent_at(path: &'static str) -> Page {
    Page {
        path,
        label: "v1.authorize",
        get: Some(|app, request| Box::pin(authorize::show(app, request))),
        post: Some(|app, request| Box::pin(authorize::decide(app, request))),
    }
}

const ASKED: &[Param] = &[
    Param::new("client_id", ParamKind::Text, "The app that asks.").required(),
    Param::new("redirect_uri", ParamKind::Text, "Where the user is sent back to: an address that the app has registered.").required(),
    Param::new("state", ParamKind::Text, "Comes back unchanged."),
    Param::new("code_challenge", ParamKind::Text, "What the code verifier of the token request has to answer (RFC 7636)."),
    Param::new("code_challenge_method", ParamKind::Choice(&["S256", "plain"]), "How; `plain` where absent."),
    Param::new("scope", ParamKind::Text, "What an app asks for that has registered itself; all that it may where absent."),
    Param::new("resource", ParamKind::Text, "Where the tokens will be used: an address of this server (RFC 8707)."),
];
const TOKEN: &[Param] = &[
    Param::new(
        "grant_type",
        ParamKind::Choice(&["authorization_code", "refresh_token", "exchange_api_token"]),
        "What the tokens are asked for with.",
    )
    .required(),
    Param::new("code", ParamKind::Text, "The authorization code."),
    Param::new("redirect_uri", ParamKind::Text, "Where the code was sent to."),
    Param::new("code_verifier", ParamKind::Text, "The answer to the challenge, where the code was asked for with one."),
    Param::new("refresh_token", ParamKind::Text, "The refresh token."),
    Param::new("api_token", ParamKind::Text, "An API token, which can be exchanged once."),
    Param::new("resource", ParamKind::Text, "Where the tokens will be used: an address of this server (RFC 8707)."),
    Param::new("client_id", ParamKind::Text, "The app, where there is no HTTP Basic."),
    Param::new("client_secret", ParamKind::Text, "Its secret, where there is no HTTP Basic."),
];
const REVOKED: &[Param] = &[
    Param::new("token", ParamKind::Text, "An access token or a refresh token.").required(),
    Param::new("token_type_hint", ParamKind::Choice(&["access_token", "refresh_token"]), "Which; not needed."),
];

const REGISTERED: &[Param] = &[
    Param::new("redirect_uris", ParamKind::Json, "A list of addresses that users may be sent back to.").required(),
    Param::new("client_name", ParamKind::Text, "What users read."),
    Param::new(
        "token_endpoint_auth_method",
        ParamKind::Choice(&["none", "client_secret_basic", "client_secret_post"]),
        "How the app shows who it is; `none` for one that can keep no secret.",
    ),
    Param::new("scope", ParamKind::Text, "The most that it will ask for; everything where absent."),
];

/// The endpoints, which are at the root of the server. The published API names the first three.
pub const OPEN: &[Op] = &[
    // Its page answers.
    Op::site(Get, "/oauth/authorize", "authorize", |app, _, request| Box::pin(authorize::show(app, request)))
        .tag("Oauth")
        .query(ASKED)
        .answers(Answers::Page)
        .about("Asks the user whether an app may get in"),
    Op::site(Post, "/oauth/token", "get-tokens", |app, _, request| Box::pin(token::answer(app, request)))
        .tag("Oauth")
        .takes(Takes::Keys(TOKEN))
        .answers(Answers::Document)
        .about("Gives an app tokens for what it shows"),
    Op::site(Post, "/oauth/token/", "refresh-tokens", |app, _, request| Box::pin(token::answer(app, request)))
        .tag("Oauth")
        .takes(Takes::Keys(TOKEN))
        .answers(Answers::Document)
        .about("Gives an app tokens for what it shows, such as its refresh token"),
    Op::site(Post, "/oauth/revoke", "revokeToken", |app, _, request| Box::pin(revoke::answer(app, request)))
        .tag("Oauth")
        .takes(Takes::Keys(REVOKED))
        .about("Ends an access token, or with a refresh token all that an app was allowed"),
    Op::site(Post, "/oauth/register", "registerClient", |app, _, request| Box::pin(register::answer(app, request)))
        .tag("Oauth")
        .takes(Takes::Keys(REGISTERED))
        .answers(Answers::Document)
        .about("Registers an app that nobody here knows (RFC 7591)"),
    Op::site(Get, "/.well-known/oauth-authorization-server", "getOauthMetadata", |app, _, request| Box::pin(metadata::show(app, request)))
        .tag("Oauth")
        .answers(Answers::Document)
        .about("Tells clients where the endpoints are and what they can do"),
];

const SCOPES: Param = Param::new("scopes", ParamKind::Json, "A list of scopes; `base` is always among them.");
const UNINSTALL: Param = Param::new("uninstall_url", ParamKind::Text, "Where a DELETE is sent when a user removes the app.");
const NEW: &[Param] = &[
    Param::new("name", ParamKind::Text, "What users read.").required(),
    Param::new("redirect_uris", ParamKind::Json, "A list of addresses that users may be sent back to.").required(),
    SCOPES,
    UNINSTALL,
    Param::new("is_public", ParamKind::Bool, "For apps that can keep no secret: they get none and must use PKCE."),
];
const CHANGED: &[Param] = &[
    Param::new("name", ParamKind::Text, "What users read."),
    Param::new("redirect_uris", ParamKind::Json, "A list of addresses that users may be sent back to."),
    SCOPES,
    UNINSTALL,
];

/// Below `/api/penstock`.
pub const OWN: &[Op] = &[
    Op::own(Get, "/apps", "getApps", run!(list)).tag("Apps").admin_only().about("Lists the apps that the company has registered"),
    Op::own(Get, "/apps/{id}", "getApp", run!(show)).tag("Apps").admin_only().about("Shows an app"),
    Op::own(Post, "/apps", "addApp", run!(add))
        .tag("Apps")
        .admin_only()
        .takes(Takes::Keys(NEW))
        .created()
        .about("Registers an app; the answer is the only one with its secret"),
    Op::own(Patch, "/apps/{id}", "updateApp", run!(update)).tag("Apps").admin_only().takes(Takes::Keys(CHANGED)).about("Changes an app"),
    Op::own(Post, "/apps/{id}/rotate", "rotateAppSecret", run!(rotate))
        .tag("Apps")
        .admin_only()
        .about("Gives an app a new secret; the old one ends"),
    Op::own(Delete, "/apps/{id}", "deleteApp", run!(delete)).tag("Apps").admin_only().about("Removes an app, for all who have let it in"),
    Op::own(Get, "/grants", "getGrants", run!(grants_of_caller))
        .tag("Apps")
        .about("Lists the apps that the caller has let in; administrators see those of everybody"),
    Op::own(Delete, "/grants/{id}", "deleteGrant", run!(end_grant)).tag("Apps").about("Removes an app for whoever has let it in"),
];

async fn named(call: &Call) -> ApiResult<RegisteredApp> {
    let id = call.id("App")?;
    apps::find(call.store(), call.company(), id).await?.ok_or_else(|| ApiError::not_found("App"))
}

fn key(call: &Call) -> ApiResult<&SecretKey> {
    call.app.settings.secret_key.as_ref().ok_or_else(|| ApiError::Internal("the server has no secret key".to_owned()))
}

async fn list(call: Call) -> ApiResult<Reply> {
    let list = apps::of_company(call.store(), call.company()).await?;
    Ok(call.data(|json| {
        json.begin_array();
        list.iter().for_each(|app| write_app(json, app, None));
        json.end_array();
    }))
}

async fn show(call: Call) -> ApiResult<Reply> {
    let app = named(&call).await?;
    Ok(call.data(|json| write_app(json, &app, None)))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let settings = AppSettings {
        name: call.body.text("name").unwrap_or_default().to_owned(),
        redirect_uris: words(&call, "redirect_uris")?.unwrap_or_default(),
        scopes: scopes(&call)?.unwrap_or_default(),
        uninstall_url: call.body.text("uninstall_url").map(str::to_owned),
    };
    let is_public = call.body.flag("is_public").unwrap_or(false);
    let (app, secret, statement) = apps::create(call.store(), key(&call)?, call.company(), settings, is_public, call.now).await?;
    execute(&call, &app, statement, audit::APP_ADDED).await?;
    Ok(call.data(|json| write_app(json, &app, secret.as_deref())))
}

async fn update(call: Call) -> ApiResult<Reply> {
    let mut app = named(&call).await?;
    if let Some(name) = call.body.text("name") {
        app.settings.name = name.to_owned();
    }
    if let Some(uris) = words(&call, "redirect_uris")? {
        app.settings.redirect_uris = uris;
    }
    if let Some(scopes) = scopes(&call)? {
        app.settings.scopes = scopes;
    }
    if call.body.object()?.contains_key("uninstall_url") {
        app.settings.uninstall_url = call.body.text("uninstall_url").map(str::to_owned);
    }
    app.settings = app.settings.checked()?;
    execute(&call, &app, apps::update(&app, &app.settings), audit::APP_CHANGED).await?;
    Ok(call.data(|json| write_app(json, &app, None)))
}

async fn rotate(call: Call) -> ApiResult<Reply> {
    let mut app = named(&call).await?;
    let (secret, statement) = apps::rotate(&app, key(&call)?, call.now)?;
    execute(&call, &app, statement, audit::APP_SECRET_ROTATED).await?;
    app.rotate_time = Some(call.now);
    Ok(call.data(|json| write_app(json, &app, Some(&secret))))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let app = named(&call).await?;
    uninstall::delete_app(call.store(), &app, &Origin::of_call(&call), call.now).await?;
    call.app.reload_directory(call.company()).await?;
    Ok(call.deleted(app.id))
}

/// Writes what was done to an app, and that it was.
async fn execute(call: &Call, app: &RegisteredApp, statement: Statement, action: &str) -> ApiResult<()> {
    let told = apps::told(app, &Origin::of_call(call), action, call.now)?;
    Ok(call.store().execute(vec![statement, told]).await?)
}

/// A list of words in the body.
fn words(call: &Call, name: &str) -> ApiResult<Option<Vec<String>>> {
    let invalid = || ApiError::invalid_key(name, "must be a list of strings");
    let Some(value) = call.body.get(name) else { return Ok(None) };
    let items = value.as_array().ok_or_else(invalid)?;
    items.iter().map(Value::as_str).map(|word| word.map(str::to_owned).ok_or_else(invalid)).collect::<ApiResult<Vec<_>>>().map(Some)
}

fn scopes(call: &Call) -> ApiResult<Option<Scopes>> {
    let Some(words) = words(call, "scopes")? else { return Ok(None) };
    Scopes::parse(&words.join(",")).map(Some).map_err(|word| ApiError::invalid_key("scopes", &format!("{word:?} is no scope")))
}

fn write_app(json: &mut Json, app: &RegisteredApp, secret: Option<&str>) {
    json.begin_object();
    json.key("id");
    json.int(app.id);
    json.key("client_id");
    json.string(&app.client_id);
    if let Some(secret) = secret {
        json.key("client_secret");
        json.string(secret);
    }
    json.key("name");
    json.string(&app.settings.name);
    json.key("redirect_uris");
    json.value(&Value::from(app.settings.redirect_uris.as_slice()));
    write_scopes(json, app.settings.scopes);
    json.key("uninstall_url");
    json.string_or_null(app.settings.uninstall_url.as_deref());
    json.key("is_public");
    json.bool(app.is_public());
    write_time(json, "add_time", Some(app.add_time));
    write_time(json, "rotate_time", app.rotate_time);
    json.end_object();
}

fn write_scopes(json: &mut Json, scopes: Scopes) {
    json.key("scopes");
    json.begin_array();
    for scope in scopes.iter() {
        json.string(scope.word);
    }
    json.end_array();
}

fn write_time(json: &mut Json, key: &str, time: Option<Time>) {
    json.key(key);
    match time {
        Some(time) => json.plain_string(|out| time.write_v2(out)),
        None => json.null(),
    }
}

async fn grants_of_caller(call: Call) -> ApiResult<Reply> {
    let mine = (!call.principal.administers(Area::Account)).then_some(call.principal.user);
    let list = grants::list(call.store(), call.company(), mine, call.now).await?;
    let mut apps = HashMap::new();
    for grant in &list {
        if !apps.contains_key(&grant.app)
            && let Some(app) = apps::by_id(call.store(), grant.app).await?
        {
            apps.insert(grant.app, app);
        }
    }
    Ok(call.data(|json| {
        json.begin_array();
        list.iter().filter_map(|grant| Some((grant, apps.get(&grant.app)?))).for_each(|(grant, app)| write_grant(json, grant, app));
        json.end_array();
    }))
}

fn write_grant(json: &mut Json, grant: &Grant, app: &RegisteredApp) {
    json.begin_object();
    json.key("id");
    json.int(grant.id);
    json.key("user_id");
    json.int(grant.user.0);
    json.key("client_id");
    json.string(&app.client_id);
    json.key("app_name");
    json.string(&app.settings.name);
    write_scopes(json, grant.scopes);
    write_time(json, "add_time", Some(grant.add_time));
    write_time(json, "update_time", Some(grant.update_time));
    write_time(json, "expire_time", Some(grant.expires));
    json.end_object();
}

async fn end_grant(call: Call) -> ApiResult<Reply> {
    let id = call.id("Grant")?;
    let mine = (!call.principal.administers(Area::Account)).then_some(call.principal.user);
    let list = grants::list(call.store(), call.company(), mine, call.now).await?;
    let grant = list.into_iter().find(|grant| grant.id == id).ok_or_else(|| ApiError::not_found("Grant"))?;
    uninstall::uninstall(&call.app, &grant, &Origin::of_call(&call)).await?;
    Ok(call.deleted(id))
}
