//! The few pages that people see: made here whole, without a line of script.

mod form;
mod html;
mod local_path;
mod shell;

pub use form::Form;
pub use html::Html;
pub use local_path::LocalPath;
pub use shell::{FormTarget, page, see_other};

use crate::app::App;
use crate::call::Reply;
use crate::error::ApiError;
use crate::message::{Request, Response};
use crate::oauth;
use crate::op::{Answer, Version};
use crate::sign_in;
use std::sync::Arc;

/// What answers a page.
pub type Run = fn(Arc<App>, Request) -> Answer;

/// One address of a page. It wants no API token; whoever needs a user looks for the session.
pub struct Page {
    pub path: &'static str,
    /// As metrics and logs name it.
    pub label: &'static str,
    pub get: Option<Run>,
    pub post: Option<Run>,
}

/// All pages there are.
const PAGES: &[&[Page]] = &[sign_in::PAGES, oauth::PAGES];

/// The page of a path.
pub fn find(path: &str) -> Option<&'static Page> {
    PAGES.iter().copied().flatten().find(|page| page.path == path)
}

/// Whether a path is that of a page.
pub fn is_page(path: &str) -> bool {
    find(path).is_some()
}

/// Answers a request to a page; whatever goes wrong is a page too.
pub async fn answer(app: &Arc<App>, found: &'static Page, request: Request) -> Response {
    let run = match request.method.as_str() {
        "GET" | "HEAD" => found.get,
        "POST" => found.post,
        _ => None,
    };
    let outcome = match run {
        Some(run) => run(app.clone(), request).await,
        None => Err(ApiError::MethodNotAllowed),
    };
    let response = match outcome {
        Ok(reply) => Response::of_reply(reply, Some(found.label)),
        Err(error) => refused(&error, found.label),
    };
    Response { shared: false, ..response }
}

/// A page that says why there is no other one.
fn refused(error: &ApiError, label: &'static str) -> Response {
    let mut response = Response::of_error(error, Version::V2, Some(label));
    let mut content = Html::new();
    content.markup("<p>").text(&explanation(error)).markup("</p>");
    let Reply { headers, body, .. } = page(response.status, "That did not work", &content, &[]);
    response.headers.extend(headers);
    Response { body, ..response }
}

/// What people read of an error.
fn explanation(error: &ApiError) -> String {
    match error {
        ApiError::Invalid(text)
        | ApiError::Forbidden(text)
        | ApiError::NotFound(text)
        | ApiError::Conflicting(text)
        | ApiError::Gone(text)
        | ApiError::UnsupportedMediaType(text) => text.clone(),
        ApiError::WrongPassword => sign_in::WRONG.to_owned(),
        ApiError::TooManyAttempts(seconds) => sign_in::wait(*seconds),
        ApiError::Unauthorized => "Please sign in first.".to_owned(),
        ApiError::MethodNotAllowed => "This page does not take such requests.".to_owned(),
        ApiError::Unavailable => "The server cannot answer at the moment. Please try again.".to_owned(),
        _ => "Something went wrong on the server. Please try again.".to_owned(),
    }
}
