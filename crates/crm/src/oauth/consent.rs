//! The page on which a user reads what an app asks for.

use super::asked::{Asked, PARAMETERS};
use super::documents;
use crate::call::Reply;
use crate::directory::Directory;
use crate::pages::{self, Form, FormTarget, Html};
use crate::sign_in::Session;

/// The page for the user of a session. `registrar` is the company that has registered the app, if it was not the app itself.
pub fn page(asked: &Asked, form: &Form, session: &Session, directory: &Directory, registrar: Option<&Directory>) -> Reply {
    let settings = &asked.app.settings;
    let title = format!("Let {} in?", settings.name);
    let user = directory.user(session.user);
    let mut html = Html::new();
    html.markup("<p><strong>").text(&settings.name).markup("</strong> wants to work with the data of ").text(&directory.company.name);
    html.markup(" on your behalf");
    match registrar {
        Some(registrar) if registrar.company.id != directory.company.id => {
            html.markup(". It was registered by ").text(&registrar.company.name);
        }
        Some(_) => {}
        None => {
            html.markup(". Nobody here has registered it: the name is what it calls itself. ");
            if documents::is_address(&asked.app.client_id) {
                html.markup("Its address is <strong>").text(&asked.app.client_id).markup("</strong>. ");
            }
            html.markup("Go on only if you have just started this yourself");
        }
    }
    html.markup(".</p>\n<p>You are signed in as ").text(user.map_or("", |user| &user.name)).markup(" (");
    html.text(user.map_or("", |user| &user.email)).markup(").</p>\n<h2 id=\"scopes\">It will be able to</h2>\n");
    html.markup("<ul aria-labelledby=\"scopes\">\n");
    for scope in asked.scopes.iter() {
        html.markup("<li>").text(scope.about).markup("</li>\n");
    }
    html.markup("</ul>\n<p>It can never do more than you can. Afterwards you go to <strong>").text(&place(&asked.redirect_uri));
    html.markup("</strong>.</p>\n<form method=\"post\" action=\"").text(&asked.path).markup("\">\n").hidden("csrf_token", &session.csrf);
    for name in PARAMETERS {
        if let Some(value) = form.text(name) {
            html.hidden(name, value);
        }
    }
    html.markup("\n<button name=\"decision\" value=\"allow\">Allow</button>\n");
    html.markup("<button name=\"decision\" value=\"cancel\" class=\"second\">Cancel</button>\n</form>");
    let targets: Vec<_> = FormTarget::of(&asked.redirect_uri).into_iter().collect();
    pages::page(200, &title, &html, &targets)
}

/// Where the user will be, without what only the app understands.
fn place(redirect_uri: &str) -> String {
    match url::Url::parse(redirect_uri) {
        Ok(url) => url.host_str().map_or_else(|| format!("{}:", url.scheme()), str::to_owned),
        Err(_) => redirect_uri.to_owned(),
    }
}
