//! A user decides whether an app gets in.

use super::asked::{self, Asked, Reading};
use super::{codes, consent, documents};
use crate::app::{App, caller};
use crate::audit::{self, Origin};
use crate::call::Reply;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::pages::{Form, LocalPath, see_other};
use crate::sign_in::{self, Session, sessions};
use serde_json::json;
use std::sync::Arc;

/// Shows what an app asks for, to somebody who is signed in.
pub async fn show(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let form = Form::of_query(&request);
    let session = sessions::of_request(&app, &request).await?;
    // The description of an app is fetched for nobody but users: else this server would call on whatever anybody names.
    if session.is_none() && form.text("client_id").is_some_and(documents::is_address) {
        return ask_to_sign_in(&app, &request).await;
    }
    let asked = match asked::read(&app, &request, &form, true).await? {
        Reading::Asked(asked) => asked,
        Reading::Told(address) => return Ok(see_other(&address)),
    };
    let Some(session) = session else {
        return ask_to_sign_in(&app, &request).await;
    };
    let directory = app.directory(session.company).await?;
    let registrar = if asked.app.has_registered_itself() { None } else { Some(app.directory(asked.app.company).await?) };
    Ok(consent::page(&asked, &form, &session, &directory, registrar.as_deref()))
}

/// Takes the decision, and brings the user back to the app with it.
pub async fn decide(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let form = Form::of_body(&request)?;
    let session = sessions::of_request(&app, &request).await?.ok_or(ApiError::Unauthorized)?;
    sign_in::check_csrf(&app, &request, &session, form.text("csrf_token"))?;
    let asked = match asked::read(&app, &request, &form, false).await? {
        Reading::Asked(asked) => asked,
        Reading::Told(address) => return Ok(see_other(&address)),
    };
    let code = match form.text("decision") {
        Some("allow") => allow(&app, &request, &asked, &session).await?,
        Some("cancel") => return Ok(see_other(&asked.answer("error", "user_denied"))),
        _ => return Err(ApiError::invalid("Please choose Allow or Cancel.")),
    };
    Ok(see_other(&asked.answer("code", &code)))
}

async fn allow(app: &App, request: &Request, asked: &Asked, session: &Session) -> ApiResult<String> {
    let principal = caller(app.directory(session.company).await?, session.user)?.principal;
    let (code, statement) = codes::issue(asked, &principal, app.clock.now()).map_err(super::apps::internal)?;
    let details = json!({"scopes": asked.scopes.words()});
    let object = Some(("app", asked.app.id));
    let told = audit::entry(session.company, app.clock.now(), &Origin::of_session(request, session), audit::APP_ALLOWED, object, &details)?;
    app.store().execute(vec![statement, told]).await?;
    Ok(code)
}

/// The form to sign in, which leads back here.
async fn ask_to_sign_in(app: &App, request: &Request) -> ApiResult<Reply> {
    let here = LocalPath::parse(&format!("{}?{}", request.path, request.query));
    let here = here.ok_or_else(|| ApiError::invalid("The link of the app is too long."))?;
    sign_in::ask(app, Some(&here)).await
}
