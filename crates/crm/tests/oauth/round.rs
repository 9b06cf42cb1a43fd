//! What users and apps do: registering, signing in, consenting, asking for tokens.

use crate::support::{Answer, Caller, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use penstock_crm::oauth::SecretKey;
use penstock_crm::webhooks::delivery::{Allow, Options};
use penstock_crm::{Request, Settings};
use serde_json::{Value, json};

pub const PASSWORD: &str = "correct horse";
pub const CALLBACK: &str = "https://app.example/callback?tenant=1";

/// An app as its makers know it.
#[derive(Debug, Clone)]
pub struct App {
    pub id: i64,
    pub client_id: String,
    pub secret: Option<String>,
}

/// Tokens as an app keeps them.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

/// A browser in which somebody is signed in.
pub struct Browser {
    pub cookie: String,
}

pub async fn worlds() -> [World; 2] {
    let webhooks = Options { allow: Allow::loopback(), ..Options::default() };
    let secret_key = Some(SecretKey::parse(&"5a".repeat(32)).unwrap());
    let public_url = Some("https://crm.example".to_owned());
    World::each_with(Settings { public_url, secret_key, webhooks, ..Settings::default() }).await
}

/// A request to Penstock's own operations with an API token.
pub async fn own(world: &World, caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = Request {
        method: method.to_owned(),
        path: format!("/api/penstock{path}"),
        api_token: Some(caller.token.clone()),
        content_type: body.as_ref().map(|_| "application/json".to_owned()),
        body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        ..Request::default()
    };
    world.send(request).await
}

pub async fn register(world: &World, admin: &Caller, scopes: &[&str]) -> App {
    let body = json!({"name": "Bridge & <Co>", "redirect_uris": [CALLBACK, "http://127.0.0.1/done"], "scopes": scopes});
    register_as(world, admin, body).await
}

pub async fn register_as(world: &World, admin: &Caller, body: Value) -> App {
    let answer = own(world, admin, "POST", "/apps", Some(body)).await.ok();
    let data = answer.data();
    App {
        id: data["id"].as_i64().unwrap(),
        client_id: data["client_id"].as_str().unwrap().to_owned(),
        secret: data["client_secret"].as_str().map(str::to_owned),
    }
}

fn encode(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

/// `GET` of a page.
pub async fn get(world: &World, path: &str, query: &str, browser: Option<&Browser>) -> Answer {
    let cookie = browser.map(|browser| browser.cookie.clone());
    world.send(Request { method: "GET".to_owned(), path: path.to_owned(), query: query.to_owned(), cookie, ..Request::default() }).await
}

/// `POST` of a form.
pub async fn post(world: &World, path: &str, pairs: &[(&str, &str)], browser: Option<&Browser>) -> Answer {
    let cookie = browser.map(|browser| browser.cookie.clone());
    world.send(Request { cookie, ..form(path, pairs) }).await
}

pub fn form(path: &str, pairs: &[(&str, &str)]) -> Request {
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
        body: encode(pairs).into_bytes(),
        ..Request::default()
    }
}

pub fn basic(app: &App) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", app.client_id, app.secret.as_deref().unwrap_or_default())))
}

pub async fn sign_in(world: &World, email: &str) -> Browser {
    let answer = post(world, "/sign-in", &[("email", email), ("password", PASSWORD)], None).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    Browser { cookie }
}

/// The address to which an app sends a browser.
pub fn query(app: &App, more: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        [("client_id", app.client_id.as_str()), ("redirect_uri", CALLBACK)].into_iter().chain(more.iter().copied()).collect();
    encode(&pairs)
}

/// The hidden fields of a page.
pub fn hidden(page: &str) -> Vec<(String, String)> {
    let value = |text: &str, name: &str| {
        let rest = text.split_once(&format!("{name}=\""))?.1;
        let value = rest.split('"').next()?;
        Some(value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    };
    let fields = page.split("<input type=\"hidden\"").skip(1);
    fields.filter_map(|field| Some((value(field, " name")?, value(field, " value")?))).collect()
}

/// Opens the consent page and presses a button; answers where the browser is sent.
pub async fn decide(world: &World, browser: &Browser, query: &str, decision: &str) -> String {
    decide_at(world, browser, "/oauth/authorize", query, decision).await
}

/// The same at the address that the metadata names, or at the well-known one.
pub async fn decide_at(world: &World, browser: &Browser, path: &str, query: &str, decision: &str) -> String {
    let page = get(world, path, query, Some(browser)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let mut fields = hidden(&page.text());
    fields.push(("decision".to_owned(), decision.to_owned()));
    let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(page.text().contains(&format!("action=\"{path}\"")), "{}", page.text());
    let answer = post(world, path, &pairs, Some(browser)).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap().to_owned()
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap();
    let mut values = url.query_pairs().filter(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let value = values.next();
    assert_eq!(values.next(), None, "{address}");
    value
}

/// A code for an app, with the consent of whoever is signed in.
pub async fn code(world: &World, browser: &Browser, app: &App) -> String {
    parameter(&decide(world, browser, &query(app, &[]), "allow").await, "code").unwrap()
}

/// A request to the token endpoint with HTTP Basic.
pub async fn ask(world: &World, app: &App, pairs: &[(&str, &str)]) -> Answer {
    world.send(Request { authorization: Some(basic(app)), host: Some("other.example".to_owned()), ..form("/oauth/token", pairs) }).await
}

pub async fn redeem(world: &World, app: &App, code: &str) -> Answer {
    ask(world, app, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]).await
}

pub async fn refresh(world: &World, app: &App, token: &str) -> Answer {
    ask(world, app, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

pub async fn revoke(world: &World, app: &App, token: &str) -> Answer {
    world.send(Request { authorization: Some(basic(app)), ..form("/oauth/revoke", &[("token", token)]) }).await
}

pub fn tokens(answer: &Answer) -> Tokens {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = |key: &str| answer.json[key].as_str().unwrap().to_owned();
    Tokens { access: text("access_token"), refresh: text("refresh_token") }
}

/// The whole round: consent, code, tokens.
pub async fn install(world: &World, browser: &Browser, app: &App) -> Tokens {
    let code = code(world, browser, app).await;
    tokens(&redeem(world, app, &code).await)
}

/// A read of the API with an `Authorization` header.
pub async fn read(world: &World, path: &str, authorization: &str) -> Answer {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let authorization = Some(authorization.to_owned());
    world
        .send(Request { method: "GET".to_owned(), path: path.to_owned(), query: query.to_owned(), authorization, ..Request::default() })
        .await
}

/// Whether an access token is good.
pub async fn works(world: &World, token: &str) -> bool {
    match read(world, "/v1/users/me", &format!("Bearer {token}")).await.status {
        200 => true,
        401 => false,
        status => panic!("{status}"),
    }
}

/// The refusal of the token endpoint: status, message, code.
pub fn refusal(answer: &Answer) -> (u16, &str, &str) {
    assert_eq!(answer.json["success"], false);
    assert_eq!(answer.json.as_object().unwrap().len(), 3, "{}", answer.text());
    (answer.status, answer.json["message"].as_str().unwrap(), answer.json["error"].as_str().unwrap())
}
