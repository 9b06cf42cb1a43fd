//! Apps whose client id is the address of their description (OAuth Client ID Metadata Document): what stands there is what they are.

use super::apps::{self, AppSettings, NO_COMPANY, RegisteredApp};
use super::redirect;
use super::scopes::Scopes;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use penstock_store::StoreError;
use serde::Deserialize;
use url::{Host, Url};

/// The longest address, and the longest description.
const LONGEST: usize = 2_000;
const MOST_BYTES: usize = 64 << 10;

/// What is read of a description.
#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: Option<String>,
    redirect_uris: Vec<String>,
    scope: Option<String>,
    token_endpoint_auth_method: Option<String>,
    client_secret: Option<serde::de::IgnoredAny>,
}

/// Whether a client id is the address of a description. By plain HTTP only on this machine, which nobody is let to without the
/// operator's word.
pub fn is_address(client_id: &str) -> bool {
    let Some(url) = Some(client_id).filter(|id| id.len() <= LONGEST).and_then(|id| Url::parse(id).ok()) else { return false };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    // Written in one way only, so that there are no two ids of one app.
    (url.scheme() == "https" || (url.scheme() == "http" && is_loopback)) && is_plain && url.path() != "/" && url.as_str() == client_id
}

/// Reads the description at an address, and keeps it. Errors, for the user to read: why the app cannot be let in.
pub async fn register(app: &App, client_id: &str) -> ApiResult<RegisteredApp> {
    let cannot = |why: &str| ApiError::invalid(format!("The app describes itself at {client_id}, but that cannot be used: {why}."));
    let bytes = app.webhooks.get(client_id, MOST_BYTES).await.map_err(|why| cannot(&why))?;
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| cannot(&error.to_string()))?;
    let settings = settings(document, client_id).map_err(|why| cannot(&why))?.checked()?;
    if let Some(mut known) = apps::by_client_id(app.store(), client_id).await? {
        if known.settings != settings {
            known.settings = settings;
            app.store().execute(vec![apps::update(&known, &known.settings)]).await?;
        }
        return Ok(known);
    }
    let (added, statement) = apps::add(app.store(), NO_COMPANY, client_id.to_owned(), settings, None, app.clock.now()).await?;
    match app.store().execute(vec![statement]).await {
        Ok(()) => Ok(added),
        // Somebody else was asked for it at the same moment.
        Err(StoreError::Taken(_)) => apps::by_client_id(app.store(), client_id).await?.ok_or_else(|| cannot("try again")),
        Err(error) => Err(error.into()),
    }
}

fn settings(document: Document, client_id: &str) -> Result<AppSettings, String> {
    if document.client_id != client_id {
        return Err("it is the description of another app".to_owned());
    }
    if document.client_secret.is_some() || document.token_endpoint_auth_method.is_some_and(|method| method != "none") {
        return Err("only apps without a secret can be described in public".to_owned());
    }
    if !document.redirect_uris.iter().all(|uri| redirect::is_safe(uri)) {
        return Err("users must be sent to their own machine, or by https".to_owned());
    }
    let scopes = Scopes::asked(document.scope.as_deref());
    let host = Url::parse(client_id).ok().and_then(|url| url.host_str().map(str::to_owned));
    Ok(AppSettings {
        name: document.client_name.filter(|name| !name.trim().is_empty()).or(host).unwrap_or_default(),
        redirect_uris: document.redirect_uris,
        scopes: scopes.map_err(|word| format!("{word:?} is no scope"))?,
        uninstall_url: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_descriptions() {
        for id in ["https://app.example/client.json", "https://app.example:8443/a/b?c=d", "http://127.0.0.1:5/client"] {
            assert!(is_address(id), "{id}");
        }
        for id in [
            "0123456789abcdef",
            "https://app.example/",
            "https://app.example",
            "http://app.example/client.json",
            "http://localhost/client.json",
            "https://user@app.example/client.json",
            "https://app.example/client.json#a",
            "https://app.example/a/../client.json",
            "HTTPS://app.example/client.json",
            "file:///etc/passwd",
        ] {
            assert!(!is_address(id), "{id}");
        }
    }

    #[test]
    fn a_description_is_of_the_app_at_its_address() {
        let id = "https://app.example/client.json";
        let read = |document: serde_json::Value| settings(serde_json::from_value(document).unwrap(), id);
        let good = serde_json::json!({"client_id": id, "redirect_uris": ["http://localhost/done"], "scope": "deals:read"});
        let settings = read(good.clone()).unwrap();
        assert_eq!((settings.name.as_str(), settings.scopes.words().as_str()), ("app.example", "base,deals:read"));
        for (key, value) in [
            ("client_id", "https://evil.example/client.json".into()),
            ("redirect_uris", serde_json::json!(["http://app.example/done"])),
            ("token_endpoint_auth_method", "client_secret_post".into()),
            ("client_secret", "x".into()),
            ("scope", "everything".into()),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            assert!(read(bad).is_err(), "{key}");
        }
    }
}
