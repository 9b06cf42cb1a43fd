//! What an app asks a user for, read from the address that it has sent the browser to (semantics.md 3, RFC 6749 4.1.1).

use super::apps::{self, RegisteredApp};
use super::scopes::Scopes;
use super::{documents, redirect};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::pages::Form;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Where clients ask that have found the way by the metadata. They are told who answers, and those that do not expect it are
/// not: what was written for the hosted service compares the issuer with one of its own making, and refuses this one.
pub const DISCOVERED: &str = "/oauth/authorize/discovered";

/// The parameters that are read. The page hands them on to the decision.
pub const PARAMETERS: [&str; 8] =
    ["client_id", "redirect_uri", "state", "response_type", "code_challenge", "code_challenge_method", "scope", "resource"];

/// A request that may be put before a user.
#[derive(Debug)]
pub struct Asked {
    pub app: RegisteredApp,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub challenge: Option<Challenge>,
    /// What the user lets the app do.
    pub scopes: Scopes,
    /// The path of the page, which takes the decision as well.
    pub path: String,
    /// Who says yes or no.
    issuer: String,
}

/// What has to be answered by whoever comes with the code (RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    Plain(String),
    Sha256(String),
}

/// What a request came to.
pub enum Reading {
    Asked(Box<Asked>),
    /// The app is told what is wrong with its request, at this address.
    Told(String),
}

impl Challenge {
    /// `None` for a method that is not known, or a text that is no challenge.
    pub fn of_parts(method: &str, text: &str) -> Option<Self> {
        let is_verifier =
            (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        match method {
            "plain" if is_verifier => Some(Challenge::Plain(text.to_owned())),
            "S256" if is_verifier && text.len() == 43 => Some(Challenge::Sha256(text.to_owned())),
            _ => None,
        }
    }

    /// Method and text.
    pub fn parts(&self) -> (&str, &str) {
        match self {
            Challenge::Plain(text) => ("plain", text),
            Challenge::Sha256(text) => ("S256", text),
        }
    }

    pub fn is_met_by(&self, verifier: &str) -> bool {
        let (expected, given) = match self {
            Challenge::Plain(text) => (text, verifier.to_owned()),
            Challenge::Sha256(text) => (text, URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))),
        };
        expected.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// Reads what is asked. Errors, which are for the user to read: the app or where it wants the answer is not known, so that
/// nobody may be sent there.
///
/// An app that describes itself is looked up anew where `is_first`: when the user is asked, not when the user has decided.
pub async fn read(app: &App, request: &Request, form: &Form, is_first: bool) -> ApiResult<Reading> {
    let unknown = || ApiError::invalid("This link comes from an app that is not known here. The app may have been removed.");
    let misled =
        || ApiError::invalid("This link would lead to an address that the app has not registered. Please tell the makers of the app.");
    if form.repeats("client_id") || form.repeats("redirect_uri") {
        return Err(misled());
    }
    let client_id = form.text("client_id").ok_or_else(unknown)?;
    let found = if is_first && documents::is_address(client_id) {
        documents::register(app, client_id).await?
    } else {
        apps::by_client_id(app.store(), client_id).await?.ok_or_else(unknown)?
    };
    let redirect_uri = form.text("redirect_uri").ok_or_else(misled)?;
    if !redirect::is_registered(&found.settings.redirect_uris, redirect_uri, found.has_registered_itself()) {
        return Err(misled());
    }
    let state = form.text("state").map(str::to_owned);
    let issuer = app.base_url(request.host.as_deref());
    let scopes = found.settings.scopes;
    let (path, redirect_uri) = (request.path.clone(), redirect_uri.to_owned());
    let mut asked = Asked { app: found, redirect_uri, state, challenge: None, scopes, path, issuer };
    Ok(match asked.rest(form) {
        Ok((challenge, scopes)) => {
            asked.challenge = challenge;
            asked.scopes = scopes;
            Reading::Asked(Box::new(asked))
        }
        Err(error) => Reading::Told(asked.answer("error", error)),
    })
}

impl Asked {
    /// Reads what is left, now that it is known where an error can be told.
    fn rest(&self, form: &Form) -> Result<(Option<Challenge>, Scopes), &'static str> {
        if PARAMETERS.iter().any(|name| form.repeats(name)) {
            return Err("invalid_request");
        }
        // It need not be there.
        if form.text("response_type").is_some_and(|response| response != "code") {
            return Err("unsupported_response_type");
        }
        if form.text("resource").is_some_and(|resource| !redirect::is_within(&self.issuer, resource)) {
            return Err("invalid_target");
        }
        Ok((self.challenge(form)?, self.scopes(form)?))
    }

    /// What an app asks for that has registered itself, as far as it may; without a word of it all that it may. Of others
    /// `scope` is passed over, for what they may ask for was registered by somebody who knew it (semantics.md 3).
    fn scopes(&self, form: &Form) -> Result<Scopes, &'static str> {
        let most = self.app.settings.scopes;
        match form.text("scope").filter(|_| self.app.has_registered_itself()) {
            Some(words) => Scopes::parse(words).map(|asked| asked.within(most)).map_err(|_| "invalid_scope"),
            None => Ok(most),
        }
    }

    fn challenge(&self, form: &Form) -> Result<Option<Challenge>, &'static str> {
        let method = form.text("code_challenge_method");
        match form.text("code_challenge") {
            Some(text) => match Challenge::of_parts(method.unwrap_or("plain"), text) {
                Some(challenge) => Ok(Some(challenge)),
                None => Err("invalid_request"),
            },
            // Without a secret nothing else shows that who asks is who comes for the tokens.
            None if method.is_some() || self.app.is_public() => Err("invalid_request"),
            None => Ok(None),
        }
    }

    /// The address that tells the app one thing, its own state, and who says so (RFC 9207).
    pub fn answer(&self, name: &str, value: &str) -> String {
        let state = self.state.iter().map(|state| ("state", state.as_str()));
        let issuer = (self.path == DISCOVERED).then_some(("iss", self.issuer.as_str()));
        let parameters = std::iter::once((name, value)).chain(state).chain(issuer);
        redirect::with(&self.redirect_uri, &parameters.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_met_by_their_verifier() {
        // RFC 7636, appendix B.
        let (verifier, text) = ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let challenge = Challenge::of_parts("S256", text).unwrap();
        assert!(challenge.is_met_by(verifier) && !challenge.is_met_by(text) && !challenge.is_met_by(""));
        let plain = Challenge::of_parts("plain", verifier).unwrap();
        assert!(plain.is_met_by(verifier) && !plain.is_met_by(text));
        for (method, text) in [("S512", text), ("s256", text), ("S256", "short"), ("plain", "short"), ("S256", &"a".repeat(44))] {
            assert_eq!(Challenge::of_parts(method, text), None, "{method} {text}");
        }
    }
}
