//! The page on which people sign in, and out.

use super::verify::{Attempt, sign_in, with_cookie};
use super::{Session, WRONG, check_csrf, sessions, wait};
use crate::app::App;
use crate::audit::{self, Origin};
use crate::call::Reply;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::pages::{Form, Html, LocalPath, Page, page, see_other};
use crate::setup;
use serde_json::json;
use std::sync::Arc;

const SIGN_IN: &str = "/sign-in";

pub const PAGES: &[Page] = &[
    Page {
        path: SIGN_IN,
        label: "page.signIn",
        get: Some(|app, request| Box::pin(show(app, request))),
        post: Some(|app, request| Box::pin(enter(app, request))),
    },
    Page { path: "/sign-out", label: "page.signOut", get: None, post: Some(|app, request| Box::pin(leave(app, request))) },
];

/// What the form shows beside its fields.
#[derive(Default)]
struct Again<'a> {
    email: &'a str,
    company: &'a str,
    problem: Option<&'a str>,
}

/// The form; whoever is signed in goes on to where they wanted, or sees who they are.
async fn show(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let query = Form::of_query(&request);
    let next = query.text("next").and_then(LocalPath::parse);
    match (sessions::of_request(&app, &request).await?, next) {
        (Some(_), Some(next)) => Ok(see_other(next.as_str())),
        (Some(session), None) => signed_in(&app, &session).await,
        (None, next) => ask(&app, next.as_ref()).await,
    }
}

/// The form for somebody who is not signed in, which leads to where they wanted.
pub async fn ask(app: &App, next: Option<&LocalPath>) -> ApiResult<Reply> {
    form(app, 200, next, &Again::default()).await
}

async fn enter(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let given = Form::of_body(&request)?;
    let text = |name| given.text(name).unwrap_or_default();
    let next = given.text("next").and_then(LocalPath::parse);
    let attempt = Attempt::new(text("email"), text("password"), given.text("company"));
    let error = match sign_in(&app, &request, &attempt).await {
        Ok(started) => return Ok(with_cookie(see_other(next.as_ref().map_or(SIGN_IN, LocalPath::as_str)), started.cookie)),
        Err(error) => error,
    };
    let problem = match &error {
        ApiError::WrongPassword => WRONG.to_owned(),
        ApiError::TooManyAttempts(seconds) => wait(*seconds),
        ApiError::Invalid(_) => "Several companies know you under this address and password. Please name one.".to_owned(),
        _ => return Err(error),
    };
    let again = Again { email: text("email"), company: text("company"), problem: Some(&problem) };
    let mut reply = form(&app, error.status(), next.as_ref(), &again).await?;
    reply.headers.extend(error.headers());
    Ok(reply)
}

async fn leave(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    if let Some(session) = sessions::of_request(&app, &request).await? {
        let given = Form::of_body(&request)?;
        check_csrf(&app, &request, &session, given.text("csrf_token"))?;
        let origin = Origin { via: "session", session: Some(session.id), ..Origin::of_request(&request, Some(session.user)) };
        let object = Some(("user", session.user.0));
        let told = audit::entry(session.company, app.clock.now(), &origin, audit::SIGNED_OUT, object, &json!({}))?;
        app.store.execute(vec![sessions::end(&session), told]).await?;
    }
    Ok(with_cookie(see_other(SIGN_IN), sessions::no_cookie(&app)))
}

async fn form(app: &App, status: u16, next: Option<&LocalPath>, again: &Again<'_>) -> ApiResult<Reply> {
    let mut html = Html::new();
    if let Some(problem) = again.problem {
        html.markup("<p class=\"bad\" role=\"alert\" id=\"problem\">").text(problem).markup("</p>\n");
    }
    html.markup("<form method=\"post\" action=\"/sign-in\">\n");
    if let Some(next) = next {
        html.hidden("next", next.as_str());
    }
    html.markup("<label for=\"email\">E-mail address</label>\n");
    html.markup("<input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required");
    if again.problem.is_some() {
        html.markup(" aria-describedby=\"problem\"");
    }
    html.markup(if again.email.is_empty() { " autofocus" } else { "" }).attribute("value", again.email).markup(">\n");
    html.markup("<label for=\"password\">Password</label>\n");
    html.markup("<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required");
    html.markup(if again.email.is_empty() { "" } else { " autofocus" }).markup(">\n");
    if setup::companies(&app.store).await?.len() > 1 {
        html.markup("<label for=\"company\">Company domain <span class=\"soft\">if you have several companies</span></label>\n");
        html.markup("<input id=\"company\" name=\"company\" autocomplete=\"organization\"").attribute("value", again.company).markup(">\n");
    }
    html.markup("<button>Sign in</button>\n</form>");
    Ok(page(status, "Sign in", &html, &[]))
}

async fn signed_in(app: &App, session: &Session) -> ApiResult<Reply> {
    let directory = app.directory(session.company).await?;
    let user = directory.user(session.user).ok_or(ApiError::Unauthorized)?;
    let mut html = Html::new();
    html.markup("<p><strong>").text(&user.name).markup("</strong><br>").text(&user.email).markup("</p>\n<p>");
    html.text(&directory.company.name).markup("</p>\n<form method=\"post\" action=\"/sign-out\">\n");
    html.hidden("csrf_token", &session.csrf).markup("<button>Sign out</button>\n</form>");
    Ok(page(200, "You are signed in", &html, &[]))
}
